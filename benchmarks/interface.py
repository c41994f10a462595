"""The interface on a big recording, and on one that grows quickly.

It runs as people run it, but for the terminal: Textual's own headless driver takes the keys and the
pictures. A picture counts when all that belongs to it is drawn.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import cycle, islice
from pathlib import Path

from textual.message import Message

from realtap.recordings import lines
from realtap.recordings.event import Event
from realtap.recordings.reader import Recording
from realtap.tui.app.app import SWITCH_S, RealtapApp
from realtap.tui.app.event_lines import EventPainter
from realtap.tui.app.ink import Spans
from realtap.tui.app.screens.searching import Searching
from realtap.tui.app.screens.session import SessionScreen
from realtap.tui.app.session.folding import Line

from .figures import Bound, Figure, Of, Target
from .peers import REALTAP_PEER
from .processes import ROOT, ChildError, has_proc
from .reading import COLUMN_FILTER, INDEXED, peak_memory_mb, write_big
from .turns import Bench

SIZE = 120, 40
"""Columns and lines of the terminal."""

PAGES = 40
"""Pages that are turned, at places all over the recording."""

FLOOD_PER_S = 5_000
FLOOD_S = 10.0
FLOOD_EVERY_S = 0.02
"""So often the writer adds what is due: as a proxy does with many small events."""

LOOK_EVERY_S = 0.01
"""So often is asked how far the picture is: what is measured is that much too long at most."""

FIRST_LINES = 100
"""The recording has so many lines when it is opened."""

PATIENCE_S = 120.0
"""A recording that is not understood by then never will be."""

NOBODY = "a picture in time"
"""There is no peer: nothing else shows such recordings."""


def interface(bench: Bench) -> list[Figure]:
    """A big recording: opening, turning pages, filtering, memory; and a growing one."""
    events = max(50_000, int(INDEXED * bench.effort.scale))
    what = f"interface, {events:,} events"
    first = _own(f"{what}: first screen", "s", 1.0)
    page = _own(f"{what}: a page down, the slowest but one of {PAGES}", "ms", 50)
    busy = _own(f"{what}: a page down while the events are being understood", "ms", 50)
    filtered = _own(f"{what}: filter", "s", 1.5)
    memory = _own(f"{what}: memory", "MB", 300)
    behind = _own(f"interface, following {FLOOD_PER_S:,} events/s: behind at most", "s", 0.5)
    if not has_proc():
        memory.absent[REALTAP_PEER.name] = "this system has no /proc"
    path = bench.recordings / "big.jsonl"
    bench.say(f"{what}: writing it")
    write_big(path, events)
    try:
        for number in range(min(2, bench.effort.starts)):
            bench.say(f"{what}: round {number + 1}")
            told = _in_a_process("big", path)
            first.add(REALTAP_PEER.name, told["first_s"])
            page.add(REALTAP_PEER.name, told["page_ms"])
            busy.add(REALTAP_PEER.name, told["busy_page_ms"])
            filtered.add(REALTAP_PEER.name, told["filter_s"])
            if has_proc():
                memory.add(REALTAP_PEER.name, told["memory_mb"])
        first.remark = f"{path.stat().st_size / 1e6:.0f} MB; the filter: {COLUMN_FILTER}"
    finally:
        path.unlink()
    bench.say(behind.what)
    behind.add(REALTAP_PEER.name, _followed(bench.recordings))
    behind.remark = f"for {FLOOD_S:.0f} s, looked at every {LOOK_EVERY_S * 1000:.0f} ms"
    return [first, page, busy, filtered, memory, behind]


def _own(what: str, unit: str, limit: float) -> Figure:
    """A figure that is promised by itself."""
    return Figure(what, unit, {NOBODY: Target(Bound.AT_MOST, limit, Of.FIGURE)}, has_ratios=False)


def _in_a_process(kind: str, path: Path) -> dict[str, float]:
    """What a process of its own measures, whose memory is the interface's."""
    command = [sys.executable, "-m", "benchmarks.interface", kind, str(path), str(time.time())]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, encoding="utf-8")
    if run.returncode:
        raise ChildError(run.stderr.strip().splitlines()[-1] if run.stderr else "it said nothing")
    told: dict[str, float] = json.loads(run.stdout)
    return told


def _followed(folder: Path) -> float:
    """How far behind the interface is at most, while another process writes."""
    path = folder / "flood.jsonl"
    pattern = _pattern_of(path)
    try:
        write_big(pattern, FLOOD_PER_S)
        with pattern.open("rb") as source:
            path.write_bytes(b"".join(islice(source, FIRST_LINES)))
        return _in_a_process("follow", path)["behind_s"]
    finally:
        path.unlink(missing_ok=True)
        pattern.unlink()


def _pattern_of(path: Path) -> Path:
    """The events that come again and again."""
    return path.with_suffix(".pattern")


# In a process of its own: the interface.


class Watch:
    """The interface at work, and when it does what."""

    def __init__(self, app: RealtapApp) -> None:
        self.app = app
        self.has_filtered = asyncio.Event()
        self._happened = asyncio.Event()

    def notice(self, message: Message) -> None:
        """Something happens; the message is not kept, since memory is measured."""
        self._happened.set()
        if isinstance(message, Searching.Sifted) and message.is_done:
            self.has_filtered.set()

    @property
    def screen(self) -> SessionScreen:
        """The session's screen."""
        screen = self.app.screen
        if not isinstance(screen, SessionScreen):
            raise TypeError(f"the recording was not opened: {screen} is shown")
        return screen

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so, and drawn."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                self._happened.clear()
                # A message is noticed before it is handled: what it changes is so a little later.
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._happened.wait(), LOOK_EVERY_S)
        await self.drawn()

    async def drawn(self) -> None:
        """Wait until the screen is up to date."""
        done = asyncio.Event()
        self.screen.call_after_refresh(done.set)
        await done.wait()


@asynccontextmanager
async def _interface(path: Path) -> AsyncIterator[Watch]:
    """The interface, as `realtap browse` runs it, with a recording open."""
    sys.setswitchinterval(SWITCH_S)
    watch = Watch(RealtapApp(lambda: [path], str(path.parent), open_at_once=path))
    async with watch.app.run_test(size=SIZE, message_hook=watch.notice):
        yield watch


async def big(path: Path, began: float) -> dict[str, float]:
    """Open a big recording, turn pages, filter it, and wait until all of it is understood."""
    async with _interface(path) as watch:
        session = watch.screen.session
        await watch.until(lambda: watch.screen.events.count > 0)
        first_s = time.time() - began
        await watch.until(lambda: session.index.has_reached_end)
        # Understanding the events takes longer; people turn pages and filter meanwhile.
        busy_page_ms = statistics.median(await _turn_pages(watch))
        filter_s = await _filter(watch)
        await watch.until(lambda: session.is_studied and len(session.audio_bytes) == len(session))
        watch.screen.filter_by("")
        await watch.drawn()
        page_ms = sorted(await _turn_pages(watch))[-2]
        told = {"first_s": first_s, "page_ms": page_ms, "busy_page_ms": busy_page_ms}
        return {**told, "filter_s": filter_s, "memory_mb": peak_memory_mb()}


async def _turn_pages(watch: Watch) -> list[float]:
    """The time of a page at many places of the recording, in ms."""
    events, took = watch.screen.events, []
    for number in range(PAGES):
        events.go_to(number * events.count // PAGES)
        await watch.drawn()
        before = events.cursor
        began = time.perf_counter()
        events.action_move_pages(1)
        await watch.drawn()
        took.append((time.perf_counter() - began) * 1000)
        if events.cursor == before:
            raise ValueError(f"page {number} was not turned")
    return took


async def _filter(watch: Watch) -> float:
    began = time.perf_counter()
    watch.screen.filter_by(COLUMN_FILTER)
    async with asyncio.timeout(PATIENCE_S):
        await watch.has_filtered.wait()
    await watch.drawn()
    filter_s = time.perf_counter() - began
    if not watch.screen.events.count:
        raise ValueError("the filter found nothing")
    return filter_s


# Following.


class Drawn(EventPainter):
    """Knows the last event that was drawn."""

    last_row = -1

    def list_line(self, line: Line, rows: Sequence[int], width: int, previous: int | None) -> Spans:
        """As the interface draws it."""
        self.last_row = max(self.last_row, rows[-1])
        return super().list_line(line, rows, width, previous)


async def follow(path: Path, began: float) -> dict[str, float]:
    """Follow a recording that another process writes; how far the picture is behind at most."""
    async with _interface(path) as watch:
        screen = watch.screen
        await watch.until(lambda: screen.events.count > 0)
        painter = screen.events.painter = Drawn(screen.session, screen.app.glyphs)
        writer = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.interface", "flood", str(path), str(began)),
            cwd=ROOT,
        )
        behind_s, times = 0.0, screen.session.index.times
        known = len(times)
        while writer.returncode is None:
            await asyncio.sleep(LOOK_EVERY_S)
            # Before its first event nothing is late, and neither is it after its last.
            if known <= painter.last_row and writer.returncode is None:
                behind_s = max(behind_s, time.time() - began - times[painter.last_row])
        await watch.drawn()
        if painter.last_row < FLOOD_PER_S * FLOOD_S * 0.8:
            raise ValueError(f"only {painter.last_row} events were drawn")
        return {"behind_s": behind_s}


def flood(path: Path, began: float) -> None:
    """Add events to a recording, so many a second; the time of each is that of its writing."""
    pattern = cycle(list(Recording(_pattern_of(path)).events()))
    seq = sum(1 for _ in Recording(path).events())
    until = time.perf_counter() + FLOOD_S
    with path.open("ab", buffering=0) as file:
        while (left_s := until - time.perf_counter()) > 0:
            due = int((FLOOD_S - left_s) * FLOOD_PER_S)
            piece = bytearray()
            at = time.time() - began
            for event in islice(pattern, max(due - seq, 0)):
                seq += 1
                piece += lines.encode(Event(seq, at, event.side, event.type, event.payload))
            file.write(piece)
            time.sleep(FLOOD_EVERY_S)


def main() -> None:
    """Do what the first argument says with the recording of the second; the third is a time."""
    kind, path, began = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    if kind == "flood":
        flood(path, began)
        return
    told = asyncio.run((big if kind == "big" else follow)(path, began))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
