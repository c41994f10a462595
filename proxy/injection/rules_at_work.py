"""The rules of one session: started and stopped as the rulebook says, and kept from doing harm.

A rule that raises is switched off for the session, loudly; the session goes on.
"""

import logging
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import partial
from itertools import chain
from typing import Final

import msgspec

from ...recordings.conversation import Seen
from ...recordings.filters.candidate import without_audio
from ...recordings.filters.needles import Needle, Needles
from .rule import Desk, Rule, RuleMaker, SelectiveRule
from .rulebook import Rulebook
from .verdict import Verdict

_KINDS_KEPT: Final = 1_000
"""Kinds whose rules are kept: an app may invent new ones for ever."""

_log: Final = logging.getLogger(__name__)


class _AtWork(msgspec.Struct):
    maker: RuleMaker
    rule: Rule
    kinds: frozenset[str] | None = None
    needles: tuple[Needle, ...] | None = None
    clue: Needles | None = None
    """The needles, ready to be looked for."""
    has_failed: bool = False


class RulesAtWork:
    """One session's rules.

    Args:
        rulebook: What they come from.
        session_id: The recording's id.
        desk: What they act through.
        on_fault: Told in a sentence when one fails.
        on_stop: Told the name of a rule that was switched off.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        session_id: str,
        desk: Desk,
        *,
        on_fault: Callable[[str], None],
        on_stop: Callable[[str], None],
    ) -> None:
        self.acting: Rule | None = None
        """The rule whose code runs."""
        self._rulebook = rulebook
        self._session_id = session_id
        self._desk = desk
        self._on_fault = on_fault
        self._on_stop = on_stop
        self._version = -1
        self._at_work: list[_AtWork] = []
        self._by_kind: dict[str, tuple[_AtWork, ...]] = {}

    def __bool__(self) -> bool:
        return any(not each.has_failed for each in self._at_work)

    @property
    def is_stale(self) -> bool:
        """Whether the rulebook has changed."""
        return self._version != self._rulebook.version

    def names(self) -> list[str]:
        """The rules at work, in their order."""
        return [each.rule.name for each in self._at_work if not each.has_failed]

    def follow(self) -> None:
        """Do as the rulebook says: one that it still has, the same object, goes on undisturbed."""
        self._version = self._rulebook.version
        known = {id(each.maker): each for each in self._at_work}
        makers = self._rulebook.makers(self._session_id)
        wanted = {id(maker) for maker in makers}
        for each in self._at_work:
            if id(each.maker) not in wanted and not each.has_failed:
                self._stop(each)
        self._by_kind.clear()
        self._at_work = []
        for maker in makers:
            at_work = known.get(id(maker)) or self._made(maker)
            if at_work is not None:
                self._at_work.append(at_work)

    def wants(self, kind: str) -> bool:
        """Whether a rule wants to see events of a kind, in GA's names."""
        return bool(self._rules_for(kind))

    def needles(self, kind: str) -> Needles | None:
        """One of these is in each message of a kind that a rule wants; None: nothing is known of that."""
        each_rules = [each.needles for each in self._rules_for(kind)]
        known = [needles for needles in each_rules if needles is not None]
        is_known = len(known) == len(each_rules)
        return Needles(chain.from_iterable(known)) if is_known else None

    def receive(self, seen: Seen) -> Verdict | None:
        """What the first rule that has a say says."""
        bare = None
        for each in self._rules_for(seen.kind):
            if each.clue is not None:
                bare = bare or without_audio(seen.type, seen.event.payload)
                if not each.clue.may_be_in(bare):
                    continue
            verdict = self._guarded(each, partial(each.rule.receive, seen, self._desk))
            if verdict is not None:
                return verdict
        return None

    def guarded(self, action: Callable[[], object]) -> Callable[[], None]:
        """An action that a rule planned, with that rule answering for it when it fails."""
        each = next((each for each in self._at_work if each.rule is self.acting), None)
        if each is None:
            return lambda: _do(action)
        return lambda: _do(lambda: self._guarded(each, action))

    def stop(self) -> None:
        """The session is over."""
        for each in self._at_work:
            if not each.has_failed:
                self._stop(each)
        self._at_work.clear()
        self._by_kind.clear()

    # Private.

    def _rules_for(self, kind: str) -> tuple[_AtWork, ...]:
        rules = self._by_kind.get(kind)
        if rules is None:
            rules = tuple(
                each for each in self._at_work if not each.has_failed and _fits(kind, each.kinds)
            )
            if len(self._by_kind) >= _KINDS_KEPT:
                self._by_kind.clear()
            self._by_kind[kind] = rules
        return rules

    def _made(self, maker: RuleMaker) -> _AtWork | None:
        try:
            rule = maker.make()
            needles = rule.needles if isinstance(rule, SelectiveRule) else None
            clue = None if needles is None else Needles(needles)
            each = _AtWork(maker, rule, rule.kinds, needles, clue)
        except Exception as error:  # noqa: BLE001 -- a rule's bug must not end the session
            self._tell(maker.name, error)
            return None
        # It may plan something at once, for which it answers.
        self._at_work.append(each)
        self._guarded(each, lambda: rule.start(self._desk))
        self._at_work.remove(each)
        return each

    def _stop(self, each: _AtWork) -> None:
        self._guarded(each, lambda: each.rule.stop(self._desk))
        each.has_failed = True
        self._on_stop(each.rule.name)

    def _guarded[Result](self, each: _AtWork, work: Callable[[], Result]) -> Result | None:
        if each.has_failed:
            return None
        before, self.acting = self.acting, each.rule
        try:
            return work()
        except Exception as error:  # noqa: BLE001 -- a rule's bug must not end the session
            self._fail(each, error)
            return None
        finally:
            self.acting = before

    def _fail(self, each: _AtWork, error: Exception) -> None:
        each.has_failed = True
        self._by_kind.clear()
        self._tell(each.rule.name, error)
        try:
            each.rule.stop(self._desk)
        except Exception:  # noqa: BLE001 -- it has been told already that the rule is broken
            _log.exception("a rule that failed could not be stopped")
        self._on_stop(each.rule.name)

    def _tell(self, name: str, error: Exception) -> None:
        _log.error("rule %s failed", name, exc_info=error)
        self._on_fault(
            f"{name} failed and is switched off for this session: {type(error).__name__}: {error}"
        )


def _fits(kind: str, kinds: frozenset[str] | None) -> bool:
    return kinds is None or any(fnmatchcase(kind, each) for each in kinds)


def _do(work: Callable[[], object]) -> None:
    work()
