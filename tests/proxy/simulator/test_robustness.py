"""Whatever a client sends, in whatever order: the session answers, and its answers make sense."""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from dialogue import SPOKEN_TURN, WEATHER_TOOL, Dialogue
from hypothesis import given, settings
from hypothesis import strategies as st

from realtap.proxy.simulator.dialect import Dialect
from realtap.proxy.simulator.pace import FAST, Pace
from realtap.recordings.event import Json

TEXT = [{"type": "input_text", "text": "What is the weather in Paris and Rome?"}]
MESSAGE: Json = {"type": "message", "role": "user", "content": TEXT}

SHARED: list[Json] = [
    {"type": "conversation.item.create", "previous_item_id": "root", "item": MESSAGE},
    {
        "type": "conversation.item.create",
        "item": {"type": "function_call", "name": "f", "call_id": "c1", "arguments": "{}"},
    },
    {
        "type": "conversation.item.create",
        "item": {"type": "function_call_output", "call_id": "c1", "output": "[1, null]"},
    },
    {"type": "conversation.item.delete", "item_id": "?"},
    {"type": "conversation.item.retrieve", "item_id": "?"},
    {
        "type": "conversation.item.truncate",
        "item_id": "?",
        "content_index": 0,
        "audio_end_ms": 100,
    },
    {"type": "input_audio_buffer.commit"},
    {"type": "input_audio_buffer.clear"},
    {"type": "response.create"},
    {"type": "response.create", "response": {"conversation": "none", "input": [MESSAGE]}},
    {"type": "response.cancel"},
]

UPDATES: dict[Dialect, Json] = {
    Dialect.GA: {
        "type": "realtime",
        "output_modalities": ["text"],
        "tools": [WEATHER_TOOL],
        "tool_choice": "auto",
        "max_output_tokens": 40,
        "audio": {
            "input": {
                "format": {"type": "audio/pcmu"},
                "transcription": {"model": "whisper-1"},
                "turn_detection": {"type": "server_vad", "idle_timeout_ms": 5_000},
            },
            "output": {"format": {"type": "audio/pcma"}, "voice": "cedar", "speed": 1.2},
        },
    },
    Dialect.BETA: {
        "modalities": ["text", "audio"],
        "voice": "echo",
        "input_audio_format": "g711_ulaw",
        "input_audio_transcription": {"model": "whisper-1"},
        "turn_detection": {"type": "server_vad"},
        "tools": [WEATHER_TOOL],
        "temperature": 0.7,
        "max_response_output_tokens": 50,
    },
}

VALUES: list[object] = [None, "", "x", "auto", 0, -1, 1.5, 10**9, True, [], {}, [{}], ["a"]]


def _places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    children: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    for key, child in children:
        yield (*path, key)
        yield from _places(child, (*path, key))


def _damaged(event: Json, chance: Random) -> Json:
    """The event, in half of the cases with one value replaced or taken out."""
    event = deepcopy(event)
    if chance.random() < 0.5:
        return event
    *path, key = chance.choice(list(_places(event)))
    holder: Any = event
    for step in path:
        holder = holder[step]
    if chance.random() < 0.3:
        del holder[key]
    else:
        holder[key] = chance.choice(VALUES)
    return event


def _talk(dialogue: Dialogue, dialect: Dialect, chance: Random) -> None:
    events = [*SHARED, {"type": "session.update", "session": UPDATES[dialect]}]
    for _ in range(20):
        if chance.random() < 0.1:
            dialogue.speak(SPOKEN_TURN)
        event = _damaged(chance.choice(events), chance)
        known = [heard["item"]["id"] for heard in dialogue.heard if "item" in heard]
        if known and "item_id" in event and chance.random() < 0.7:
            event["item_id"] = chance.choice(known)
        dialogue.send(json.dumps(event))
        dialogue.wait(chance.choice([0, 0, 0.01, 0.1, 1, 6]))
    dialogue.wait(60)


@pytest.mark.parametrize("dialect", list(Dialect))
@given(chance=st.randoms(use_true_random=False), is_fast=st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_talk_leaves_a_sensible_record(
    dialect: Dialect, chance: Random, *, is_fast: bool
) -> None:
    dialogue = Dialogue(dialect=dialect, pace=FAST if is_fast else Pace())
    _talk(dialogue, dialect, chance)
    ids = [event["event_id"] for event in dialogue.heard]
    assert len(set(ids)) == len(ids)
    open_responses: list[str] = []
    for event in dialogue.heard:
        json.dumps(event, allow_nan=False)
        if event["type"] == "response.created":
            open_responses.append(event["response"]["id"])
        if event["type"] == "response.done":
            open_responses.remove(event["response"]["id"])
    assert open_responses == []
