"""Which messages a rule is about: the filter language, on messages that are just coming by."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from ...recordings.conversation import Seen
from ...recordings.dialects import BETA_EVENTS, normal_type
from ...recordings.errors import UsageError
from ...recordings.filters import Candidate, Filter, parse_filter
from ...recordings.filters.comparing import Is, glob
from ...recordings.filters.needles import Needle
from ...recordings.filters.parser import Parser
from ...recordings.filters.predicates import (
    AllOf,
    AnyOf,
    FieldIs,
    FieldIsNot,
    Predicate,
    Says,
    TypeIs,
)
from ...recordings.joins import Joiner
from .rule import Desk
from .tables import Table


@dataclass(frozen=True, slots=True)
class Match:
    """A filter at work on live messages. Two with the same text are equal.

    Raises:
        FilterError: The text is no filter.
        UsageError: It asks for findings, which are not known when a message comes by.
    """

    text: str
    kinds: frozenset[str] | None = field(init=False, compare=False)
    """The types that it can fit, in GA's names, `*` as a wildcard; None: any."""
    needles: tuple[Needle, ...] | None = field(init=False, compare=False)
    """One of these is in each message that it can fit; None: nothing is known of their bytes."""
    _filter: Filter = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_filter", parse_filter(self.text))
        predicate = Parser(self.text).parsed()
        object.__setattr__(self, "kinds", _kinds_of(predicate))
        object.__setattr__(self, "needles", _needles_of(predicate))
        if self._filter.needs_findings:
            raise UsageError(
                f"the filter {self.text!r} asks for findings, which are known only later; "
                "match on the event's type and fields"
            )

    def holds(self, seen: Seen, desk: Desk) -> bool:
        """Whether the filter wants a message that is on its way."""
        joined = None
        if self._filter.needs_joined:
            joined = lambda: Joiner(desk.ledger.conversation).join(seen)  # noqa: E731 -- asked for only when the cheap questions have passed
        return self._filter.matches(Candidate.of(seen.event, joined=joined))


def parse_match(table: Table) -> Match:
    """The filter of a table's `match`.

    Raises:
        UsageError: There is none, or it cannot be read.
    """
    text = table.text("match")
    if text is None:
        raise table.fault('match is missing; expected a filter such as "type:session.updated"')
    try:
        return Match(text)
    except UsageError as error:
        raise table.error("match", f"is no filter for a rule: {error}") from error


def kinds_fitting(pattern: str) -> frozenset[str]:
    """A pattern over the wire's own types, in GA's names: `response.audio.*` is beta's."""
    wanted = glob(pattern)
    kinds = {
        ga
        for beta, ga in BETA_EVENTS.items()
        if wanted.fullmatch(beta) and not wanted.fullmatch(ga)
    }
    # A question mark asks for less than a star: what comes too much is judged later.
    return frozenset(kinds | {normal_type(re.sub(r"[*?]+", "*", pattern))})


def _kinds_of(predicate: Predicate) -> frozenset[str] | None:
    match predicate:
        case TypeIs(test=Is(text=text, is_quoted=False)):
            return kinds_fitting(text)
        case TypeIs(test=Is(text=text)):
            return frozenset({normal_type(text)})
        case AllOf(parts=parts):
            told = [kinds for kinds in map(_kinds_of, parts) if kinds is not None]
            return min(told, key=len, default=None)
        case AnyOf(parts=parts):
            return _all_of_them(map(_kinds_of, parts))
    return None


def _needles_of(predicate: Predicate) -> tuple[Needle, ...] | None:
    match predicate:
        case FieldIs(is_joined=True):
            # Another message may tell the value.
            return None
        case FieldIs(needle=Needle() as needle) | FieldIsNot(needle=Needle() as needle):
            return (needle,)
        case Says(needle=Needle() as needle):
            return (needle,)
        case AllOf(parts=parts):
            told = [needles for needles in map(_needles_of, parts) if needles is not None]
            return min(told, key=len, default=None)
        case AnyOf(parts=parts):
            each = [_needles_of(part) for part in parts]
            known = [needles for needles in each if needles is not None]
            return tuple(chain.from_iterable(known)) if len(known) == len(each) else None
    return None


def _all_of_them(parts: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    together: set[str] = set()
    for kinds in parts:
        if kinds is None:
            return None
        together |= kinds
    return frozenset(together)
