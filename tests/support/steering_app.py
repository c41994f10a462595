"""The interface on a live session: the simulated server, a proxy, an app, and a person at the keys.

async with steering(make_proxy, folder) as scene:
    await scene.app.call_weather()
    await scene.look()
    await scene.ui.press("i")
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from driven_app import DrivenApp, driven
from live import App, MakeProxy, Scene, live
from raw_peers import PATIENCE_S

from realtap.proxy.runtime import noted
from realtap.recordings.event import Event, Released
from realtap.recordings.reader import Recording
from realtap.tui.app.screens.held import HeldScreen
from realtap.tui.app.screens.session import SessionScreen


@dataclass
class Steered:
    """All that take part."""

    scene: Scene
    ui: DrivenApp
    recording: Path

    @property
    def app(self) -> App:
        """The app whose session it is."""
        return self.scene.app

    async def look(self) -> None:
        """Let the interface see what has come."""
        for screen in self.ui.app.screen_stack:
            if isinstance(screen, SessionScreen):
                screen.look()
        await self.ui.settle()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Let everybody work until something is so."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                await self.ui.settle()
                await asyncio.sleep(0)
        await self.ui.settle()

    @property
    def held(self) -> HeldScreen:
        """The screen of what waits."""
        screen = self.ui.app.screen
        assert isinstance(screen, HeldScreen)
        return screen

    async def holding(self, type_: str) -> None:
        """Wait until the screen shows that a message waits, and what it says."""
        await self.until(lambda: bool(self.held.held))
        await self.look()
        assert self.held.held[0].type == type_

    @property
    def events(self) -> list[Event]:
        """What was recorded."""
        return [each for each in Recording(self.recording).entries() if isinstance(each, Event)]

    @property
    def releases(self) -> list[Released]:
        """What became of what was held."""
        entries = Recording(self.recording).entries()
        return [each for each in entries if isinstance(each, Released)]


@asynccontextmanager
async def steering(
    make_proxy: MakeProxy,
    *,
    size: tuple[int, int] = (120, 40),
    is_ascii: bool = False,
    script: str = "",
) -> AsyncIterator[Steered]:
    """Open a session, and the interface on it. The proxy's note must not be the user's own: a test sets
    `XDG_STATE_HOME`."""
    async with AsyncExitStack() as running:
        scene = await running.enter_async_context(live(make_proxy, script=script))
        running.enter_context(noted(scene.proxy.note(os.getpid(), "sim")))
        [recording] = scene.proxy.recordings.glob("*.jsonl")
        ui = await running.enter_async_context(driven(recording, size=size, is_ascii=is_ascii))
        yield Steered(scene, ui, recording)
