"""Counts the calls and findings of the listed recordings in the background.

To count, a recording must be understood from its first line on. That takes a millisecond for most and
a minute for a big one: so it is done by one thread, one recording after the other, the newest first, and
it rests while another screen is in front.
"""

import threading
import time
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, get_current_worker

from ....recordings.errors import RecordingError
from ..shelf import Counting, Counts, Shelved
from ..widgets.session_list import SessionList

if TYPE_CHECKING:
    from ..app import RealtapApp

WORK_S = 0.02
"""After so long the counting rests, so that keys and the list never wait for it."""
REST_S = 0.01


class CountingPart(Screen[None]):
    """The part of the list of sessions that counts."""

    app: "RealtapApp"

    class Counted(Message):
        """A recording was counted; None when it cannot be."""

        def __init__(self, shelved: Shelved, counts: Counts | None) -> None:
            super().__init__()
            self.shelved = shelved
            self.counts = counts

    def on_mount(self) -> None:
        self._sessions = self.query_one(SessionList)
        self._counts: dict[tuple[str, int], Counts | None] = {}
        """By path and size: what did not change is not counted again, however often it is read."""
        self._counting: Counting | None = None
        """How far the one at work came: it goes on when the list is in front again."""
        self._counter: Worker[None] | None = None
        self._turn = threading.Lock()

    def count(self) -> None:
        """Count what was not counted yet."""
        is_at_work = self._counter is not None and not self._counter.is_finished
        if self.is_in_front and not is_at_work and (wanted := self._next()) is not None:
            self._counter = self._count(wanted)

    @property
    def is_in_front(self) -> bool:
        """Whether the person looks at the list: Textual's `is_current` is also so right behind that."""
        return self.app.screen is self

    def known_counts(self, found: Shelved) -> Counts | None:
        """What was counted of a recording as it is now."""
        return self._counts.get(_key(found))

    def _next(self) -> Shelved | None:
        missing = (each for each in self._sessions.uncounted if _key(each) not in self._counts)
        return next(missing, None)

    @work(thread=True, group="count")
    def _count(self, wanted: Shelved) -> None:
        worker = get_current_worker()
        try:
            # One that was cancelled may still be at its last step.
            with self._turn:
                counts = self._count_on(self._begun(wanted), worker)
        except (RecordingError, ValueError):
            # The list tells already what is wrong with it, or will at the next look.
            counts = None
        if not worker.is_cancelled:
            self.post_message(self.Counted(wanted, counts))

    def _count_on(self, counting: Counting, worker: Worker[object]) -> Counts | None:
        """The counts; None when somebody else needs the time now."""
        begun = time.monotonic()
        while not worker.is_cancelled:
            if (counts := counting.more()) is not None:
                self._counting = None
                return counts
            if time.monotonic() - begun > WORK_S:
                time.sleep(REST_S)
                begun = time.monotonic()
        return None

    def _begun(self, wanted: Shelved) -> Counting:
        """The counting of a recording, as far as it came."""
        path, size_bytes = wanted.path, _key(wanted)[1]
        counting = self._counting
        if counting is None or (counting.path, counting.size_bytes) != (path, size_bytes):
            counting = Counting(path, size_bytes, is_live=wanted.is_live)
            self._counting = counting
        return counting

    @on(Counted)
    def _counted(self, message: Counted) -> None:
        self._counts[_key(message.shelved)] = message.counts
        if message.counts is not None:
            self._sessions.take_counts(message.shelved.path, message.counts)
        # It has nothing left to do, though it may still be ending.
        self._counter = None
        self.count()

    def on_screen_suspend(self) -> None:
        """Another screen is in front: its work comes first."""
        if self._counter is not None:
            self._counter.cancel()

    def on_screen_resume(self) -> None:
        """The list is in front again."""
        self.count()


def _key(shelved: Shelved) -> tuple[str, int]:
    return str(shelved.path), shelved.found.size_bytes if shelved.found else -1
