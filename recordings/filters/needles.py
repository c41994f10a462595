r"""Bytes that must stand in a line for a filter to want it: most lines need not be cut out, nor parsed.

It rests on how JSON is written. A needle has only characters that no encoder needs to escape, so in
the raw line they stand as they are, also in JSON inside a string. An encoder may still spell any of
them, as `\u0067` for g: a line with such a spelling is looked at, whatever else is in it. Of a text
without such characters its others are looked for; they are spelled more often.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

PLAIN = r"[A-Za-z0-9_.:-]+"
"""What needles are made of."""

_ANY_ESCAPE = b"\\u"
_ESCAPE = b"\\u00"
_SPELLED = re.compile(rb"\\u00[2-7]")
"""How printable ASCII is spelled, on every level of JSON in strings: the last escape stands so."""


@dataclass(frozen=True, slots=True)
class Needle:
    """Some of `PLAIN`'s characters, in lower case if upper case is as good; or some that are not ASCII."""

    text: bytes
    ignores_case: bool = False

    def rows_in(self, piece: bytes, start: int, offsets: Sequence[int], first: int) -> set[int]:
        """The rows of a piece of a recording that may be wanted.

        Args:
            piece: Whole lines.
            start: Where it begins in the file.
            offsets: Where each row's line begins in the file, ascending.
            first: The piece's first row.
        """
        hay = piece.lower() if self.ignores_case else piece
        found = set(_rows_with(self.text, hay, start, offsets, first))
        # One character is found ten times quicker than several.
        if b"\\" not in hay:
            return found
        if not self.text.isascii():
            found.update(_rows_with(_ANY_ESCAPE, hay, start, offsets, first))
        else:
            for row in _rows_with(_ESCAPE, hay, start, offsets, first):
                begin = offsets[row] - start
                end = offsets[row + 1] - start if row + 1 < len(offsets) else len(hay)
                if row not in found and _SPELLED.search(hay, begin, end):
                    found.add(row)
        return found


class Needles:
    """Some needles of which one must be in a message. Made once, asked of every message."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        different = dict.fromkeys(needles)
        self._exact = tuple(each.text for each in different if not each.ignores_case)
        self._caseless = tuple(each.text for each in different if each.ignores_case)
        self._are_ascii = all(each.text.isascii() for each in different)

    def may_be_in(self, raw: bytes) -> bool:
        """False when no filter that asks for one of them can want the message."""
        for text in self._exact:
            if text in raw:
                return True
        if self._caseless:
            hay = raw.lower()
            for text in self._caseless:
                if text in hay:
                    return True
        if b"\\" not in raw:
            return False
        return is_spelled(raw) if self._are_ascii else _ANY_ESCAPE in raw


def caseless_piece(text: str) -> bytes:
    """The text's longest piece that is not ASCII and has neither upper nor lower case."""
    pieces = "".join(each if _is_caseless(each) else " " for each in text).split()
    return max(pieces, key=len, default="").encode(errors="ignore")


def _is_caseless(character: str) -> bool:
    # The dot above is what is left of the Turkish capital I in lower case.
    is_above_ascii = character > "\x7f" and character != "\u0307"
    return is_above_ascii and character.lower() == character.upper() == character


def is_spelled(raw: bytes) -> bool:
    r"""Whether a plain character is written as an escape, as `\u0067`."""
    return _ESCAPE in raw and _SPELLED.search(raw) is not None


def _rows_with(
    text: bytes, hay: bytes, start: int, offsets: Sequence[int], first: int
) -> Iterator[int]:
    """The rows that have the text, each once."""
    count, row = len(offsets), first
    position = hay.find(text)
    while position >= 0:
        row = bisect_right(offsets, start + position, row, count) - 1
        yield row
        if row + 1 == count:
            return
        position = hay.find(text, offsets[row + 1] - start)
