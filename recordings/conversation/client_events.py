"""What the client sent lately: by its event ids, and the latest of all, to tell what an error answers."""

from collections import deque
from dataclasses import dataclass

from .bounded import BoundedDict
from .seen import Seen

_IDS_KEPT = 1_000
_LATEST_KEPT = 50


@dataclass(slots=True)
class ClientEvent:
    """One event of the client."""

    seq: int
    at: float
    type: str
    """The wire's own name."""
    kind: str
    """The name in GA's spelling."""
    event_id: str = ""
    is_answered: bool = False
    """The server has acknowledged it, or refused it with an error."""


class ClientEvents:
    """The client's events of the near past.

    Appended audio has a place of its own: it would push everything else out.
    """

    def __init__(self) -> None:
        self._by_id: BoundedDict[str, ClientEvent] = BoundedDict(_IDS_KEPT)
        self._appends_by_id: BoundedDict[str, ClientEvent] = BoundedDict(_IDS_KEPT)
        self._latest: deque[ClientEvent] = deque(maxlen=_LATEST_KEPT)
        self.last_append: ClientEvent | None = None

    def receive(self, seen: Seen) -> ClientEvent:
        """Take an event of the client that is not appended audio."""
        known = ClientEvent(seen.seq, seen.at, seen.type, seen.kind, seen.event_id)
        self._latest.append(known)
        if seen.event_id:
            self._by_id[seen.event_id] = known
        return known

    def receive_append(self, seen: Seen) -> None:
        """Take appended audio."""
        known = ClientEvent(seen.seq, seen.at, seen.type, seen.kind, seen.event_id)
        self.last_append = known
        if seen.event_id:
            self._appends_by_id[seen.event_id] = known

    def get(self, event_id: str) -> ClientEvent | None:
        """The event with this id; the newest, when the client used an id twice."""
        return self._by_id.get(event_id) or self._appends_by_id.get(event_id)

    @property
    def last_client_event(self) -> ClientEvent | None:
        """The latest that is not appended audio."""
        return self._latest[-1] if self._latest else None

    @property
    def last_client_events(self) -> list[ClientEvent]:
        """The latest 50 that are not appended audio, oldest first."""
        return list(self._latest)

    def acknowledge(self, kind: str) -> None:
        """The server has done what the oldest waiting event of a kind asked for."""
        for each in self._latest:
            if each.kind == kind and not each.is_answered:
                each.is_answered = True
                return

    def newest(self, kind: str, *, since: float, is_waiting: bool = True) -> ClientEvent | None:
        """The newest event of a kind that was sent at `since` or later.

        `is_waiting`: only one that nothing has answered yet.
        """
        return next(
            (
                each
                for each in reversed(self._latest)
                if each.kind == kind and each.at >= since and not (is_waiting and each.is_answered)
            ),
            None,
        )
