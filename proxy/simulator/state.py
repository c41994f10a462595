"""What the parts of a session share."""

from dataclasses import dataclass

from ..schedule import Schedule
from . import faults
from .actor import Actor
from .configuration import Configuration
from .conversation import Conversation, Item
from .ids import Ids
from .outbox import Outbox
from .pace import Pace


@dataclass(slots=True)
class SessionState:
    """The state of one session, handed to each of its parts."""

    ids: Ids
    outbox: Outbox
    schedule: Schedule
    configuration: Configuration
    conversation: Conversation
    actor: Actor
    pace: Pace
    conversation_id: str
    max_duration_s: float

    def expire(self) -> None:
        """End a session that has lived its time."""
        minutes = max(1, round(self.max_duration_s / 60))
        self.outbox.fail(faults.session_expired(minutes))

    def announce(self, item: Item, *, previous_item_id: str | None = None) -> None:
        """Add a complete item to the conversation and tell the client: added, then done.

        Args:
            previous_item_id: `root`, an item's id, or None for the end.
        """
        previous = self.conversation.add(item, previous_item_id=previous_item_id)
        for event in ("conversation.item.added", "conversation.item.done"):
            self.outbox.send(event, previous_item_id=previous, item=item.wire())
