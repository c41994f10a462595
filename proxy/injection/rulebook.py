"""Which rules the sessions of a proxy follow: put down by source, each source replaced as a whole."""

from collections.abc import Sequence
from typing import Final

from .rule import RuleMaker

ALL_SESSIONS: Final = ""
"""Stands for a session's id where rules are for all of them."""


class Rulebook:
    """The rules of a proxy. Sessions look at `version` to see that something changed."""

    def __init__(self) -> None:
        self.version = 0
        """Counts the changes."""
        self._makers: dict[tuple[str, str], tuple[RuleMaker, ...]] = {}

    def put(
        self, source: str, makers: Sequence[RuleMaker], *, session_id: str = ALL_SESSIONS
    ) -> None:
        """Replace what a source (`mocks`, `breakpoints`, `faults`) says for a session, or for all.

        A maker that is put again, the same object, leaves its rule in a session as it is.
        """
        if makers:
            self._makers[source, session_id] = tuple(makers)
        else:
            self._makers.pop((source, session_id), None)
        self.version += 1

    def get(self, source: str, *, session_id: str = ALL_SESSIONS) -> tuple[RuleMaker, ...]:
        """What a source says for a session alone, or for all."""
        return self._makers.get((source, session_id), ())

    def makers(self, session_id: str) -> list[RuleMaker]:
        """What a session follows, in the order of the sources: the first verdict counts."""
        return [
            maker
            for (_, session), makers in self._makers.items()
            if session in {ALL_SESSIONS, session_id}
            for maker in makers
        ]

    def forget(self, session_id: str) -> None:
        """A session is over."""
        for key in [key for key in self._makers if key[1] == session_id]:
            del self._makers[key]
