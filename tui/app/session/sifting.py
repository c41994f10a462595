"""Finds the rows of a recording that a filter wants, bit by bit, also while the recording grows."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol

from ....recordings.event import Event
from ....recordings.filters import Candidate, Filter
from ....recordings.filters.candidate import FindingLike
from ....recordings.filters.needles import Needle
from ....recordings.filters.sieve import Sieve
from ....recordings.filters.told import ToldColumn
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


def sifting(
    wanted: Filter,
    index: Index,
    findings: Mapping[int, Sequence[FindingLike]],
    told: ToldColumn | None = None,
) -> Sifting:
    """The quickest way to find what a filter wants.

    Args:
        wanted: The filter.
        index: The recording.
        findings: By the number of each event that takes part in them.
        told: What other events tell of each row, as far as it was understood.
    """
    if not wanted.needs_joined:
        return _ByColumns(wanted, _Known(index, findings))
    if told is None or wanted.needs_joined_text:
        return _BySieve(wanted, index, findings)
    return _ByTold(wanted, index, findings, told)


class _Known:
    """The columns of an index, with what was understood of its rows."""

    def __init__(
        self,
        index: Index,
        findings: Mapping[int, Sequence[FindingLike]],
        told: ToldColumn | None = None,
    ) -> None:
        self.types, self.type_codes = index.types, index.type_codes
        self.times, self.seqs, self.is_server = index.times, index.seqs, index.is_server
        self.sizes, self.payload_starts = index.sizes, index.payload_starts
        self.odd_rows = index.odd_rows
        self.findings = findings
        self.told = told
        self._index = index

    def candidates(
        self, rows: Sequence[int], needle: Needle | None = None
    ) -> Iterator[tuple[int, Candidate]]:
        """The index knows its lines."""
        return self._index.candidates(rows, needle)


class _ByColumns:
    """Asks the columns; they read only the lines that they must."""

    def __init__(self, wanted: Filter, columns: _Known) -> None:
        self.seen = 0
        self._wanted = wanted
        self._columns = columns

    def more(self, stop: int) -> list[int]:
        start, self.seen = self.seen, min(stop, self.seen + STEP_ROWS)
        return self._wanted.select(self._columns, range(start, self.seen))

    def close(self) -> None:
        """The index belongs to others."""


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


class _ByTold:
    """Takes what was understood already; beyond that it reads the recording from its start."""

    def __init__(
        self,
        wanted: Filter,
        index: Index,
        findings: Mapping[int, Sequence[FindingLike]],
        told: ToldColumn,
    ) -> None:
        self._told = told
        self._quick = _ByColumns(wanted, _Known(index, findings, told))
        self._slow: _BySieve | None = None
        self._make_slow = partial(_BySieve, wanted, index, findings)

    @property
    def seen(self) -> int:
        return max(self._quick.seen, self._slow.seen if self._slow else 0)

    def more(self, stop: int) -> list[int]:
        if self._slow is None:
            known = min(stop, 0 if self._told.is_given_up else len(self._told))
            if self._quick.seen < known or known == stop:
                return self._quick.more(known)
            self._slow = self._make_slow()
        seen = self.seen
        return [row for row in self._slow.more(stop) if row >= seen]

    def close(self) -> None:
        if self._slow is not None:
            self._slow.close()
