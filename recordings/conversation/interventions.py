"""What realtap itself did in a session: events that it made, and those that it kept, changed or held.

A client's event counts when it reached the server, in the form in which it did: a held one waits here
for its `Released`. Whatever the server said counts at once, also what the app never got. What realtap
made up in the server's name is no part of the real conversation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from ..event import Event, Fate, Origin, Released, Side
from .bounded import BoundedDict
from .seen import Seen

_KEPT = 1_000
_HELD_KEPT = 1_000
RECENT_S = 5.0
"""An app needs some time to come to terms with what it did not get."""


class Route(Enum):
    """Where an event belongs."""

    REAL = auto()
    """The server and the client have it, or the server said it."""
    MADE_UP = auto()
    """Realtap said it in the server's name, or kept it from the server."""
    WAITING = auto()
    """The client's; it is held."""


@dataclass(slots=True)
class Intervention:
    """One event in which realtap had a hand."""

    seq: int
    at: float
    side: Side
    type: str
    """The wire's own name."""
    kind: str
    """The name in GA's spelling."""
    origin: Origin
    fate: Fate
    """HELD as long as it waits; then what became of it."""
    why: str
    """Who did it and for what, in words; empty when the recording does not say."""
    response_id: str = ""
    item_id: str = ""
    call_id: str = ""
    """Of an output and of the events of a call."""
    held_s: float | None = None
    """How long it was held; None when it was not, or still is."""

    @property
    def is_made_up(self) -> bool:
        """Whether realtap made it, in the place of the app or of the server."""
        return self.origin.is_made_up

    def in_words(self) -> str:
        """`was made by realtap (fault rate-limit)`, `was kept from the app by realtap`."""
        by = f" ({self.why})" if self.why else ""
        if self.is_made_up:
            return f"was made by realtap{by}"
        match self.fate:
            case Fate.DROPPED:
                other = "server" if self.side is Side.CLIENT else "app"
                return f"was kept from the {other} by realtap{by}"
            case Fate.EDITED:
                return f"was changed on its way by realtap{by}"
            case Fate.HELD:
                return f"is held by realtap{by}"
            case _:
                held = "" if self.held_s is None else f" for {self.held_s:.1f} s"
                return f"was held{held} by realtap{by}"


class Interventions:
    """Fed the session's events and releases; see `Conversation`."""

    def __init__(self) -> None:
        self._by_seq: BoundedDict[int, Intervention] = BoundedDict(_KEPT)
        self._held: BoundedDict[int, Seen] = BoundedDict(_HELD_KEPT)
        self._waiting: set[int] = set()
        """Held events of both sides."""
        self._last_seq = 0
        self._last_at = float("-inf")

    # Taking events.

    def receive(self, seen: Seen) -> Route:
        """Take an event that is not simply the wire's, or was not simply forwarded. Twice does no harm."""
        event = seen.event
        is_made_up, is_from_client = event.origin.is_made_up, seen.is_from_client
        if event.fate is Fate.FORWARDED and not is_made_up:
            return Route.REAL
        if event.fate is Fate.HELD:
            self._waiting.add(seen.seq)
        if event.fate is not Fate.FORWARDED or not is_from_client:
            self._disturb(seen.seq, seen.at)
        if not (seen.is_audio or seen.kind.endswith(".delta")):
            self._note(seen)
        if not is_from_client:
            return Route.MADE_UP if is_made_up else Route.REAL
        if event.fate is Fate.DROPPED:
            return Route.MADE_UP
        # Held audio counts at once: where it goes is plain, and it would be much to keep.
        if event.fate is not Fate.HELD or seen.is_audio:
            return Route.REAL
        self._held[seen.seq] = seen
        return Route.WAITING

    def release(self, released: Released, *, last_seq: int) -> Seen | None:
        """A held event's end.

        Args:
            released: What became of it.
            last_seq: The number of the session's last event so far.

        Returns:
            The client's event, to be taken now; None for the server's, which counted at once.
        """
        self._waiting.discard(released.seq)
        self._disturb(last_seq, released.at)
        known = self._by_seq.get(released.seq)
        if known is not None:
            known.fate, known.why = released.fate, released.why or known.why
            known.held_s = released.at - known.at
        seen = self._held.pop(released.seq, None)
        return None if seen is None else Seen.of(seen.event.released(released))

    def _disturb(self, seq: int, at: float) -> None:
        self._last_seq, self._last_at = max(self._last_seq, seq), max(self._last_at, at)

    def _note(self, seen: Seen) -> None:
        event = seen.event
        known = self._by_seq.get(seen.seq)
        if known is not None:
            # It was held, and is taken again now that it was released.
            known.fate = event.fate
            return
        self._by_seq[seen.seq] = Intervention(
            seen.seq,
            seen.at,
            seen.side,
            seen.type,
            seen.kind,
            event.origin,
            event.fate,
            event.why or "",
            seen.response_id,
            seen.item_id,
            seen.call_id,
        )

    # What is asked.

    def get(self, seq: int) -> Intervention | None:
        """What was done about the event with this number; None when nothing was, or long ago."""
        return self._by_seq.get(seq)

    def all(self) -> list[Intervention]:
        """The latest thousand, in the order in which the events came; audio and deltas left out."""
        return list(self._by_seq.values())

    @property
    def held(self) -> list[Event]:
        """The client's events that wait, oldest first."""
        return [seen.event for seen in self._held.values()]

    def disturb(self, numbers: Iterable[int], at: float) -> bool:
        """Whether realtap kept something from one side since these events, or shortly before `at`.

        Then nobody can be blamed for what did not follow.
        """
        if self._waiting or at - self._last_at < RECENT_S:
            return True
        return bool(self._last_seq) and self._last_seq >= min(numbers, default=0)
