"""Finds the rows of a recording that a filter wants, bit by bit, also while the recording grows."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ....recordings.event import Event
from ....recordings.filters import Filter
from ....recordings.filters.candidate import FindingLike
from ....recordings.filters.sieve import Sieve
from ....recordings.growing import GrowingRecording
from ....recordings.index import Index
from ....recordings.lines import DamagedLineError

STEP_ROWS = 20_000
"""So many rows are looked at before what was found is told."""


class Sifting(Protocol):
    """A filter at work on a recording."""

    @property
    def seen(self) -> int:
        """How many rows were looked at."""

    def more(self, stop: int) -> list[int]:
        """The next rows that are wanted, of those before `stop`; looks at some thousand at a time.

        Raises:
            RecordingError: The file cannot be read any more.
        """

    def close(self) -> None:
        """Look no more."""


def sifting(wanted: Filter, index: Index, findings: Mapping[int, Sequence[FindingLike]]) -> Sifting:
    """The quickest way to find what a filter wants.

    Args:
        wanted: The filter.
        index: The recording.
        findings: By the number of each event that takes part in them.
    """
    if wanted.needs_joined or wanted.needs_findings:
        return _BySieve(wanted, index, findings)
    return _ByColumns(wanted, index)


class _ByColumns:
    """Asks the index, which reads only the lines that it must."""

    def __init__(self, wanted: Filter, index: Index) -> None:
        self.seen = 0
        self._wanted = wanted
        self._index = index

    def more(self, stop: int) -> list[int]:
        start, self.seen = self.seen, min(stop, self.seen + STEP_ROWS)
        try:
            return self._index.rows(self._wanted, start, self.seen)
        except DamagedLineError:
            return self._one_by_one(start)

    def close(self) -> None:
        """The index belongs to others."""

    def _one_by_one(self, start: int) -> list[int]:
        """As `more`, with the lines left out that cannot be read."""
        found = []
        for row in range(start, self.seen):
            try:
                found += self._index.rows(self._wanted, row, row + 1)
            except DamagedLineError:
                continue
        return found


class _BySieve:
    """Reads the recording from its start: what other events tell is needed."""

    def __init__(
        self, wanted: Filter, index: Index, findings: Mapping[int, Sequence[FindingLike]]
    ) -> None:
        self.seen = 0
        self._index = index
        self._sieve = Sieve(wanted, findings=findings)
        self._lines = GrowingRecording(index.path)

    def more(self, stop: int) -> list[int]:
        found: list[int] = []
        end = min(stop, self.seen + STEP_ROWS)
        if self.seen >= end:
            return found
        for line in self._lines.new_lines():
            try:
                sifted = self._sieve.sift(line.data)
            except DamagedLineError:
                continue
            if sifted is not None and sifted.is_wanted and isinstance(sifted.entry, Event):
                row = self._index.row_of(sifted.entry.seq)
                found += () if row is None else (row,)
            self.seen = self._sieve.events
            if self.seen >= end:
                return found
        self.seen = max(self.seen, end)
        return found

    def close(self) -> None:
        self._lines.close()
