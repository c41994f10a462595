"""Follows a recording that is being written: the entries that came since the last look."""

from collections.abc import Iterator
from pathlib import Path

from ...recordings import lines
from ...recordings.event import Entry


class GrowingRecording:
    """Reads a live recording bit by bit. A line that is not complete yet is left for the next look.

    Meant for a file of this process, whose writer tells its own faults: damaged lines are skipped.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._rest = b""

    def new_entries(self) -> Iterator[Entry]:
        """The entries whose lines are complete now and were not at the last look."""
        *complete, self._rest = (self._rest + self._file.read()).split(b"\n")
        for line in complete:
            try:
                yield lines.decode(line)
            except lines.DamagedLineError:
                continue

    def close(self) -> None:
        """Look no more."""
        self._file.close()
