"""What all faults have in common: a rule that breaks something on purpose, and says so."""

from ....recordings.conversation import Seen
from ....recordings.conversation.bounded import BoundedDict
from ....recordings.event import Json, Origin, Side
from ....recordings.plain import object_of, text_of
from ..ids import MadeIds
from ..quota import Quota
from ..rule import Desk
from ..verdict import Verdict
from .settings import Settings

_REQUESTS_KEPT = 64
"""Requests of ours to which an error may still come."""


class Fault[Told: Settings]:
    """One fault at work in one session.

    Args:
        name: Stands in the recording as the reason: `fault cut`.
        settings: What it was told.
        sessions: Counts the sessions that faults of the same maker have ended.
    """

    kinds: frozenset[str] | None = frozenset()
    """See `Rule`. Nothing, unless a fault says more."""

    def __init__(self, name: str, settings: Told, sessions: Quota) -> None:
        self.name = name
        self.settings = settings
        self.sessions = sessions
        self.ids = MadeIds()
        self._requests: BoundedDict[str, None] = BoundedDict(_REQUESTS_KEPT)

    def start(self, desk: Desk) -> None:
        """See `Rule`."""

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """See `Rule`."""

    def stop(self, desk: Desk) -> None:
        """See `Rule`."""

    # What a fault says by itself.

    def tell(self, desk: Desk, event: Json) -> None:
        """Play the server to the client."""
        desk.send(Side.SERVER, event, origin=Origin.FAULT, why=self.name)

    def pass_on(self, desk: Desk, event: Json) -> None:
        """Send the server what its client said earlier."""
        desk.send(Side.CLIENT, event, origin=Origin.FAULT, why=self.name)

    def ask(self, desk: Desk, type_: str, /, **fields: object) -> None:
        """Play the client to the server; an error that answers it is known by its event id."""
        event_id = self.ids.event()
        self._requests[event_id] = None
        self.pass_on(desk, {"type": type_, "event_id": event_id, **fields})

    def answers_us(self, seen: Seen) -> bool:
        """Whether an error answers what this fault asked the server."""
        return text_of(object_of(seen.fields.get("error")).get("event_id")) in self._requests
