"""The lines of many rows of a recording, read in big pieces; those that cannot matter are never cut out.

To read a million lines one by one takes seconds, most of them for the calls. A piece has some hundred
lines, and to look for a few bytes in all of it takes less time than to parse two of them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from .filters.needles import Needle

PIECE_BYTES = 1 << 18
"""Read in one go; a longer line is a piece by itself. Twice as much leaves a processor's cache and
takes twice as long."""

SPARSE_BYTES = 16_384
"""With more than so much of the file for each row that is asked for, reading them one by one is
quicker."""


class Sweep:
    """Goes through rows.

    Args:
        offsets: Where each row's line begins in the file; may grow.
        sizes: How long it is.
        odd_rows: Rows that no needle tells anything of.
        read: Gives so many bytes of the file from an offset on, fewer at its end.
    """

    def __init__(
        self,
        offsets: Sequence[int],
        sizes: Sequence[int],
        odd_rows: Sequence[int],
        read: Callable[[int, int], bytes],
    ) -> None:
        self._offsets = offsets
        self._sizes = sizes
        self._odd_rows = odd_rows
        self._read = read

    def lines(self, rows: Sequence[int], needle: Needle | None) -> Iterator[tuple[int, bytes]]:
        """The rows' lines, but for those that are without the needle; cut short where the file ends.

        Args:
            rows: Ascending.
            needle: What a line must have to be worth a look.
        """
        place = 0
        while place < len(rows):
            first = rows[place]
            start = self._offsets[first]
            behind = max(bisect_right(self._offsets, start + PIECE_BYTES) - 1, first + 1)
            end_place = bisect_left(rows, behind, place)
            last = rows[end_place - 1]
            size = self._offsets[last] + self._sizes[last] - start
            asked = rows[place:end_place]
            if size > SPARSE_BYTES * len(asked):
                yield from self._one_by_one(asked)
            else:
                piece = self._read(start, size)
                # In a file that was cut, the lines that are missing must be noticed.
                clue = needle if len(piece) == size else None
                yield from self._from_piece(asked, start, piece, clue)
            place = end_place

    def _one_by_one(self, rows: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        for row in rows:
            yield row, self._read(self._offsets[row], self._sizes[row])

    def _from_piece(
        self, rows: Sequence[int], start: int, piece: bytes, needle: Needle | None
    ) -> Iterator[tuple[int, bytes]]:
        offsets, sizes = self._offsets, self._sizes
        for row in rows if needle is None else self._may_matter(rows, start, piece, needle):
            begin = offsets[row] - start
            yield row, piece[begin : begin + sizes[row]]

    def _may_matter(
        self, rows: Sequence[int], start: int, piece: bytes, needle: Needle
    ) -> Sequence[int]:
        odd = self._odd_rows
        found = needle.rows_in(piece, start, self._offsets, rows[0])
        found.update(odd[bisect_left(odd, rows[0]) : bisect_right(odd, rows[-1])])
        are_all_asked = len(rows) == rows[-1] - rows[0] + 1
        return sorted(found if are_all_asked else found.intersection(rows))
