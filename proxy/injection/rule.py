"""What a rule is, and what it may do. Mocks, breakpoints, edits and faults are rules."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from ...recordings.conversation import Seen
from ...recordings.event import Json, Origin, Side
from ...recordings.filters.needles import Needle
from ..schedule import Action, Timer
from .ledger import Ledger
from .verdict import Verdict


class Desk(Protocol):
    """What a rule, or a person, can do in one session, and what is known of it.

    Everything happens after the message at hand has been recorded and gone its way.
    """

    @property
    def now(self) -> float:
        """Seconds since the session started."""

    @property
    def ledger(self) -> Ledger:
        """What the real server and its client have agreed on so far; the message at hand is not in it yet."""

    @property
    def session_id(self) -> str:
        """The recording's id."""

    def after(self, delay_s: float, action: Action) -> Timer:
        """Do something later."""

    def send(self, side: Side, event: Json, *, origin: Origin, why: str) -> None:
        """Send an event of our own at once, playing the side."""

    def answer(
        self, call_id: str, output: str, *, origin: Origin, why: str, respond: bool = True
    ) -> None:
        """Answer a pending call; the `response.create` follows at the right time, once for all siblings.

        Does nothing when the call has been answered meanwhile.
        """

    def claim(self, call_id: str, *, origin: Origin, why: str) -> None:
        """Promise an output: the app's `response.create` waits for it, as for that of a sibling."""

    def disclaim(self, call_id: str, *, why: str) -> None:
        """Take the promise of an output back."""

    def close(self, side: Side, code: int, reason: str, *, why: str) -> None:
        """End the session in order."""

    def cut(self, *, why: str, partial: bytes = b"") -> None:
        """Break the connections; `partial` is a server's message of which the client gets half a frame."""

    def run(self, work: Callable[[], object], then: Callable[[object], None]) -> None:
        """Do work in another thread; `then` gets its result or its exception."""


class Rule(Protocol):
    """One rule at work in one session."""

    @property
    def name(self) -> str:
        """What it is called in lists and in a recording's `why`."""

    @property
    def kinds(self) -> frozenset[str] | None:
        """The types of messages that it wants to see, in GA's names, `*` as a wildcard; None: all."""

    def start(self, desk: Desk) -> None:
        """It was switched on for this session, which may have been going on for long."""

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """A message comes by; None: it is not the rule's business. The first verdict counts."""

    def stop(self, desk: Desk) -> None:
        """It was switched off: what it has planned must not happen any more."""


@runtime_checkable
class SelectiveRule(Protocol):
    """A rule that knows messages which it does not want by their bytes, so that they need not be parsed."""

    @property
    def needles(self) -> tuple[Needle, ...] | None:
        """One of these is in each message that it wants; None: nothing is known of their bytes."""


class RuleMaker(Protocol):
    """A rule as it was written down; each session gets one of its own from it."""

    @property
    def name(self) -> str:
        """What its rules are called."""

    def make(self) -> Rule:
        """A rule for one session."""
