"""JSON's escapes in a text, undone without losing the way back.

A secret may be spelled `\\u0073k-…` in a string, and once more escaped in a string inside that
string (a call's arguments are JSON text in JSON). `readings` gives the text as it is and as each
level of unescaping makes it; a span that is found in a reading is mapped back to the text.

All texts here are bytes seen as latin-1, so that one character is one byte whatever the bytes are.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

type Span = tuple[int, int]
"""Start and end, half open."""

MAX_DEPTH = 4
"""How often a text is unescaped: JSON in JSON in JSON, and one more."""

_ESCAPE = re.compile(
    r"\\(?:u(?:([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|([0-9a-fA-F]{4}))"
    r'|(["\\/bfnrt]))'
)
_SHORT = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def as_latin(text: str) -> str:
    """The text's UTF-8 bytes seen as latin-1."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def unescaped(text: str) -> str:
    """The text with one level of JSON's escapes undone; what is no escape stays."""
    return _ESCAPE.sub(_spoken, text)


def _spoken(escape: re.Match[str]) -> str:
    high, low, unit, short = escape.groups()
    if short is not None:
        return _SHORT[short]
    if unit is not None:
        return as_latin(chr(int(unit, 16)))
    return as_latin(chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text after one level of unescaping, with the places that its pieces came from."""

    text: str
    starts: list[int]
    """Where each piece begins in `text`."""
    sources: list[int]
    """Where each piece begins in the text before; one more than pieces: the last is its end."""
    literal: list[bool]
    """Whether a piece was copied; else it is the meaning of one escape."""

    def source_span(self, span: Span) -> Span:
        """The span in the text before. A part of an escape's meaning takes the whole escape."""
        first = bisect_right(self.starts, span[0]) - 1
        last = bisect_right(self.starts, span[1] - 1) - 1
        begin = self.sources[first]
        if self.literal[first]:
            begin += span[0] - self.starts[first]
        end = self.sources[last + 1]
        if self.literal[last]:
            end = self.sources[last] + span[1] - self.starts[last]
        return begin, end


def _read(text: str) -> _Reading | None:
    """One level of unescaping; None when there is nothing to undo."""
    pieces: list[str] = []
    reading = _Reading("", [], [], [])
    length = position = 0

    def add(piece: str, source: int, *, literal: bool) -> None:
        nonlocal length
        pieces.append(piece)
        reading.starts.append(length)
        reading.sources.append(source)
        reading.literal.append(literal)
        length += len(piece)

    for escape in _ESCAPE.finditer(text):
        if escape.start() > position:
            add(text[position : escape.start()], position, literal=True)
        add(_spoken(escape), escape.start(), literal=False)
        position = escape.end()
    if not pieces:
        return None
    if position < len(text):
        add(text[position:], position, literal=True)
    reading.sources.append(len(text))
    return _Reading("".join(pieces), reading.starts, reading.sources, reading.literal)


class Readings:
    """A text and what it says after each level of unescaping.

    Args:
        text: Bytes seen as latin-1.
        is_json_string: The text is the inside of a JSON string. Then what it says begins at the
            first level: `\\n` in it is never a letter n, and no span cuts an escape in two.
    """

    def __init__(self, text: str, *, is_json_string: bool) -> None:
        self._text = text
        self._is_json_string = is_json_string

    def __iter__(self) -> Iterator[tuple[str, "Readings.ToSource"]]:
        levels: list[_Reading] = []
        text = self._text
        if not (self._is_json_string and "\\" in text):
            yield text, Readings.ToSource(())
        while len(levels) < MAX_DEPTH and (reading := _read(text)) is not None:
            levels.append(reading)
            text = reading.text
            yield text, Readings.ToSource(tuple(levels))

    @dataclass(frozen=True, slots=True)
    class ToSource:
        """Maps a span of a reading to the text it was made from."""

        levels: tuple[_Reading, ...]

        def __call__(self, span: Span) -> Span:
            """The span in the first text."""
            for level in reversed(self.levels):
                span = level.source_span(span)
            return span
