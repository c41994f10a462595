"""A session that another tool kept, as the entries that a recording of it will have.

Nothing is redacted yet: see `shelf`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from ..dialects import Dialect, dialect_of
from ..errors import RecordingError
from ..event import Closed, Event, Header, NameValues, Note, Opened, Released, Side, Unknown

type Line = Opened | Event | Released | Closed | Note | Unknown
"""What a recording says after its header."""

_PATHS = ("realtime", "voice-live", "voice-agent")
"""In the path of a Realtime server's URL."""

VIA = "import"
"""The way in that the header of an imported recording tells."""


class ForeignFileError(RecordingError):
    """Raised when another tool's file cannot be taken.

    Attributes:
        path: The file.
        place: Where in it, for people; empty when it is the file as a whole.
    """

    def __init__(
        self, message: str, *, path: Path, place: str = "", line: int | None = None
    ) -> None:
        super().__init__(message, path=path, line=line)
        self.place = place or ("" if line is None else f"line {line}")
        # The root's message calls the file a recording, which it is not.
        self.args = (f"{path}{f' {self.place}' if self.place else ''}: {message}",)


@dataclass(frozen=True, slots=True)
class ForeignSession:
    """One WebSocket connection."""

    place: str
    """Where in the file it stands; empty when the file holds nothing else."""
    header: Header
    """Its `id` is still empty."""
    lines: tuple[Line, ...]


class Skipped(StrEnum):
    """What a file holds beside the sessions that are taken from it."""

    REQUEST = "other request"
    """No WebSocket."""
    WEBSOCKET = "other WebSocket"
    """One that does not look like the Realtime API."""
    EMPTY = "WebSocket without its messages"
    """The tool did not keep what was said."""

    def told(self, count: int) -> str:
        """So many of them, for people."""
        return f"{count:,} {self if count == 1 else _PLURALS[self]}"


_PLURALS = {
    Skipped.REQUEST: "other requests",
    Skipped.WEBSOCKET: "other WebSockets",
    Skipped.EMPTY: "WebSockets without their messages",
}


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """What was found in a file."""

    path: Path
    format: str
    """The format's name, as `--format` takes it."""
    sessions: tuple[ForeignSession, ...]
    skipped: Mapping[Skipped, int] = field(default_factory=dict)
    """How much of it is no session that was asked for."""


def header_of(
    url: str,
    *,
    started: datetime,
    headers: NameValues = (),
    source: Path,
    place: str = "",
    told_by: str = "",
    untimed: int = 0,
) -> Header:
    """The header of a session with the server at a URL.

    Args:
        url: As the tool wrote it: `https` means `wss`; empty when it is not known.
        started: When it began.
        headers: Of the client's request.
        source: The file that it comes from; only its name is kept.
        place: Where in the file.
        told_by: Which tool wrote the file, as far as it says so.
        untimed: How many events have a time that is made up.
    """
    secure = {"https": "wss", "http": "ws"}
    scheme, separator, rest = url.partition("://")
    offered = ",".join(value for name, value in headers if name.lower() == "sec-websocket-protocol")
    imported = {"file": source.name, "place": place, "tool": told_by, "untimed": untimed}
    return Header(
        id="",
        started=isoformat(started),
        via=VIA,
        upstream=f"{secure.get(scheme.lower(), scheme)}{separator}{rest}",
        client={
            "agent": next((value for name, value in headers if name.lower() == "user-agent"), None)
        },
        request={
            "path": target_of(url),
            "headers": [list(pair) for pair in headers],
            "subprotocols": [each.strip() for each in offered.split(",") if each.strip()],
        },
        extra={"imported": {name: value for name, value in imported.items() if value}},
    )


def target_of(url: str) -> str:
    """Path and query of a URL, as a request line has them."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def model_of(header: Header, lines: Iterable[Line]) -> str | None:
    """The model that the session was with: of the URL, else as the server told it."""
    try:
        query = parse_qs(urlsplit(header.upstream).query)
    except ValueError:
        query = {}
    if names := query.get("model") or query.get("deployment"):
        return names[0]
    for line in lines:
        if isinstance(line, Event) and line.type in {"session.created", "session.updated"}:
            session = line.fields().get("session")
            model = session.get("model") if isinstance(session, dict) else None
            return model if isinstance(model, str) else None
    return None


def is_realtime_url(url: str) -> bool:
    """Whether a URL's path is one of a Realtime server."""
    path = target_of(url).partition("?")[0]
    return any(each in path for each in _PATHS)


def is_realtime_type(type_: str | None) -> bool:
    """Whether a message's type is an event of the Realtime API; a name without a dot is anybody's."""
    if type_ is None or "." not in type_:
        return False
    return dialect_of(type_, {}, Side.SERVER) is not Dialect.UNKNOWN


def is_of_realtime(session: ForeignSession) -> bool:
    """Whether a session looks like one of the Realtime API, by its address or its events."""
    types = (each.type for each in session.lines if isinstance(each, Event))
    return is_realtime_url(session.header.upstream) or any(map(is_realtime_type, types))


def isoformat(moment: datetime) -> str:
    """A time as the header of a recording tells it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
