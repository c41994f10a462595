"""What other events tell of each row of a recording: the joined fields, as one column.

Joined fields need the events before. Whoever reads a recording from its start anyway keeps them here, and
a filter that asks for them need not read it again. Most rows are told the same as others: a row costs
four bytes, and each combination is kept once. Texts, which grow with every delta, are left out.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from .candidate import JoinedValue

TEXT_PATHS = ("item.text", "call.arguments")
"""Joined fields that are left out."""

MOST_COMBINATIONS = 100_000
"""A day of talk has fewer; more of them would take too much memory, and the column is given up."""


class Told(NamedTuple):
    """One joined field."""

    path: str
    value: object


class ToldColumn:
    """Grows with the rows; another thread may read what is there."""

    def __init__(self) -> None:
        self.is_given_up = False
        """There were too many combinations; nothing here counts."""
        self._combinations: list[tuple[Told, ...]] = []
        self._codes: dict[tuple[Told, ...], int] = {}
        self._rows = array("I")

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, joined: Iterable[JoinedValue]) -> None:
        """Take what is told of the next row."""
        if self.is_given_up:
            return
        told = tuple(Told(each.path, each.value) for each in joined if each.path not in TEXT_PATHS)
        code = self._codes.get(told)
        if code is None:
            code = self._codes[told] = len(self._combinations)
            self._combinations.append(told)
            self.is_given_up = code >= MOST_COMBINATIONS
        self._rows.append(code)

    def of(self, row: int) -> Sequence[Told]:
        """What is told of a row."""
        return self._combinations[self._rows[row]]

    def select(self, holds: Callable[[Sequence[Told]], bool], rows: Sequence[int]) -> list[int]:
        """The rows, of some in ascending order, for which something holds."""
        if not rows:
            return []
        codes, combinations = self._rows, self._combinations
        there = set(codes[rows[0] : rows[-1] + 1])
        wanted = {code for code in there if combinations[code] and holds(combinations[code])}
        return [row for row in rows if codes[row] in wanted] if wanted else []
