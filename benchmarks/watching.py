"""The interface at work, in a process of its own: on a big recording, and on one that grows.

It runs as people run it, but for the terminal: Textual's own headless driver takes the keys and the
pictures. A picture counts when all that belongs to it is drawn.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import cycle, islice
from pathlib import Path

from textual.message import Message

from realtap.recordings import lines
from realtap.recordings.event import Event
from realtap.recordings.reader import Recording
from realtap.tui.app.app import RealtapApp, prepare_process
from realtap.tui.app.event_lines import EventPainter
from realtap.tui.app.ink import Spans
from realtap.tui.app.screens.searching import Searching
from realtap.tui.app.screens.session import SessionScreen
from realtap.tui.app.session.folding import Line

from .processes import ROOT
from .reading import COLUMN_FILTER, peak_memory_mb

SIZE = 120, 40
"""Columns and lines of the terminal."""

PAGES = 40
"""Pages that are turned, at places all over the recording."""

FLOOD_PER_S = 5_000
FLOOD_EVERY_S = 0.02
"""So often the writer adds what is due: as a proxy does with many small events."""

LOOK_EVERY_S = 0.01
"""So often is asked how far the picture is: what is measured is that much too long at most."""

READY = "ready"
"""What an attached interface says when it shows all that was there."""

PATIENCE_S = 120.0
"""A recording that is not understood by then never will be."""

FIELD_FILTERS = {
    "an item's events": "item:item_a17",
    "a field": "item.type=message",
    "words": '"user said"',
}
"""No column answers them: lines are looked at. Each finds thousands of events."""


def command(kind: str, path: Path, seconds: float = 0.0) -> list[str]:
    """How a process of its own is started; it knows when it was."""
    numbers = [str(time.time()), str(seconds)]
    return [sys.executable, "-m", "benchmarks.watching", kind, str(path), *numbers]


def pattern_of(path: Path) -> Path:
    """The events that come again and again."""
    return path.with_suffix(".pattern")


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
    prepare_process()
    watch = Watch(RealtapApp(lambda: [path], str(path.parent), open_at_once=path))
    async with watch.app.run_test(size=SIZE, message_hook=watch.notice):
        yield watch


async def big(path: Path, began: float, _seconds: float) -> Mapping[str, float]:
    """Open a big recording, turn pages, filter it, and wait until all of it is understood."""
    async with _interface(path) as watch:
        session = watch.screen.session
        await watch.until(lambda: watch.screen.events.count > 0)
        first_s = time.time() - began
        await watch.until(lambda: session.index.has_reached_end)
        # Understanding the events takes longer; people turn pages and filter meanwhile.
        busy_page_ms = statistics.median(await _turn_pages(watch))
        filter_s = await _filter(watch, COLUMN_FILTER)
        by_field = {name: await _filter(watch, text) for name, text in FIELD_FILTERS.items()}
        await watch.until(lambda: session.is_studied and len(session.audio_bytes) == len(session))
        watch.screen.filter_by("")
        await watch.drawn()
        page_ms = sorted(await _turn_pages(watch))[-2]
        told = {"first_s": first_s, "page_ms": page_ms, "busy_page_ms": busy_page_ms}
        return {**told, **by_field, "filter_s": filter_s, "memory_mb": peak_memory_mb()}


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


async def _filter(watch: Watch, text: str) -> float:
    watch.has_filtered.clear()
    began = time.perf_counter()
    watch.screen.filter_by(text)
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


async def follow(path: Path, began: float, seconds: float) -> Mapping[str, float]:
    """Follow a recording that another process writes; how far the picture is behind at most."""
    async with _interface(path) as watch:
        screen = watch.screen
        await watch.until(lambda: screen.events.count > 0)
        painter = screen.events.painter = Drawn(screen.session, screen.app.glyphs)
        writer = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.watching"),
            *("flood", str(path), str(began), str(seconds)),
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
        if painter.last_row < FLOOD_PER_S * seconds * 0.8:
            raise ValueError(f"only {painter.last_row} events were drawn")
        return {"behind_s": behind_s}


async def attached(path: Path, _began: float, _seconds: float) -> Mapping[str, float]:
    """Follow a live recording until stdin ends; tell when its picture is up to date."""
    async with _interface(path) as watch:
        screen = watch.screen
        await watch.until(lambda: screen.session.is_studied)
        painter = screen.events.painter = Drawn(screen.session, screen.app.glyphs)
        print(READY, flush=True)
        await asyncio.to_thread(sys.stdin.read)
        return {"drawn": painter.last_row + 1, "is_following": screen.session.is_following}


def flood(path: Path, began: float, seconds: float) -> None:
    """Add events to a recording, so many a second; the time of each is that of its writing."""
    pattern = cycle(list(Recording(pattern_of(path)).events()))
    seq = sum(1 for _ in Recording(path).events())
    until = time.perf_counter() + seconds
    with path.open("ab", buffering=0) as file:
        while (left_s := until - time.perf_counter()) > 0:
            due = int((seconds - left_s) * FLOOD_PER_S)
            piece = bytearray()
            at = time.time() - began
            for event in islice(pattern, max(due - seq, 0)):
                seq += 1
                piece += lines.encode(Event(seq, at, event.side, event.type, event.payload))
            file.write(piece)
            time.sleep(FLOOD_EVERY_S)


def main() -> None:
    """Do what the first argument says with the recording of the second, begun at the third; the fourth
    is for how long."""
    kind, path = sys.argv[1], Path(sys.argv[2])
    began, seconds = map(float, sys.argv[3:])
    if kind == "flood":
        flood(path, began, seconds)
        return
    told = asyncio.run(KINDS[kind](path, began, seconds))
    print(json.dumps(told))


KINDS = {"big": big, "follow": follow, "attached": attached}


if __name__ == "__main__":
    main()
