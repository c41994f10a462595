"""A TOML table of a rule or a fault, read strictly: a key that is not known is an error."""

import math
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

from ...recordings.errors import UsageError

type Where = Callable[[int, str], str]
"""Where a key of the n-th table of its kind stands, for people: `mocks.toml line 12`. An empty key means
the table itself."""


class Table:
    """One table, which knows its place to name it in errors."""

    def __init__(self, values: Mapping[str, object], index: int, where: Where) -> None:
        self.values = values
        self._index = index
        self._where = where

    def check_keys(self, known: Sequence[str]) -> None:
        """Raises UsageError at a key that is not known."""
        for key in self.values:
            if key not in known:
                raise self.error(key, f"is unknown; {nearest(key, known)}")

    def has(self, *keys: str) -> bool:
        """Whether one of these keys is there."""
        return any(key in self.values for key in keys)

    def text(self, key: str) -> str | None:
        """A string that is not empty; None when the key is absent."""
        value = self.values.get(key)
        if value is not None and (not isinstance(value, str) or not value):
            raise self.error(key, f"is {value!r}; expected a text")
        return value

    def flag(self, key: str) -> bool:
        """`true`; False when the key is absent."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.error(key, f"is {value!r}; expected true")
        return bool(value)

    def count(self, key: str, *, least: int = 0) -> int | None:
        """A whole number; None when the key is absent."""
        value = self.values.get(key)
        is_count = isinstance(value, int) and not isinstance(value, bool)
        if value is None:
            return None
        if not is_count or not isinstance(value, int) or value < least:
            raise self.error(key, f"is {value!r}; expected a whole number of at least {least}")
        return value

    def seconds(self, key: str) -> float | None:
        """A number above 0; None when the key is absent."""
        value = self.values.get(key)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not isinstance(value, int | float) or not 0 < value < math.inf:
            raise self.error(key, f"is {value!r}; expected a number of seconds above 0")
        return float(value)

    def table(self, key: str) -> Mapping[str, object]:
        """A table; empty when the key is absent."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(key, f"is {value!r}; expected a table")
        return value

    def texts(self, key: str) -> list[str]:
        """A list of strings; empty when the key is absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.error(key, f"is {value!r}; expected a list of texts")
        return value

    def error(self, key: str, complaint: str) -> UsageError:
        """The error for a key, with its place."""
        return UsageError(f"{self._where(self._index, key)}: {key} {complaint}")

    def fault(self, complaint: str) -> UsageError:
        """The error for the table as a whole, with its place."""
        return UsageError(f"{self._where(self._index, '')}: {complaint}")


def nearest(name: str, known: Sequence[str]) -> str:
    """What could have been meant, for people."""
    found = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    listed = f"there are {', '.join(known)}"
    return f"did you mean {found[0]}? {listed}" if found else listed
