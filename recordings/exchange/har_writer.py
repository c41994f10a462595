"""Writes recordings as an HTTP Archive that Chrome and mitmproxy open.

`_webSocketMessages` tells what each side got to hear. What a HAR has no place for stands beside it, in
`_realtap`, as lines of the recording: the close, notes, and each event that realtap made, changed, held
or dropped. Other tools skip that; `har_reader` makes the same recording of it again.

Everything is redacted once more, and nothing is kept in memory but the lines of `_realtap`.
"""

import base64
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import chain
from urllib.parse import parse_qsl, urlsplit

import msgspec

from .. import lines
from ..event import Entry, Event, Fate, Form, Header, Json, Opened, Origin, Released, Side, Unknown
from ..redaction import Redactor
from . import har
from .cleaning import clean_header, clean_line
from .delivery import Delivery
from .foreign import Line, isoformat
from .timeline import microseconds, parsed_moment

_encode = msgspec.json.encode


def write_har(recordings: Iterable[Iterable[Entry]], *, tool: str) -> Iterator[bytes]:
    """The archive in pieces; each recording's entries become one entry of it.

    Args:
        recordings: The entries of each, the header first.
        tool: Name and version of the writer.
    """
    name, _, version = tool.partition(" ")
    creator = _encode({"name": name, "version": version})
    yield b'{"log":{"version":"1.2","creator":%b,"pages":[],"entries":[' % creator
    for number, entries in enumerate(recordings):
        yield b",\n" if number else b"\n"
        yield from _ArchiveEntry(entries).pieces()
    yield b"\n]}}\n"


class _ArchiveEntry:
    """One recording on its way into an archive."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._redactor = Redactor()
        self._own_lines: list[tuple[int, str]] = []
        self._count = 0
        self._last_at = 0.0
        rest = iter(entries)
        header = next(rest)
        assert isinstance(header, Header), "a recording begins with its header"
        self._header = clean_header(header, self._redactor)
        self._started = parsed_moment(self._header.started) or datetime.fromtimestamp(0, UTC)
        self._started_us = microseconds(self._started)
        self._lines, self._opened = _beginning(
            clean_line(each, self._redactor) for each in rest if not isinstance(each, Header)
        )

    def pieces(self) -> Iterator[bytes]:
        """The entry as JSON."""
        opened = self._opened
        wait_ms = opened.at * 1000 if opened else 0.0
        head = {
            "startedDateTime": isoformat(self._started),
            "_resourceType": har.RESOURCE_TYPE,
            "request": _request(self._header),
            "response": _response(opened),
            "cache": {},
        }
        yield _encode(head)[:-1] + b',"_webSocketMessages":['
        for number, message in enumerate(self._messages()):
            yield (b",\n" if number else b"\n") + _encode(message)
        receive_ms = max(self._last_at * 1000 - wait_ms, 0.0)
        tail = {
            "time": round(wait_ms + receive_ms, 3),
            "timings": _timings(wait_ms, receive_ms),
            "_realtap": {"lines": self._own_lines, "has_answer": opened is not None},
        }
        yield b"]," + _encode(tail)[1:]

    def _messages(self) -> Iterator[Json]:
        """What each side got; fills `_own_lines` on the way."""
        delivery = Delivery()
        for line in self._lines:
            self._last_at = max(self._last_at, getattr(line, "at", 0.0))
            is_told = isinstance(line, Event) and _is_plain(line)
            if not is_told:
                encoded = line.line if isinstance(line, Unknown) else lines.encode(line)
                self._own_lines.append(
                    (self._count, encoded.decode("utf-8", "replace").rstrip("\n"))
                )
            for event in delivery.receive(line) if isinstance(line, Event | Released) else ():
                if event.form is not Form.DIGEST:
                    self._count += 1
                    yield self._message(event, is_told=is_told)

    def _message(self, event: Event, *, is_told: bool) -> Json:
        own: Json = {} if is_told else {"line": True}
        if event.form is Form.BINARY:
            encoded = base64.b64encode(event.payload).decode()
            data = event.payload.decode("utf-8", "replace") if event.is_text_frame else encoded
            own |= {"base64": encoded} if event.is_text_frame else {}
        else:
            data = event.payload.decode()
        message = {
            "type": har.SEND if event.side is Side.CLIENT else har.RECEIVE,
            "time": (self._started_us + round(event.at * 1e6)) / 1e6,
            "opcode": har.TEXT if event.is_text_frame else har.BINARY,
            "data": data,
        }
        return {**message, "_realtap": own} if own else message


def _beginning(session: Iterator[Line]) -> tuple[Iterator[Line], Opened | None]:
    """The lines without the answer to the handshake, and that: an archive tells it first."""
    before: list[Line] = []
    for line in session:
        if isinstance(line, Opened):
            return chain(before, session), line
        before.append(line)
        if isinstance(line, Event):
            break
    return chain(before, session), None


def _is_plain(event: Event) -> bool:
    """Whether a message of an archive tells all of an event."""
    return (
        event.origin is Origin.WIRE
        and event.fate is Fate.FORWARDED
        and event.form is not Form.DIGEST
        and not event.redacted
        and not event.extra
        and event.why is None
    )


def _request(header: Header) -> Json:
    url = _http_url(header.upstream)
    return {
        "method": "GET",
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _name_values(header.request.get("headers") or ()),
        "queryString": _name_values(parse_qsl(urlsplit(url).query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": 0,
    }


def _http_url(url: str) -> str:
    """The URL with the scheme of HTTP: mitmproxy takes port 80 for what it calls `wss`."""
    schemes = {"wss": "https", "ws": "http"}
    try:
        parts = urlsplit(url)
    except ValueError:
        return har.UNKNOWN_URL
    if not parts.hostname:
        return har.UNKNOWN_URL
    return parts._replace(scheme=schemes.get(parts.scheme, parts.scheme)).geturl()


def _response(opened: Opened | None) -> Json:
    """The answer; a session without one that was recorded must have had the usual one."""
    status = opened.status if opened else HTTPStatus.SWITCHING_PROTOCOLS.value
    body = (opened.body if opened else None) or ""
    headers = opened.headers if opened else ()
    return {
        "status": status,
        "statusText": _phrase(status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _name_values(headers),
        "content": {
            "size": len(body.encode()),
            "mimeType": next((v for k, v in headers if k.lower() == "content-type"), "x-unknown"),
            "text": body,
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(body.encode()),
        "_transferSize": 0,
    }


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _timings(wait_ms: float, receive_ms: float) -> Json:
    absent = dict.fromkeys(("blocked", "dns", "connect", "ssl"), -1)
    return {**absent, "send": 0, "wait": round(wait_ms, 3), "receive": round(receive_ms, 3)}


def _name_values(pairs: Iterable[Iterable[str]]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in pairs]
