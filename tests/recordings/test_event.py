"""The vocabulary of a recording."""

import pytest

from realtap.recordings.event import Event, Fate, Form, Origin, Released, Side


def test_each_side_has_the_other() -> None:
    assert Side.CLIENT.other is Side.SERVER
    assert Side.SERVER.other is Side.CLIENT


@pytest.mark.parametrize(
    ("payload", "form", "fields"),
    [
        (b'{"type":"x","n":1}', Form.JSON, {"type": "x", "n": 1}),
        (b"[1,2]", Form.JSON, {}),
        (b'{"type":"x"\n}', Form.TEXT, {}),
        (b'{"type":"x"}', Form.BINARY, {}),
        (b"", Form.DIGEST, {}),
    ],
)
def test_fields_are_those_of_a_json_object(
    payload: bytes, form: Form, fields: dict[str, object]
) -> None:
    event = Event(1, 0.0, Side.CLIENT, None, payload, form=form)
    assert event.fields() == fields


def test_fields_of_json_with_half_a_surrogate_pair_are_read() -> None:
    event = Event(1, 0.0, Side.SERVER, "x", b'{"type":"x","delta":"\\ud83d"}')
    assert event.fields() == {"type": "x", "delta": "\ud83d"}


def test_a_payload_that_is_no_json_has_no_fields() -> None:
    event = Event(seq=1, at=0.0, side=Side.CLIENT, type=None, payload=b'{"x": Infinity}')
    assert event.fields() == {}


def test_what_realtap_says_is_made_up_and_a_replay_is_not() -> None:
    assert [each.value for each in Origin if each.is_made_up] == ["injected", "mock", "fault"]


def test_released_event_happened_when_it_was_released() -> None:
    held = Event(3, 1.0, Side.CLIENT, "x", b'{"type":"x"}', fate=Fate.HELD, why="breakpoint")
    gone = held.released(Released(4.0, 3, Fate.EDITED, b'{"type":"y"}'))
    assert (gone.seq, gone.at, gone.fate, gone.why) == (3, 4.0, Fate.EDITED, "breakpoint")
    assert held.released(Released(4.0, 3, Fate.DROPPED, why="by hand")).why == "by hand"


def test_edited_event_can_be_seen_as_it_was_sent() -> None:
    edited = Event(
        3, 1.0, Side.CLIENT, "x", b'{"type":"x"}', fate=Fate.EDITED, sent=b'{"type":"y"}', why="z"
    )
    sent = edited.as_sent()
    assert sent is not None
    assert (sent.type, sent.fields(), sent.fate, sent.why) == (
        "y",
        {"type": "y"},
        Fate.FORWARDED,
        None,
    )
    assert sent.as_sent() is None


def test_event_that_was_edited_to_no_event_has_no_type_then() -> None:
    edited = Event(3, 1.0, Side.CLIENT, "x", b"{}", fate=Fate.EDITED, sent=b"[]")
    sent = edited.as_sent()
    assert sent is not None
    assert sent.type is None
