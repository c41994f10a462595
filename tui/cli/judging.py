"""Judges recordings on disk: the findings of each, and where in the file they are."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...recordings.errors import UsageError
from ...recordings.findings import rules
from ...recordings.findings.engine import OWN_SLUGS, findings_of
from ...recordings.findings.finding import Finding, Severity
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
    recording = Recording(path)
    found = findings_of(recording.entries(), profile=profile, ignore=ignore)
    return Judged(path, tuple(found), tuple(str(each) for each in recording.warnings))


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
