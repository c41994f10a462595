"""A filter at work on a session, with joined fields and findings."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings import lines
from realtap.recordings.event import Closed, Entry, Event, Header, Note, Origin, Side
from realtap.recordings.filters import parse_filter
from realtap.recordings.filters.sieve import Sieve, Sifted

HEADER = Header("a", "2026-01-01T00:00:00Z", "sim", "ws://127.0.0.1")
IDS = {"item_id": "item_1", "call_id": "call_1", "response_id": "resp_1"}
CALL = {"id": "item_1", "type": "function_call", "name": "get_weather", "call_id": "call_1"}
SAID: list[tuple[Side, dict[str, Any]]] = [
    (Side.CLIENT, {"type": "response.create"}),
    (Side.SERVER, {"type": "response.created", "response": {"id": "resp_1"}}),
    (Side.SERVER, {"type": "response.output_item.added", "response_id": "resp_1", "item": CALL}),
    (Side.SERVER, {"type": "response.function_call_arguments.delta", **IDS, "delta": "{"}),
    (Side.SERVER, {"type": "response.function_call_arguments.delta", **IDS, "delta": "}"}),
    (Side.SERVER, {"type": "response.function_call_arguments.done", **IDS, "arguments": "{}"}),
    (Side.CLIENT, {"type": "input_audio_buffer.append", "audio": "AAAA"}),
]


def event(seq: int, **more: Any) -> Event:
    side, fields = SAID[seq - 1]
    payload = json.dumps(fields).encode()
    return Event(seq, seq / 10, side, fields["type"], payload, **more)


EVENTS = [event(seq) for seq in range(1, len(SAID) + 1)]
SESSION: list[Any] = [
    HEADER,
    *EVENTS,
    Note(2.0, {"text": "a mark"}),
    Closed(3.0, Side.CLIENT, 1000),
]


def sifted(sieve: Sieve, session: list[Any]) -> list[Sifted]:
    found = [sieve.sift(lines.encode(entry)) for entry in session]
    return [each for each in found if each is not None]


def wanted_entries(sieve: Sieve) -> list[Entry]:
    return [each.entry for each in sifted(sieve, SESSION) if each.is_wanted]


def test_without_a_filter_everything_passes() -> None:
    sieve = Sieve(None)
    assert wanted_entries(sieve) == SESSION
    assert sieve.events == len(EVENTS)
    assert sieve.is_closed


@pytest.mark.parametrize(
    ("text", "seqs"),
    [
        ("type:*.delta", [4, 5]),
        ("from:client", [1, 7]),
        ("name:get_weather", [3, 4, 5, 6]),
        ("call.name=get_weather type:*.delta", [4, 5]),
        ("call.name!=get_time", [3, 4, 5, 6]),
        ("response.cause=client -response.id:*", [3, 4, 5, 6]),
        ("seq:8", []),
    ],
)
def test_filter_passes_events_only(text: str, seqs: list[int]) -> None:
    sieve = Sieve(parse_filter(text))
    entries = wanted_entries(sieve)
    assert [entry.seq for entry in entries if isinstance(entry, Event)] == seqs
    assert len(entries) == len(seqs)
    assert sieve.is_closed


def test_joined_fields_are_given_when_asked_for() -> None:
    sieve = Sieve(parse_filter("type:*.delta"), tells_joined=True)
    first, *_ = [each for each in sifted(sieve, SESSION) if each.is_wanted]
    assert [(each.path, each.value) for each in first.joined] == [
        ("call.name", "get_weather"),
        ("response.cause", "client"),
    ]


def test_joined_fields_are_not_looked_up_without_need() -> None:
    assert all(not each.joined for each in sifted(Sieve(parse_filter("type:*.delta")), SESSION))


@pytest.mark.parametrize("text", ["seq:8", "call.name=nothing", "finding:x"])
def test_events_that_teach_are_given_but_not_wanted(text: str) -> None:
    taught = sifted(Sieve(parse_filter(text)), SESSION)
    assert not any(each.is_wanted for each in taught)
    types = [each.entry.type for each in taught if isinstance(each.entry, Event)]
    assert types == ["response.created", "response.output_item.added"]


def test_line_of_another_hand_is_an_event_too() -> None:
    line = lines.encode(event(1, origin=Origin.MOCK)).replace(b'"seq":1', b'"seq": 1')
    found = Sieve(parse_filter("origin:mock")).sift(line)
    assert found is not None
    assert found.is_wanted


def test_damaged_line_is_told() -> None:
    for wanted in (None, parse_filter("type:x")):
        with pytest.raises(lines.DamagedLineError):
            Sieve(wanted).sift(b"garbage\n")


@dataclass(frozen=True)
class Wrong:
    slug: str
    severity: str


def test_findings_are_found_by_name_and_by_severity() -> None:
    findings = {3: [Wrong("unknown-call", "error")], 5: [Wrong("late-output", "warning")]}
    for text, seqs in (
        ("finding:error", [3]),
        ("finding:late-*", [5]),
        ("finding:*", [3, 5]),
        ("finding:info", []),
        ("finding:error call.name=get_weather", [3]),
    ):
        sieve = Sieve(parse_filter(text), findings=findings)
        found = [each.seq for each in wanted_entries(sieve) if isinstance(each, Event)]
        assert found == seqs


NAMES = st.sampled_from(
    [
        *("type", "item", "item_id", "call_id", "response", "response_id", "name", "arguments"),
        *("id", "output", "delta", "audio", "content", "error", "event_id", "role", "text"),
    ]
)
TYPES = st.sampled_from(
    [
        *("response.created", "response.output_item.added", "response.done", "response.create"),
        *("conversation.item.create", "conversation.item.added", "response.output_audio.delta"),
        *("response.function_call_arguments.delta", "error", "session.updated", "\ud83d"),
    ]
)
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", "call_1", "item_1", "[1]", "\ud83d"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
FILTERS = [
    "name:*",
    "call.name!=x",
    "item.text~a OR call.arguments.n>1",
    "response.input[].call.name:* -item:item_1",
    '"call_1" size>3',
    "-finding:*",
    "answers:* OR event:* OR item.content[0].text=1",
]


@given(
    st.lists(
        st.tuples(st.sampled_from(Side), st.dictionaries(NAMES, JUNK) | JUNK, TYPES), max_size=8
    )
)
def test_no_session_makes_a_filter_raise(said: list[tuple[Side, Any, str]]) -> None:
    sieves = [
        Sieve(parse_filter(text), tells_joined=tells) for text in FILTERS for tells in (True, False)
    ]
    for seq, (side, fields, type_) in enumerate(said, start=1):
        whole = {**fields, "type": type_} if isinstance(fields, dict) else fields
        name = type_ if isinstance(fields, dict) and type_.isascii() else None
        line = lines.encode(Event(seq, seq / 10, side, name, json.dumps(whole).encode()))
        for sieve in sieves:
            sieve.sift(line)
    assert all(sieve.events == len(said) for sieve in sieves)
