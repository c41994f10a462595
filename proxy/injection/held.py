"""The messages of a session that are held back, each direction in its order."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping

import msgspec

from ...recordings.conversation import Seen
from ...recordings.errors import InjectionError
from ...recordings.event import Side
from .verdict import FORWARD, Verdict


class HeldMessage(msgspec.Struct):
    """A message that waits."""

    seen: Seen
    since: float
    """Seconds since the session started."""
    why: str
    """What it waits for: a rule's name, or `behind 12`."""
    until: float | None = None
    """When it goes on by itself."""
    verdict: Verdict | None = None
    """What becomes of it when its turn comes; None as long as that is not decided."""
    is_leaving: bool = False
    """The edge has been told to let it go."""


class Held:
    """All held messages of one session."""

    def __init__(self) -> None:
        self._queues: Mapping[Side, OrderedDict[int, HeldMessage]] = {
            side: OrderedDict() for side in Side
        }
        self._both = self._queues[Side.CLIENT], self._queues[Side.SERVER]

    def __bool__(self) -> bool:
        # Asked at each message.
        from_client, from_server = self._both
        return bool(from_client or from_server)

    def is_holding(self, side: Side) -> bool:
        """Whether a message of a side waits, so that those behind it wait too."""
        return bool(self._queues[side])

    def all(self) -> dict[int, HeldMessage]:
        """The waiting messages by their numbers, in the order in which they came."""
        both = [item for queue in self._queues.values() for item in queue.items()]
        return dict(sorted(both))

    def hold(self, seen: Seen, why: str, until: float | None) -> HeldMessage:
        """A message waits until somebody decides."""
        message = HeldMessage(seen, seen.at, why, until)
        self._queues[seen.side][seen.seq] = message
        return message

    def hold_behind(self, seen: Seen, verdict: Verdict) -> HeldMessage:
        """A message waits only for those before it."""
        first = next(iter(self._queues[seen.side]))
        message = HeldMessage(seen, seen.at, f"behind {first}", verdict=verdict)
        self._queues[seen.side][seen.seq] = message
        return message

    def decide(self, seq: int, verdict: Verdict) -> None:
        """Say what becomes of a message; it goes when its turn comes.

        Raises:
            InjectionError: No such message waits; it lists those that do.
        """
        message = self.all().get(seq)
        if message is None:
            raise InjectionError(f"message {seq} is not held; {_listed(self.all())}")
        message.verdict = verdict

    def expire(self, seq: int, why: str | None = None) -> None:
        """A message has waited long enough: it goes on, unless that is decided."""
        message = self.all().get(seq)
        if message is not None and message.verdict is None:
            message.verdict = Verdict(why=why) if why else FORWARD

    def let_go(self, why: str) -> None:
        """Nobody is left who would say what becomes of the messages that wait for this."""
        for message in self.all().values():
            if message.why == why and message.verdict is None:
                message.verdict = Verdict(why=f"{why} was switched off")

    def ready(self) -> Iterator[HeldMessage]:
        """The messages whose turn it is: at most one of each side, until the edge has let it go."""
        for queue in self._queues.values():
            first = next(iter(queue.values()), None)
            if first is not None and first.verdict is not None and not first.is_leaving:
                yield first

    def remove(self, seen: Seen) -> None:
        """A message has gone, or was dropped."""
        self._queues[seen.side].pop(seen.seq, None)


def _listed(held: Mapping[int, HeldMessage]) -> str:
    if not held:
        return "no message is held"
    told = ", ".join(f"{seq} ({each.seen.type or 'no event'})" for seq, each in held.items())
    return f"held: {told}"
