"""The index of a recording: where each event's line lies, when it was, whose it is and its type.

One scan builds it, a few bytes for each event, and the bodies of events are read only when they are
looked at. So a recording of a million events opens at once: the first rows are there before the
scan has ended, and the scan goes on bit by bit. A live recording is one that is scanned again.
"""

import threading
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Self

from . import lines
from .errors import RecordingError
from .event import Closed, Entry, Event, Header, Side
from .filters import Candidate, Filter
from .filters.candidate import FindingLike
from .filters.needles import Needle
from .filters.told import ToldColumn
from .growing import GrowingRecording, Line
from .heads import Head, head_of, head_of_event
from .reader import Damage, Recording
from .sweep import Sweep

_BEGINNING = b'{"seq":'
"""How the line of an event begins that has a head."""


class Index:
    """The events of a recording by row, counted from 0. `scan` fills it.

    Args:
        path: The recording. Its first line is read at once.

    Raises:
        RecordingError: The file is missing, cannot be read, is no recording, or is of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: Header = Recording(path).header
        self.types: list[str] = []
        """The types that occur, in the order in which they were seen; empty for none."""
        self.type_codes = array("I")
        """For each row the place of its type in `types`."""
        self.times = array("d")
        """Seconds since the session's start."""
        self.seqs = array("Q")
        """The events' numbers."""
        self.is_server = bytearray()
        """1 for an event of the server, 0 for one of the client."""
        self.odd_rows = array("I")
        """Rows whose line says more than when, who and what was said: that an event was injected or
        dropped, or a message that is no JSON. Ascending."""
        self.told: ToldColumn | None = None
        """The lines alone do not say what other events tell."""
        self.findings: Mapping[int, Sequence[FindingLike]] = {}
        self.remarks: list[tuple[int, Entry]] = []
        """What is no event (the handshake, notes, the end), each with the row that it stands before."""
        self.closed: Closed | None = None
        """How the session ended, once that was scanned."""
        self.has_reached_end = False
        """All lines that the file had at the last scan are in the index."""
        self._offsets = array("Q")
        self.sizes = array("I")
        """How long each line is, in bytes."""
        self.payload_starts = array("I")
        """Where in its line each event's JSON begins, when nothing but the line's end is behind it; 0
        for odd rows."""
        self._codes: dict[str, int] = {}
        self._growing = GrowingRecording(path)
        self._rows_file = path.open("rb", buffering=0)
        self._reading = threading.Lock()
        self._sweep = Sweep(self._offsets, self.sizes, self.odd_rows, self._read)

    def __len__(self) -> int:
        return len(self._offsets)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._growing.close()
        self._rows_file.close()

    @property
    def warnings(self) -> list[Damage]:
        """Lines that could not be read so far."""
        return self._growing.warnings

    # Filling it.

    def scan(self, limit: int | None = None) -> int:
        """Take in the lines that are not in the index yet.

        Args:
            limit: At most so many lines; None for all.

        Returns:
            How many events came.

        Raises:
            RecordingError: The file cannot be read any more.
        """
        before = len(self)
        looked_at = 0
        for line in islice(self._growing.new_lines(), limit):
            looked_at += 1
            self._take(line)
        self.has_reached_end = limit is None or looked_at < limit
        return len(self) - before

    def refresh(self) -> int:
        """As `scan`, after a look whether the file is still the one that was opened.

        Raises:
            RecordingError: It was deleted, replaced or cut, or cannot be read any more.
        """
        self._growing.ensure_intact()
        return self.scan()

    def _take(self, line: Line) -> None:
        head = head_of(line.data)
        if head is not None:
            self._add(line, head)
            return
        entry = self._growing.entry_of(line)
        match entry:
            case Event():
                self._add(line, head_of_event(entry))
            case None | Header():
                return
            case _:
                self.remarks.append((len(self), entry))
                if isinstance(entry, Closed):
                    self.closed = entry

    def _add(self, line: Line, head: Head) -> None:
        code = self._codes.get(head.type)
        if code is None:
            code = self._codes[head.type] = len(self.types)
            self.types.append(head.type)
        self.type_codes.append(code)
        self.times.append(head.at)
        self.seqs.append(head.seq)
        self.is_server.append(head.side is Side.SERVER)
        self.sizes.append(len(line.data))
        # A line that ends in another way, as Windows' editors make it, has to be decoded too.
        start = head.payload_start if line.data.endswith(b"}\n") else None
        self.payload_starts.append(start or 0)
        if start is None:
            self.odd_rows.append(len(self))
        # The last column to grow: its length is the index's.
        self._offsets.append(line.offset)

    # Reading rows.

    def type(self, row: int) -> str:
        """The wire's own name of a row's event; empty for a message that has none."""
        return self.types[self.type_codes[row]]

    def event(self, row: int) -> Event:
        """A row's event, read from the file.

        Raises:
            RecordingError: Its line is not there any more, or is damaged.
            IndexError: There is no such row.
        """
        try:
            entry = lines.decode(self.line(row))
        except lines.DamagedLineError as error:
            raise self._damaged(row, error) from error
        if not isinstance(entry, Event):
            raise self._changed(row)
        return entry

    def line(self, row: int) -> bytes:
        """A row's line, with its newline.

        Raises:
            RecordingError: It is not there any more.
        """
        line = self._read(self._offsets[row], self.sizes[row])
        if not self._is_whole(row, line):
            raise self._changed(row)
        return line

    def _is_whole(self, row: int, line: bytes) -> bool:
        return len(line) == self.sizes[row] and line.endswith(b"\n")

    def _read(self, offset: int, size: int) -> bytes:
        """So many bytes of the file, fewer at its end."""
        try:
            with self._reading:
                self._rows_file.seek(offset)
                return self._rows_file.read(size) or b""
        except OSError as error:
            raise RecordingError(
                f"cannot be read: {error.strerror or error}", path=self.path
            ) from error

    def _damaged(self, row: int, error: Exception) -> RecordingError:
        return RecordingError(f"event {self.seqs[row]} cannot be read: {error}", path=self.path)

    def _changed(self, row: int) -> RecordingError:
        return RecordingError(
            f"event {self.seqs[row]} is not where it was: the file was cut or rewritten while it "
            "was read, open it again",
            path=self.path,
        )

    def candidate(self, row: int) -> Candidate:
        """A row's event for a filter.

        Raises:
            RecordingError: Its line is not there any more.
        """
        try:
            found = Candidate.of_line(self.line(row))
        except lines.DamagedLineError as error:
            raise self._damaged(row, error) from error
        if found is None:
            raise self._changed(row)
        return found

    def candidates(
        self, rows: Sequence[int], needle: Needle | None = None
    ) -> Iterator[tuple[int, Candidate]]:
        """Some rows' events for a filter; those that cannot be read are left out.

        Args:
            rows: Ascending.
            needle: Rows that are certainly without it are left out too.

        Raises:
            RecordingError: A line is not there any more.
        """
        for row, line in self._sweep.lines(rows, needle):
            start = self.payload_starts[row]
            if not self._is_whole(row, line) or (start and not line.startswith(_BEGINNING)):
                raise self._changed(row)
            if start:
                yield row, Candidate(self._head(row, start), line=line)
            elif (found := self._decoded(row, line)) is not None:
                yield row, found

    def _decoded(self, row: int, line: bytes) -> Candidate | None:
        try:
            found = Candidate.of_line(line)
        except lines.DamagedLineError:
            return None
        if found is None:
            raise self._changed(row)
        return found

    def _head(self, row: int, payload_start: int) -> Head:
        """What the row's line begins with, as the scan found it."""
        side = Side.SERVER if self.is_server[row] else Side.CLIENT
        return Head(self.seqs[row], self.times[row], side, self.type(row), payload_start)

    def rows(self, wanted: Filter, start: int = 0, stop: int | None = None) -> list[int]:
        """The rows that a filter wants, between two rows.

        It answers filters that ask neither for joined fields nor for findings: those need the
        events before, see `filters.sieve`.

        Raises:
            RecordingError: A line is not there any more.
        """
        return wanted.select(self, range(start, len(self) if stop is None else stop))

    def row_of(self, seq: int) -> int | None:
        """The row of the event with this number; None when it is not in the index."""
        # Numbers ascend by one in what realtap writes: the row is there or before.
        row = min(seq - 1, len(self) - 1)
        if row >= 0 and self.seqs[row] == seq:
            return row
        try:
            return self.seqs.index(seq)
        except (ValueError, OverflowError):
            return None

    def events(self) -> Iterator[Event]:
        """All events that are in the index now."""
        for row in range(len(self)):
            yield self.event(row)
