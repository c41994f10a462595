"""The vocabulary of a recording."""

import pytest

from realtap.recordings.event import Event, Form, Side


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
