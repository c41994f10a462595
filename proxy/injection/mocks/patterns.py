"""What a mock asks of a call's arguments: a part of their JSON, with patterns in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ....recordings.filters.comparing import Like
from ....recordings.plain import number_of

_EXPRESSION: Final = "re:"


@dataclass(frozen=True, slots=True)
class Pattern:
    """Asks whether a JSON value has at least what the pattern writes.

    An object may have more members than the pattern; an array has as many elements. Numbers are equal
    by value, so that `21` is `21.0`, and no number is `true`. The text `*` takes any value that is
    there, `re:EXPRESSION` what the expression is found in; any other text is meant literally.
    """

    wanted: object

    @classmethod
    def parse(cls, value: object) -> "Pattern":
        """The pattern that a value of TOML writes.

        Raises:
            ValueError: A regular expression is none; the message says so with the place in the value.
        """
        return cls(_compiled(value, ""))

    def fits(self, value: object) -> bool:
        """Whether the value has it."""
        return _fits(self.wanted, value)


def _compiled(value: object, path: str) -> object:
    if isinstance(value, dict):
        return {
            key: _compiled(each, f"{path}.{key}" if path else key) for key, each in value.items()
        }
    if isinstance(value, list):
        return [_compiled(each, f"{path}[{index}]") for index, each in enumerate(value)]
    if not isinstance(value, str) or not value.startswith(_EXPRESSION):
        return value
    try:
        return Like(re.compile(value.removeprefix(_EXPRESSION)))
    except re.error as error:
        place = f"{path} is " if path else ""
        raise ValueError(f"{place}{value!r}, which is no regular expression: {error}") from error


def _fits(wanted: object, value: object) -> bool:
    match wanted:
        case Like():
            return wanted.holds(value)
        case "*":
            return True
        case dict():
            return isinstance(value, Mapping) and all(
                key in value and _fits(each, value[key]) for key, each in wanted.items()
            )
        case list():
            return (
                isinstance(value, list)
                and len(value) == len(wanted)
                and all(map(_fits, wanted, value))
            )
        case bool() | str():
            return type(value) is type(wanted) and value == wanted
    return number_of(value) == wanted
