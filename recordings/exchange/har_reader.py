"""Reads the WebSocket sessions of an HTTP Archive that a browser or a proxy wrote.

Seen: Chrome and Edge ("Export HAR", the message's `time` is wall clock, protocol errors are messages of
type `error`), mitmproxy (`save.har`, `hardump`: URLs with `https`, `.zhar` is compressed with zlib), and
realtap's own.
"""

import base64
import binascii
import re
import zlib
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from .. import lines
from ..event import Event, Header, NameValues, Note, Opened, Side
from ..jsontext import loads
from ..plain import number_of, object_of, objects_of, text_of
from . import har
from .foreign import (
    ForeignFile,
    ForeignFileError,
    ForeignSession,
    Line,
    Skipped,
    header_of,
    is_of_realtime,
)
from .timeline import Timeline, parsed_moment

FORMAT = "har"
"""What `--format` calls it."""

_BOM = b"\xef\xbb\xbf"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_LONGEST_STEP_MS = 1e9
"""More is no duration of a handshake."""
_SIDES = {har.SEND: Side.CLIENT, har.RECEIVE: Side.SERVER}
_BEFORE_ANSWER = ("blocked", "dns", "connect", "send", "wait")
"""The steps of `timings` until the answer; `ssl` is a part of `connect`."""


def is_har(data: bytes) -> bool:
    """Whether data may be an HTTP Archive: compressed data, or an object that is no line of JSON."""
    return data.startswith(_ZLIB) or data.removeprefix(_BOM).lstrip().startswith(b"{")


def read_har(data: bytes, path: Path, *, takes_all: bool = False) -> ForeignFile:
    """The Realtime sessions of an archive.

    Args:
        data: The file's content.
        path: The file, for errors.
        takes_all: Also WebSockets that do not look like the Realtime API.

    Raises:
        ForeignFileError: It is no HTTP Archive, or an entry is not what it should be.
    """
    log = _log(data, path)
    told_by = _creator(log)
    sessions = []
    skipped: Counter[Skipped] = Counter()
    for index, value in enumerate(log["entries"]):
        fields = object_of(value)
        if not _is_websocket(fields):
            skipped[Skipped.REQUEST] += 1
            continue
        place = f"log.entries[{index}]"
        session = _Session(_converted(fields, path, place), path, place, told_by).read()
        if not (takes_all or is_of_realtime(session)):
            skipped[Skipped.WEBSOCKET] += 1
        elif _lacks_messages(fields):
            skipped[Skipped.EMPTY] += 1
        else:
            sessions.append(session)
    return ForeignFile(path, FORMAT, tuple(sessions), dict(skipped))


def _log(data: bytes, path: Path) -> dict[str, Any]:
    if data.startswith(_ZLIB):
        try:
            data = zlib.decompress(data)
        except zlib.error as error:
            raise ForeignFileError(f"cannot be decompressed: {error}", path=path) from error
    try:
        root = loads(data.removeprefix(_BOM))
    except ValueError as error:
        raise ForeignFileError(f"it is not JSON: {error}", path=path) from error
    if _SURROGATE.search(data):
        root = _sound(root)
    log = object_of(object_of(root).get("log"))
    if not isinstance(log.get("entries"), list):
        raise ForeignFileError(
            "expected an HTTP Archive, an object with the array log.entries; "
            "export the traffic as HAR again, or name another --format",
            path=path,
        )
    return log


def _sound(value: Any) -> Any:
    """The value with each half of a surrogate pair replaced, as a browser does before it sends one."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_sound(each) for each in value]
        case dict():
            return {_sound(name): _sound(each) for name, each in value.items()}
    return value


def _creator(log: dict[str, Any]) -> str:
    creator = object_of(log.get("creator"))
    return f"{text_of(creator.get('name'))} {text_of(creator.get('version'))}".strip()


# Which entries are sessions.


def _lacks_messages(entry: dict[str, Any]) -> bool:
    """Whether the tool tells of a session without what was said, as Firefox does."""
    is_open = object_of(entry.get("response")).get("status") == 101
    return is_open and entry.get("_webSocketMessages") is None


def _is_websocket(entry: dict[str, Any]) -> bool:
    request = object_of(entry.get("request"))
    return (
        "_webSocketMessages" in entry
        or entry.get("_resourceType") == har.RESOURCE_TYPE
        or text_of(request.get("url")).startswith(("ws://", "wss://"))
        or any(
            text_of(each.get("name")).lower() == "upgrade"
            and text_of(each.get("value")).lower() == "websocket"
            for each in objects_of(request.get("headers"))
        )
    )


# An entry as a session.


def _converted(fields: dict[str, Any], path: Path, place: str) -> har.Entry:
    try:
        return msgspec.convert(fields, har.Entry)
    except msgspec.ValidationError as error:
        # msgspec tells the place behind the last dash: "... - at `$.request.url`".
        what, _, where = str(error).rpartition(" - at `$")
        inner = where.rstrip("`") if what else ""
        raise ForeignFileError(
            _lowered(what or str(error)), path=path, place=place + inner
        ) from error


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


class _Session:
    """One entry on its way to be a session."""

    def __init__(self, entry: har.Entry, path: Path, place: str, told_by: str) -> None:
        self._entry = entry
        self._path = path
        self._place = place
        self._told_by = told_by
        started = parsed_moment(entry.started)
        if started is None:
            raise self._error(f"{entry.started!r} is no time", ".startedDateTime")
        self._started = started
        self._timeline = Timeline(started)

    def read(self) -> ForeignSession:
        """The session that the entry tells."""
        body = list(self._body())
        first_at = next((each.at for each in body if isinstance(each, Event)), None)
        answer = self._answer(first_at=first_at)
        return ForeignSession(self._place, self._header(), (*answer, *body))

    def _header(self) -> Header:
        url = self._entry.request.url
        return header_of(
            "" if url == har.UNKNOWN_URL else url,
            started=self._started,
            headers=_pairs(self._entry.request.headers),
            source=self._path,
            place=self._place,
            told_by=self._told_by,
            untimed=self._timeline.untimed,
        )

    def _answer(self, *, first_at: float | None) -> Iterator[Line]:
        response = self._entry.response
        headers = _pairs(response.headers)
        at = self._wait_s()
        if first_at is not None:
            at = min(at, first_at)
        if self._entry.own is not None and not self._entry.own.has_answer:
            return
        if not response.status:
            text = response.error or "the file tells no answer to the handshake"
            yield Note(at, {"kind": "import", "text": text})
            return
        is_open = response.status < 300
        yield Opened(
            at=at,
            # Over HTTP/2 a WebSocket is opened by CONNECT, whose answer is 200 (RFC 8441, section 5).
            status=101 if is_open else response.status,
            headers=headers,
            subprotocol=_header_value(headers, "sec-websocket-protocol"),
            body=None if is_open else _text_of_body(response.content),
        )

    def _wait_s(self) -> float:
        """How long the answer to the handshake took."""
        steps = [number_of(self._entry.timings.get(name)) or 0 for name in _BEFORE_ANSWER]
        return round(sum(each for each in steps if 0 < each < _LONGEST_STEP_MS) / 1000, 6)

    def _body(self) -> Iterator[Line]:
        """Events and what stands between them."""
        own_lines = deque(self._entry.own.lines if self._entry.own else [])
        messages = self._entry.messages or []
        for index, message in enumerate(messages):
            while own_lines and own_lines[0][0] <= index:
                yield self._own_line(own_lines.popleft()[1])
            if message.own is None or not message.own.line:
                yield from self._said(message, f"._webSocketMessages[{index}]")
        for _, text in own_lines:
            yield self._own_line(text)
        if text := self._timeline.told_of_untimed():
            yield Note(self._timeline.at, {"kind": "import", "text": text})

    def _own_line(self, text: str) -> Line:
        """A line that realtap wrote into the archive."""
        try:
            entry = lines.decode(text.encode())
        except lines.DamagedLineError as error:
            raise self._error(f"a line of a recording is damaged: {error}", "._realtap") from error
        if isinstance(entry, Header):
            raise self._error("a recording's header is no line of a session", "._realtap")
        if isinstance(entry, Event):
            self._timeline.seq = entry.seq
        self._timeline.since_start(getattr(entry, "at", self._timeline.at))
        return entry

    def _said(self, message: har.Message, place: str) -> Iterator[Line]:
        at = self._timeline.by_clock(message.time)
        side = _SIDES.get(message.type)
        if message.type == har.ERROR:
            yield Note(at, {"kind": "import", "text": message.data})
        elif side is None:
            raise self._error(
                f"expected send, receive or error, got {message.type!r}", f"{place}.type"
            )
        elif message.opcode in {har.TEXT, har.BINARY}:
            is_text = message.opcode == har.TEXT
            payload = self._payload(message, place, is_text=is_text)
            form, type_ = lines.classify(payload, is_text_frame=is_text)
            seq = self._timeline.next_seq()
            yield Event(seq, at, side, type_, payload, form, is_text_frame=is_text)
        else:
            # Pings, pongs and close frames, which some tools keep: a recording has no place for them.
            text = f"the {side} sent a frame with opcode {message.opcode:g}"
            yield Note(at, {"kind": "import", "text": text})

    def _payload(self, message: har.Message, place: str, *, is_text: bool) -> bytes:
        encoded = message.own.base64 if message.own else None
        if encoded is None and is_text:
            return message.data.encode()
        try:
            return base64.b64decode(message.data if encoded is None else encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise self._error(
                f"a binary message is not base64: {error}", f"{place}.data"
            ) from error

    def _error(self, message: str, place: str) -> ForeignFileError:
        return ForeignFileError(message, path=self._path, place=self._place + place)


def _pairs(headers: list[har.NameValue | tuple[str, str]]) -> NameValues:
    return tuple(
        (each.name, each.value) if isinstance(each, har.NameValue) else each for each in headers
    )


def _header_value(headers: NameValues, name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)


def _text_of_body(content: har.Content) -> str | None:
    if content.text is None or content.encoding != "base64":
        return content.text
    try:
        return base64.b64decode(content.text).decode("utf-8", "replace")
    except binascii.Error:
        return content.text
