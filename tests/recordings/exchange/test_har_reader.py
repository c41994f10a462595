"""Sessions out of an HTTP Archive."""

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from archives import STARTED, archive, page, received, sent, websocket

from realtap.recordings.event import Event, Form, Note, Opened, Side
from realtap.recordings.exchange.foreign import ForeignFileError, ForeignSession, Skipped
from realtap.recordings.exchange.har_reader import is_har, read_har

PATH = Path("chrome.har")
CREATED = {"type": "session.created"}
CREATE = {"type": "response.create"}


def only_session(*messages: dict[str, Any], **more: Any) -> ForeignSession:
    (session,) = read_har(archive(websocket(*messages, **more)), PATH).sessions
    return session


def events(session: ForeignSession) -> list[Event]:
    return [each for each in session.lines if isinstance(each, Event)]


def notes(session: ForeignSession) -> list[str]:
    return [each.note["text"] for each in session.lines if isinstance(each, Note)]


def complaint(data: bytes) -> str:
    with pytest.raises(ForeignFileError) as caught:
        read_har(data, PATH)
    return str(caught.value)


def test_messages_become_events_in_their_order_and_with_their_times() -> None:
    found = events(only_session(received(CREATED, 0.5), sent(CREATE, 1.25)))
    assert [(each.seq, each.at, each.side, each.type) for each in found] == [
        (1, 0.5, Side.SERVER, "session.created"),
        (2, 1.25, Side.CLIENT, "response.create"),
    ]


def test_text_of_a_message_is_kept_verbatim() -> None:
    (event,) = events(only_session(sent('{ "type" : "response.create" }')))
    assert event.payload == b'{ "type" : "response.create" }'


def test_binary_message_is_decoded() -> None:
    (event,) = events(only_session(sent(b"\x00\xff")))
    assert (event.payload, event.form, event.is_text_frame) == (b"\x00\xff", Form.BINARY, False)


def test_header_tells_the_server_the_client_and_the_source() -> None:
    header = only_session(sent(CREATE), url="https://h/v1/realtime?model=m").header
    assert (header.via, header.started) == ("import", "2026-11-20T14:15:12.000000Z")
    assert header.upstream == "wss://h/v1/realtime?model=m"
    assert header.request["path"] == "/v1/realtime?model=m"
    assert header.client == {"agent": "Chrome/142"}
    assert header.extra["imported"] == {
        "file": "chrome.har",
        "place": "log.entries[0]",
        "tool": "WebInspector 537.36",
    }


def test_answer_comes_when_the_steps_before_it_are_over() -> None:
    headers = [["Sec-WebSocket-Protocol", "realtime"]]
    opened = only_session(
        received(CREATED, 2.0), response={"status": 101, "headers": headers}
    ).lines[0]
    # 10 ms dns, 100 ms connect with TLS in it, 1 ms send, 139 ms wait.
    assert opened == Opened(0.25, 101, (("Sec-WebSocket-Protocol", "realtime"),), "realtime")


def test_answer_is_never_later_than_the_first_event() -> None:
    opened = only_session(received(CREATED, 0.1)).lines[0]
    assert isinstance(opened, Opened)
    assert opened.at == 0.1


def test_websocket_over_http2_is_open_although_its_status_is_200() -> None:
    opened = only_session(received(CREATED), status=200).lines[0]
    assert isinstance(opened, Opened)
    assert opened.status == 101


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ({"text": "no key"}, "no key"),
        ({"text": "bm8ga2V5", "encoding": "base64"}, "no key"),
        ({"text": "no key", "encoding": "base64"}, "no key"),
        ({}, None),
    ],
)
def test_refusal_keeps_its_body(content: dict[str, str], body: str | None) -> None:
    session = only_session(response={"status": 401, "content": content})
    assert [(each.status, each.body) for each in session.lines if isinstance(each, Opened)] == [
        (401, body)
    ]


def test_connection_that_failed_is_told_in_a_note() -> None:
    session = only_session(response={"status": 0, "_error": "net::ERR_CONNECTION_REFUSED"})
    assert notes(session) == ["net::ERR_CONNECTION_REFUSED"]
    assert notes(only_session(response={})) == ["the file tells no answer to the handshake"]


def test_protocol_error_of_chrome_becomes_a_note() -> None:
    error = {"type": "error", "time": None, "opcode": -1, "data": "Invalid frame header"}
    assert "Invalid frame header" in notes(only_session(received(CREATED), error))


def test_control_frame_becomes_a_note() -> None:
    session = only_session({**received("bye"), "opcode": 8})
    assert events(session) == []
    assert notes(session) == ["the server sent a frame with opcode 8"]


def test_events_without_times_are_put_after_each_other_and_that_is_told() -> None:
    session = only_session(received(CREATED, 1.0), sent(CREATE, None), received(CREATED, 0.5))
    assert [each.at for each in events(session)] == [1.0, 1.05, 1.05]
    assert notes(session) == [
        "1 event has no time in the file: it is put 0.05 s after the one before"
    ]


def test_each_websocket_is_a_session_and_other_traffic_is_counted() -> None:
    data = archive(
        page(),
        websocket(sent(CREATE)),
        websocket(sent({"type": "ping"}), url="ws://localhost:5173/hmr"),
        websocket(received(CREATED), url="wss://gateway.example.org/socket"),
        page(),
    )
    found = read_har(data, PATH)
    assert [each.place for each in found.sessions] == ["log.entries[1]", "log.entries[3]"]
    assert found.skipped == {Skipped.REQUEST: 2, Skipped.WEBSOCKET: 1}


def test_every_websocket_is_taken_when_all_are_asked_for() -> None:
    data = archive(websocket(sent("no json"), sent("{}"), url="ws://localhost:5173/hmr"))
    assert read_har(data, PATH).sessions == ()
    (session,) = read_har(data, PATH, takes_all=True).sessions
    assert len(events(session)) == 2


def test_websocket_of_a_tool_that_keeps_no_messages_is_skipped() -> None:
    firefox = websocket()
    del firefox["_webSocketMessages"]
    del firefox["_resourceType"]
    upgrade = {**page("https://h/v1/realtime")}
    upgrade["request"]["headers"] = [{"name": "Upgrade", "value": "WebSocket"}]
    upgrade["response"]["status"] = 101
    assert read_har(archive(firefox, upgrade), PATH).skipped == {Skipped.EMPTY: 2}


def test_half_an_emoji_becomes_what_a_browser_sends() -> None:
    (event,) = events(only_session(sent('{"type":"x.y","t":"\ud83d"}')))
    assert event.payload.decode() == '{"type":"x.y","t":"\ufffd"}'


@pytest.mark.parametrize("change", [lambda data: b"\xef\xbb\xbf" + data, zlib.compress])
def test_byte_order_mark_and_compression_are_understood(change: Any) -> None:
    data = change(archive(websocket(sent(CREATE))))
    assert is_har(data)
    assert len(read_har(data, PATH).sessions) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "chrome.har: it is not JSON: "),
        (b"\x78\x9cnope", "chrome.har: cannot be decompressed: "),
        (b"[]", "expected an HTTP Archive, an object with the array log.entries; "),
        (b'{"log":{"entries":{}}}', "expected an HTTP Archive"),
        (
            archive(page(), websocket({**sent(CREATE), "data": 5})),
            "chrome.har log.entries[1]._webSocketMessages[0].data: expected `str`, got `int`",
        ),
        (
            archive(websocket({**sent(CREATE), "type": "out"})),
            "log.entries[0]._webSocketMessages[0].type: expected send, receive or error, got 'out'",
        ),
        (
            archive(websocket({**sent(CREATE), "opcode": 2})),
            "log.entries[0]._webSocketMessages[0].data: a binary message is not base64: ",
        ),
        (
            archive(websocket(startedDateTime="yesterday")),
            "log.entries[0].startedDateTime: 'yesterday' is no time",
        ),
        (
            archive({"_webSocketMessages": [], "startedDateTime": STARTED}),
            "chrome.har log.entries[0]: object missing required field `request`",
        ),
        (
            archive(websocket(_realtap={"lines": [[0, "{}x"]]})),
            "log.entries[0]._realtap: a line of a recording is damaged: ",
        ),
        (
            archive(
                websocket(
                    _realtap={"lines": [[0, json.dumps({"realtap": 1, "id": "", "started": ""})]]}
                )
            ),
            "log.entries[0]._realtap: a recording's header is no line of a session",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(data: bytes, words: str) -> None:
    assert words in complaint(data)
