"""The findings of a recording by event, for a filter that asks for them."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from ...recordings.findings.engine import Judge
from ...recordings.findings.finding import Finding
from ...recordings.growing import GrowingRecording


class JudgedRecording:
    """The findings of a recording, by the events that take part in them.

    Args:
        path: The recording.
        is_followed: It may go on: what is missing now may still come.
    """

    def __init__(self, path: Path, *, is_followed: bool) -> None:
        self.findings: defaultdict[int, list[Finding]] = defaultdict(list)
        """By the number of each event that takes part."""
        self._growing = GrowingRecording(path)
        self._judge = Judge()
        self._is_followed = is_followed

    def look(self) -> int:
        """Judge what came since the last look; how many lines came."""
        count = 0
        for line in self._growing.new_lines():
            count += 1
            if (entry := self._growing.entry_of(line)) is not None:
                self._keep(self._judge.receive(entry))
        if not self._is_followed:
            self._keep(self._judge.finish())
        return count

    def close(self) -> None:
        """Look no more."""
        self._growing.close()

    def _keep(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            for seq in finding.events:
                # One that got worse takes the place of its earlier form.
                others = [each for each in self.findings[seq] if not _is_same(each, finding)]
                self.findings[seq] = [*others, finding]


def _is_same(one: Finding, other: Finding) -> bool:
    return (one.slug, one.events) == (other.slug, other.events)
