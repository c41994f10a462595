"""The vocabulary of a recording: one value for each kind of line.

A recording is a `Header`, then `Event`s (a message of one side), and around them `Opened`, `Closed`,
`Released` and `Note`. `Unknown` keeps what a newer version wrote. Nothing here parses or writes the file's
lines: see `lines`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from .jsontext import loads

type Json = dict[str, Any]
"""A JSON object. Values are narrowed where they are read."""

type NameValues = tuple[tuple[str, str], ...]
"""HTTP headers in the order and spelling of the wire."""


class Side(StrEnum):
    """Who says something. An injected event is from the side that it plays."""

    CLIENT = "client"
    SERVER = "server"

    @property
    def other(self) -> "Side":
        """The side that listens."""
        return Side.SERVER if self is Side.CLIENT else Side.CLIENT


class Origin(StrEnum):
    """Who made an event."""

    WIRE = "wire"
    """The app or the server itself; not written in the file."""
    INJECTED = "injected"
    MOCK = "mock"
    FAULT = "fault"
    REPLAY = "replay"

    @property
    def is_made_up(self) -> bool:
        """Whether realtap said it in a live session, in the place of the app or of the server."""
        return self in _MADE_UP


_MADE_UP = frozenset({Origin.INJECTED, Origin.MOCK, Origin.FAULT})


class Fate(StrEnum):
    """What became of an event."""

    FORWARDED = "forwarded"
    """It reached the other side as it was; not written in the file."""
    DROPPED = "dropped"
    EDITED = "edited"
    """Another text went out in its place: `Event.sent`."""
    HELD = "held"
    """It waits; a later `Released` tells its end, if it had one."""


class Form(StrEnum):
    """How a message's payload is kept in its line."""

    JSON = "event"
    """One line of JSON, verbatim."""
    TEXT = "text"
    """UTF-8 that is not one line of JSON."""
    BINARY = "base64"
    """A binary frame, or a text frame that is not UTF-8."""
    DIGEST = "sha256"
    """Only size and digest: longer than the relay holds."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line: which session this is."""

    id: str
    """Unique; the name of the file without its ending."""
    started: str
    """Wall clock in UTC, ISO 8601 with microseconds and `Z`. `Event.at` counts from here."""
    via: str
    """The way in: `reverse`, `tls`, `mitm:…`, `http` (a REST call, noted), `sideband`, `replay`, `sim` or `import`."""
    upstream: str
    """The server's URL as it was dialled, redacted."""
    client: Json = field(default_factory=dict)
    """What is known of the client: `agent` is its User-Agent."""
    request: Json = field(default_factory=dict)
    """The client's handshake: `path`, `headers` (pairs), `subprotocols`; redacted."""
    tool: str = ""
    """Name and version of the writer."""
    version: int = 1
    """The format's version: the value of the key `realtap`."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Keys that this version does not know."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The server's answer to the handshake."""

    at: float
    status: int
    headers: NameValues = ()
    subprotocol: str | None = None
    body: str | None = None
    """The beginning of a refusal's body, redacted."""
    extra: Mapping[str, Any] = field(default_factory=dict)


class Event(msgspec.Struct, frozen=True, gc=False):
    """One message of one side.

    A msgspec struct, where the other entries are dataclasses: the relay makes one for every message,
    and this is ten times quicker to make.
    """

    seq: int
    """Number within the session, from 1, both sides together, in the order the relay saw them."""
    at: float
    """Seconds since the session started, monotonic clock."""
    side: Side
    type: str | None
    """The event's `type`; None when the message is not a JSON object with a string there."""
    payload: bytes
    """The message as the file has it: the frame's own bytes unless `redacted`; empty for DIGEST."""
    form: Form = Form.JSON
    is_text_frame: bool = True
    """False for a binary frame."""
    origin: Origin = Origin.WIRE
    fate: Fate = Fate.FORWARDED
    why: str | None = None
    """The reason of `origin` or `fate`, in words."""
    sent: bytes | None = None
    """What went out in place of `payload` when `fate` is EDITED."""
    redacted: bool = False
    """True when a secret was replaced in `payload` or in `sent`."""
    size: int | None = None
    """Length in bytes on the wire, for DIGEST."""
    sha256: str | None = None
    """Digest of the payload on the wire in hex, for DIGEST."""
    extra: Json = {}

    def fields(self) -> Json:
        """The event's JSON object; an empty one when the message is not a JSON object."""
        if self.form is not Form.JSON:
            return {}
        try:
            value = loads(self.payload)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def as_sent(self) -> "Event | None":
        """The event that went out in this one's place, without marks; None if none did."""
        if self.fate is not Fate.EDITED or self.sent is None:
            return None
        told = msgspec.structs.replace(
            self, payload=self.sent, form=Form.JSON, fate=Fate.FORWARDED, why=None, sent=None
        )
        type_ = told.fields().get("type")
        return msgspec.structs.replace(told, type=type_ if isinstance(type_, str) else None)

    def released(self, end: "Released") -> "Event":
        """This held event as it was when it went on, or was dropped: then, and with that fate."""
        return msgspec.structs.replace(
            self, at=end.at, fate=end.fate, sent=end.sent, why=end.why or self.why
        )


@dataclass(frozen=True, slots=True)
class Released:
    """What became of a held event in the end."""

    at: float
    seq: int
    """The held event's number."""
    fate: Fate
    """FORWARDED, EDITED or DROPPED."""
    sent: bytes | None = None
    """What went out in place of the event when `fate` is EDITED."""
    why: str | None = None
    """Who let it go and for what, in words."""
    redacted: bool = False
    """True when a secret was replaced in `sent`."""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closed:
    """How the session ended."""

    at: float
    side: Side
    """Who ended it: the sender of the first close frame, or the one whose connection broke."""
    code: int
    """The close frame's code; 1005 when it had none; 1006 when there was no close frame."""
    reason: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is no message: a mark, a fault of our own, an acknowledgement."""

    at: float
    note: Json
    """`kind` names it; `text` is a sentence for people."""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A line of a kind that this version does not know, kept as it is."""

    line: bytes


type Entry = Header | Opened | Event | Released | Closed | Note | Unknown
"""What one line of a recording says."""
