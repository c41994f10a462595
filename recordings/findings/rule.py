"""What a rule is: a small pure class that watches one session and says what it finds.

A rule gets the events that it asks for by `kinds` and `side`, each *before* the conversation takes
it: the state that it is handed is what was known when the event happened. Time is told by `tick`,
from the events' own clock. Nothing here reads a file or a clock.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from ..conversation import Conversation, Seen
from ..event import Side
from .finding import Finding, Severity


class Rule:
    """One rule at work on one session; its own state has to stay bounded.

    A rule is registered by standing in its family module's tuple `RULES`.
    """

    slug: ClassVar[str]
    """The readable name, and the name of the page in docs/findings."""
    severity: ClassVar[Severity]
    """How bad its findings are, unless a finding says otherwise."""
    kinds: ClassVar[frozenset[str] | None] = None
    """The normalised types (`Seen.kind`) that it wants; None for every event but audio."""
    side: ClassVar[Side | None] = None
    """Whose events it wants; None for both sides'."""
    wants_audio: ClassVar[bool] = False
    """Whether it gets appended audio and audio deltas too: those are most of a session."""
    blames_timing: ClassVar[bool] = False
    """Whether it tells what the app did too early, too late or not at all, seen from what the server had
    said. It is not believed about a time in which realtap kept something from one of the two."""

    def begin(self, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # for rules to override
        """The handshake was answered: `state.header` and `state.opened` are known, nothing else."""
        return ()

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # as begin
        """An event happened; `state` does not know it yet."""
        return ()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # as begin
        """Time has come to `now` (seconds since the start); called before each event's `receive`."""
        return ()

    def finish(self, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # as begin
        """Nothing more will come.

        `state.closed` tells how the session ended; it is None at the end of a file whose session was
        not seen to end, which is no fault.
        """
        return ()

    def finding(
        self,
        at: float,
        events: Sequence[int],
        what: str,
        todo: str,
        *,
        severity: Severity | None = None,
    ) -> Finding:
        """A finding of this rule.

        Args:
            at: Seconds since the start, when it was plain.
            events: Numbers of the events, the causing one first; a number that is 0 is left out.
            what: What happened, one sentence with the real names and ids.
            todo: What to do, one sentence.
            severity: If it is not the rule's own.
        """
        numbers = tuple(dict.fromkeys(number for number in events if number))
        return Finding(self.slug, severity or self.severity, at, numbers, what, todo)
