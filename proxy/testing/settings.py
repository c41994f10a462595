"""How a test wants its session: from the command line, its marker, or the ini file, in that order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final


class Mode(StrEnum):
    """Whether a test replays or records; the words of vcrpy."""

    NONE = "none"
    """Replay only: never the network."""
    ONCE = "once"
    """Record when there is no recording, else replay."""
    NEW = "new"
    """Replay the sessions that are recorded, record those that are not."""
    ALL = "all"
    """Record every time; recordings that a test no longer makes stay."""
    REWRITE = "rewrite"
    """Record every time, and remove the test's old recordings."""


LEVELS: Final = ("type", "shape", "exact")
FAIL_ON: Final = ("never", "error", "warning", "info")

type Matcher = Callable[[object, object], bool]


class SettingError(ValueError):
    """Raised when a setting cannot be taken; the message names it and says what could be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is in force for one test."""

    recordings: tuple[str, ...] = ()
    """The marker's files; empty for the test's own."""
    mode: Mode = Mode.NONE
    upstream: str = "openai"
    """Where sessions are recorded: as `realtap proxy --upstream`, also `sim`."""
    level: str = "shape"
    ignore: tuple[str, ...] = ()
    matchers: Mapping[str, Matcher] = field(default_factory=dict)
    pace: str = "instant"
    """`instant`, `recorded`, or how many times faster."""
    patience: float = 5.0
    """How long the server waits for the app when it is its turn, in seconds."""
    strict: bool = True
    fail_on: str = "never"
    """Findings of this severity or worse fail the test."""

    @property
    def speed(self) -> float:
        """How many times faster than recorded; 0 does not wait."""
        named = {"instant": 0.0, "recorded": 1.0}
        return named[self.pace] if self.pace in named else float(self.pace)


def settings_from(
    marker: tuple[tuple[Any, ...], Mapping[str, Any]] | None, chosen: Mapping[str, Any]
) -> Settings:
    """The settings of a test.

    Args:
        marker: The arguments of `@pytest.mark.realtap`, if the test has one.
        chosen: What command line and ini file say; the command line's beat the marker's.

    Raises:
        SettingError: A setting is unknown, or cannot be taken.
    """
    names, options = marker or ((), {})
    known = [each.name for each in fields(Settings) if each.name != "recordings"]
    for name in options:
        if name not in known:
            raise SettingError(f"@pytest.mark.realtap has no {name!r}{_nearest(name, known)}")
    values = {**chosen, **options, **chosen.get("command_line", {})}
    values.pop("command_line", None)
    if "patience" in values:
        values["patience"] = _seconds(values["patience"])
    return _checked(Settings(recordings=tuple(str(each) for each in names), **values))


def _checked(settings: Settings) -> Settings:
    _choose("mode", settings.mode, tuple(Mode))
    _choose("level", settings.level, LEVELS)
    _choose("fail_on", settings.fail_on, FAIL_ON)
    ignore: object = settings.ignore
    if isinstance(ignore, str):
        raise SettingError("ignore is a list of paths, not one text: ['session.instructions']")
    try:
        speed = settings.speed
    except ValueError:
        speed = -1.0
    if not 0 <= speed < float("inf"):
        raise SettingError(f"pace is {settings.pace!r}; expected instant, recorded, or a number")
    return settings


def _seconds(value: object) -> float:
    try:
        seconds = float(str(value))
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise SettingError(f"patience is {value!r}; expected seconds")
    return seconds


def _choose(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingError(f"{name} is {value!r}; expected one of {', '.join(choices)}")


def _nearest(name: str, known: list[str]) -> str:
    found = get_close_matches(name, known, n=1)
    return f"; did you mean {found[0]!r}" if found else f"; it has {', '.join(known)}"
