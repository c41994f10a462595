"""Reads a recording that may still be growing: the lines that came since the last look.

The one way in which lines are read bit by bit: the index, `show --follow` and the demo use it.
"""

import os
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from . import lines
from .errors import RecordingError
from .event import Entry
from .reader import Damage


class Line(NamedTuple):
    """A line of the file, complete with its newline."""

    number: int
    """Counted from 1."""
    offset: int
    """Where it begins, in bytes from the file's start."""
    data: bytes


class GrowingRecording:
    """Gives each line once it is complete; one that is still being written waits for the next look.

    Raises:
        RecordingError: The file is missing or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[Damage] = []
        """Lines that `new_entries` could not read."""
        self._file = _opened(path)
        self._number = 0
        self._offset = 0
        self._torn = b""

    def new_lines(self) -> Iterator[Line]:
        """The lines that are complete now and were not given before; may be left at any time.

        Raises:
            RecordingError: The file cannot be read any more.
        """
        try:
            for data in self._file:
                if self._torn:
                    data, self._torn = self._torn + data, b""  # noqa: PLW2901 # the line goes on
                if not data.endswith(b"\n"):
                    self._torn = data
                    continue
                line = Line(self._number + 1, self._offset, data)
                self._number += 1
                self._offset += len(data)
                if not data.isspace():
                    yield line
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def new_entries(self) -> Iterator[Entry]:
        """What the new lines say; those that are damaged are skipped and told in `warnings`."""
        for line in self.new_lines():
            entry = self.entry_of(line)
            if entry is not None:
                yield entry

    def entry_of(self, line: Line) -> Entry | None:
        """What a line says; None when it is damaged, which `warnings` then tells."""
        try:
            return lines.decode(line.data)
        except lines.DamagedLineError as error:
            self.warnings.append(Damage(line.number, str(error)))
            return None

    def torn_line(self) -> Line | None:
        """What stands behind the last newline: the proxy was killed, or is writing it now."""
        if not self._torn:
            return None
        return Line(self._number + 1, self._offset, self._torn)

    def ensure_intact(self) -> None:
        """See that the file is still there and was only appended to.

        Raises:
            RecordingError: It was deleted, replaced or cut.
        """
        try:
            there = self.path.stat()
            opened = os.fstat(self._file.fileno())
        except FileNotFoundError as error:
            raise RecordingError("it was deleted while it was read", path=self.path) from error
        except OSError as error:
            raise _unreadable(self.path, error) from error
        if (there.st_ino, there.st_dev) != (opened.st_ino, opened.st_dev):
            raise RecordingError(
                "another file took its place while it was read, open it again", path=self.path
            )
        if opened.st_size < self._offset + len(self._torn):
            raise RecordingError(
                f"it was cut to {opened.st_size:,} bytes while it was read; "
                "a recording only grows, open it again",
                path=self.path,
            )

    def close(self) -> None:
        """Look no more."""
        self._file.close()


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise RecordingError("no such file, see `realtap ls`", path=path) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> RecordingError:
    return RecordingError(f"cannot be read: {error.strerror or error}", path=path)
