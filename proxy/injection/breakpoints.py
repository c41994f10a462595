"""Breakpoints: messages that wait for a person, who lets them go, edits or drops them.

Everything behind a waiting message in its direction waits too. A time-out lets it go, so that a
breakpoint nobody looks at does not end the session.

    [[breakpoint]]
    match = "type:response.create"
"""

from collections.abc import Mapping, Sequence
from typing import Final

from ...recordings.errors import UsageError
from .event_rule import EventRuleMaker, Hold
from .matching import Match, parse_match
from .rule import RuleMaker
from .tables import Table, Where

DEFAULT_TIMEOUT_S: Final = 60.0
"""How long a message waits for a person, unless told otherwise."""

_KEYS: Final = ("match", "name", "timeout_s", "times", "skip")


def breakpoint_maker(
    filter_text: str,
    timeout_s: float | None = DEFAULT_TIMEOUT_S,
    *,
    times: int | None = None,
    skip: int = 0,
) -> RuleMaker:
    """A breakpoint for the messages that a filter wants.

    Args:
        filter_text: See `docs/filters.md`.
        timeout_s: After this a message goes on by itself; None: it waits until somebody acts.
        times: Only the first so many are held; None: all.
        skip: So many are let by first.

    Raises:
        UsageError: The filter cannot be read, or is empty: it would hold everything.
    """
    if not filter_text.strip():
        raise UsageError(
            'a breakpoint needs a filter such as "type:response.create"; an empty one would hold all'
        )
    if timeout_s is not None and timeout_s <= 0:
        raise UsageError(
            f"a breakpoint cannot time out after {timeout_s:g} s; expected more than 0"
        )
    return _maker(filter_text, Match(filter_text), Hold(timeout_s), times=times, skip=skip)


def parse_breakpoints(tables: Sequence[Mapping[str, object]], where: Where) -> list[RuleMaker]:
    """The breakpoints that `[[breakpoint]]` tables write.

    Raises:
        UsageError: A table is none; the message begins with its place.
    """
    return [_breakpoint(Table(values, index, where)) for index, values in enumerate(tables)]


def _breakpoint(table: Table) -> RuleMaker:
    table.check_keys(_KEYS)
    match = parse_match(table)
    return _maker(
        table.text("name") or match.text,
        match,
        Hold(table.seconds("timeout_s") or DEFAULT_TIMEOUT_S),
        times=table.count("times", least=1),
        skip=table.count("skip") or 0,
    )


def _maker(
    title: str, match: Match, action: Hold, *, times: int | None, skip: int
) -> EventRuleMaker:
    return EventRuleMaker(f"breakpoint {title}", match, action, times=times, skip=skip)
