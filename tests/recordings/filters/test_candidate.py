"""An event as a filter looks at it: from its line, or from the event itself."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings import lines
from realtap.recordings.event import Closed, Event, Fate, Form, Side
from realtap.recordings.filters import Candidate
from realtap.recordings.heads import head_of
from realtap.recordings.joins import Joined
from realtap.recordings.paths import Path

AUDIO = base64.b64encode(b"\x00some sound\xff" * 50).decode()


def event(fields: object, **more: Any) -> Event:
    name = fields.get("type") if isinstance(fields, dict) else None
    settings = {"seq": 1, "at": 0.5, "side": Side.SERVER, "type": name, **more}
    return Event(payload=json.dumps(fields).encode(), **settings)


def both(each: Event) -> list[Candidate]:
    by_line = Candidate.of_line(lines.encode(each))
    assert by_line is not None
    return [by_line, Candidate.of(each)]


@pytest.mark.parametrize(
    "each",
    [
        event({"type": "x", "n": 1}),
        event({"type": "x", "n": 1}, fate=Fate.DROPPED),
        event([1]),
        Event(1, 0.5, Side.CLIENT, None, b"hi", form=Form.TEXT),
        Event(1, 0.5, Side.CLIENT, None, b"", form=Form.DIGEST, size=12, sha256="ab"),
    ],
)
def test_line_says_what_the_event_says(each: Event) -> None:
    for candidate in both(each):
        assert candidate.event == each
        assert candidate.payload == each.payload
        assert candidate.size_bytes == (each.size or len(each.payload))
        assert candidate.fields == each.fields()
        assert candidate.head[:4] == (1, 0.5, each.side, each.type or "")


def test_line_that_is_no_event_is_no_candidate() -> None:
    assert Candidate.of_line(lines.encode(Closed(1.0, Side.CLIENT, 1000))) is None


def test_damaged_line_is_told_when_the_event_is_asked_for() -> None:
    damaged = lines.encode(event({"type": "x"})).replace(b'"x"}}', b'"x"}')
    with pytest.raises(lines.DamagedLineError):
        Candidate.of_line(b"garbage\n")
    candidate = Candidate.of_line(damaged.replace(b'{"type"', b'["type"'))
    assert candidate is not None
    assert candidate.fields == {}
    with pytest.raises(lines.DamagedLineError):
        _ = candidate.event


def test_line_of_another_kind_is_never_an_event() -> None:
    head = head_of(lines.encode(event({"type": "x"})))
    assert head is not None
    candidate = Candidate(head, line=lines.encode(Closed(1.0, Side.CLIENT, 1000)))
    with pytest.raises(lines.DamagedLineError, match="expected an event"):
        _ = candidate.event


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "response.output_audio.delta", "item_id": "item_1", "delta": AUDIO, "end": 1},
        {"type": "input_audio_buffer.append", "audio": AUDIO, "event_id": "item_1"},
    ],
)
def test_audio_is_left_out_of_words_and_of_the_search(fields: dict[str, Any]) -> None:
    for candidate in both(event(fields)):
        assert AUDIO[:8].lower().encode() not in candidate.words()
        assert b"item_1" in candidate.words()
        assert not candidate.may_hold(AUDIO[:8].encode())
        assert candidate.may_hold(b"item_1")


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "response.output_audio.delta", "item_id": "item_1"},
        {"type": "response.output_audio.delta", "delta": 5, "item_id": "item_1"},
        {"type": "response.output_audio.delta", "delta": None},
        {"type": "input_audio_buffer.append", "audio": ""},
    ],
)
def test_audio_event_without_audio_is_searched_whole(fields: dict[str, Any]) -> None:
    for candidate in both(event(fields)):
        for name in fields:
            assert candidate.may_hold(name.encode())


@given(
    st.dictionaries(
        st.sampled_from(["type", "delta", "audio", "item_id", "x"]),
        st.sampled_from(
            ["response.output_audio.delta", "x.append", "item_1", "", '"delta":"a"', 5]
        ),
    )
)
def test_search_never_misses_what_is_outside_the_audio(fields: dict[str, Any]) -> None:
    type_ = fields.get("type")
    each = event(fields, type=type_ if isinstance(type_, str) else None)
    for candidate in both(each):
        for name, value in fields.items():
            assert candidate.may_hold(name.encode())
            if name not in ("delta", "audio") and value == "item_1":
                assert candidate.may_hold(b"item_1")


def test_joined_fields_are_asked_for_once() -> None:
    asked = []

    def joined() -> list[Joined]:
        asked.append(1)
        return [Joined("call.name", "add"), Joined("call.arguments", '{"n": 1}')]

    candidate = Candidate.of(event({"type": "x"}), joined=joined)
    assert not asked
    assert candidate.joined_values(Path.parse("call.name")) == ["add"]
    assert candidate.joined_values(Path.parse("call.arguments.n")) == [1]
    assert len(asked) == 1
    assert Candidate.of(event({"type": "x"})).joined_values(Path.parse("call.name")) == []
