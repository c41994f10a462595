"""Tells what is wrong in live sessions while they go on.

A reader beside the proxy, in a process of its own and with low priority: judging never slows the
relay down. `watcher` starts it and names each session's recording on its stdin; when that ends, so
does the watch.
"""

import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from ...recordings.errors import RecordingError
from ...recordings.event import Closed, Header
from ...recordings.findings.engine import Judge
from ...recordings.findings.finding import Finding
from ...recordings.findings.retries import EndedSessions, Failures
from ...recordings.growing import GrowingRecording
from . import talk
from .findings_text import finding_lines

LOOK_EVERY_S = 0.2
NICENESS = 19
"""How far the watch gives way to the relay where processes cannot be told to run when idle."""


class Watch:
    """One live session under judgement.

    Args:
        path: Its recording.
        wall_clock: Seconds since the epoch, now: a silence is no event, so time has to be told.
    """

    def __init__(self, path: Path, *, wall_clock: Callable[[], float] = time.time) -> None:
        self.is_over = False
        self.failures = Failures()
        self._recording = GrowingRecording(path)
        self._judge = Judge()
        self._wall_clock = wall_clock
        self.started_s = wall_clock()
        """When the session started, in seconds since the epoch."""

    def look(self) -> Iterator[Finding]:
        """What has been found since the last look."""
        for entry in self._recording.new_entries():
            if isinstance(entry, Header):
                with contextlib.suppress(ValueError):
                    self.started_s = datetime.fromisoformat(entry.started).timestamp()
            self.failures.receive(entry)
            yield from self._judge.receive(entry)
            self.is_over = self.is_over or isinstance(entry, Closed)
        if not self.is_over:
            yield from self._judge.tick(self._wall_clock() - self.started_s)

    def close(self) -> None:
        """Look no more."""
        self._recording.close()


def main() -> None:
    """Watch the recordings whose paths come on stdin, until it ends."""
    _give_way()
    named: queue.Queue[Path | None] = queue.Queue()
    threading.Thread(target=_read_names, args=(named,), daemon=True).start()
    watches: dict[Path, Watch] = {}
    ended = EndedSessions()
    is_last_look = False
    while not is_last_look:
        for path in _taken(named):
            if path is None:
                is_last_look = True
            else:
                _begin(watches, path)
        for path in list(watches):
            _look(watches, path, ended)


def _give_way() -> None:
    """Run only when nobody else wants the processor: a finding may come late, a message may not."""
    with contextlib.suppress(OSError):
        if hasattr(os, "SCHED_IDLE"):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        elif hasattr(os, "nice"):
            os.nice(NICENESS)


def _read_names(named: queue.Queue[Path | None]) -> None:
    # A Ctrl-C goes to the whole group; the proxy's process says when it is over.
    with contextlib.suppress(KeyboardInterrupt):
        for line in sys.stdin:
            named.put(Path(line.rstrip("\n")))
    named.put(None)


def _taken(named: queue.Queue[Path | None]) -> list[Path | None]:
    """What was named since the last look; waits a little when it was nothing."""
    try:
        paths = [named.get(timeout=LOOK_EVERY_S)]
    except queue.Empty:
        return []
    while not named.empty():
        paths.append(named.get())
    return paths


def _begin(watches: dict[Path, Watch], path: Path) -> None:
    try:
        watches[path] = Watch(path)
    except RecordingError as error:
        talk.complain(str(error))


def _look(watches: dict[Path, Watch], path: Path, ended: EndedSessions) -> None:
    watch = watches[path]
    try:
        for finding in (*watch.look(), *ended.again(watch.failures)):
            for line in finding_lines(finding, session=path.stem):
                talk.say(line)
    except RecordingError as error:
        talk.complain(str(error))
        watch.is_over = True
    if watch.is_over:
        watch.close()
        ended.add(watch.failures)
        del watches[path]


if __name__ == "__main__":
    # The proxy's process tells when it is over: an interrupt of both is left to it.
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
