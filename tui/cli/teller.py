"""Tells the demo: headings of what the app is about to do, the events, and what to try next."""

import os
import shlex
import shutil
import sys
from pathlib import Path
from textwrap import wrap

import click

from ...proxy.demo.mistakes import Mistake
from ...proxy.demo.voice_app import Outcome
from ...recordings.event import Event
from ...recordings.findings.finding import Finding
from ...recordings.growing import GrowingRecording
from .answers import FirstCall
from .findings_text import finding_lines
from .folding import FoldedRows
from .judging import explain
from .pipes import forget_stdout
from .rows import Page

LABEL_WIDTH = len("shows as")
SHOWN_ERRORS = 3
"""So many numbers of error events are told: some mistakes are repeated with each frame."""
WITHOUT_END = 10_000
"""The width of a pipe, where nothing is wrapped."""


class Teller:
    """Prints on stdout.

    Args:
        options: What the person must add to `realtap show` to find the recording again.
    """

    def __init__(self, page: Page, *, options: tuple[str, ...] = ()) -> None:
        self.is_heard = True
        """False when the reader of stdout has gone away: there is nobody to tell."""
        self._page = page
        self._options = options
        self._rows = FoldedRows(page)
        self._recording: GrowingRecording | None = None
        self._path: Path | None = None
        self._events = 0
        self._first_call = FirstCall()
        self._errors: list[str] = []

    # While the demo runs.

    def introduce(self, proxy_url: str, simulator_url: str) -> None:
        """Who talks to whom."""
        paint = self._page.paint
        self._print(
            f"{paint('realtap demo', bold=True)}  a voice app talks to a simulated server; "
            "no key, no network",
            "",
            f"  app {paint('→', fg='cyan')} {paint('realtap', bold=True)} {proxy_url} "
            f"{paint('→', fg='cyan')} simulator {simulator_url}",
        )

    def follow(self, path: Path) -> None:
        """Tell this recording, from its first line on."""
        if self._recording is None and path.exists():
            self._path = path
            self._recording = GrowingRecording(path)

    def scene(self, text: str) -> None:
        """A heading before what comes; all that has happened is told first."""
        self.look()
        self._print(*self._rows.last_lines())
        self._print("", self._page.paint(f"▌ {text}", bold=True))

    def look(self) -> None:
        """Print the events that have come since the last look."""
        if self._recording is None:
            return
        for entry in self._recording.new_entries():
            if isinstance(entry, Event):
                self._events += 1
                self._first_call.watch(entry)
                if entry.type == "error":
                    self._errors.append(str(entry.seq))
            self._print(*self._rows.lines_of(entry))

    # When it has ended.

    def conclude(self, outcome: Outcome | None, mistake: Mistake | None) -> None:
        """What happened, where it is recorded, and what to try next."""
        self.look()
        if self._recording is not None:
            self._recording.close()
        self._print(*self._rows.last_lines(), "")
        if outcome is None:
            self._print(self._page.paint("stopped", bold=True))
        elif mistake is not None:
            self._explain(mistake)
            self._tell_findings()
        else:
            for question, answer in self._first_call.answers():
                self._print(self._page.paint(question, bold=True), f"  {answer}")
            self._print("")
        if self._path is not None:
            self._print(f"{self._events} events recorded in {self._path}", "")
        self._print(self._page.paint("Try next", bold=True))
        options = "".join(f" {each}" for each in self._options)
        show = f"{_program()} show last{options}"
        other = Mistake.RESPONSE_CREATE_TOO_EARLY if mistake else Mistake.NO_RESPONSE_CREATE
        commands = (
            (show, "every event of this session, one line each"),
            (f"{show} --expand", "the same with every nested field"),
            (f"{_program()} calls last{options}", "one row for each function call"),
            (f"{_program()} check last{options}", "what is wrong, and what to do"),
            (f"{_program()} demo --mistake {other}", "the same app with a classic mistake"),
            (f"{_program()} proxy", "record your own app"),
        )
        width = max(len(command) for command, _ in commands)
        for command, effect in commands:
            self._print(f"  {self._page.paint(f'{command:<{width}}', fg='cyan')}  {effect}")

    def _explain(self, mistake: Mistake) -> None:
        """The mistake in words: what the app did, how it shows, what to do instead."""
        count = len(self._errors)
        numbers = ", ".join(self._errors[:SHOWN_ERRORS]) + (", …" if count > SHOWN_ERRORS else "")
        errors = f" (event{'s' if count > 1 else ''} {numbers})" if count else ""
        for label, text in (
            ("mistake", f"{mistake}: the app {mistake.does}"),
            ("shows as", f"{mistake.shows}{errors}"),
            ("instead", mistake.remedy),
        ):
            first, *more = wrap(text, (self._page.width or WITHOUT_END) - LABEL_WIDTH - 1)
            self._print(f"{self._page.paint(f'{label:<{LABEL_WIDTH}}', bold=True)} {first}")
            self._print(*(f"{'':<{LABEL_WIDTH}} {line}" for line in more))
        self._print("")

    def _tell_findings(self) -> None:
        """What realtap itself says about the recording, without knowing of the mistake."""
        if self._path is None:
            return
        self._print(self._page.paint("What realtap found", bold=True))
        by_slug: dict[str, list[Finding]] = {}
        for finding in explain(self._path):
            by_slug.setdefault(finding.slug, []).append(finding)
        for slug, (first, *more) in by_slug.items():
            self._print(*self._painted(finding_lines(first, width=self._page.width)))
            if more:
                self._print(f"    … and {len(more)} more of {slug}")
        self._print("")

    def _painted(self, lines: list[str]) -> list[str]:
        return lines if self._page.has_colour else [click.unstyle(line) for line in lines]

    def _print(self, *lines: str) -> None:
        """Flushed at once, so that a reader of a pipe sees it when it happens."""
        if not self.is_heard:
            return
        try:
            for line in lines:
                sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # Raised later it would go through the task groups of the app and of the demo.
            self.is_heard = False
            forget_stdout()


def _program() -> str:
    """How the person can call this program again."""
    if shutil.which("realtap"):
        return "realtap"
    return shlex.quote(os.path.relpath(sys.argv[0]))
