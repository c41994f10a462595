"""Tests on one JSON value: a pattern, a number, a regular expression.

Each also says which bytes must stand in a frame for a value to pass, so that most frames need not
be parsed: the search in the raw bytes is ten times quicker.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ..plain import number_of
from .needles import PLAIN

_NEEDLE = re.compile(PLAIN)

_LONGEST_LIKE = 100_000
"""A regular expression looks at so much of a text."""


class Test(Protocol):
    """A question to one value."""

    def holds(self, value: object) -> bool:
        """Whether the value passes."""

    @property
    def needle(self) -> bytes:
        """Bytes that are in every frame with a value that passes; empty when none are known."""


class TextTest(Test, Protocol):
    """A question to a value that also goes to a text."""

    def holds_text(self, text: str) -> bool:
        """Whether the text passes."""


@dataclass(frozen=True, slots=True)
class Is:
    """The value is what the text says: a string, a number, `true`, `false` or `null`.

    In a text without quotes `*` stands for any characters and `?` for one.
    """

    text: str
    is_quoted: bool = False
    _pattern: re.Pattern[str] | None = field(init=False, compare=False)
    _number: float | None = field(init=False, compare=False)

    def __post_init__(self) -> None:
        is_pattern = not self.is_quoted and ("*" in self.text or "?" in self.text)
        object.__setattr__(self, "_pattern", glob(self.text) if is_pattern else None)
        object.__setattr__(self, "_number", None if is_pattern else number_in(self.text))

    def holds(self, value: object) -> bool:
        """Objects and arrays pass only `*`, which asks whether the field is there."""
        if self.text == "*" and not self.is_quoted:
            return True
        if isinstance(value, str):
            return self.holds_text(value)
        if value is None or isinstance(value, bool):
            return not self.is_quoted and self.holds_text(_literal(value))
        if (number := number_of(value)) is None or self.is_quoted:
            return False
        if self._number is not None:
            return number == self._number
        return self.holds_text(str(number))

    def holds_text(self, text: str) -> bool:
        """Whether a text passes."""
        if self._pattern is None:
            return text == self.text
        return self._pattern.fullmatch(text) is not None

    @property
    def needle(self) -> bytes:
        """The longest piece between wildcards. A number may be written in many ways: it has none."""
        if self._number is not None:
            return b""
        pieces = [self.text] if self.is_quoted else re.split(r"[*?]+", self.text)
        return _longest_needle(pieces)


@dataclass(frozen=True, slots=True)
class Like:
    """The regular expression finds something in the value."""

    pattern: re.Pattern[str]

    def holds(self, value: object) -> bool:
        """Numbers and literals are looked at as they are written in JSON."""
        if isinstance(value, dict | list):
            return False
        return self.holds_text(value if isinstance(value, str) else _literal(value))

    def holds_text(self, text: str) -> bool:
        """Whether a text passes."""
        return self.pattern.search(text, 0, _LONGEST_LIKE) is not None

    @property
    def needle(self) -> bytes:
        """None: an expression says it in its own way."""
        return b""


@dataclass(frozen=True, slots=True)
class Number:
    """The value is a number on one side of a limit."""

    operator: str
    limit: float
    _compare: Callable[[float, float], bool] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compare", _COMPARE[self.operator])

    def holds(self, value: object) -> bool:
        """A string never passes, also when it holds a number."""
        number = number_of(value)
        return number is not None and self._compare(number, self.limit)

    @property
    def needle(self) -> bytes:
        """None: many numbers pass."""
        return b""


@dataclass(frozen=True, slots=True)
class Between:
    """The value is a number within a range, its ends included."""

    least: float
    most: float

    def holds(self, value: object) -> bool:
        """A string never passes."""
        number = number_of(value)
        return number is not None and self.least <= number <= self.most

    @property
    def needle(self) -> bytes:
        """None: many numbers pass."""
        return b""


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def glob(text: str) -> re.Pattern[str]:
    """The pattern of a text in which `*` and `?` are wildcards and nothing else is special.

    Each `*` takes the nearest place where what follows fits and never looks further: without that a
    few of them in a row would take minutes on a long text.
    """
    first, *others = (
        "".join("." if each == "?" else re.escape(each) for each in piece)
        for piece in re.sub(r"\*+", "*", text).split("*")
    )
    if not others:
        return re.compile(first, re.DOTALL)
    *between, last = others
    return re.compile(
        first + "".join(f"(?>.*?{each})" for each in between) + f".*{last}", re.DOTALL
    )


def number_in(text: str) -> float | None:
    """The number that a text writes; None when it writes none."""
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", text, re.ASCII):
        return None
    return float(text)


def needle_of(text: str) -> bytes:
    """The text's longest piece that stands in a frame as it is."""
    return _longest_needle([text])


def _longest_needle(pieces: list[str]) -> bytes:
    plain = [found for piece in pieces for found in _NEEDLE.findall(piece)]
    return max(plain, key=len, default="").encode()


def _literal(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
    return str(value)
