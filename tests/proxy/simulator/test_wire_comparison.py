"""The simulator against recorded sessions of the real server: order of events, keys, key order.

The recordings lie beside the checkout; without them these tests are skipped.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from dialogue import Dialogue

from realtap.recordings.event import Json

RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "wire" / "openai-ga"

pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="the recorded sessions are not beside the checkout"
)

FREE_ORDER = "conversation.item.input_audio_transcription."
"""Transcription runs beside the response, in no order with it."""


class Recording:
    """A recorded session, played again to the simulator."""

    def __init__(self, name: str) -> None:
        lines = (RECORDINGS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        self.entries = [json.loads(line) for line in lines]

    def from_server(self) -> list[Json]:
        return [entry["event"] for entry in self.entries if entry["from"] == "server"]

    def from_client(self) -> list[Json]:
        return [entry["event"] for entry in self.entries if entry["from"] == "client"]


def _order(events: list[Json]) -> list[str]:
    """Types in order; deltas of one part counted once, and what may come anywhere left out.

    `rate_limits.updated` was sent for 7 of 20 responses only.
    """
    order: list[str] = []
    for event in events:
        type_: str = event["type"]
        if type_.startswith(FREE_ORDER) or type_ == "rate_limits.updated":
            continue
        if type_.endswith(".delta"):
            type_ = "deltas"
        if not (type_ == "deltas" and order and order[-1] == "deltas"):
            order.append(type_)
    return order


def _shapes(value: object, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The keys of every object in a value, in their order, with its place."""
    if isinstance(value, dict):
        yield path, tuple(value)
        for key, each in value.items():
            # A tool's schema is the client's own.
            if key != "parameters":
                yield from _shapes(each, f"{path}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from _shapes(each, f"{path}[]")


def _kind(event: Json) -> str:
    """An event's type, and for items what the item is."""
    item = event.get("item", {})
    names = (event["type"], item.get("type"), item.get("role"), item.get("status"))
    return " ".join(name for name in names if name)


def _key_orders(events: list[Json]) -> dict[str, set[tuple[str, tuple[str, ...]]]]:
    shapes: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for event in events:
        shapes.setdefault(_kind(event), set()).update(_shapes(event, ""))
    return shapes


def _assert_alike(simulated: list[Json], recorded: list[Json]) -> None:
    assert _order(simulated) == _order(recorded)
    ours, theirs = _key_orders(simulated), _key_orders(recorded)
    for kind in theirs:
        assert ours[kind] == theirs[kind], kind


def _replayed(recording: Recording, script: str) -> Dialogue:
    """The recorded client's events, each response awaited, ids of calls replaced by ours."""
    dialogue = Dialogue(script=script)
    for event in recording.from_client():
        if event.get("item", {}).get("type") == "function_call_output":
            call_id = dialogue.last("response.function_call_arguments.done")["call_id"]
            event["item"]["call_id"] = call_id
        dialogue.send(json.dumps(event))
        if event["type"] == "response.create":
            dialogue.settle()
    return dialogue


def test_tool_call_round_is_alike() -> None:
    recording = Recording("tool_call_round")
    dialogue = _replayed(recording, "")
    _assert_alike(dialogue.heard, recording.from_server())
    call = dialogue.last("response.function_call_arguments.done")
    assert json.loads(call["arguments"]) == {"city": "London"}


def test_text_in_audio_out_turn_is_alike() -> None:
    recording = Recording("text_in_audio_out_turn")
    dialogue = _replayed(recording, '[[when]]\nsay = "Hi there!"')
    _assert_alike(dialogue.heard, recording.from_server())


def test_seeded_history_is_alike() -> None:
    recording = Recording("message_history_seeding")
    dialogue = _replayed(recording, "")
    _assert_alike(dialogue.heard, recording.from_server())


def test_spoken_turn_with_server_vad_is_alike() -> None:
    recording = Recording("audio_in_server_vad_turn")
    dialogue = Dialogue(script='[[hear]]\ntext = "Hello, my name is Marcelo."')
    for event in recording.from_client():
        if event["type"] == "session.update":
            dialogue.send(json.dumps(event))
    dialogue.speak()
    dialogue.settle()
    _assert_alike(dialogue.heard, recording.from_server())


def test_three_spoken_turns_are_alike() -> None:
    recording = Recording("input_audio_retention_segments_three_server_vad_turns")
    dialogue = Dialogue(script='[[hear]]\ntext = "Hello, my name is Marcelo."')
    dialogue.send(json.dumps(recording.from_client()[0]))
    for _ in range(3):
        dialogue.speak()
        dialogue.settle()
    _assert_alike(dialogue.heard, recording.from_server())


def test_sessions_are_the_same_value_for_value() -> None:
    recording = Recording("tool_call_round")
    dialogue = Dialogue()
    dialogue.send(json.dumps(recording.from_client()[0]))
    ours = [event["session"] for event in dialogue.heard]
    theirs = [event["session"] for event in recording.from_server()[:2]]
    changing = {"id", "expires_at"}
    for our, their in zip(ours, theirs, strict=True):
        assert json.dumps(_without(our, changing)) == json.dumps(_without(their, changing))


def _without(session: Json, keys: set[str]) -> Json:
    return {key: value for key, value in session.items() if key not in keys}
