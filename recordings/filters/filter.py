"""A filter: which events of a session are wanted."""

from collections.abc import Sequence

from .columns import Columns
from .parser import Parser
from .predicates import Cost


class Filter:
    """A filter that was read. Made by `parse_filter`."""

    def __init__(self, text: str) -> None:
        parser = Parser(text)
        self.text = text
        """As it was written."""
        self._predicate = parser.parsed()
        self.matches = self._predicate.matches
        """Whether a candidate is wanted. Raises DamagedLineError when its line cannot be read.

        The predicate's own method: this is asked of every event of a recording.
        """
        self.needs_joined = parser.needs_joined
        """It asks for joined fields: candidates must know theirs."""
        self.needs_joined_text = parser.needs_joined_text
        """It asks for joined fields that a `ToldColumn` leaves out."""
        self.needs_findings = parser.needs_findings
        """It asks for findings: candidates must know theirs."""

    @property
    def needs_only_columns(self) -> bool:
        """An index can answer it without reading events."""
        return self._predicate.cost is Cost.COLUMN

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """The rows that are wanted, of some in ascending order."""
        return self._predicate.select(columns, rows)

    def __repr__(self) -> str:
        return f"Filter({self.text!r})"


def parse_filter(text: str) -> Filter:
    """Read a filter such as `type:response.* item.name=get_weather -type:*.delta`.

    Raises:
        FilterError: It cannot be read; the error points at the character.
    """
    return Filter(text)
