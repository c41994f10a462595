"""Reads a recording, entry by entry, with memory for one line.

Tolerant: what is damaged is skipped and told in `warnings`, what is unknown is kept. A torn last
line is legal: the proxy was killed, or is writing it now.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import lines
from .errors import RecordingError
from .event import Closed, Entry, Event, Header, Side
from .labels import Label, label_of
from .rest_note import RestNote, is_rest, rest_note_of

_EVENT_START = b'{"seq":'
"""How each event's line begins that this program wrote: the rest need not be parsed to count it."""

_TURN_END = b'"from":"server","type":"response.done"'
_TURN_END_WITHIN = 120
"""The head of a line is shorter: what comes later is the message."""

_SHOWN_BYTES = 40
"""As much of a foreign file's first line is quoted."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A line that could not be read."""

    line: int
    """Its number, counted from 1."""
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Outline:
    """What a list of recordings shows of one of them."""

    path: Path
    header: Header
    events: int
    last_at: float
    """Seconds from the session's start to its last line."""
    closed: Closed | None
    """How the session ended; None when the proxy died or the session is live."""
    size_bytes: int
    is_torn: bool
    """The last line is not complete."""
    turns: int = 0
    """How many responses ended, however they did."""
    name: str = ""
    """What people call the session; see `labels`."""
    note: str = ""
    """What they want to remember of it."""
    rest: RestNote | None = None
    """The plain HTTP request that it notes; None for a session."""

    @property
    def is_complete(self) -> bool:
        """Whether the session's end was recorded."""
        return self.closed is not None and not self.is_torn


class Recording:
    """One recording on disk.

    Args:
        path: The file. Its first line is read at once.

    Raises:
        RecordingError: The file is missing, cannot be read, is no recording, or is of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[Damage] = []
        """Lines that could not be read, of the latest iteration."""
        self.header = _header(path)

    def entries(self) -> Iterator[Entry]:
        """All lines' entries in order, the header first; fills `warnings` on the way.

        Raises:
            RecordingError: The file cannot be read any more.
        """
        self.warnings.clear()
        for number, line in _numbered_lines(self.path):
            try:
                yield lines.decode(line)
            except lines.DamagedLineError as error:
                torn = "" if line.endswith(b"\n") else "the last line is torn: "
                self.warnings.append(Damage(number, f"{torn}{error}"))

    def events(self) -> Iterator[Event]:
        """The events only."""
        return (entry for entry in self.entries() if isinstance(entry, Event))


def outline(path: Path) -> Outline:
    """What a recording is, from one pass that counts its lines and parses only its two ends.

    Raises:
        RecordingError: As `Recording`.
    """
    header = _header(path)
    events = turns = 0
    last_at = 0.0
    closed: Closed | None = None
    labels: dict[Label, str] = {}
    rest: RestNote | None = None
    line = b""
    last_event = b""
    for _, line in _numbered_lines(path):
        if line.startswith(_EVENT_START):
            events += 1
            turns += line.find(_TURN_END, 0, _TURN_END_WITHIN) >= 0
            last_event = line
            continue
        entry = _entry(line)
        if isinstance(entry, Event):
            events += 1
            turns += entry.side is Side.SERVER and entry.type == "response.done"
        elif (label := label_of(entry)) is not None:
            labels[label[0]] = label[1]
        elif is_rest(header):
            rest = rest_note_of(entry) or rest
        closed = entry if isinstance(entry, Closed) else closed
        last_at = max(last_at, getattr(entry, "at", 0.0))
    ending = _entry(last_event)
    is_torn = _entry(line) is None
    return Outline(
        path=path,
        header=header,
        # A line that was cut while it was written is no event, also when a label follows it.
        events=events - (bool(last_event) and ending is None),
        last_at=max(last_at, getattr(ending, "at", 0.0)),
        closed=closed,
        size_bytes=path.stat().st_size,
        is_torn=is_torn,
        turns=turns,
        name=labels.get(Label.NAME, ""),
        note=labels.get(Label.NOTE, ""),
        rest=rest,
    )


def _numbered_lines(path: Path) -> Generator[tuple[int, bytes]]:
    """The lines that are not blank, with their newline. Only a line feed ends a line.

    Raises:
        RecordingError: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.isspace():
                    yield number, line
    except FileNotFoundError as error:
        raise RecordingError("no such file, see `realtap ls`", path=path) from error
    except OSError as error:
        raise RecordingError(f"cannot be read: {error.strerror or error}", path=path) from error


def _entry(line: bytes) -> Entry | None:
    try:
        return lines.decode(line)
    except lines.DamagedLineError:
        return None


def _header(path: Path) -> Header:
    reader = _numbered_lines(path)
    number, line = next(reader, (0, b""))
    reader.close()
    if not number:
        raise RecordingError("the file is empty, no session was written to it", path=path)
    try:
        entry = lines.decode(line)
    except lines.DamagedLineError as error:
        raise RecordingError(
            f"not a recording: expected a header, got {_shown(line)} ({error})",
            path=path,
            line=number,
        ) from error
    if not isinstance(entry, Header):
        raise RecordingError(
            f"not a recording: expected a header, got {_shown(line)}", path=path, line=number
        )
    if entry.version > lines.VERSION:
        raise RecordingError(
            f"format version {entry.version} is newer than {lines.VERSION}, update realtap to read it",
            path=path,
        )
    return entry


def _shown(line: bytes) -> str:
    text = line.rstrip(b"\n")
    return ascii(text[:_SHOWN_BYTES].decode("latin-1")) + ("…" if len(text) > _SHOWN_BYTES else "")
