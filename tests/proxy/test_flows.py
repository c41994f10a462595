"""mitmproxy's flow files: with the real mitmproxy where it is installed."""

import sys
from pathlib import Path
from typing import Any

import pytest

from realtap.proxy.flows import is_flow_file, read_flows
from realtap.recordings.errors import UsageError
from realtap.recordings.event import Closed, Event, Fate, Note, Opened, Origin, Side
from realtap.recordings.exchange.foreign import ForeignFileError, ForeignSession, Skipped

URL = "https://api.openai.com/v1/realtime?model=gpt-realtime"
CREATED = b'{"type":"session.created"}'
CREATE = b'{"type":"response.create"}'


@pytest.fixture
def mitmproxy() -> None:
    """Skips a test where mitmproxy is not installed."""
    pytest.importorskip("mitmproxy.io", reason="mitmproxy is an extra")


def websocket(*messages: Any, url: str = URL, is_closed: bool = True) -> Any:
    """A flow of a WebSocket that began at second 1000 of 1970."""
    from mitmproxy.http import Request
    from mitmproxy.test import tflow

    flow: Any = tflow.twebsocketflow()
    headers: Any = {"Upgrade": "websocket", "User-Agent": "app"}
    flow.request = Request.make("GET", url, headers=headers)
    flow.request.timestamp_start, flow.response.timestamp_start = 1000.0, 1000.25
    flow.websocket.messages = list(messages)
    flow.websocket.timestamp_end = 1010.0 if is_closed else None
    flow.websocket.close_code, flow.websocket.close_reason = 4000, "bye"
    flow.websocket.closed_by_client = True
    return flow


def message(content: bytes, at: float, *, from_client: bool = False, **more: Any) -> Any:
    from mitmproxy.websocket import WebSocketMessage

    opcode = more.pop("opcode", 1)
    return WebSocketMessage(opcode, from_client, content, 1000.0 + at, **more)


def written(path: Path, *flows: Any) -> Path:
    from mitmproxy import io

    make_writer: Any = io.FlowWriter
    with path.open("wb") as file:
        for flow in flows:
            make_writer(file).add(flow)
    return path


def only_session(path: Path, flow: Any) -> ForeignSession:
    (session,) = read_flows(written(path, flow)).sessions
    return session


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "saved.flows"


@pytest.mark.usefixtures("mitmproxy")
def test_websocket_becomes_a_session(path: Path) -> None:
    session = only_session(
        path,
        websocket(
            message(CREATED, 0.5),
            message(CREATE, 1.0, from_client=True),
            message(b"\xff", 1.5, opcode=2),
        ),
    )
    assert session.header.upstream == URL.replace("https", "wss")
    assert session.header.started == "1970-01-01T00:16:40.000000Z"
    opened, *events, closed = session.lines
    assert isinstance(opened, Opened)
    assert (opened.at, opened.status) == (0.25, 101)
    assert events[:2] == [
        Event(1, 0.5, Side.SERVER, "session.created", CREATED),
        Event(2, 1.0, Side.CLIENT, "response.create", CREATE),
    ]
    assert closed == Closed(10.0, Side.CLIENT, 4000, "bye")


@pytest.mark.usefixtures("mitmproxy")
def test_what_mitmproxy_did_is_marked(path: Path) -> None:
    flow = websocket(message(CREATED, 1, dropped=True), message(CREATED, 2, injected=True))
    first, second = [each for each in only_session(path, flow).lines if isinstance(each, Event)]
    assert (first.fate, first.origin, first.why) == (Fate.DROPPED, Origin.WIRE, "by mitmproxy")
    assert (second.fate, second.origin) == (Fate.FORWARDED, Origin.INJECTED)


@pytest.mark.usefixtures("mitmproxy")
def test_session_that_goes_on_has_no_end(path: Path) -> None:
    session = only_session(path, websocket(message(CREATED, 1), is_closed=False))
    assert not any(isinstance(each, Closed) for each in session.lines)


@pytest.mark.usefixtures("mitmproxy")
def test_refusal_and_missing_answer_are_told(path: Path) -> None:
    from mitmproxy.test import tutils

    refused, unanswered = websocket(), websocket()
    refused.websocket = unanswered.websocket = unanswered.response = None
    refused.response = tutils.tresp(status_code=401, content=b"no key")
    found = read_flows(written(path, refused, unanswered))
    first, second = [each.lines for each in found.sessions]
    assert [(each.status, each.body) for each in first if isinstance(each, Opened)] == [
        (401, "no key")
    ]
    assert [type(each) for each in second] == [Note]


@pytest.mark.usefixtures("mitmproxy")
def test_header_that_is_no_utf8_can_be_written(path: Path) -> None:
    flow = websocket(message(CREATED, 1))
    flow.request.headers.fields += ((b"x-name", b"J\xf6rg"),)
    assert ["x-name", "J\ufffdrg"] in only_session(path, flow).header.request["headers"]


@pytest.mark.usefixtures("mitmproxy")
def test_other_traffic_is_counted(path: Path) -> None:
    from mitmproxy.test import tflow

    other = websocket(message(b"tick", 1), url="https://example.org/hmr")
    written(path, tflow.tflow(resp=True), tflow.ttcpflow(), other, websocket(message(CREATED, 1)))
    found = read_flows(path)
    assert [each.place for each in found.sessions] == ["flow 4"]
    assert found.skipped == {Skipped.REQUEST: 2, Skipped.WEBSOCKET: 1}
    assert len(read_flows(path, takes_all=True).sessions) == 2


@pytest.mark.usefixtures("mitmproxy")
def test_flow_file_is_known_by_its_beginning(path: Path) -> None:
    assert is_flow_file(written(path, websocket()).read_bytes())


@pytest.mark.usefixtures("mitmproxy")
def test_flow_file_that_is_damaged_is_told(path: Path) -> None:
    path.write_bytes(b"12:nothing")
    with pytest.raises(ForeignFileError, match="mitmproxy cannot read it: "):
        read_flows(path)


@pytest.mark.usefixtures("mitmproxy")
def test_flow_file_that_is_missing_is_told(path: Path) -> None:
    with pytest.raises(ForeignFileError, match="cannot be read: No such file"):
        read_flows(path)


@pytest.mark.parametrize("data", [b"", b"{}", b"12345678901234:", b":x", b"x:"])
def test_other_files_are_no_flow_files(data: bytes) -> None:
    assert not is_flow_file(data)


def test_missing_mitmproxy_is_told_with_the_line_that_installs_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mitmproxy.exceptions", None)
    with pytest.raises(UsageError, match=r'pip install "realtap\[mitm\]"'):
        read_flows(path)
