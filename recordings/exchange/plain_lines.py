"""Plain lines of JSON: who said what, in the order seen, and when if that is known.

    {"from":"client","at":1.25,"event":{"type":"response.create"}}

One session a file. A message that is no line of JSON has `text` or `base64` in the place of `event`, as
in a recording, and `{"from":"server","close":{"code":1000,"reason":""}}` is the end.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from ..event import Closed, Entry, Event, Form, Header, Json, Note, Released, Side
from ..jsontext import loads
from ..lines import classify
from ..redaction import Redactor
from .cleaning import clean_header, clean_line
from .delivery import Delivery
from .foreign import ForeignFile, ForeignFileError, ForeignSession, Line, header_of
from .timeline import Timeline

FORMAT = "jsonl"
"""What `--format` calls it."""


class _Close(msgspec.Struct):
    code: int = 1005
    reason: str | None = ""


class _PlainLine(msgspec.Struct, rename={"side": "from"}):
    """What a line may say; other keys are skipped."""

    side: Side
    at: float | None = None
    text: str | None = None
    base64: str | None = None
    frame: str | None = None
    size: int | None = None
    sha256: str | None = None
    close: _Close | None = None
    event: msgspec.Raw = msgspec.Raw()


_decode_line = msgspec.json.Decoder(_PlainLine).decode


def is_plain_lines(data: bytes) -> bool:
    """Whether the first line of a file is such a line."""
    try:
        first = loads(data.lstrip().partition(b"\n")[0])
    except ValueError:
        return False
    return isinstance(first, dict) and "from" in first and "seq" not in first


def read_plain_lines(data: bytes, path: Path, *, url: str = "") -> ForeignFile:
    """The session of such a file.

    Args:
        data: The file's content.
        path: The file; when it was last written is taken for the session's start.
        url: Of the server, which the lines do not tell.

    Raises:
        ForeignFileError: A line is not what it should be.
    """
    try:
        started = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        started = datetime.now(UTC)
    timeline = Timeline(started)
    said = [
        _line(_decoded(line, path, number), timeline, path, number)
        for number, line in enumerate(data.split(b"\n"), start=1)
        if line.strip()
    ]
    if text := timeline.told_of_untimed():
        said.insert(0, Note(0.0, {"kind": "import", "text": text}))
    header = header_of(url, started=started, source=path, untimed=timeline.untimed)
    return ForeignFile(path, FORMAT, (ForeignSession("", header, tuple(said)),))


def _decoded(line: bytes, path: Path, number: int) -> _PlainLine:
    try:
        return _decode_line(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        refusal: Exception = error
    try:
        # JSON that msgspec does not read, such as half an emoji: written again, it is ASCII.
        value = loads(line)
        if isinstance(value, dict) and "event" in value:
            event = json.dumps(value["event"], separators=(",", ":")).encode()
            told = msgspec.convert({**value, "event": None}, _PlainLineWithoutEvent)
            return _PlainLine(side=told.side, at=told.at, event=msgspec.Raw(event))
    except (ValueError, RecursionError) as error:
        refusal = error
    raise ForeignFileError(_told(refusal), path=path, line=number) from refusal


class _PlainLineWithoutEvent(msgspec.Struct, rename={"side": "from"}):
    side: Side
    at: float | None = None


def _told(error: Exception) -> str:
    text = str(error)
    return f'expected {{"from":"client"|"server","event":{{…}}}}: {text[:1].lower()}{text[1:]}'


def _line(told: _PlainLine, timeline: Timeline, path: Path, number: int) -> Line:
    at = timeline.since_start(told.at)
    if told.close is not None:
        return Closed(at, told.side, told.close.code, told.close.reason or "")
    if told.sha256 is not None:
        is_text = told.frame != "binary"
        long = Event(timeline.next_seq(), at, told.side, None, b"", Form.DIGEST, is_text)
        return msgspec.structs.replace(long, size=told.size, sha256=told.sha256)
    payload, is_text = _payload(told, path, number)
    form, type_ = classify(payload, is_text_frame=is_text)
    return Event(timeline.next_seq(), at, told.side, type_, payload, form, is_text_frame=is_text)


def _payload(told: _PlainLine, path: Path, number: int) -> tuple[bytes, bool]:
    if event := bytes(told.event):
        return event, True
    if told.text is not None:
        return told.text.encode(), True
    if told.base64 is None:
        message = "it says nothing: expected event, text, base64 or close"
        raise ForeignFileError(message, path=path, line=number)
    try:
        return base64.b64decode(told.base64, validate=True), told.frame == "text"
    except (binascii.Error, ValueError) as error:
        raise ForeignFileError(f"base64 cannot be read: {error}", path=path, line=number) from error


def write_plain_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    """A recording's messages as plain lines: what each side got to hear; redacted once more."""
    redactor = Redactor()
    delivery = Delivery()
    for entry in entries:
        if isinstance(entry, Header):
            clean_header(entry, redactor)
            continue
        line = clean_line(entry, redactor)
        if isinstance(line, Event | Released):
            yield from (_written(each) for each in delivery.receive(line))
        elif isinstance(line, Closed):
            close = {"code": line.code, "reason": line.reason}
            yield _start(line.side, line.at) + b',"close":%b}\n' % msgspec.json.encode(close)


def _written(event: Event) -> bytes:
    start = _start(event.side, event.at)
    if event.form is Form.JSON:
        return start + b',"event":%b}\n' % event.payload
    return start + b"," + msgspec.json.encode(_members(event))[1:] + b"\n"


def _members(event: Event) -> Json:
    """What stands for a message that is no line of JSON."""
    if event.form is Form.TEXT:
        return {"text": event.payload.decode()}
    if event.form is Form.BINARY:
        frame = {"frame": "text"} if event.is_text_frame else {}
        return {**frame, "base64": base64.b64encode(event.payload).decode()}
    frame = {} if event.is_text_frame else {"frame": "binary"}
    return {**frame, "size": event.size, "sha256": event.sha256}


def _start(side: Side, at: float) -> bytes:
    return b'{"from":"%b","at":%.6f' % (side.encode(), at)
