"""Outputs with blanks that a call fills in: `It is 21 degrees in {arguments.city}`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from ....recordings.event import Json
from ....recordings.paths import Path
from .output_text import output_text

_BLANK = re.compile(r"\{(\{[A-Za-z_][^{}\s]*\})\}|\{([A-Za-z_][^{}\s]*)\}")
"""A name in braces; one in doubled braces is none. Braces of JSON are followed by no name."""

CALL_NAMES: Final = ("arguments", "name", "call_id", "count")
"""What a call gives to fill in. `count` counts the mock's answers in the session, this one included."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text, or a JSON value with texts in it.

    A text in a JSON value that is nothing but one blank becomes the value itself: a number stays one.
    """

    shape: object

    @classmethod
    def parse(cls, shape: object, values: Json) -> "Template":
        """The template that a value of TOML writes.

        Args:
            shape: Text, object or array.
            values: What can be filled in besides the call's names.

        Raises:
            ValueError: A blank has no meaning; the message says what there is.
        """
        for name in _names_in(shape):
            _check(name, (*CALL_NAMES, *values))
        return cls(shape)

    def fill(self, values: Json) -> object:
        """The template with its blanks filled; what is not there leaves nothing, or null."""
        return _filled(self.shape, values)


def _names_in(shape: object) -> Iterator[str]:
    match shape:
        case str():
            yield from (name for _, name in _BLANK.findall(shape) if name)
        case dict():
            for each in shape.values():
                yield from _names_in(each)
        case list():
            for each in shape:
                yield from _names_in(each)


def _check(name: str, known: tuple[str, ...]) -> None:
    try:
        first = Path.parse(name).steps[0]
    except ValueError as error:
        raise ValueError(f"{{{name}}} names nothing: {error}") from error
    if first not in known:
        nearest = get_close_matches(str(first), known, n=1)
        meant = f"did you mean {{{nearest[0]}}}" if nearest else f"there are {', '.join(known)}"
        raise ValueError(f"{{{name}}} is nothing that can be filled in; {meant}")


def _filled(shape: object, values: Json) -> object:
    match shape:
        case str():
            return _filled_text(shape, values)
        case dict():
            return {key: _filled(each, values) for key, each in shape.items()}
        case list():
            return [_filled(each, values) for each in shape]
    return shape


def _filled_text(text: str, values: Json) -> object:
    if (blank := _BLANK.fullmatch(text)) and blank[2]:
        return _value(blank[2], values)
    return _BLANK.sub(lambda found: _replacement(found, values), text)


def _replacement(found: re.Match[str], values: Json) -> str:
    if found[1]:
        return found[1]
    value = _value(found[2], values)
    return "" if value is None else output_text(value)


def _value(name: str, values: Json) -> object:
    """What lies at a path; of several values, as `arguments.cities[].name` may find, all."""
    found = Path.parse(name).values(values)
    return found if len(found) > 1 else found[0] if found else None
