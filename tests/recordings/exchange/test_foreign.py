"""What other tools' sessions have in common."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from realtap.recordings.event import Event, Header, Side
from realtap.recordings.exchange.foreign import (
    ForeignFileError,
    ForeignSession,
    Skipped,
    header_of,
    is_of_realtime,
    model_of,
    target_of,
)

STARTED = datetime(2026, 1, 1, tzinfo=UTC)
HEADERS = (("user-agent", "app"), ("Sec-WebSocket-Protocol", "realtime, x"))


def created(payload: bytes) -> Event:
    return Event(1, 0.0, Side.SERVER, "session.created", payload)


def header(url: str) -> Header:
    return header_of(url, started=STARTED, headers=HEADERS, source=Path("a/b.har"))


@pytest.mark.parametrize(
    ("url", "upstream"),
    [
        ("https://h/v1", "wss://h/v1"),
        ("HTTP://h/v1", "ws://h/v1"),
        ("ws://h/v1", "ws://h/v1"),
        ("", ""),
    ],
)
def test_upstream_has_the_scheme_of_a_websocket(url: str, upstream: str) -> None:
    assert header(url).upstream == upstream


def test_header_tells_the_client_and_what_it_offered() -> None:
    found = header("wss://h/v1?a=b")
    assert found.client == {"agent": "app"}
    assert found.request["path"] == "/v1?a=b"
    assert found.request["subprotocols"] == ["realtime", "x"]
    assert found.extra == {"imported": {"file": "b.har"}}


def test_url_that_is_none_has_no_target() -> None:
    assert target_of("ws://[::1") == ""


@pytest.mark.parametrize(
    ("url", "payload", "model"),
    [
        ("wss://h/v1?model=a", b"{}", "a"),
        ("wss://h/v1?deployment=b", b"{}", "b"),
        ("wss://h/v1", b'{"session":{"model":"c"}}', "c"),
        ("wss://h/v1", b'{"session":{"model":1}}', None),
        ("ws://[::1", b'{"session":1}', None),
    ],
)
def test_model_is_that_of_the_url_or_of_the_server(
    url: str, payload: bytes, model: str | None
) -> None:
    spoken = Event(1, 0.0, Side.SERVER, "error", b"{}")
    assert model_of(header(url), [spoken, created(payload)]) == model


def test_model_that_nobody_tells_is_none() -> None:
    assert model_of(header("wss://h/v1"), []) is None


@pytest.mark.parametrize(
    ("url", "type_", "is_so"),
    [
        ("wss://h/v1/realtime?model=a", "ping", True),
        ("wss://h/voice-live/x", None, True),
        ("wss://h/socket", "response.create", True),
        ("wss://h/socket?x=realtime", "ping", False),
        ("wss://h/socket", "game.tick", False),
        ("wss://h/socket", None, False),
    ],
)
def test_session_of_the_realtime_api_is_known_by_address_or_events(
    url: str,
    type_: str | None,
    is_so: bool,  # noqa: FBT001 -- parametrized
) -> None:
    event = Event(1, 0.0, Side.CLIENT, type_, b"{}")
    assert is_of_realtime(ForeignSession("", header(url), (event,))) is is_so


@pytest.mark.parametrize("kind", Skipped)
def test_skipped_things_are_counted_in_words(kind: Skipped) -> None:
    assert kind.told(1) == f"1 {kind}"
    assert kind.told(2000).startswith("2,000 ")
    assert "s" in kind.told(2000)


def test_error_tells_file_and_place_and_calls_it_no_recording() -> None:
    path = Path("a.har")
    assert str(ForeignFileError("odd", path=path)) == "a.har: odd"
    assert str(ForeignFileError("odd", path=path, place="entry 1")) == "a.har entry 1: odd"
    assert str(ForeignFileError("odd", path=path, line=3)) == "a.har line 3: odd"
