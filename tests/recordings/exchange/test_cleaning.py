"""Secrets out of whole entries."""

import pytest

from realtap.recordings.event import (
    Closed,
    Event,
    Fate,
    Form,
    Header,
    Note,
    Opened,
    Released,
    Side,
    Unknown,
)
from realtap.recordings.exchange.cleaning import clean_header, clean_line
from realtap.recordings.exchange.foreign import Line
from realtap.recordings.lines import encode
from realtap.recordings.redaction import Redactor

KEY = "plainAzureKey0123456789"
HEADER = Header(
    id="x",
    started="2026-01-01T00:00:00.000000Z",
    via="import",
    upstream=f"wss://h/v1?api-key={KEY}",
    client={"agent": f"app {KEY}"},
    request={
        "path": f"/v1?api-key={KEY}",
        "headers": [["api-key", KEY], ["Host", "h"]],
        "subprotocols": [f"openai-insecure-api-key.{KEY}"],
        "more": [KEY],
    },
    extra={"imported": {"file": KEY}},
)
LINES: list[Line] = [
    Opened(0.1, 401, (("x", KEY),), KEY, f"bad key {KEY}", {"y": KEY}),
    Event(1, 0.2, Side.CLIENT, "a", b'{"type":"a","t":"%b"}' % KEY.encode(), why=KEY),
    Event(2, 0.2, Side.CLIENT, "a", b"{}", fate=Fate.EDITED, sent=KEY.encode(), extra={"z": KEY}),
    Event(3, 0.2, Side.CLIENT, KEY, b'{"type":"%b"}' % KEY.encode()),
    Event(4, 0.2, Side.CLIENT, None, b"\x00" + KEY.encode(), Form.BINARY, is_text_frame=False),
    Released(0.3, 2, Fate.EDITED, KEY.encode(), KEY, extra={"z": KEY}),
    Note(0.4, {"text": KEY}),
    Closed(0.5, Side.SERVER, 4000, KEY),
]


def cleaned(*lines: Line) -> list[Line]:
    """The lines of a session whose handshake showed the key."""
    redactor = Redactor()
    clean_header(HEADER, redactor)
    return [clean_line(each, redactor) for each in lines]


def test_header_keeps_no_secret() -> None:
    found = clean_header(HEADER, Redactor())
    assert KEY.encode() not in encode(found)
    assert found.request["headers"] == [["api-key", "[redacted]"], ["Host", "h"]]


@pytest.mark.parametrize("line", LINES, ids=lambda line: type(line).__name__)
def test_line_keeps_no_secret_that_the_handshake_showed(line: Line) -> None:
    (found,) = cleaned(line)
    assert not isinstance(found, Unknown)
    assert KEY.encode() not in encode(found)
    assert found != line


def test_line_of_a_newer_version_keeps_no_secret() -> None:
    assert cleaned(Unknown(b'{"x":"%b"}' % KEY.encode())) == [Unknown(b'{"x":"[redacted]"}')]


def test_event_is_marked_and_named_anew_when_something_was_taken_out() -> None:
    (event,) = cleaned(LINES[3])
    assert isinstance(event, Event)
    assert (event.redacted, event.type) == (True, "[redacted]")


def test_line_without_a_secret_stays_as_it_is() -> None:
    lines: list[Line] = [
        Opened(0.1, 101),
        Event(1, 0.2, Side.CLIENT, "a", b'{ "type":"a"}', extra={"z": 1}),
        Released(0.3, 1, Fate.FORWARDED),
        Note(0.4, {"text": "x"}),
        Closed(0.5, Side.SERVER, 1000),
        Unknown(b'{"x":1}'),
    ]
    assert cleaned(*lines) == lines


def test_header_of_another_hand_may_have_anything_in_it() -> None:
    odd = Header("x", "", "", "", request={"headers": [["a"], "b"], "subprotocols": "c", "path": 5})
    assert clean_header(odd, Redactor()).request == {
        "headers": [],
        "subprotocols": [],
        "path": "5",
    }


def test_text_and_numbers_that_no_file_can_hold_are_replaced() -> None:
    half = "\ud83d"
    header = clean_header(Header("x", "", "", half, extra={"x": half}), Redactor())
    odd: list[Line] = [
        Opened(0.1, 401, ((half, half),), half, half),
        Note(0.2, {"text": half}),
        Note(0.2, {"text": float("inf")}),
        Closed(0.3, Side.SERVER, 4000, half),
    ]
    for each in (header, *cleaned(*odd)):
        assert not isinstance(each, Unknown)
        assert encode(each).decode().isascii()
