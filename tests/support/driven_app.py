"""The terminal interface, driven by keys in a test: nothing sleeps, nothing moves by itself.

    async with driven(path) as app:
        await app.press("f", *"name=get_weather", "enter")
        assert "get_weather" in app.text

Workers are waited for, the clock stands still, and a recording is only looked at when a test says so.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import WorkerCancelled

from realtap.tui.app.app import RealtapApp
from realtap.tui.app.liveness import Listening
from realtap.tui.app.screens.session import SessionScreen
from realtap.tui.app.session.session import Session
from realtap.tui.app.widgets.field_tree import FieldTree

LATER_S = 4_000_000_000.0
"""A clock by which every recording was written long ago: none is live."""


class DrivenApp:
    """An app and the means to drive it."""

    def __init__(self, app: RealtapApp, pilot: Pilot[None], messages: list[Message]) -> None:
        self.app = app
        self.messages = messages
        """All messages that were handled."""
        self._pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, and wait until all is done that they began."""
        for key in keys:
            await self._pilot.press(_NAMES.get(key, key))
        await self.settle()

    async def begin(self, *keys: str) -> None:
        """Press keys, and wait for nothing that they began."""
        await self._pilot.press(*(_NAMES.get(key, key) for key in keys))

    async def click(self, selector: str, *, at: tuple[int, int] = (1, 0), times: int = 1) -> None:
        """Click into a widget."""
        await self._pilot.click(selector, offset=at, times=times)
        await self.settle()

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        await self._pilot.resize_terminal(width, height)
        await self.settle()

    async def settle(self) -> None:
        """Wait for the workers, and for those that their messages start."""
        while True:
            # One may have been replaced by a newer one.
            with suppress(WorkerCancelled):
                await self.app.workers.wait_for_complete()
            await self._pilot.pause()
            if all(worker.is_finished for worker in self.app.workers):
                await self._pilot.pause()
                return

    @property
    def text(self) -> str:
        """The screen as plain text, without the spaces at the ends of lines."""
        # The only way to the cells is a private one: it stands here alone.
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def lines(self) -> list[str]:
        """The lines of the screen."""
        return self.text.split("\n")

    @property
    def status(self) -> str:
        """The line that says where the person is."""
        return self.lines[-2]

    def is_at(self, kind: type[Screen[Any]]) -> bool:
        """Whether a screen of this kind is at the front."""
        return type(self.app.screen) is kind

    @property
    def screen(self) -> SessionScreen:
        """The screen of a session."""
        screen = self.app.screen
        assert isinstance(screen, SessionScreen)
        return screen

    @property
    def session(self) -> Session:
        """The recording that is shown."""
        return self.screen.session

    @property
    def seq(self) -> int:
        """The number of the selected event."""
        return self.session.index.seqs[self.session.cursor]

    @property
    def notices(self) -> list[str]:
        """What was said in passing."""
        return [each.message for each in self.app._notifications]

    def handled[M: Message](self, kind: type[M]) -> list[M]:
        """The messages of a kind that were handled, each once, however far it bubbled."""
        found = {id(each): each for each in self.messages if isinstance(each, kind)}
        return list(found.values())


async def to_field(app: DrivenApp, path: str) -> None:
    """Go down the tree to a field."""
    tree = app.screen.query_one(FieldTree)
    for _ in range(tree.count):
        if tree.node is not None and tree.node.path == path:
            return
        await app.press("j")
    raise AssertionError(f"no field {path}")


_NAMES = {
    " ": "space",
    ":": "colon",
    "/": "slash",
    "=": "equals_sign",
    "-": "minus",
    ".": "full_stop",
    ",": "comma",
    "_": "underscore",
    "*": "asterisk",
    "?": "question_mark",
    "!": "exclamation_mark",
    "'": "apostrophe",
    '"': "quotation_mark",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "(": "left_parenthesis",
    ")": "right_parenthesis",
    ">": "greater_than_sign",
    "<": "less_than_sign",
    "\\": "backslash",
    "+": "plus",
}


@asynccontextmanager
async def driven(
    *paths: Path,
    size: tuple[int, int] = (120, 40),
    opens: bool = True,
    is_ascii: bool = False,
    now_s: float = LATER_S,
    proxies: Sequence[Listening] = (),
) -> AsyncIterator[DrivenApp]:
    """Run the app in a terminal of some size.

    Args:
        paths: The recordings, newest first.
        size: Columns and lines.
        opens: Open the first recording at once.
        is_ascii: Draw with ASCII only.
        now_s: The wall clock, which stands still.
        proxies: Those that run.
    """
    found: Sequence[Path] = paths
    app = RealtapApp(
        lambda: found,
        "the folder",
        open_at_once=paths[0] if opens and paths else None,
        is_ascii=is_ascii,
        is_polling=False,
        now_s=lambda: now_s,
        proxies=lambda: proxies,
    )
    messages: list[Message] = []
    async with app.run_test(size=size, message_hook=messages.append) as pilot:
        driver = DrivenApp(app, pilot, messages)
        await driver.settle()
        yield driver
