"""The application: its look, its screens, and what works everywhere."""

import contextlib
import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

from ...recordings.errors import RecordingError
from ...recordings.reader import Recording
from ...recordings.rest_note import is_rest
from .glyphs import ASCII, UNICODE
from .keys import KEYS, Key, Place, bindings
from .liveness import Listening, Liveness, listening
from .screens.help import Help
from .screens.inject_form import Form
from .screens.request import RequestScreen
from .screens.session import SessionScreen
from .screens.sessions import Sessions, Source
from .session.session import Session
from .themes import DARK, OWN, derived

SWITCH_S = 0.0001
"""After so long a busy thread gives way to another."""
GARBAGE_THRESHOLDS = 10_000, 20, 1_000
"""A look for garbage among new objects at every so many of them; among older ones at every so many of
the looks before."""


class Actions(Provider):
    """Every key of the table that works where the person is, for the palette."""

    async def discover(self) -> Hits:
        for key in self._keys():
            yield DiscoveryHit(_title(key), self._run(key), help=_help(key))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for key in self._keys():
            title = _title(key)
            score = max(matcher.match(title), matcher.match(f"{key.label}: {key.sentence}"))
            if score > 0:
                yield Hit(score, matcher.highlight(title), self._run(key), help=_help(key))

    def _keys(self) -> Iterable[Key]:
        for place in places_of(self.screen):
            yield from KEYS[place]

    def _run(self, key: Key) -> Callable[[], object]:
        return partial(self._act, key.action)

    async def _act(self, action: str) -> None:
        focused = self.screen.focused
        name = action.partition("(")[0]
        holder = focused if focused is not None and hasattr(focused, f"action_{name}") else None
        await self.app.run_action(action, holder or self.screen)


def _title(key: Key) -> str:
    return f"{key.label}  {key.display}"


def _help(key: Key) -> str:
    return f"{key.sentence}  {key.twin}"


def places_of(screen: Screen[object]) -> tuple[Place, ...]:
    """The places whose keys work on a screen."""
    return getattr(screen, "PLACES", (Place.EVERYWHERE,))


class RealtapApp(App[None]):
    """The terminal interface.

    Args:
        source: Lists the recordings, newest first.
        place: Where they lie, in words.
        open_at_once: A recording to begin with.
        listens_at: Host and port of the proxy behind the interface; None when there is none.
        is_ascii: Draw with ASCII only.
        is_polling: Look whether recordings grow; off in tests, which say themselves when to look.
        now_s: The wall clock.
        proxies: Tells which proxies run.
    """

    TITLE = "realtap"
    CSS_PATH: ClassVar = ["app.tcss", "widgets/line_list.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.EVERYWHERE)
    COMMANDS: ClassVar = {Actions, *App.COMMANDS}
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        source: Source,
        place: str,
        *,
        open_at_once: Path | None = None,
        listens_at: tuple[str, int] | None = None,
        is_ascii: bool = False,
        is_polling: bool = True,
        now_s: Callable[[], float] = time.time,
        proxies: Callable[[], Sequence[Listening]] = listening,
    ) -> None:
        self.glyphs = ASCII if is_ascii else UNICODE
        super().__init__()
        self.is_polling = is_polling
        self.now_s = now_s
        self.liveness = Liveness(proxies, now_s)
        self._source = source
        self._place = place
        self._open_at_once = open_at_once
        self._listens_at = listens_at

    def on_mount(self) -> None:
        for theme in OWN:
            self.register_theme(theme)
        self.theme = DARK.name
        self.set_class(self.glyphs.is_ascii, "-ascii")
        self.push_screen(Sessions(self._source, self._place, listens_at=self._listens_at))
        if self._open_at_once is not None:
            self.open_session(self._open_at_once)

    def get_css_variables(self) -> dict[str, str]:
        """The theme's colours, and ours for themes that know nothing of them."""
        variables = derived(super().get_css_variables())
        self.theme_variables = variables
        return variables

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What Textual brings, without what our own table has already."""
        ours = {"Quit", "Keys", "Theme"}
        return (each for each in super().get_system_commands(screen) if each.title not in ours)

    # Screens.

    def open_session(self, path: Path) -> None:
        """Show a recording, or say why that cannot be."""
        try:
            screen = _screen_for(path)
        except RecordingError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.push_screen(screen)

    def leave_session(self) -> None:
        """Back to the list of sessions."""
        self.pop_screen()

    async def action_quit(self) -> None:
        """Leave; asks when something was typed that was not sent."""
        if isinstance(self.screen, Form):
            self.screen.ask_to_leave(self.exit)
        else:
            self.exit()

    def action_help(self) -> None:
        """Show every key."""
        self.push_screen(Help(places_of(self.screen)))


def _screen_for(path: Path) -> Screen[None]:
    """What shows a recording.

    Raises:
        RecordingError: It cannot be read.
    """
    recording = Recording(path)
    return RequestScreen(recording) if is_rest(recording.header) else SessionScreen(Session(path))


NICENESS = 10
"""How far the interface stands back behind a proxy when both want the processor."""


def prepare_process() -> None:
    """Make this process one that answers keys at once, whatever else it does.

    Reading a row lets another thread run, and a thread that studies a recording gives way only after
    the switch interval: 5 ms, times the rows of a screen, can be felt. And what was understood of a
    million events is many objects that stay: to look through all of them for garbage takes up to a
    quarter of a second, again and again.

    A proxy on the same machine comes first: its sessions are what is looked at.
    """
    with contextlib.suppress(OSError):
        if hasattr(os, "SCHED_BATCH"):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        if hasattr(os, "nice"):
            os.nice(NICENESS)
    sys.setswitchinterval(SWITCH_S)
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


def browse(
    paths: Sequence[Path],
    source: Source,
    place: str,
    *,
    is_ascii: bool,
    listens_at: tuple[str, int] | None = None,
) -> None:
    """Run the interface until the person leaves.

    Args:
        paths: What was asked for: one recording is opened at once.
        source: Lists the recordings.
        place: Where they lie, in words.
        is_ascii: Draw with ASCII only.
        listens_at: Host and port of the proxy behind the interface; None when there is none.
    """
    prepare_process()
    first = paths[0] if len(paths) == 1 else None
    app = RealtapApp(source, place, open_at_once=first, listens_at=listens_at, is_ascii=is_ascii)
    app.run()
