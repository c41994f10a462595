"""Which dialect a session is in, judged from all its events.

Each event has a dialect of its own, see `dialects`; a session's is the most telling one so far.
"""

from ..dialects import Dialect, decisive_dialect
from ..event import Side
from .seen import Seen

_SESSION_EVENTS = frozenset({"session.created", "session.updated"})


class SessionDialect:
    """Fed the events of one session in order."""

    def __init__(self) -> None:
        self.value = Dialect.UNKNOWN
        self._is_told_by_server = False

    def receive(self, seen: Seen) -> None:
        """Learn from an event.

        The server knows better than its client, and its session tells most. What only one protocol
        has settles it: the Live API for good, xAI over all others.
        """
        found = decisive_dialect(seen.type, seen.parsed or {}, seen.side)
        if found is None or self.value is Dialect.LIVE:
            return
        if found is Dialect.LIVE:
            self.value = found
        elif self.value is Dialect.XAI:
            return
        elif seen.side is Side.SERVER:
            is_telling = found is Dialect.XAI or seen.kind in _SESSION_EVENTS
            if is_telling or not self._is_told_by_server:
                self.value, self._is_told_by_server = found, True
        elif self.value is Dialect.UNKNOWN:
            self.value = found
