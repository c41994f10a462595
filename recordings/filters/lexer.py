"""Cuts a filter's text into words: `type:response.*`, `item.name!="get weather"`, `"free text"`.

A word ends at white space, or at a `)` that it did not open. Each word knows where its parts stand,
for the error's caret and for completion.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from ..paths import NAME, QUOTED
from .error import FilterError

_SEGMENT = rf"(?:{NAME}|{QUOTED})"
_SUBJECT = re.compile(rf"{_SEGMENT}(?:\.{_SEGMENT}|\[(?:\d*|\*)\])*")
_OPERATOR = re.compile(r"!=|>=|<=|[:=~<>]")
_QUOTED = re.compile(QUOTED)
_SPACES = re.compile(r"\s*")


class Operator(StrEnum):
    """How a word compares."""

    HAS = ":"
    IS = "="
    IS_NOT = "!="
    LIKE = "~"
    MORE = ">"
    LEAST = ">="
    LESS = "<"
    MOST = "<="


class Mark(StrEnum):
    """What stands between words."""

    OPEN = "("
    CLOSE = ")"
    NOT = "-"
    OR = "OR"
    AND = "AND"


@dataclass(frozen=True, slots=True)
class Sign:
    """A parenthesis, a minus, OR or AND."""

    mark: Mark
    position: int


@dataclass(frozen=True, slots=True)
class Word:
    """A comparison, or free text."""

    position: int
    """Where it begins, in characters."""
    subject: str
    """The key or the path; empty for free text."""
    operator: Operator | None
    """None for free text."""
    operator_position: int
    value: str
    value_position: int
    is_quoted: bool
    """The value stood in quotes: it means itself, without wildcards."""
    end: int


type Token = Sign | Word


def tokens_of(text: str) -> list[Token]:
    """The words and signs of a filter.

    Raises:
        FilterError: A quote has no end, or something clings to a quoted text.
    """
    tokens: list[Token] = []
    position = _skip_spaces(text, 0)
    while position < len(text):
        token, position = _next_token(text, position)
        tokens.append(token)
        position = _skip_spaces(text, position)
    return tokens


def _skip_spaces(text: str, position: int) -> int:
    found = _SPACES.match(text, position)
    return found.end() if found else position


def _next_token(text: str, position: int) -> tuple[Token, int]:
    character = text[position]
    if character in "()":
        return Sign(Mark(character), position), position + 1
    if character == "-":
        return Sign(Mark.NOT, position), position + 1
    word = _word(text, position)
    if word.operator is None and not word.is_quoted and word.value in (Mark.OR, Mark.AND):
        return Sign(Mark(word.value), position), word.end
    return word, word.end


def _word(text: str, position: int) -> Word:
    subject = _SUBJECT.match(text, position)
    operator = _OPERATOR.match(text, subject.end()) if subject else None
    if subject is None or operator is None:
        value, is_quoted, end = _value(text, position)
        return Word(position, "", None, position, value, position, is_quoted, end)
    value, is_quoted, end = _value(text, operator.end())
    return Word(
        position=position,
        subject=subject[0],
        operator=Operator(operator[0]),
        operator_position=operator.start(),
        value=value,
        value_position=operator.end(),
        is_quoted=is_quoted,
        end=end,
    )


def _value(text: str, position: int) -> tuple[str, bool, int]:
    """A value, whether it was quoted, and where it ends."""
    if not text.startswith('"', position):
        end = _bare_end(text, position)
        return text[position:end], False, end
    quoted = _QUOTED.match(text, position)
    if quoted is None:
        raise FilterError(
            "this quote has no end", text=text, position=position, hint='write "…" around the text'
        )
    end = quoted.end()
    if end < len(text) and not text[end].isspace() and text[end] != ")":
        raise FilterError(
            "expected a space after the quoted text", text=text, position=end, hint=""
        )
    return _unescaped(quoted[0][1:-1]), True, end


def _unescaped(text: str) -> str:
    r"""A quote and a backslash are written `\"` and `\\`; any other backslash means itself."""
    return re.sub(r'\\(["\\])', r"\1", text)


def _bare_end(text: str, position: int) -> int:
    """A bare value may hold pairs of parentheses, as a regular expression does."""
    depth = 0
    while position < len(text) and not text[position].isspace():
        if text[position] == "(":
            depth += 1
        elif text[position] == ")":
            depth -= 1
            if depth < 0:
                break
        position += 1
    return position
