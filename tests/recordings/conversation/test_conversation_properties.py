"""Whatever a session holds, the conversation and the joins take it: nothing raises, all stays small."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtap.recordings.conversation import Conversation, Seen
from realtap.recordings.dialects import dialect_of, normal_session
from realtap.recordings.event import Entry, Event, Fate, Form, Json, Origin, Released, Side
from realtap.recordings.findings.engine import Judge
from realtap.recordings.joins import Joiner

SHARED_WIRE = Path(__file__).resolve().parents[4] / "shared" / "wire"
WIRE = sorted(SHARED_WIRE.glob("*/*.jsonl"))
"""Real sessions of four servers, where the checkout has them beside it."""

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["item_1", "resp_1", "call_1", "message", "function_call", "none", "user"])
    | st.sampled_from(["completed", "in_progress", "audio/pcm", "server_vad", "root"])
)
members = st.sampled_from([
    "id", "type", "role", "status", "content", "text",
    "transcript", "audio", "delta", "item", "item_id", "response",
    "response_id", "call_id", "name", "arguments", "output", "error",
    "code", "message", "param", "event_id", "session", "turn_detection",
    "input", "format", "rate", "modalities", "output_modalities", "tools",
    "function", "parameters", "previous_item_id", "content_index", "part", "usage",
    "metadata", "conversation", "conversation_id", "status_details", "audio_end_ms", "voice",
    "create_response", "input_audio_format", "input_audio_sampling_rate", "expires_at",
])  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(members, inner, max_size=6),
    max_leaves=20,
)
types = st.sampled_from(
    [
        *sorted(Conversation._FROM_SERVER),
        *("response.audio.delta", "response.output_audio.delta", "conversation.item.created"),
        *("session.update", "conversation.item.create", "response.create", "response.cancel"),
        *("input_audio_buffer.append", "input_audio_buffer.commit", "input_audio_buffer.clear"),
        *("transcription_session.update", "session.start", "ping", "?"),
    ]
)
objects = st.fixed_dictionaries({"type": types | values}, optional={}).flatmap(
    lambda head: st.dictionaries(members, values, max_size=8).map(lambda rest: rest | head)
)


def events_of(payloads: Sequence[tuple[str, Any]]) -> list[Event]:
    """Events as a recording has them, from sides and JSON values."""
    events = []
    for seq, (side, value) in enumerate(payloads, start=1):
        type_ = value.get("type") if isinstance(value, dict) else None
        name = type_ if isinstance(type_, str) else None
        payload = json.dumps(value).encode()
        events.append(Event(seq, seq * 0.05, Side(side), name, payload))
    return events


def take(events: Sequence[Event], *, keep: int | None = 512) -> Conversation:
    """Reduce and join, and ask everything that can be asked."""
    conversation = Conversation(keep=keep)
    joiner = Joiner(conversation)
    for event in events:
        seen = Seen.of(event)
        conversation.receive(seen)
        for joined in joiner.join(seen):
            assert joined.path
        dialect_of(seen.type, seen.fields, seen.side)
    ask_everything(conversation)
    return conversation


def ask_everything(conversation: Conversation) -> None:
    session = conversation.session
    session.differences()
    for tool in session.tools().values():
        assert isinstance(tool.parameters, dict)
    facts = (session.turn_detection, session.output_modalities, session.voice, session.model)
    repr((*facts, session.expires_at, session.creates_responses, session.unanswered))
    for item in conversation.items.in_order():
        assert conversation.items.knows(item.id)
        repr((item.text, item.text_size, item.content_types, item.has_audio))
    ids = [item.id for item in conversation.items.in_order()]
    assert len(ids) == len(set(ids))
    for call in conversation.calls.all():
        assert call not in call.siblings()
        repr((call.arguments, call.output))
    assert all(response.is_active for response in conversation.responses.active)
    assert len(conversation.responses.active) <= len(conversation.responses.all())


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(["client", "server"]), objects | values), max_size=25))
def test_any_values_as_events_are_taken(payloads: list[tuple[str, Any]]) -> None:
    take(events_of(payloads), keep=2)


@st.composite
def touched_events(draw: st.DrawFn) -> list[Entry]:
    """Events in which realtap had any hand, with releases of held and of unknown ones between."""
    payloads = draw(
        st.lists(st.tuples(st.sampled_from(["client", "server"]), objects), max_size=25)
    )
    entries: list[Entry] = []
    for event in events_of(payloads):
        origin, fate = draw(st.sampled_from(Origin)), draw(st.sampled_from(Fate))
        entries.append(msgspec.structs.replace(event, origin=origin, fate=fate, sent=event.payload))
        if draw(st.booleans()):
            end = draw(st.sampled_from([Fate.FORWARDED, Fate.EDITED, Fate.DROPPED]))
            seq = draw(st.integers(1, event.seq + 1))
            entries.append(Released(event.at, seq, end, draw(st.none() | st.just(b'{"type":7}'))))
    return entries


@settings(max_examples=150)
@given(touched_events())
def test_whatever_realtap_did_is_taken(entries: list[Entry]) -> None:
    conversation, judge = Conversation(keep=2), Judge()
    for entry in entries:
        conversation.receive(entry)
        assert "rule-failed" not in [each.slug for each in judge.receive(entry)]
    ask_everything(conversation)
    assert not any(each.is_made_up for each in conversation.responses.active)
    assert not any(each.is_made_up for each in conversation.calls.pending())
    for each in conversation.interventions.all():
        assert each.in_words()


@given(st.binary(max_size=40), st.sampled_from(list(Form)), types)
def test_any_bytes_as_a_message_are_taken(payload: bytes, form: Form, type_: str) -> None:
    for side in Side:
        take([Event(1, 0.0, side, type_, payload, form=form)])


@given(st.dictionaries(members, values, max_size=8))
def test_any_session_has_a_normal_shape_that_stays(session: Json) -> None:
    normal = normal_session(session)
    assert normal_session(normal) == normal


@pytest.mark.skipif(not WIRE, reason="the recorded sessions are not beside this checkout")
@settings(max_examples=25)
@given(data=st.data())
@pytest.mark.parametrize("path", WIRE, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_mutated_session_is_taken(path: Path, data: st.DataObject) -> None:
    """Reordered, truncated, duplicated, with values replaced by others."""
    payloads = [(line["from"], line["event"]) for line in lines_of(path)]
    luck = random.Random(data.draw(st.integers(0, 2**32)))
    mutated = [mutation_of(payload, luck, payloads) for payload in payloads]
    if luck.random() < 0.5:
        luck.shuffle(mutated)
    start = luck.randrange(len(mutated))
    mutated = mutated[start:] + (mutated[:start] if luck.random() < 0.5 else [])
    mutated += luck.choices(payloads, k=luck.randrange(20))
    take(events_of(mutated), keep=luck.choice([1, 8, 512, None]))


def mutation_of(
    payload: tuple[str, Any], luck: random.Random, others: Sequence[tuple[str, Any]]
) -> tuple[str, Any]:
    if luck.random() < 0.8:
        return payload
    return luck.choice(["client", "server"]), mutated_value(payload[1], luck, others)


def mutated_value(value: Any, luck: random.Random, others: Sequence[tuple[str, Any]]) -> Any:
    if isinstance(value, dict) and value and luck.random() < 0.85:
        name = luck.choice(list(value))
        return value | {name: mutated_value(value[name], luck, others)}
    if isinstance(value, list) and value and luck.random() < 0.8:
        index = luck.randrange(len(value))
        return [*value[:index], mutated_value(value[index], luck, others), *value[index + 1 :]]
    junk: list[Any] = [
        None,
        True,
        0,
        -1,
        1e300,
        "",
        "item",
        [],
        {},
        [[]],
        {"": {}},
        luck.choice(others)[1],
    ]
    return luck.choice(junk)


def lines_of(path: Path) -> list[Json]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [line for line in lines if "event" in line]


def test_a_long_session_is_remembered_in_little() -> None:
    """Everything that is kept is bounded, however many items, calls and ids there were."""
    conversation = Conversation(keep=10)
    for event in events_of([payload for n in range(2_000) for payload in a_junk_round(n)]):
        conversation.receive(event)
    assert len(conversation.items.in_order()) <= 100
    assert len(conversation.responses.all()) <= 100
    assert len(conversation.calls.all()) <= 100
    assert conversation.items.knows("item_5")
    assert conversation.calls.name_of("call_5") == "f5"
    assert conversation.responses.knows("resp_5")


def a_junk_round(n: int) -> list[tuple[str, Json]]:
    """A call that is never answered, in a response that never ends."""
    item = {"id": f"item_{n}", "type": "function_call", "name": f"f{n}", "call_id": f"call_{n}"}
    output = {"type": "function_call_output", "call_id": f"call_{n - 1}", "output": "x"}
    return [
        ("client", {"type": "response.create", "event_id": f"event_{n}"}),
        ("server", {"type": "response.created", "response": {"id": f"resp_{n}"}}),
        (
            "server",
            {"type": "response.output_item.added", "response_id": f"resp_{n}", "item": item},
        ),
        ("client", {"type": "conversation.item.create", "item": output}),
    ]
