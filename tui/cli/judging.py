"""Judges recordings on disk: the findings of each, and where in the file they are."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...recordings.errors import UsageError
from ...recordings.event import Entry
from ...recordings.findings import rules
from ...recordings.findings.engine import OWN_SLUGS, findings_of
from ...recordings.findings.finding import Finding, Severity
from ...recordings.findings.retries import EndedSessions, Failures, SameFatalErrorAgain
from ...recordings.growing import GrowingRecording
from ...recordings.profiles import PROFILES, Profile
from ...recordings.reader import Recording

_EVENT_START = b'{"seq":'
"""How each event's line begins."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One recording and what was found in it."""

    path: Path
    findings: tuple[Finding, ...]
    damage: tuple[str, ...]
    """Lines that could not be read, in words."""
    failures: Failures = field(default_factory=Failures)
    """What a session after it may run into again."""

    def at_least(self, severity: Severity) -> list[Finding]:
        """The findings that are as bad as this, or worse."""
        return [each for each in self.findings if each.severity.is_at_least(severity)]


def judge(
    path: Path, *, profile: Profile | None = None, ignore: frozenset[str] = frozenset()
) -> Judged:
    """All that is found in one recording.

    Raises:
        RecordingError: It cannot be read.
    """
    recording, failures = Recording(path), Failures()
    entries = _noticing(recording.entries(), failures)
    found = findings_of(entries, profile=profile, ignore=ignore)
    return Judged(path, tuple(found), tuple(str(each) for each in recording.warnings), failures)


def _noticing(entries: Iterable[Entry], failures: Failures) -> Iterator[Entry]:
    for entry in entries:
        failures.receive(entry)
        yield entry


def with_retries(
    judged: Sequence[Judged], ignore: frozenset[str] = frozenset()
) -> Sequence[Judged]:
    """The same recordings, with what only several of them show: errors that a client runs into again."""
    if SameFatalErrorAgain.slug in ignore:
        return judged
    ended = EndedSessions()
    found: dict[Path, tuple[Finding, ...]] = {}
    for each in sorted(judged, key=lambda each: each.failures.started):
        found[each.path] = tuple(ended.again(each.failures))
        ended.add(each.failures)
    return [replace(each, findings=each.findings + found[each.path]) for each in judged]


def explain(path: Path) -> list[Finding]:
    """What is wrong in a recording: its errors and warnings, the worst first, each in its order."""
    found = judge(path).at_least(Severity.WARNING)
    return sorted(found, key=lambda each: -each.severity.rank)


def line_numbers(judged: Judged) -> dict[int, int]:
    """The lines of the events that the findings are about, by the events' numbers."""
    wanted = {number for finding in judged.findings for number in finding.events}
    found: dict[int, int] = {}
    recording = GrowingRecording(judged.path)
    for line in recording.new_lines():
        if not line.data.startswith(_EVENT_START):
            continue
        number, _, _ = line.data[len(_EVENT_START) : len(_EVENT_START) + 20].partition(b",")
        if number.isdigit() and int(number) in wanted:
            found[int(number)] = line.number
    recording.close()
    return found


def checked_slugs(names: Iterable[str]) -> frozenset[str]:
    """The names after `--ignore`.

    Raises:
        UsageError: One of them is no finding's name.
    """
    known = {rule.slug for rule in rules()} | set(OWN_SLUGS)
    chosen = frozenset(names)
    for name in sorted(chosen - known):
        nearest = difflib.get_close_matches(name, known, n=1)
        meant = f"did you mean {nearest[0]}?" if nearest else "docs/findings lists all of them"
        raise UsageError(f"--ignore {name}: there is no finding of that name; {meant}")
    return chosen


def profile_of(name: str | None) -> Profile | None:
    """The profile after `--profile`; None lets each recording's upstream decide."""
    return None if name is None else PROFILES[name]
