"""Keeps a session's screen up to date: scans the recording, studies it, looks whether it grew.

Workers only post messages. What is scanned is shown at once; what is understood of it comes after.
"""

import threading
import time
from collections.abc import Sequence

from textual import on, work
from textual.message import Message
from textual.worker import Worker, get_current_worker

from ....recordings.errors import RecordingError
from ....recordings.findings.finding import Finding
from ..session.folding import FoldedLines
from ..session.session import FIRST_ROWS, STEP_ROWS
from ..session.study import Batch
from ..widgets.findings_panel import FindingsPanel
from ..widgets.tab_bar import TabBar
from ..wording import reason
from .base import SessionPart

LOOK_EVERY_S = 0.25
"""How often a live recording is looked at. What came is drawn when it is understood, and before that
too when there is much of it: at most 20 times a second."""
SOON_ROWS = 300
"""So many rows are understood at once: to draw them before would be to draw them twice."""
SILENCE_LOOKS = 10
"""At every so many looks, what the silence of a live session means is asked too."""
REST_S = 0.5
"""The longest rest: a filter may take long, and what it asks for may come from the study."""
MOVING_S = 0.15
"""So long after a move the study rests: the person is likely to move on."""
LONG_ROWS = 10_000
"""To read and understand a shorter recording takes no time that is worth stopping."""
STUDY_FOR_S = 0.08
"""What was learned is told after so much time."""


SHOWN_S = 1.0
"""The reading waits no longer than this for the first rows to be drawn."""


class Reading(SessionPart):
    """The part that reads."""

    class Scanned(Message):
        """There are more rows."""

        def __init__(self, rows: int) -> None:
            super().__init__()
            self.rows = rows

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Reading.Scanned)

    class Studied(Message):
        """More is known of the rows."""

        def __init__(self, batches: Sequence[Batch], findings: Sequence[Finding] = ()) -> None:
            super().__init__()
            self.batches = batches
            self.findings = findings

    class Failed(Message):
        """The recording cannot be read any more."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def on_mount(self) -> None:
        self._taken = 0
        self._looks = 0
        self._has_failed = False
        self.has_way = threading.Event()
        """Cleared while somebody waits for a filter or a search: the study rests."""
        self.has_way.set()
        self._was_taken = threading.Event()
        """Set when the screen has taken what the study told: it never tells more than one batch ahead."""
        self._is_scanned = False
        """All that was there at first is on the screen."""
        self._is_shown = threading.Event()
        """The first rows were drawn."""
        self._has_unshown_rows = False
        """They are drawn when they are understood."""
        self._is_understood = False
        """All that was there at first was studied."""
        self._has_stopped = False
        """The person has had enough of the reading."""
        # A worker that was stopped may still be at its last step when the next one begins.
        self._scanning, self._studying = threading.Lock(), threading.Lock()
        self._scan()
        if self.app.is_polling:
            self.set_interval(LOOK_EVERY_S, self.look)

    # Workers.

    @work(thread=True, exclusive=True, group="scan")
    def _scan(self) -> None:
        worker, index = get_current_worker(), self.session.index
        try:
            with self._scanning:
                while not worker.is_cancelled:
                    index.scan(STEP_ROWS if len(index) else FIRST_ROWS)
                    self.post_message(self.Scanned(len(index)))
                    if index.has_reached_end:
                        return
                    # The first rows are drawn before the rest is read: two threads share one processor.
                    self._is_shown.wait(SHOWN_S)
        except (RecordingError, ValueError) as error:
            self._fail(error)

    @work(thread=True, exclusive=True, group="scan")
    def _refresh(self) -> None:
        index = self.session.index
        try:
            with self._scanning:
                is_more = index.refresh() or index.closed is not None
            if is_more:
                self.post_message(self.Scanned(len(index)))
        except (RecordingError, ValueError) as error:
            self._fail(error)

    @work(thread=True, exclusive=True, group="study")
    def _study(self) -> None:
        worker = get_current_worker()
        try:
            with self._studying:
                self._study_until_end(worker)
        except (RecordingError, ValueError) as error:
            self._fail(error)

    def _study_until_end(self, worker: Worker[object]) -> None:
        study = self.session.study
        batches: list[Batch] = []
        begun = time.monotonic()
        while not worker.is_cancelled:
            self.has_way.wait(REST_S)
            time.sleep(max(self.moved_at + MOVING_S - time.monotonic(), 0.0))
            batches.append(study.more())
            has_ended = batches[-1].has_reached_end
            if has_ended or time.monotonic() - begun > STUDY_FOR_S:
                findings = self._silence() if has_ended else []
                self._was_taken.clear()
                self.post_message(self.Studied(batches, findings))
                if has_ended:
                    return
                self._was_taken.wait(REST_S)
                batches, begun = [], time.monotonic()
        if batches:
            # Each row is studied once: what was read is told, though nobody wants more now.
            self.post_message(self.Studied(batches))

    def _silence(self) -> list[Finding]:
        """What is found because nothing came: in a live session as time passes, else at its end."""
        session = self.session
        if not self.is_live:
            return session.study.finish()
        return session.study.tick(session.now(self.app.now_s()))

    def _fail(self, error: Exception) -> None:
        # A closed file is no trouble: the screen has gone.
        if isinstance(error, RecordingError):
            self.post_message(self.Failed(reason(error)))

    def _is_at_work(self, group: str) -> bool:
        return any(each.group == group and not each.is_finished for each in self.workers)

    def look(self) -> None:
        """See whether the recording grew; while it is being read it is not looked at."""
        if self._has_failed or self._has_stopped or self._is_at_work("scan"):
            return
        if self.session.index.closed is None:
            self._refresh()
        self._study_on()

    def stop_reading(self) -> bool:
        """Read no more of a recording that takes long; False when there is nothing to stop."""
        is_long = not self._is_scanned or len(self.session) > LONG_ROWS
        if self._has_failed or self._has_stopped or self._is_understood or not is_long:
            return False
        self._has_stopped = True
        for each in self.workers:
            if each.group in {"scan", "study"}:
                each.cancel()
        self._was_taken.set()
        self.status.change(progress="", stopped=self._stopped_at())
        return True

    def _stopped_at(self) -> str:
        rows, known = len(self.session), len(self.session.audio_bytes)
        what = f"understanding stopped at {known / max(rows, 1):.0%}"
        return (
            f"{what if self._is_scanned else f'reading stopped at {rows:,} events'}, space goes on"
        )

    def read_on(self) -> bool:
        """Read on where the reading was stopped; False when it was not."""
        if not self._has_stopped:
            return False
        self._has_stopped = False
        self.status.change(stopped="")
        if not self._is_scanned:
            self._scan()
        self._study_on()
        return True

    def _study_on(self) -> bool:
        """Understand what came; False when there is nothing new, or somebody is at it."""
        session = self.session
        is_behind = not session.is_studied or len(session.audio_bytes) < len(session)
        # The end is no row, and much is found by it.
        is_behind |= session.index.closed is not None and not session.knows_end
        self._looks += 1
        is_waiting = session.index.closed is None and self._looks % SILENCE_LOOKS == 0
        if (is_behind or is_waiting) and not self._is_at_work("study"):
            self._study()
            return True
        return False

    # What they tell.

    @on(Scanned)
    def _scanned(self, message: Scanned) -> None:
        session = self.session
        is_first = self._taken == 0
        new = range(self._taken, message.rows)
        self._taken = message.rows
        self.take_rows(new)
        has_ended = session.index.has_reached_end
        if has_ended and not self._is_scanned:
            self._is_scanned = True
            session.is_following = self.is_live
            self.status.change(progress="")
        if self._has_stopped:
            self.status.change(stopped=self._stopped_at())
        elif not has_ended:
            self.status.change(progress=f"reading, {message.rows:,} events, esc stops")
        is_at_it = has_ended and not self._has_stopped and self._study_on()
        if is_at_it and self._is_understood and len(new) <= SOON_ROWS and self.has_way.is_set():
            self._has_unshown_rows = True
        elif new or session.index.closed is not None:
            self._show_growth()
        if is_first:
            self.show_event()
            self.call_after_refresh(self._is_shown.set)

    def _show_growth(self) -> None:
        """There are more rows, or the session has ended."""
        session = self.session
        self._has_unshown_rows = False
        self.events.grown()
        if session.is_following:
            self.show_event()
        # The last rows are followed too, when they come together with the end.
        if session.index.closed is not None:
            session.is_following = False
        self.show_title()
        self.show_status()

    def take_rows(self, rows: range) -> None:
        """More rows came; with a filter they wait until it has looked at them."""
        self.session.lines.extend(rows)

    @on(Studied)
    def _studied(self, message: Studied) -> None:
        self._take_in(message)
        # The study goes on when this was drawn, so that it never takes the time for that.
        self.call_after_refresh(self._was_taken.set)

    def _take_in(self, message: Studied) -> None:
        session = self.session
        known, items = len(session.audio_bytes), len(session.items)
        was_studied = session.is_studied
        for batch in message.batches:
            session.take(batch)
        if self._has_unshown_rows:
            self._show_growth()
        found = [each for batch in message.batches for each in batch.findings]
        found += message.findings
        session.take_findings(message.findings)
        if any(batch.held or batch.releases for batch in message.batches):
            self.events.lines_changed(forget=True)
            self.show_event()
        calls = len(session.calls)
        self.query_one("#views", TabBar).note("calls", f" {calls}" if calls else "")
        is_more = len(session.audio_bytes) > known
        if not (is_more or found or len(session.items) > items or not was_studied):
            return
        if known <= self.events.last_visible_row:
            self.events.lines_changed(forget=True)
        if found or not was_studied:
            self.findings_changed()
        self.refresh_view()
        self.show_title()
        if session.is_studied:
            self._is_understood = True
            self.status.change(progress="")
            self.show_event()
        elif self._has_stopped:
            self.status.change(stopped=self._stopped_at())
        else:
            done = len(session.audio_bytes) / max(len(session), 1)
            hint = "" if self._is_understood else ", esc stops"
            self.status.change(progress=f"understanding {done:.0%}{hint}")

    def findings_changed(self) -> None:
        """There are other findings: they are told in their panel, and beside their events."""
        self.events.refresh()
        panel = self.query_one(FindingsPanel)
        panel.update_findings()
        panel.border_title = self._findings_title()
        self.inspector.update_findings()

    def _findings_title(self) -> str:
        counts: dict[str, int] = {}
        for each in self.session.findings:
            counts[each.severity] = counts.get(each.severity, 0) + 1
        told = ", ".join(
            f"{counts[level]} {level}" for level in ("error", "warning", "info") if level in counts
        )
        return f"findings: {told}" if told else "findings"

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self._has_failed = True
        self.session.is_following = False
        self.status.change(trouble=message.text, progress="")
        self.show_status()

    # Folding.

    def fold(self, *, is_folded: bool) -> None:
        """Fold runs of deltas and of audio, or show all events."""
        session = self.session
        rows = session.lines.rows
        session.lines = FoldedLines(session.index, is_folded=is_folded)
        session.lines.extend(rows)
        self.events.lines_changed(forget=True)
        self.events.follow_cursor(centre=True)
        self.show_event()
