"""Makes the pictures of the interface in `docs/pictures`, from sessions of the demo that it records.

    .venv/bin/python -m tools.make_pictures

It takes half a minute, because the demo's user speaks as slowly as people do. The ids are the same in
every run; the times are those that were measured, so a new picture differs from the old one by
milliseconds. Run it when the interface changed.
"""

import asyncio
import json
import os
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from textual.pilot import Pilot
from textual.worker import WorkerCancelled
from websockets.asyncio.client import connect

from realtap.proxy.demo import SCRIPT
from realtap.proxy.demo.app import run_demo
from realtap.proxy.demo.mistakes import Mistake
from realtap.proxy.door import Proxy
from realtap.proxy.runtime import noted
from realtap.proxy.simulator import Simulator
from realtap.proxy.upstream import parse_upstream
from realtap.recordings import lines
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording
from realtap.tui.app.app import RealtapApp
from realtap.tui.app.screens.session import SessionScreen

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SIZE = 120, 36
"""Columns and lines."""

STARTED = "2026-01-01T12:00:00.000000Z"
UPSTREAM = "ws://127.0.0.1:8080/v1"
STEM = "20260101-120000-gpt-realtime-"
"""Shown instead of what differs from run to run."""

FORM = "inject"
"""The picture of a form on a live session."""
LIVE_ID = re.compile(r"\d{8}-\d{6}-gpt-realtime-\w{4}")
CLOCK = re.compile(r"\d\d:\d\d:\d\d\.(\d{3})")
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}

type Drive = Callable[[Pilot[None], SessionScreen], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: which session it shows, and how the person gets there."""

    name: str
    mistake: Mistake | None
    filter: str
    """Its first event is the one that is selected."""
    keys: Sequence[str]
    """Pressed after that, by Textual's names."""


CALL = "type:response.output_item.added item.type=function_call"
OUTPUT = "item.type=function_call_output from:client"

PICTURES_OF = (
    Picture("session", None, CALL, ["1"]),
    Picture("timeline", None, CALL, ["5"]),
    Picture("findings", Mistake.NO_RESPONSE_CREATE, OUTPUT, ["comma"]),
)


# The sessions.


async def record(folder: Path, mistake: Mistake | None) -> Path:
    """Hold the demo's conversation through the proxy; its recording."""
    async with (
        Simulator(script=SCRIPT) as simulator,
        Proxy(
            parse_upstream(simulator.url.removesuffix("/v1")), RecordingsFolder(folder), port=0
        ) as proxy,
    ):
        await run_demo(proxy.url, mistake=mistake)
    return made_alike(folder, "demo" if mistake is None else "mistake")


def made_alike(folder: Path, name: str) -> Path:
    """The one recording of a folder, without what differs from run to run and says nothing."""
    (made,) = folder.glob("*.jsonl")
    path = folder / f"{STEM}{name}.jsonl"
    header = replace(Recording(made).header, started=STARTED, upstream=UPSTREAM)
    path.write_bytes(lines.encode(header) + made.read_bytes().partition(b"\n")[2])
    made.unlink()
    return path


async def record_all(folder: Path) -> dict[Mistake | None, Path]:
    """A recording for each mistake that is shown, and one of the app that makes none."""
    wanted = {each.mistake for each in PICTURES_OF}
    recorded = {}
    async with asyncio.TaskGroup() as tasks:
        for mistake in wanted:
            place = folder / str(mistake)
            place.mkdir()
            recorded[mistake] = tasks.create_task(record(place, mistake))
    return {mistake: task.result() for mistake, task in recorded.items()}


# The pictures.


async def draw(picture: Picture, recording: Path) -> str:
    """The picture as SVG."""
    app = RealtapApp(lambda: [recording], "recordings", open_at_once=recording, is_polling=False)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        screen = app.screen
        if not isinstance(screen, SessionScreen):
            raise TypeError(f"{recording} was not opened: {screen} is shown")
        screen.filter_by(picture.filter)
        await settle(pilot)
        await pilot.press("g")
        row = screen.session.cursor
        screen.filter_by("")
        await settle(pilot)
        screen.select(row)
        await pilot.press(*picture.keys)
        await settle(pilot)
        return own_svg(app.export_screenshot(title="realtap"))


async def settle(pilot: Pilot[None]) -> None:
    """Wait until all that was begun is done and drawn."""
    while True:
        with suppress(WorkerCancelled):
            await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        if all(worker.is_finished for worker in pilot.app.workers):
            return


async def call_weather(url: str, has_called: asyncio.Event) -> None:
    """Be an app without any tool code: it is called, and waits."""
    settings = {"type": "realtime", "output_modalities": ["text"], "tools": [WEATHER]}
    content = [{"type": "input_text", "text": "What is the weather in Paris?"}]
    item = {"type": "message", "role": "user", "content": content}
    key = {"Authorization": "Bearer sk-not-a-real-key"}
    uri = f"{url}/realtime?model=gpt-realtime"
    async with connect(uri, additional_headers=key, compression=None, proxy=None) as app:
        await app.send(json.dumps({"type": "session.update", "session": settings}))
        await app.send(json.dumps({"type": "conversation.item.create", "item": item}))
        await app.send(json.dumps({"type": "response.create"}))
        async for message in app:
            if json.loads(message)["type"] == "response.done":
                has_called.set()


async def draw_form(folder: Path) -> str:
    """The form that answers a call, on a live session, as SVG."""
    # The proxy's note must be found by nobody else.
    os.environ["XDG_STATE_HOME"] = str(folder)
    recordings, has_called = RecordingsFolder(folder / "live"), asyncio.Event()
    async with (
        Simulator(fast=True) as simulator,
        Proxy(parse_upstream(simulator.url.removesuffix("/v1")), recordings, port=0) as proxy,
        asyncio.TaskGroup() as tasks,
    ):
        app = tasks.create_task(call_weather(proxy.url, has_called))
        await has_called.wait()
        with noted(proxy.note(os.getpid(), "sim")):
            svg = await draw_answer(recordings.paths()[0])
        app.cancel()
    return LIVE_ID.sub(f"{STEM}live", CLOCK.sub(r"12:00:00.\1", svg))


async def draw_answer(recording: Path) -> str:
    """The interface with an output typed in."""
    app = RealtapApp(lambda: [recording], "recordings", open_at_once=recording, is_polling=False)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("i")
        await settle(pilot)
        await pilot.press(*'"celsius": 21'.join("{}"))
        await settle(pilot)
        return own_svg(app.export_screenshot(title="realtap"))


def own_svg(svg: str) -> str:
    """The picture as it can be shown anywhere: nothing is fetched from others, spaces are kept."""
    svg = re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)
    # By default, some viewers drop the spaces at the ends of a text, and stretch what is left.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE).rstrip() + "\n"


def main() -> None:
    """Record, draw, write."""
    # The time of day that the pictures show is nobody's own, and nothing moves.
    os.environ.update({"TZ": "UTC", "TEXTUAL_ANIMATIONS": "none"})
    os.environ.pop("NO_COLOR", None)
    time.tzset()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="realtap-pictures-") as folder:
        recordings = asyncio.run(record_all(Path(folder)))
        for picture in PICTURES_OF:
            svg = asyncio.run(draw(picture, recordings[picture.mistake]))
            (PICTURES / f"{picture.name}.svg").write_text(svg, encoding="utf-8")
        svg = asyncio.run(draw_form(Path(folder)))
        (PICTURES / f"{FORM}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
