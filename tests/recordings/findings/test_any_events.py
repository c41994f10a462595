"""Whatever the events hold, in whatever order: no rule fails."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import (
    WEATHER,
    Called,
    appended,
    audio_answer,
    error,
    function_call,
    function_calls,
    output,
    session,
    spoken_turn,
    text_turn,
    user_message,
)
from transcript import (
    AZURE,
    OPENAI,
    VOICE_LIVE,
    XAI,
    client,
    closed,
    entries_of_wire,
    server,
    slugs,
    transcript,
)

from realtap.recordings.event import Closed, Entry, Event, Form, Side
from realtap.recordings.findings.engine import findings_of

WHOLE_LIFE = [
    session(tools=[WEATHER], tool_choice="auto"),
    text_turn(),
    spoken_turn(),
    audio_answer(asked=False),
    user_message(),
    function_call("get_weather", {"city": "Oslo"}),
    output("call_1"),
    audio_answer(),
    function_calls(Called("get_weather", {}, "call_2"), Called("get_time", "{", "call_3")),
    output("call_2"),
    client("response.cancel", event_id="mine"),
    error("response_cancel_not_active", event_id="mine"),
    client("conversation.item.truncate", item_id="item_1", content_index=0, audio_end_ms=5),
    client("conversation.item.delete", item_id="item_1"),
    appended(0.3),
    client("input_audio_buffer.commit"),
    server("rate_limits.updated", rate_limits=[{"name": "tokens", "limit": 5, "remaining": 1}]),
    server("conversation.item.input_audio_transcription.failed", item_id="x", error={}),
    server("mcp_list_tools.failed", item_id="item_m"),
]

EVENTS: list[Event] = [each for each in transcript(WHOLE_LIFE) if isinstance(each, Event)]
SESSIONS = sorted((Path(__file__).resolve().parents[4] / "shared" / "wire").glob("*/*.jsonl"))
"""Real sessions, where the checkout has them beside it."""
UPSTREAMS = (OPENAI, AZURE, VOICE_LIVE, XAI, "ws://127.0.0.1:8485/v1/realtime")

_JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["call_1", "item_1", "resp_1", "function_call", "completed", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


def _fails(entries: list[Entry], upstream: str) -> list[str]:
    """What the rules say about themselves."""
    head = transcript(upstream=upstream)
    found = [each for each in findings_of([*head, *entries]) if each.slug == "rule-failed"]
    return [each.what for each in found]


def _renumbered(events: list[Event]) -> list[Entry]:
    return [
        Event(number, 0.1 * number, each.side, each.type, each.payload, form=each.form)
        for number, each in enumerate(events, start=1)
    ]


def _with_fields(event: Event, fields: dict[str, Any]) -> Event:
    payload = json.dumps(fields).encode()
    name = fields.get("type")
    type_ = name if isinstance(name, str) and name.isascii() else None
    return Event(event.seq, event.at, event.side, type_, payload, form=Form.JSON)


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all values inside a JSON value."""
    keys: list[str | int] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    inner = [each for key in keys for each in _paths(value[key], (*path, key))]  # type: ignore[index] # as above
    return [*([path] if path else []), *inner]


def _replaced(event: Event, choose: float, junk: object) -> Event:
    """The event with one of its values replaced."""
    fields = event.fields()
    paths = _paths(fields)
    if not paths:
        return event
    *way, last = paths[int(choose * (len(paths) - 1))]
    holder: Any = fields
    for key in way:
        holder = holder[key]
    holder[last] = junk
    return _with_fields(event, fields)


_INDEX = st.integers(0, len(EVENTS) - 1)


@given(st.lists(st.tuples(_INDEX, st.floats(0, 1), _JUNK), max_size=12), st.sampled_from(UPSTREAMS))
def test_no_rule_fails_on_values_of_any_kind(
    changes: list[tuple[int, float, object]], upstream: str
) -> None:
    events = list(EVENTS)
    for index, choose, junk in changes:
        events[index] = _replaced(events[index], choose, junk)
    assert _fails([*_renumbered(events), Closed(99.0, Side.CLIENT, 1000)], upstream) == []


@given(st.lists(_INDEX, max_size=60), st.sampled_from(UPSTREAMS))
def test_no_rule_fails_on_events_in_any_order(order: list[int], upstream: str) -> None:
    assert _fails(_renumbered([EVENTS[index] for index in order]), upstream) == []


_ANY_TYPE = st.sampled_from(sorted({each.type or "" for each in EVENTS})) | st.text(max_size=8)


@given(
    st.lists(
        st.tuples(st.sampled_from(Side), _ANY_TYPE, st.dictionaries(st.text(max_size=8), _JUNK)),
        max_size=10,
    )
)
def test_no_rule_fails_on_junk(said: list[tuple[Side, str, dict[str, Any]]]) -> None:
    events = [
        _with_fields(Event(1, 0.1, side, None, b""), {**fields, "type": name})
        for side, name, fields in said
    ]
    assert _fails(_renumbered(events), OPENAI) == []


@pytest.mark.skipif(not SESSIONS, reason="shared/wire is not beside this checkout")
@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_rule_fails_on_a_real_session_that_is_mutilated(path: Path) -> None:
    real = [each for each in entries_of_wire(path) if isinstance(each, Event)]
    source = random.Random(path.stem)
    for upstream in UPSTREAMS * 2:
        kept = sorted(source.choices(range(len(real)), k=len(real)))
        events = [real[index] for index in kept]
        for _ in range(20):
            first, second = source.randrange(len(events)), source.randrange(len(events))
            events[first], events[second] = events[second], events[first]
            junk: object = source.choice([None, [], {}, "x", -1, 1e308, [{}], {"type": []}])
            events[first] = _replaced(events[first], source.random(), junk)
        assert _fails(_renumbered(events), upstream) == []


def test_the_whole_life_is_really_judged() -> None:
    told = slugs(findings_of(transcript(WHOLE_LIFE, closed())))
    assert "unknown-tool" in told
    assert "arguments-not-json" in told
