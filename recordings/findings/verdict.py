"""The common part of rules about what a client configures: the server's answer decides.

A `session.update` or a `response.create` that looks wrong is a `Suspicion`. The server's
acknowledgement acquits it, an `error` convicts it. Silence is only taken for guilt at servers
whose rules are known: others take more than OpenAI's does.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from ..conversation import Conversation, Seen
from ..event import Side
from .finding import Finding
from .rule import Rule
from .suspicion import PATIENCE_S, Suspicion, Suspicions

STRICT_PROFILES = frozenset({"openai-ga", "azure-ga"})
"""Servers that are known to refuse a whole event for one wrong field."""

ASKED = frozenset({"session.update", "response.create"})
ANSWERED = frozenset({"session.updated", "response.created", "error"})

_NEVER = float("-inf")


def is_strict(state: Conversation) -> bool:
    """Whether the server is one whose refusals can be foretold."""
    return state.profile.name in STRICT_PROFILES


class AwaitsVerdict(Rule, ABC):
    """Watches what the client asks for, and tells what is wrong with it when the server refuses."""

    kinds: ClassVar[frozenset[str] | None] = ASKED | ANSWERED

    def __init__(self) -> None:
        self._suspicions = Suspicions()
        self._watches_until = _NEVER
        """No suspicion waits beyond this time."""

    @abstractmethod
    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        """What is wrong with an event of the client, if anything."""

    def is_guilty(self, state: Conversation) -> bool:  # noqa: ARG002 # for rules to override
        """Whether an error, now that it is there, is really about what the rule suspects."""
        return True

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        if seen.side is Side.CLIENT:
            self._suspect(seen, state)
        elif seen.kind == "error":
            suspicion = self._suspicions.convict(seen)
            if suspicion is not None and self.is_guilty(state):
                return [self._verdict(suspicion, seen.at, seen.seq)]
        elif seen.kind == "session.updated":
            self._suspicions.acquit(str(oldest_update(state)))
        elif seen.kind == "response.created":
            self._suspicions.acquit(str(oldest_create(state)))
        return ()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # time alone decides
        if self._watches_until == _NEVER:
            return ()
        overdue = [self._verdict(each, now) for each in self._suspicions.overdue(now)]
        if now >= self._watches_until:
            self._watches_until = _NEVER
        return overdue

    def finish(self, state: Conversation) -> Iterable[Finding]:
        return [self._verdict(each, state.last_at) for each in self._suspicions.remaining()]

    def _suspect(self, seen: Seen, state: Conversation) -> None:
        if suspicion := self.suspect(seen, state):
            self._suspicions.add(suspicion)
            self._watches_until = seen.at + PATIENCE_S

    def suspicion(
        self,
        seen: Seen,
        what: str,
        todo: str,
        *,
        params: Iterable[str] = (),
        words: Iterable[str] = (),
        codes: Iterable[str] = (),
        needs_error: bool,
    ) -> Suspicion:
        """A suspicion about this event of the client; see `Suspicion`."""
        return Suspicion(
            seen.seq,
            seen.at,
            seen.event_id,
            what,
            todo,
            key=str(seen.seq),
            codes=frozenset(codes),
            words=tuple(word.lower() for word in words),
            params=tuple(params),
            needs_error=needs_error,
        )

    def _verdict(self, suspicion: Suspicion, at: float, error_seq: int = 0) -> Finding:
        return self.finding(at, (suspicion.seq, error_seq), suspicion.what, suspicion.todo)


def oldest_update(state: Conversation) -> int:
    """The number of the first `session.update` that is not answered yet; 0 when all are."""
    waiting = state.session.unanswered
    return 0 if waiting is None else waiting.seq


def oldest_create(state: Conversation) -> int:
    """The number of the first `response.create` that is not answered yet; 0 when all are."""
    return state.creates[0].seq if state.creates else 0
