"""Filters the events of a session, and finds words in them, without losing the place."""

import json
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from textual import on, work
from textual.message import Message
from textual.worker import get_current_worker

from ....recordings.catalogue import catalogue
from ....recordings.errors import RecordingError
from ....recordings.filters import Filter, FilterError, parse_filter
from ..edited import SENT_PATH
from ..session.completion import Completion
from ..session.folding import FoldedLines
from ..session.sifting import Sifting, sifting
from ..widgets.prompt import Prompt
from .reading import Reading

FILTER = "filter"
SEARCH = "search"
FILTER_HINT = "type:response.*  from:server  item.name=get_weather  -type:*.delta  finding:error  tab completes"
SEARCH_HINT = "words in the events; audio is left out"


class Searching(Reading):
    """The part that filters and searches."""

    class Sifted(Message):
        """The filter has looked at more rows."""

        def __init__(self, sieve: Sifting, rows: Sequence[int], *, is_done: bool) -> None:
            super().__init__()
            self.sieve = sieve
            self.rows = rows
            self.is_done = is_done

    class Found(Message):
        """The search has looked at more rows."""

        def __init__(self, sieve: Sifting, rows: Sequence[int], *, is_done: bool) -> None:
            super().__init__()
            self.sieve = sieve
            self.rows = rows
            self.is_done = is_done

    def on_mount(self) -> None:
        self._wanted: Filter | None = None
        self._is_off = False
        self._is_stopped = False
        """The filter, or the search, was stopped before its end."""
        self._sieve: Sifting | None = None
        self._search: Sifting | None = None
        self._search_words = ""
        self._search_from = 0
        self._found: list[int] = []
        self._completion = Completion(catalogue())
        # A worker that was stopped may still be at its last step when the next one begins.
        self._sifting, self._seeking = threading.Lock(), threading.Lock()

    def on_unmount(self) -> None:
        for sieve in (self._sieve, self._search):
            if sieve is not None:
                sieve.close()

    # Asking.

    def action_filter(self) -> None:
        """Ask for a filter."""
        session = self.session
        slugs = {each.slug for each in session.findings}
        self.query_one(Prompt).ask(
            FILTER,
            self._wanted.text if self._wanted else "",
            FILTER_HINT,
            check=fault_of,
            complete=lambda text: self._completion.complete(text, session.index.types, slugs),
        )

    def action_search(self) -> None:
        """Ask for words."""
        self.query_one(Prompt).ask(
            SEARCH, self._search_words, SEARCH_HINT, check=lambda _text: None
        )

    @on(Prompt.Answered)
    def _answered(self, message: Prompt.Answered) -> None:
        self.viewer.focus()
        if message.purpose == FILTER:
            self.filter_by(message.text.strip())
        elif message.purpose == SEARCH:
            self._search_for(message.text.strip())

    @on(Prompt.Cancelled)
    def _cancelled(self) -> None:
        self.viewer.focus()

    def _look_through(
        self,
        sieve: Sifting,
        tell: "type[Searching.Sifted | Searching.Found]",
        turn: threading.Lock,
    ) -> None:
        """Let a filter look at all rows, and tell what it finds; runs in a worker."""
        worker = get_current_worker()
        self.has_way.clear()
        try:
            with turn:
                while not worker.is_cancelled:
                    stop = len(self.session)
                    rows = sieve.more(stop)
                    is_done = sieve.seen >= stop
                    self.post_message(tell(sieve, rows, is_done=is_done))
                    if is_done:
                        return
        except (RecordingError, ValueError) as error:
            self._fail(error)
        finally:
            self.has_way.set()

    # Filtering.

    def filter_by(self, text: str) -> None:
        """Show only what a filter wants; all, if it is empty."""
        self._wanted = parse_filter(text) if text else None
        self._is_off = False
        self._apply()

    def action_toggle_filter(self) -> None:
        """Take the filter off, or put it on again."""
        if self._wanted is None:
            self.notify("there is no filter; f sets one", timeout=2)
            return
        self._is_off = not self._is_off
        self._apply()

    def action_filter_field(self, sign: str) -> None:
        """Filter to the value of the selected field, or away from it."""
        node = self.inspector.field
        if node is None or not node.path or node.children or isinstance(node.value, dict | list):
            self.notify("choose a field with a value: tab goes to the tree", timeout=3)
            return
        path = node.path.removeprefix(SENT_PATH)
        term = f"{sign}{path}={_literal(node.value)}"
        before = f"{self._wanted.text} " if self._wanted and not self._is_off else ""
        fault = fault_of(before + term)
        if fault is not None:
            self.notify(fault, severity="warning", markup=False)
            return
        self.filter_by(before + term)

    @property
    def _active(self) -> Filter | None:
        return None if self._is_off else self._wanted

    def _apply(self) -> None:
        session = self.session
        self._tell_stopped("")
        session.lines = FoldedLines(session.index, is_folded=session.lines.is_folded)
        self.status.change(
            filter_text=self._wanted.text if self._wanted else "", filter_is_off=self._is_off
        )
        if self._sieve is not None:
            self._sieve.close()
        if (wanted := self._active) is None:
            self._sieve = None
            session.lines.extend(range(len(session)))
            if self.place_before is not None:
                session.cursor, self.place_before = self.place_before, None
            self._rearranged()
            return
        try:
            self._sieve = sifting(wanted, session.index, session.findings_of, session.study.told)
        except RecordingError as error:
            # It was deleted, and this filter would have to read it from its start.
            self._sieve = None
            self._fail(error)
            return
        self.events.lines_changed(forget=True)
        self._sift(self._sieve)

    def take_rows(self, rows: range) -> None:
        """More rows came: the filter looks at them first."""
        if self._sieve is None:
            super().take_rows(rows)
        elif rows and not self._is_stopped and not self._is_at_work("sift"):
            self._sift(self._sieve)

    @work(thread=True, exclusive=True, group="sift")
    def _sift(self, sieve: Sifting) -> None:
        self._look_through(sieve, self.Sifted, self._sifting)

    @on(Sifted)
    def _sifted(self, message: Sifted) -> None:
        if message.sieve is not self._sieve:
            return
        session = self.session
        session.lines.extend(message.rows)
        if not message.is_done:
            done = message.sieve.seen / max(len(session), 1)
            self._tell_progress(f"filtering {done:.0%}, esc stops")
            self.events.grown()
            return
        self._tell_stopped("")
        self._rearranged()

    def _rearranged(self) -> None:
        """Other events are shown: the selected one is kept, or the nearest takes its place."""
        session = self.session
        self.events.lines_changed(forget=True)
        if session.is_following and self.events.count:
            self.events.grown()
        self.events.follow_cursor(centre=True)
        if self.events.count and not session.lines.has(session.cursor):
            if self.place_before is None:
                self.place_before = session.cursor
            session.cursor = self.events.row
        self.refresh_view()
        self.show_event()
        self.show_status()

    # Searching.

    def _search_for(self, words: str) -> None:
        self._search_from = self.session.cursor
        self._forget_search()
        if not words:
            return
        self._search_words = words
        wanted = parse_filter(f"text:{json.dumps(words, ensure_ascii=False)}")
        self._search = sifting(wanted, self.session.index, {})
        self._seek(self._search)

    def _forget_search(self) -> None:
        if self._search is not None:
            self._search.close()
        self._search, self._search_words, self._found = None, "", []
        self.events.painter.found = frozenset()
        self.events.refresh()
        self.status.change(search="")

    @work(thread=True, exclusive=True, group="search")
    def _seek(self, sieve: Sifting) -> None:
        self._look_through(sieve, self.Found, self._seeking)

    @on(Found)
    def _was_found(self, message: Found) -> None:
        if message.sieve is not self._search:
            return
        had_none = not self._shown_found()
        self._found += message.rows
        self.events.painter.found = frozenset(self._found)
        self.events.refresh()
        if had_none and self._shown_found():
            self._go_to_found(self._search_from, inclusive=True)
        else:
            self._tell_search()
        if message.is_done:
            self._tell_stopped("")
        else:
            done = message.sieve.seen / max(len(self.session), 1)
            self._tell_progress(f"searching {done:.0%}, esc stops")

    def _shown_found(self) -> list[int]:
        """What was found among the events that the filter shows."""
        lines = self.session.lines
        return self._found if self._active is None else [r for r in self._found if lines.has(r)]

    def action_found(self, step: int) -> None:
        """The next event that was found, or the one before."""
        if not self._search_words:
            self.action_search()
            return
        found, here = self._shown_found(), self.session.cursor
        if not found:
            self._tell_search()
            return
        place = bisect_right(found, here) if step > 0 else bisect_left(found, here) - 1
        if not 0 <= place < len(found):
            self.notify("from the start again" if step > 0 else "from the end again", timeout=1.5)
        self.select(found[place % len(found)])
        self._tell_search()

    def _go_to_found(self, row: int, *, inclusive: bool) -> None:
        found = self._shown_found()
        place = bisect_left(found, row) if inclusive else bisect_right(found, row)
        self.select(found[place % len(found)])
        self._tell_search()

    def _tell_search(self) -> None:
        found = self._shown_found()
        place = bisect_right(found, self.session.cursor)
        words = self._search_words
        told = f"/{words} {place} of {len(found):,}" if found else f"/{words} nowhere"
        self.status.change(search=told)

    # Peeling.

    def peel(self) -> bool:
        """Stop what runs, take back the search, then the filter; False when there is nothing left."""
        if self._stop_looking() or self.stop_reading():
            return True
        if self._search_words:
            self._forget_search()
            return True
        if self._wanted is not None:
            self.filter_by("")
            return True
        return False

    def _stop_looking(self) -> bool:
        """Stop the filter and the search; what they found so far stays."""
        running = [
            each
            for each in self.workers
            if each.group in {"sift", "search"} and not each.is_finished
        ]
        for each in running:
            each.cancel()
        if not running:
            return False
        is_filter = any(each.group == "sift" for each in running)
        sieve = self._sieve if is_filter else self._search
        done = sieve.seen / max(len(self.session), 1) if sieve is not None else 0
        what = "filter" if is_filter else "search"
        self._tell_stopped(f"{what} stopped at {done:.0%}, space goes on")
        if is_filter:
            self._rearranged()
        return True

    def _tell_progress(self, text: str) -> None:
        # What was found just before somebody stopped is told after it.
        self.status.change(progress="" if self._is_stopped else text)

    def _tell_stopped(self, text: str) -> None:
        self._is_stopped = bool(text)
        self.status.change(progress="", stopped=text)

    def go_on(self) -> bool:
        """Let the filter, the search and the reading go on where they were stopped."""
        was_stopped = self._is_stopped
        if was_stopped:
            self._tell_stopped("")
            for sieve, work_on in ((self._sieve, self._sift), (self._search, self._seek)):
                if sieve is not None and sieve.seen < len(self.session):
                    work_on(sieve)
        return self.read_on() or was_stopped


def fault_of(text: str) -> str | None:
    """What is wrong with a filter, on one line; None when it can be read."""
    try:
        parse_filter(text)
    except FilterError as error:
        hint = f"; {error.hint}" if error.hint else ""
        return f"{error.message} (at {error.position + 1}){hint}"
    return None


def _literal(value: object) -> str:
    """A value as a filter writes it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
