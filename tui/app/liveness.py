"""Whether a session is live: a running proxy has its recording open.

A proxy leaves a note of itself while it listens. Where the system tells which files a process has open,
that is the answer; else what began since the proxy did, in its folder, and has no end, is taken for
live. Where no proxy tells (the demo leaves no note), a file that was written to lately is live.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ...proxy.runtime import notes_folder, running_proxies

LATELY_S = 60.0
"""A recording without an end is live when its file was written to so lately, and nobody knows more."""
KNOWN_FOR_S = 1.0
"""So long is believed which proxies run."""
SLACK_S = 1.0
"""A proxy may have listened so long before it left its note."""


@dataclass(frozen=True, slots=True)
class Listening:
    """A proxy that runs."""

    pid: int
    folder: Path
    since_s: float
    """When it began, by the wall clock."""


def listening() -> list[Listening]:
    """The proxies of this user that run now."""
    found = []
    for each in running_proxies():
        with suppress(OSError):
            since_s = (notes_folder() / f"{each.pid}.json").stat().st_mtime
            found.append(Listening(each.pid, Path(each.recordings), since_s))
    return found


class Liveness:
    """Tells which sessions are live.

    Args:
        proxies: Tells which proxies run.
        now_s: The wall clock.
        processes: Where the system tells about processes; need not be there.
    """

    def __init__(
        self,
        proxies: Callable[[], Sequence[Listening]],
        now_s: Callable[[], float],
        *,
        processes: Path = Path("/proc"),
    ) -> None:
        self._proxies = proxies
        self._now_s = now_s
        self._processes = processes
        self._known: tuple[float, Sequence[Listening]] | None = None

    def is_live(self, path: Path, started: datetime | None) -> bool:
        """Whether more may come to a recording that has no end.

        Args:
            path: The recording.
            started: When its session started; None when that is not known.
        """
        return any(
            self._holds(each, path, started) for each in self._running()
        ) or was_written_lately(path, self._now_s())

    def _running(self) -> Sequence[Listening]:
        now_s = self._now_s()
        if self._known is None or now_s - self._known[0] >= KNOWN_FOR_S:
            self._known = now_s, self._proxies()
        return self._known[1]

    def _holds(self, proxy: Listening, path: Path, started: datetime | None) -> bool:
        if proxy.folder.absolute() != path.parent.absolute():
            return False
        descriptors = self._processes / str(proxy.pid) / "fd"
        try:
            return any(each.resolve() == path.resolve() for each in descriptors.iterdir())
        except OSError:
            # Such a system has no such list, or shows it to nobody else.
            since_s = proxy.since_s - SLACK_S
            return started is not None and started.timestamp() >= since_s


def was_written_lately(path: Path, now_s: float) -> bool:
    """Whether a recording that has no end is likely to go on, for all that its file tells."""
    try:
        written_s = path.stat().st_mtime
    except OSError:
        return False
    return now_s - written_s < LATELY_S
