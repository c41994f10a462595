"""Does an app's event say what the recording has at this place? Where not, at which field?

Compared is what a server would understand: ids that the client makes, audio and times differ from
run to run and mean the same; a function's output is compared as the JSON that its string holds.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

from ..event import Json
from ..known_secrets import MARKER
from ..paths import Path, Step, joined_path, json_in
from .identities import Identities, is_client_place


class Level(StrEnum):
    """How closely an app has to say what it said in the recording."""

    TYPE = "type"
    """The events' types only."""
    SHAPE = "shape"
    """All fields, but for what differs from run to run: client-made ids, audio, times."""
    EXACT = "exact"
    """Every value, ids and audio too."""


class Absent:
    """Stands for a field that is not there."""

    def __repr__(self) -> str:
        return "(nothing)"


ABSENT: Final = Absent()

type Matcher = Callable[[object, object], bool]
"""Takes the recorded and the live value; True when they agree."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not what the recording has."""

    path: str
    expected: object
    """The recorded value, or ABSENT."""
    got: object
    """The live value, or ABSENT."""
    note: str = ""
    """What else is to be said about it."""


@dataclass(frozen=True)
class Rules:
    """What must agree.

    Args:
        level: For all fields.
        ignore: Paths that never matter, with all below them: `session.instructions`,
            `item.content[].text`; `*` stands for any name or index.
        matchers: Judges of single paths, written the same way.
    """

    level: Level = Level.SHAPE
    ignore: tuple[str, ...] = ()
    matchers: Mapping[str, Matcher] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A path that is none is told when the rules are made, not when the first event comes.
        _ = self._ignored, self._matched

    def ignores(self, steps: tuple[Step, ...]) -> bool:
        """Whether the field is at, or below, an ignored path."""
        return any(_covers(pattern, steps) for pattern in self._ignored)

    def matcher(self, steps: tuple[Step, ...]) -> Matcher | None:
        """Who judges the field, if somebody does."""
        names = _names(steps)
        return next((judge for path, judge in self._matched if _fits(path, names)), None)

    @cached_property
    def _ignored(self) -> list[tuple[str, ...]]:
        return [_pattern(text) for text in self.ignore]

    @cached_property
    def _matched(self) -> list[tuple[tuple[str, ...], Matcher]]:
        return [(_pattern(text), judge) for text, judge in self.matchers.items()]


def differences(
    expected: Json, got: Json, rules: Rules, identities: Identities
) -> list[Difference]:
    """Where a live event differs from the recorded one; empty when they agree.

    Ids of the client that stand for each other are agreed on in `identities` on the way: give a
    `trial()` where the answer is not final.
    """
    found = list(_compare(expected, got, (), rules, identities))
    if rules.level is Level.TYPE:
        # The ids of the app are agreed on all the same: it has to hear its own.
        return [each for each in found if each.path == "type"]
    return found


def _compare(
    expected: object, got: object, steps: tuple[Step, ...], rules: Rules, identities: Identities
) -> Iterator[Difference]:
    if rules.ignores(steps):
        return
    if (judge := rules.matcher(steps)) is not None:
        if not judge(expected, got):
            yield Difference(_written(steps), expected, got, "its matcher says no")
        return
    if rules.level is Level.EXACT:
        yield from _compare_parts(expected, got, steps, rules, identities)
    elif not _is_the_same_at_shape(expected, got, steps, identities):
        held = _held_json(expected, got)
        yield from _compare_parts(*(held or (expected, got)), steps, rules, identities)


def _compare_parts(
    expected: object, got: object, steps: tuple[Step, ...], rules: Rules, identities: Identities
) -> Iterator[Difference]:
    if isinstance(expected, dict) and isinstance(got, dict):
        for name in expected | got:
            values = expected.get(name, ABSENT), got.get(name, ABSENT)
            yield from _compare(*values, (*steps, name), rules, identities)
    elif isinstance(expected, list) and isinstance(got, list):
        for index in range(max(len(expected), len(got))):
            values = _element(expected, index), _element(got, index)
            yield from _compare(*values, (*steps, index), rules, identities)
    elif not _is_equal(expected, got):
        yield Difference(_written(steps), expected, got)


def _element(values: list[object], index: int) -> object:
    return values[index] if index < len(values) else ABSENT


def _is_equal(expected: object, got: object) -> bool:
    """JSON's equality: `1` is `1.0` and neither is `true`."""
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    return expected == got


# What differs from run to run.

_AUDIO_NAMES: Final = frozenset({"audio"})
_PLAYED_NAMES: Final = frozenset({"audio_end_ms"})
"""How much the app had played: it depends on when it was interrupted."""

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")


def _is_the_same_at_shape(
    expected: object, got: object, steps: tuple[Step, ...], identities: Identities
) -> bool:
    names = _names(steps)
    name = names[-1] if names else ""
    if names == ("event_id",):
        # An app may name its events or not; a name is agreed on, so that an `error` can use it.
        return _agree_on_event_id(expected, got, identities)
    if isinstance(expected, str) and isinstance(got, str):
        # A secret was taken out of the recording: nobody knows any more what stood there.
        if name in _AUDIO_NAMES or MARKER in expected:
            return True
        if is_client_place(names):
            return identities.agree(expected, got)
        return bool(_TIME.fullmatch(expected) and _TIME.fullmatch(got))
    return name in _PLAYED_NAMES and isinstance(expected, int) and isinstance(got, int)


def _agree_on_event_id(expected: object, got: object, identities: Identities) -> bool:
    if isinstance(expected, str) and isinstance(got, str):
        identities.agree(expected, got)
    return True


def _held_json(expected: object, got: object) -> tuple[object, object] | None:
    """The JSON that both strings hold, if they do: its spelling means nothing."""
    if not (isinstance(expected, str) and isinstance(got, str)):
        return None
    held = json_in(expected), json_in(got)
    return None if held[0] is None or held[1] is None else held


# Paths.


def _written(steps: tuple[Step, ...]) -> str:
    text = ""
    for step in steps:
        text = joined_path(text, step)
    return text


def _pattern(text: str) -> tuple[str, ...]:
    return _names(Path.parse(text).steps)


def _names(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """A path's names: one index is as good as another."""
    return tuple(step for step in steps if isinstance(step, str))


def _covers(pattern: tuple[str, ...], steps: tuple[Step, ...]) -> bool:
    names = _names(steps)
    return len(names) >= len(pattern) and _fits(pattern, names[: len(pattern)])


def _fits(pattern: tuple[str, ...], names: tuple[str, ...]) -> bool:
    return len(pattern) == len(names) and all(
        wanted in ("*", name) for wanted, name in zip(pattern, names, strict=True)
    )
