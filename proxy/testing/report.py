"""The run's summary: what was replayed, what was recorded, what nobody asked for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

PROPERTY: Final = "realtap"
"""The name under which a test's report carries its counts, also between processes."""

_SHOWN: Final = 10


class Tally:
    """The counts of a run."""

    def __init__(self) -> None:
        self._replayed = 0
        self._recorded = 0
        self._unplayed: list[str] = []

    def add(self, test: str, properties: Iterable[tuple[str, Any]]) -> None:
        """A test is over."""
        for name, counts in properties:
            if name == PROPERTY and isinstance(counts, Mapping):
                self._replayed += counts["replayed"]
                self._recorded += counts["recorded"]
                self._unplayed += [f"{test}: {each}" for each in counts["unplayed"]]

    def lines(self) -> Iterator[str]:
        """The summary; nothing when there was nothing."""
        if self._replayed or self._recorded:
            yield f"{_sessions(self._replayed)} replayed, {_sessions(self._recorded)} recorded"
        yield from self._unplayed[:_SHOWN]
        if len(self._unplayed) > _SHOWN:
            yield f"and {len(self._unplayed) - _SHOWN} more"


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"
