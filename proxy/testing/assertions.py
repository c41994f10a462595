"""Assertions about what an app did; a failure tells what happened instead."""

from collections.abc import Collection, Iterable, Sequence
from difflib import unified_diff
from typing import Final, Protocol

from ...recordings.conversation import Call, Conversation
from ...recordings.dialogue import said
from ...recordings.event import Json
from ...recordings.findings.finding import Finding, Severity
from ...recordings.paths import json_in
from ...recordings.plain import compact
from ...recordings.replay.identities import Identities
from ...recordings.replay.matching import ABSENT, Difference, Rules, differences

_LIMIT: Final = 200

# `__tracebackhide__` keeps pytest's traceback at the line of the test.


class Session(Protocol):
    """What assertions ask about: `RealtapSession`, `Outcome`."""

    @property
    def calls(self) -> list[Call]:
        """The function calls."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What is wrong."""

    @property
    def conversation(self) -> Conversation:
        """Items, responses, settings."""


def assert_called(
    session: Session, name: str, /, *, times: int | None = None, **arguments: object
) -> Call:
    """A function was called with these arguments; others that it was called with do not matter.

    Args:
        session: The session.
        name: The function's.
        times: How often, with these arguments; None: at least once.
        arguments: Arguments by name, compared as JSON.

    Returns:
        The first call that fits.

    Raises:
        AssertionError: It was not; the message has the calls that there were.
    """
    __tracebackhide__ = True
    fitting = [each for each in session.calls if each.name == name and not _wrong(each, arguments)]
    if fitting and times in {None, len(fitting)}:
        return fitting[0]
    wanted = f"{name}({_listed(arguments)})"
    if fitting:
        raise AssertionError(f"{wanted} was called {len(fitting)} times, expected {times}")
    if times == 0:
        raise AssertionError(f"{wanted}: times is 0; assert on session.calls instead")
    lines = [f"{wanted} was not called"]
    lines += list(_told(session.calls, name, arguments)) or ["no function was called at all"]
    raise AssertionError("\n".join(lines))


def assert_answered(session: Session, name: str | None = None) -> None:
    """Every function call, or every call of one function, has its output, and a response used it.

    Raises:
        AssertionError: One has not; the message says what is missing.
    """
    __tracebackhide__ = True
    calls = [each for each in session.calls if name is None or each.name == name]
    if not calls:
        raise AssertionError(f"there is no call{f' of {name}' if name else ''} to be answered")
    missing = [f"{_shown(each)}: {lack}" for each in calls if (lack := _lack(each))]
    if missing:
        raise AssertionError("not every call was answered:\n" + "\n".join(missing))


def assert_no_findings(
    session: Session, *, ignore: Collection[str] = (), level: str = "warning"
) -> None:
    """Nothing is wrong with the session.

    Args:
        session: The session.
        ignore: Slugs of findings that do not matter here.
        level: `error`, `warning` or `info`: as bad as this, or worse.

    Raises:
        AssertionError: Something is; the message has each finding and what to do.
    """
    __tracebackhide__ = True
    severity = Severity(level)
    found = [
        each
        for each in session.findings
        if each.slug not in ignore and each.severity.is_at_least(severity)
    ]
    if found:
        lines = [f"{each.severity} {each.slug}: {each.what}\n  {each.todo}" for each in found]
        raise AssertionError("\n".join(lines))


def dialogue(session: Session) -> list[str]:
    """What was said, a line each: `user: Hello`, `assistant: …`, `tool: get_weather({…}) → …`."""
    return said(session.conversation)


def assert_dialogue(session: Session, expected: str | Iterable[str]) -> None:
    """The dialogue is this one: lines as `dialogue` gives them; blank lines do not matter.

    Raises:
        AssertionError: It is another one; the message is a diff.
    """
    __tracebackhide__ = True
    lines = expected.splitlines() if isinstance(expected, str) else list(expected)
    wanted = [line.strip() for line in lines if line.strip()]
    got = dialogue(session)
    if wanted != got:
        diff = unified_diff(wanted, got, "expected", "said", lineterm="")
        raise AssertionError("another dialogue was held:\n" + "\n".join(diff))


def _wrong(call: Call, arguments: Json) -> list[Difference]:
    """Which of the wanted arguments a call does not have."""
    got = json_in(call.arguments)
    if not isinstance(got, dict):
        got = {}
    given = {name: got.get(name, ABSENT) for name in arguments}
    return differences(arguments, given, Rules(), Identities(frozenset()))


def _told(calls: Sequence[Call], name: str, arguments: Json) -> Iterable[str]:
    for call in calls:
        yield f"  called: {_shown(call)}"
        if call.name == name:
            for each in _wrong(call, arguments):
                got = "nothing" if each.got is ABSENT else compact(each.got, _LIMIT)
                yield f"    {each.path}: expected {compact(each.expected, _LIMIT)}, got {got}"


def _lack(call: Call) -> str:
    if call.is_mcp or call.is_void:
        return ""
    if call.output is None:
        return "no function_call_output was sent"
    if not call.answered_by:
        return "no response used its output: response.create is missing, or was refused"
    return ""


def _shown(call: Call) -> str:
    return f"{call.name}({compact(call.arguments, _LIMIT)})"


def _listed(arguments: Json) -> str:
    return ", ".join(f"{name}={compact(value, _LIMIT)}" for name, value in arguments.items())
