"""The lines of the list of events: runs of deltas and of audio as one line each, opened at will.

As `realtap show --fold` does it: a run is kept for each type and item, and all runs end at the next
event of another kind. Nothing is dropped: a line knows the events behind it.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol


class Columns(Protocol):
    """What is needed of an index."""

    @property
    def types(self) -> Sequence[str]:
        """The types that occur."""

    @property
    def type_codes(self) -> Sequence[int]:
        """For each row the place of its type in `types`."""

    @property
    def streams(self) -> Sequence[int]:
        """For each row a number that keeps apart what different items say at the same time."""


class Line(NamedTuple):
    """One line of the list."""

    row: int
    """The event that it shows, or the first of the run."""
    size: int
    """How many events it stands for."""
    is_open: bool = False
    """The events of the run are listed below it."""
    is_member: bool = False
    """It is one of the events of an open run."""


def is_foldable(type_: str) -> bool:
    """Whether events of the type come in streams."""
    return type_.endswith((".delta", "input_audio_buffer.append", "input_audio.append"))


class FoldedLines:
    """The lines for some rows of an index, in their order; grows at its end.

    Args:
        columns: The index.
        is_folded: Runs are one line each.
    """

    def __init__(self, columns: Columns, *, is_folded: bool = True) -> None:
        self.is_folded = is_folded
        self._columns = columns
        self._rows = array("Q")
        """All rows that are shown, folded or not; used where they are not simply all of the index."""
        self._heads = array("Q")
        self._counts = array("L")
        self._blocks = array("L")
        """For each line which stretch of the recording it is from: runs do not reach beyond."""
        self._block = 0
        self._foldable: list[bool] = []
        self._runs: dict[int, int] = {}
        """The lines of the runs that may still grow, by type and item: see `_kind`."""
        self._opened: dict[int, Sequence[int]] = {}
        """The rows of each open run by its line, ascending."""

    def __len__(self) -> int:
        return len(self._heads) + sum(map(len, self._opened.values()))

    @property
    def rows(self) -> Sequence[int]:
        """All rows behind the lines, ascending."""
        return self._rows

    # Growing.

    def extend(self, rows: Iterable[int]) -> None:
        """Take more rows; they come after those that are there."""
        if not self.is_folded:
            added = array("Q", rows)
            self._rows.extend(added)
            self._heads.extend(added)
            return
        while len(self._foldable) < len(self._columns.types):
            self._foldable.append(is_foldable(self._columns.types[len(self._foldable)]))
        self._fold(rows)
        for line in self._runs.values():
            if line in self._opened:
                self._opened[line] = self._members(line)

    def _fold(self, rows: Iterable[int]) -> None:
        codes, foldable, runs = self._columns.type_codes, self._foldable, self._runs
        streams = self._columns.streams
        all_rows, heads, counts, blocks = self._rows, self._heads, self._counts, self._blocks
        last = all_rows[-1] if all_rows else -1
        for row in rows:
            code = codes[row]
            if row != last + 1 and runs and self._is_broken(last + 1, row):
                # What ended the run is hidden by the filter.
                runs.clear()
                self._block += 1
            last = row
            all_rows.append(row)
            if not foldable[code]:
                runs.clear()
                self._block += 2
                blocks.append(self._block - 1)
            elif (line := runs.get(kind := code << 32 | streams[row])) is not None:
                counts[line] += 1
                continue
            else:
                runs[kind] = len(heads)
                blocks.append(self._block)
            heads.append(row)
            counts.append(1)

    def _is_broken(self, start: int, stop: int) -> bool:
        """Whether an event between two rows ends all runs."""
        return any(not self._foldable[code] for code in self._columns.type_codes[start:stop])

    # Lines and rows.

    def at(self, line: int) -> Line:
        """What a line shows."""
        base = line
        for opened, members in self._opened.items():
            if base <= opened:
                break
            if base <= opened + len(members):
                return Line(members[base - opened - 1], 1, is_member=True)
            base -= len(members)
        count = self._counts[base] if self.is_folded else 1
        return Line(self._heads[base], count, is_open=base in self._opened)

    def line_of(self, row: int) -> int:
        """The line that shows an event: its own, the run that it is in, or else the one before it."""
        if not self._heads:
            return 0
        base = max(bisect_right(self._heads, row) - 1, 0)
        if self.is_folded and self._heads[base] != row:
            base = self._run_of(row, base)
        members = self._opened.get(base, ())
        below = bisect_left(members, row) if self._heads[base] != row else -1
        is_member = 0 <= below < len(members) and members[below] == row
        return self._shown(base) + (below + 1 if is_member else 0)

    def _run_of(self, row: int, base: int) -> int:
        """The line of the run with this row; the line before it when it is in none."""
        if not self._is_foldable(self._columns.type_codes[row]):
            return base
        kind, line = self._kind(row), base
        while line >= 0 and self._blocks[line] == self._blocks[base]:
            if self._kind(self._heads[line]) == kind:
                return line
            line -= 1
        return base

    def _shown(self, base: int) -> int:
        """Where a line stands among all, with the open runs before it."""
        return base + sum(len(each) for line, each in self._opened.items() if line < base)

    def _kind(self, row: int) -> int:
        """What the events of a run have in common, as one number: type and item."""
        return self._columns.type_codes[row] << 32 | self._columns.streams[row]

    def _is_foldable(self, code: int) -> bool:
        return code < len(self._foldable) and self._foldable[code]

    def has(self, row: int) -> bool:
        """Whether an event is shown, be it in a run."""
        place = bisect_left(self._rows, row)
        return place < len(self._rows) and self._rows[place] == row

    def rows_of(self, line: int) -> Sequence[int]:
        """The events that a line stands for."""
        shown = self.at(line)
        if shown.size == 1:
            return (shown.row,)
        return self._members(bisect_left(self._heads, shown.row))

    def _members(self, base: int) -> Sequence[int]:
        kind, end = self._kind(self._heads[base]), base + 1
        while end < len(self._heads) and self._blocks[end] == self._blocks[base]:
            end += 1
        first = bisect_left(self._rows, self._heads[base])
        last = bisect_left(self._rows, self._heads[end]) if end < len(self._heads) else None
        return array("Q", (row for row in self._rows[first:last] if self._kind(row) == kind))

    # Opening.

    def toggle(self, line: int) -> bool:
        """Open or close the run of a line; False when there is none."""
        shown = self.at(line)
        if shown.size == 1 and not shown.is_member:
            return False
        row = shown.row
        base = self._run_of(row, max(bisect_right(self._heads, row) - 1, 0))
        if self._opened.pop(base, None) is None:
            self._opened[base] = self._members(base)
            self._opened = dict(sorted(self._opened.items()))
        return True
