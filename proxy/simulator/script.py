"""What the simulated model says and hears, as a value that is read from TOML.

    [[when]]                       # the first rule that fits decides
    text = "*weather*"             # a glob over what the user said or wrote, case ignored
    call = "get_weather"
    arguments = { city = "Paris" } # left out: filled from the tool's schema and the user's words

    [[when]]
    after = "get_weather"          # its output has just been given
    say = "It is {output} there."  # {output}, {text}

    [[when]]
    text = "*two cities*"
    say = "One moment."            # a message before the calls
    calls = [                      # several calls are parallel
      { call = "get_weather", arguments = { city = "Paris" } },
      { call = "get_weather", arguments = { city = "Rome" } },
    ]

    [[when]]
    text = "*again*"
    sequence = [{ say = "Once." }, { fail = "server_error" }]  # one a time; the last one stays

    [[hear]]                       # what the first spoken turn said
    text = "What is the weather?"
    [[hear]]
    fail = "audio_unintelligible"  # its transcription fails

Besides `say`, `call` and `calls`, a reply can be `fail = CODE` (a failed response), `incomplete =
"max_output_tokens"` or `"content_filter"`, `expire = true` (the session ends as after its maximum
duration), `hang_up = true` (the connection breaks in the middle of the response) and `interrupt = true`
(the user begins to speak in the middle of it). What no rule covers is improvised.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...recordings.errors import UsageError
from ...recordings.event import Json

INCOMPLETE_REASONS = ("max_output_tokens", "content_filter")


@dataclass(frozen=True, slots=True)
class Call:
    """A function that the model calls."""

    name: str
    arguments: Json | None = None
    """None: filled from the tool's schema and the user's words."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One response of the model. An empty reply is a response without output."""

    say: str | None = None
    """A message; before the calls when there are both."""
    calls: tuple[Call, ...] = ()
    fail: str | None = None
    """The error code of a failed response."""
    incomplete: str | None = None
    """The reason of an incomplete response."""
    is_expiring: bool = False
    """The session reaches its maximum duration instead of an answer."""
    is_hanging_up: bool = False
    """The connection breaks in the middle."""
    is_interrupted: bool = False
    """The user begins to speak in the middle."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When the model replies in a scripted way."""

    replies: tuple[Reply, ...]
    """One a time the rule fits; the last one stays."""
    text: str | None = None
    """A glob over what the user said or wrote; None for any."""
    after: str | None = None
    """A glob over the name of the function whose output was just given; None: no such output."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a spoken turn said."""

    text: str = ""
    fail: str | None = None
    """The error code of a transcription that fails."""


@dataclass(frozen=True, slots=True)
class Script:
    """Everything scripted; an empty script leaves all to improvisation."""

    rules: tuple[Rule, ...] = ()
    heard: tuple[Heard, ...] = ()
    """What the successive spoken turns of a session say; later turns say how long they were."""


def load_script(path: Path) -> Script:
    """Read a script from a file.

    Raises:
        UsageError: The file cannot be read or is no script; the message names the key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"script {path}: cannot be read: {error}") from error
    return parse_script(text, source=str(path))


def parse_script(text: str, *, source: str = "text") -> Script:
    """Read a script from TOML text; `source` names it in errors."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"script {source}: not TOML: {error}") from error
    table = _Table(document, f"script {source}", "")
    table.check_keys("when", "hear")
    return Script(
        rules=tuple(_rule(rule) for rule in table.tables("when")),
        heard=tuple(_heard(heard) for heard in table.tables("hear")),
    )


class _Table:
    """A TOML table that knows its place, to name it in errors."""

    def __init__(self, values: Mapping[str, Any], source: str, path: str) -> None:
        self._values = values
        self._source = source
        self._path = path

    def check_keys(self, *known: str) -> None:
        for key in self._values:
            if key not in known:
                raise self.error(key, f"is unknown; expected one of {', '.join(known)}")

    def has(self, *keys: str) -> bool:
        return any(key in self._values for key in keys)

    def text(self, key: str) -> str | None:
        return self._typed(key, str, "a string")

    def flag(self, key: str) -> bool:
        return self._typed(key, bool, "true or false") or False

    def table(self, key: str) -> Json | None:
        return self._typed(key, dict, "a table")

    def tables(self, key: str) -> list["_Table"]:
        entries = self._typed(key, list, "a list of tables") or []
        for index, entry in enumerate(entries):
            if not isinstance(entry, dict):
                raise self.error(f"{key}[{index}]", f"is {entry!r}; expected a table")
        return [
            _Table(entry, self._source, f"{self._path}{key}[{index}].")
            for index, entry in enumerate(entries)
        ]

    def error(self, key: str, complaint: str) -> UsageError:
        return UsageError(f"{self._source}: {self._path}{key} {complaint}")

    def _typed[T](self, key: str, type_: type[T], expected: str) -> T | None:
        value = self._values.get(key)
        if value is not None and not isinstance(value, type_):
            raise self.error(key, f"is {value!r}; expected {expected}")
        return value


_REPLY_KEYS = (
    "say",
    "call",
    "arguments",
    "calls",
    "fail",
    "incomplete",
    "expire",
    "hang_up",
    "interrupt",
)


def _rule(table: _Table) -> Rule:
    table.check_keys("text", "after", "sequence", *_REPLY_KEYS)
    if not table.has("sequence"):
        replies: tuple[Reply, ...] = (_reply(table),)
    elif table.has(*_REPLY_KEYS):
        raise table.error("sequence", "stands beside a reply; put that reply into the sequence")
    else:
        entries = table.tables("sequence")
        for entry in entries:
            entry.check_keys(*_REPLY_KEYS)
        replies = tuple(_reply(entry) for entry in entries)
    if not replies:
        raise table.error("sequence", "is empty; expected at least one reply")
    return Rule(replies, text=table.text("text"), after=table.text("after"))


def _reply(table: _Table) -> Reply:
    if not table.has(*_REPLY_KEYS):
        raise table.error("say", f"is missing; expected one of {', '.join(_REPLY_KEYS)}")
    reason = table.text("incomplete")
    if reason is not None and reason not in INCOMPLETE_REASONS:
        expected = " or ".join(INCOMPLETE_REASONS)
        raise table.error("incomplete", f"is {reason!r}; expected {expected}")
    return Reply(
        say=table.text("say"),
        calls=_calls(table),
        fail=table.text("fail"),
        incomplete=reason,
        is_expiring=table.flag("expire"),
        is_hanging_up=table.flag("hang_up"),
        is_interrupted=table.flag("interrupt"),
    )


def _calls(table: _Table) -> tuple[Call, ...]:
    if table.has("call") and table.has("calls"):
        raise table.error("calls", "stands beside call; put all calls into calls")
    if table.has("arguments") and not table.has("call"):
        raise table.error("arguments", "has no call; expected call beside it")
    if table.has("call"):
        return (_call(table),)
    calls = table.tables("calls")
    for entry in calls:
        entry.check_keys("call", "arguments")
    return tuple(_call(entry) for entry in calls)


def _call(table: _Table) -> Call:
    name = table.text("call")
    if not name:
        raise table.error("call", "is missing; expected the name of a function")
    return Call(name, table.table("arguments"))


def _heard(table: _Table) -> Heard:
    table.check_keys("text", "fail")
    text, fail = table.text("text"), table.text("fail")
    if text is None and fail is None:
        raise table.error("text", "is missing; expected what the turn says, or fail")
    return Heard(text or "", fail)
