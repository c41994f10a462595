"""A rule on any message: the first so many that fit a filter are dropped, edited, delayed or held."""

from dataclasses import dataclass
from typing import Protocol

from ...recordings.conversation import Seen
from ...recordings.event import Fate
from ...recordings.paths import Path
from .matching import Match
from .quota import Quota
from .rule import Desk
from .splicing import SpliceError, with_field, without_field
from .verdict import Verdict, drop, edit, hold


class Action(Protocol):
    """What a rule does with a message."""

    def verdict(self, seen: Seen, now_s: float, why: str) -> Verdict | None:
        """What becomes of the message; None: it changes nothing."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The other side never gets it."""

    def verdict(self, _seen: Seen, _now_s: float, why: str) -> Verdict:
        """Dropped."""
        return drop(why)


@dataclass(frozen=True, slots=True)
class Delay:
    """It goes on later, and so does everything behind it."""

    delay_s: float

    def verdict(self, _seen: Seen, now_s: float, why: str) -> Verdict:
        """Held for some time."""
        return hold(why, now_s + self.delay_s)


@dataclass(frozen=True, slots=True)
class Hold:
    """It waits for a person, and so does everything behind it."""

    timeout_s: float | None
    """Then it goes on by itself; None: never."""

    def verdict(self, _seen: Seen, now_s: float, why: str) -> Verdict:
        """Held until somebody says what becomes of it."""
        if self.timeout_s is None:
            return hold(why)
        return hold(why, now_s + self.timeout_s, late=f"time-out after {self.timeout_s:g} s")


@dataclass(frozen=True, slots=True)
class Edit:
    """Some of its fields change; the rest of its text stays as it was written."""

    values: tuple[tuple[Path, object], ...] = ()
    """New values by their paths; done before the deletions."""
    deleted: tuple[Path, ...] = ()

    def verdict(self, seen: Seen, _now_s: float, why: str) -> Verdict | None:
        """Edited; forwarded, with the reason, when a field cannot be changed."""
        text = seen.event.payload
        try:
            for path, value in self.values:
                text = with_field(text, path, value)
            for path in self.deleted:
                text = without_field(text, path)
        except ValueError as error:
            complaint = str(error) if isinstance(error, SpliceError) else "it is no JSON"
            return Verdict(Fate.FORWARDED, f"{why}: not edited, {complaint}")
        return edit(text, why) if text != seen.event.payload else None


@dataclass(frozen=True, slots=True)
class EventRuleMaker:
    """A rule as it is written. Two that say the same are equal."""

    name: str
    """`rule lost update`, `breakpoint type:response.create`."""
    match: Match
    action: Action
    times: int | None = None
    """Only the first so many messages; None: all."""
    skip: int = 0
    """So many messages are let by first."""

    def make(self) -> "EventRule":
        """A rule for one session."""
        return EventRule(self)


class EventRule:
    """A rule at work in one session."""

    def __init__(self, maker: EventRuleMaker) -> None:
        self.name = maker.name
        self.kinds = maker.match.kinds
        self.needles = maker.match.needles
        self._match = maker.match
        self._action = maker.action
        self._quota = Quota(maker.times, skip=maker.skip)

    def start(self, desk: Desk) -> None:
        """Nothing is to be done before a message comes."""

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """Judge a message."""
        if not self._quota.is_used_up and self._match.holds(seen, desk) and self._quota.take():
            return self._action.verdict(seen, desk.now, self.name)
        return None

    def stop(self, desk: Desk) -> None:
        """Nothing is planned: what it holds goes on by itself."""
