"""Reads mitmproxy's flow files: WebSocket sessions that it saved with `-w` or `save.file`.

mitmproxy is an extra, and heavy: it is imported when a file is read, never with this module.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..recordings.errors import UsageError
from ..recordings.event import Closed, Event, Fate, NameValues, Note, Opened, Origin, Side
from ..recordings.exchange.foreign import (
    ForeignFile,
    ForeignFileError,
    ForeignSession,
    Line,
    Skipped,
    header_of,
    is_of_realtime,
)
from ..recordings.exchange.timeline import Timeline
from ..recordings.lines import classify

if TYPE_CHECKING:
    from mitmproxy.flow import Flow
    from mitmproxy.http import Headers, HTTPFlow
    from mitmproxy.websocket import WebSocketMessage

FORMAT: Final = "flows"
"""What `--format` calls it."""

_NO_CLOSE_FRAME: Final = 1006
"""What stands for a close code when there was no close frame (RFC 6455, section 7.1.5)."""
_NO_CODE: Final = 1005
"""What stands for the code of a close frame that has none."""


def is_flow_file(data: bytes) -> bool:
    """Whether data begins as a flow file: a tagged netstring, which tells its length first."""
    length, colon, _ = data[:12].partition(b":")
    return bool(colon) and length.isdigit()


def read_flows(path: Path, *, takes_all: bool = False) -> ForeignFile:
    """The Realtime sessions of a flow file.

    Args:
        path: The file.
        takes_all: Also WebSockets that do not look like the Realtime API.

    Raises:
        UsageError: mitmproxy is not installed.
        ForeignFileError: The file cannot be read, by the mitmproxy that is installed.
    """
    sessions = []
    skipped: Counter[Skipped] = Counter()
    for number, flow in enumerate(_flows(path), start=1):
        websocket = _websocket_of(flow)
        if websocket is None:
            skipped[Skipped.REQUEST] += 1
            continue
        session = _session(websocket, path, f"flow {number}")
        if takes_all or is_of_realtime(session):
            sessions.append(session)
        else:
            skipped[Skipped.WEBSOCKET] += 1
    return ForeignFile(path, FORMAT, tuple(sessions), dict(skipped))


def _flows(path: Path) -> "Iterator[Flow]":
    try:
        from mitmproxy.exceptions import FlowReadException  # noqa: PLC0415 -- an extra, see above
        from mitmproxy.io import FlowReader  # noqa: PLC0415 -- an extra, see above
    except ImportError as error:
        raise UsageError(
            f"{path} is a flow file of mitmproxy, which reads it, and which is not installed "
            f'({error}): run pip install "realtap[mitm]", or save the flows as HAR with '
            f"mitmdump -nr {path} --set hardump=flows.har and import that"
        ) from error
    try:
        with path.open("rb") as file:
            yield from FlowReader(file).stream()
    except FlowReadException as error:
        raise ForeignFileError(f"mitmproxy cannot read it: {error}", path=path) from error
    except OSError as error:
        raise ForeignFileError(f"cannot be read: {error.strerror or error}", path=path) from error


def _websocket_of(flow: "Flow") -> "HTTPFlow | None":
    """The flow if it is a WebSocket, or the refusal of one."""
    from mitmproxy.http import HTTPFlow  # noqa: PLC0415 -- an extra, see above

    if not isinstance(flow, HTTPFlow):
        return None
    asked = flow.request.headers.get("upgrade", "").lower() == "websocket"
    return flow if flow.websocket is not None or asked else None


def _session(flow: "HTTPFlow", path: Path, place: str) -> ForeignSession:
    started_s = flow.request.timestamp_start
    started = datetime.fromtimestamp(started_s, UTC)
    header = header_of(
        _sound(flow.request.pretty_url) or "",
        started=started,
        headers=_pairs(flow.request.headers),
        source=path,
        place=place,
        told_by="mitmproxy",
    )
    timeline = Timeline(started)
    lines = [*_answer(flow, timeline), *_said(flow, timeline), *_end(flow, timeline)]
    return ForeignSession(place, header, tuple(lines))


def _answer(flow: "HTTPFlow", timeline: Timeline) -> Iterator[Line]:
    response = flow.response
    if response is None:
        text = flow.error.msg if flow.error else "mitmproxy saw no answer to the handshake"
        yield Note(timeline.at, {"kind": "import", "text": text})
        return
    headers = _pairs(response.headers)
    is_open = flow.websocket is not None
    yield Opened(
        at=timeline.by_clock(response.timestamp_start),
        # Over HTTP/2 a WebSocket is opened by CONNECT, whose answer is 200 (RFC 8441, section 5).
        status=101 if is_open else response.status_code,
        headers=headers,
        subprotocol=_sound(response.headers.get("sec-websocket-protocol")),
        body=None if is_open else _sound(response.get_text(strict=False)),
    )


def _said(flow: "HTTPFlow", timeline: Timeline) -> Iterator[Line]:
    messages: Iterable[WebSocketMessage] = flow.websocket.messages if flow.websocket else ()
    for message in messages:
        form, type_ = classify(message.content, is_text_frame=message.is_text)
        yield Event(
            seq=timeline.next_seq(),
            at=timeline.by_clock(message.timestamp),
            side=Side.CLIENT if message.from_client else Side.SERVER,
            type=type_,
            payload=message.content,
            form=form,
            is_text_frame=message.is_text,
            origin=Origin.INJECTED if message.injected else Origin.WIRE,
            fate=Fate.DROPPED if message.dropped else Fate.FORWARDED,
            why="by mitmproxy" if message.injected or message.dropped else None,
        )


def _end(flow: "HTTPFlow", timeline: Timeline) -> Iterator[Line]:
    websocket = flow.websocket
    if websocket is None or websocket.timestamp_end is None:
        return
    code = websocket.close_code
    yield Closed(
        at=timeline.by_clock(websocket.timestamp_end),
        side=Side.CLIENT if websocket.closed_by_client else Side.SERVER,
        code=(_NO_CLOSE_FRAME if flow.error else _NO_CODE) if code is None else code,
        reason=_sound(websocket.close_reason) or "",
    )


def _pairs(headers: "Headers") -> NameValues:
    return tuple(
        (name.decode("utf-8", "replace"), value.decode("utf-8", "replace"))
        for name, value in headers.fields
    )


def _sound(text: str | None) -> str | None:
    """A text of mitmproxy, which keeps bytes that are no UTF-8 as halves of surrogate pairs."""
    return None if text is None else text.encode("utf-8", "replace").decode()
