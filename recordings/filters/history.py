"""What was said before an event, as far as joined fields need it."""

from collections.abc import Callable, Sequence

from ..conversation import Conversation, Seen
from ..event import Entry, Event
from ..joins import Joined, Joiner


class History:
    """A session so far. It must take every entry, in order."""

    def __init__(self) -> None:
        self._conversation = Conversation()
        self._joiner = Joiner(self._conversation)

    def receive(self, entry: Entry) -> Callable[[], Sequence[Joined]]:
        """Take the next entry.

        Returns:
            What gives the joined fields of an event, to be asked before the next entry comes; it
            looks them up once.
        """
        if not isinstance(entry, Event):
            self._conversation.receive(entry)
            return tuple
        seen = Seen.of(entry)
        self._conversation.receive(seen)
        told: list[Sequence[Joined]] = []

        def joined() -> Sequence[Joined]:
            if not told:
                told.append(self._joiner.join(seen))
            return told[0]

        return joined
