"""Reads a recording for `realtap show`: as far as it goes, or on while it grows."""

import sys
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ...recordings import lines
from ...recordings.event import Event
from ...recordings.filters import Filter
from ...recordings.filters.sieve import Sieve
from ...recordings.growing import GrowingRecording, Line
from ...recordings.plain import safe
from ...recordings.reader import Damage, Recording
from . import talk
from .printing import Printed, write_lines

if TYPE_CHECKING:
    from .seq_findings import JudgedRecording

LOOK_EVERY_S = 0.1
"""How often a growing recording is looked at."""


def print_recording(
    path: Path, printed: Printed, *, wanted: Filter | None = None, is_followed: bool = False
) -> None:
    """Print the entries that are wanted.

    Args:
        path: The recording.
        printed: The form.
        wanted: The filter.
        is_followed: Go on while the file grows, until the session's end.

    Raises:
        RecordingError: It cannot be read, or it is followed and was deleted, replaced or cut.
    """
    Recording(path)  # It says in a sentence what is wrong with a file that is none.
    judged = _judged(path, wanted, is_followed=is_followed)
    findings = None if judged is None else judged.findings
    sieve = Sieve(wanted, tells_joined=printed.tells_joined, findings=findings)
    growing = GrowingRecording(path)
    reading = Reading(growing, sieve, printed)
    sys.stdout.flush()
    try:
        reading.look(judged)
        while is_followed and not sieve.is_closed:
            time.sleep(LOOK_EVERY_S)
            growing.ensure_intact()
            reading.look(judged)
        if not is_followed:
            reading.take_torn_line()
    finally:
        write_lines(printed.last_lines())
        sys.stdout.flush()
        growing.close()
        if judged is not None:
            judged.close()
    reading.conclude(wanted)


def _judged(path: Path, wanted: Filter | None, *, is_followed: bool) -> "JudgedRecording | None":
    """The findings, for a filter that asks for them."""
    if wanted is None or not wanted.needs_findings:
        return None
    from .seq_findings import JudgedRecording

    return JudgedRecording(path, is_followed=is_followed)


class Reading:
    """One pass over a recording."""

    def __init__(self, growing: GrowingRecording, sieve: Sieve, printed: Printed) -> None:
        self._growing = growing
        self._sieve = sieve
        self._printed = printed
        self._damages: list[Damage] = []
        self._count = 0

    def look(self, judged: "JudgedRecording | None") -> None:
        """Print what came since the last look; of what is not judged yet, nothing."""
        limit = None if judged is None else judged.look()
        with talk.Progress("lines read", is_wanted=not sys.stdout.isatty()) as progress:
            for line in islice(self._growing.new_lines(), limit):
                self._take(line)
                progress.advance()
        sys.stdout.flush()
        self._tell_damages()

    def take_torn_line(self) -> None:
        """What stands behind the last newline: another program's last line may have none."""
        if (line := self._growing.torn_line()) is not None:
            self._take(line, fault="the last line is torn: ")

    def _take(self, line: Line, fault: str = "") -> None:
        try:
            found = self._sieve.sift(line.data)
        except lines.DamagedLineError as error:
            self._damages.append(Damage(line.number, f"{fault}{error}"))
            return
        if found is None:
            return
        if found.is_wanted:
            self._count += 1
            write_lines(self._printed.lines_of(found.entry, found.joined))
        elif isinstance(found.entry, Event):
            self._printed.learn(found.entry)

    def _tell_damages(self) -> None:
        for damage in self._damages:
            talk.complain(f"{self._growing.path.name}: {damage}")
        self._damages.clear()

    def conclude(self, wanted: Filter | None) -> None:
        """Tell what could not be read, and that nothing was found."""
        self._tell_damages()
        if wanted is not None and not self._count:
            talk.say(f"none of the {self._sieve.events:,} events matches {safe(wanted.text)}")
