"""Writes one session's recording: one `write` call a line, and never in the way of the session.

The file is opened for appending and every line goes to the kernel in one call, so that what was
written survives a kill of the process at any moment. A full disk, an unwritable folder or a lost
permission loses lines, never the session: the loss is counted, told to `on_fault`, and noted in the
file as soon as writing works again.
"""

import os
from collections.abc import Callable
from pathlib import Path

from . import lines
from .event import Closed, Event, Header, Note, Opened, Released

RETRY_OPEN_S = 1.0
"""How long a file that could not be opened is left alone, in seconds of the session's own clock."""

FILE_MODE = 0o600
"""A recording is a private conversation: only its owner reads it."""


class Writer:
    """Appends entries to one recording.

    Args:
        path: The file; its folder is made when it is missing.
        header: Its first line.
        on_fault: Told once for each run of failures, with a sentence for people.
    """

    def __init__(self, path: Path, header: Header, *, on_fault: Callable[[str], None]) -> None:
        self.path = path
        self.lost = 0
        """Lines that could not be written since the last one that could."""
        self._header = lines.encode(header)
        self._on_fault = on_fault
        self._descriptor: int | None = None
        self._open_again_at = float("-inf")
        self._is_torn = False
        self._has_header = False
        self._is_faulty = False
        """True from the first failure until a line could be written again."""
        try:
            descriptor = self._open(0.0)
            if not self._has_header:
                self._write_header(descriptor)
        except OSError as error:
            self._lose(error, lines_lost=0)

    def write(self, entry: Event | Opened | Released | Closed | Note) -> None:
        """Write the entry's line with one `write` call; a fault is reported, never raised."""
        self.write_line(lines.encode(entry), at=entry.at)

    def write_line(self, line: bytes, *, at: float) -> None:
        """Write an encoded line. `at` is the entry's time: a file is not reopened all the time."""
        try:
            descriptor = self._descriptor
            if descriptor is None:
                descriptor = self._open(at)
            if not self._has_header:
                self._write_header(descriptor)
            if self.lost or self._is_torn:
                self._note_loss(descriptor, at)
            self._append(descriptor, line)
            self._is_faulty = False
        except OSError as error:
            self._lose(error)

    def close(self) -> None:
        """Close the file; further lines would open it again."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            try:
                os.close(descriptor)
            except OSError as error:
                # A network's disk may tell only now that it is full.
                self._lose(error, lines_lost=0)

    def _open(self, at: float) -> int:
        if at < self._open_again_at:
            raise BlockingIOError("waiting before the file is opened again")
        self._open_again_at = at + RETRY_OPEN_S
        self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(self.path, flags, FILE_MODE)
        self._open_again_at = float("-inf")
        self._descriptor = descriptor
        self._has_header = os.fstat(descriptor).st_size > 0
        return descriptor

    def _write_header(self, descriptor: int) -> None:
        """The header comes first or not at all: a file without one is no recording."""
        try:
            self._append(descriptor, self._header)
        except OSError:
            if self._is_torn:
                os.ftruncate(descriptor, 0)
                self._is_torn = False
            raise
        self._has_header = True

    def _append(self, descriptor: int, line: bytes) -> None:
        written = os.write(descriptor, line)
        if written != len(line):
            # A disk that fills up takes a part of the line: the next one starts on its own line.
            self._is_torn = True
            raise OSError(f"only {written} of {len(line)} bytes were written, the disk may be full")

    def _note_loss(self, descriptor: int, at: float) -> None:
        text = f"{self.lost} lines of this recording were lost: it could not be written"
        note = lines.encode(Note(at=at, note={"kind": "lost", "lost": self.lost, "text": text}))
        self._append(descriptor, b"\n" + note if self._is_torn else note)
        self._is_torn = False
        self.lost = 0

    def _lose(self, error: OSError, *, lines_lost: int = 1) -> None:
        self.lost += lines_lost
        if not self._is_faulty:
            self._is_faulty = True
            reason = error.strerror or str(error)
            self._on_fault(
                f"cannot write {self.path}: {reason}; the session goes on unrecorded, "
                "free the disk or mend the folder and recording continues"
            )
