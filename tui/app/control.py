"""The way from a recording to the proxy that writes it, over its control channel.

A proxy is found by the note that it leaves. The connection is opened when the person wants to do
something, not before: a session that nobody steers pays nothing for it.
"""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from ...proxy.control import Control, ProxyState, Request
from ...proxy.control.client import TOKEN_VARIABLE
from ...proxy.control.methods import Status
from ...proxy.injection.status import SessionStatus
from ...proxy.runtime import RunningProxy, running_proxies
from ...recordings.errors import RealtapError, WireError

type Watcher = Callable[[], None]
"""Called when the state of the proxy or of the session has changed."""


class Link:
    """A connection to the proxy that has one session open, and what it says of it.

    Args:
        control: The connection, which is open.
        state: The proxy's state when it was opened.
        session_id: The recording's id.
    """

    def __init__(self, control: Control, state: ProxyState, session_id: str) -> None:
        self.session_id = session_id
        self.state = state
        """The proxy; its `sessions` are those of the beginning, `session` is up to date."""
        self.is_open = True
        """Whether the proxy can still be asked, and has the session open."""
        self._control = control
        self._session = _named(state, session_id)
        self._told_at = time.monotonic()
        self._watchers: list[Watcher] = []
        self._task = asyncio.get_running_loop().create_task(self._follow(), name="changes")

    @classmethod
    async def open(cls, recording: Path, session_id: str) -> Self:
        """Connect to the proxy that has a session open.

        Raises:
            WireError: No proxy of this user has; the message says what it means.
        """
        for proxy in proxies_of(recording):
            control = _control_of(proxy)
            try:
                await control.__aenter__()
            except WireError:
                # Its note may be older than its end.
                continue
            try:
                state = await control.subscribe()
            except RealtapError:
                await control.__aexit__(None, None, None)
                continue
            if _named(state, session_id) is not None:
                return cls(control, state, session_id)
            await control.__aexit__(None, None, None)
        raise WireError(
            f"no running proxy has the session {session_id} open: only a live session can be steered"
        )

    async def close(self) -> None:
        """Have nothing more to do with the proxy."""
        self.is_open = False
        self._watchers.clear()
        self._task.cancel()
        await self._control.__aexit__(None, None, None)

    @property
    def session(self) -> SessionStatus:
        """The session as it was told last.

        Raises:
            WireError: It is not there.
        """
        if self._session is None:
            raise WireError(f"the session {self.session_id} is over")
        return self._session

    @property
    def now_s(self) -> float:
        """Seconds since the session started."""
        return self.session.now_s + time.monotonic() - self._told_at

    async def ask[R](self, request: Request[R]) -> R:
        """Ask the proxy something, or to do something.

        Raises:
            RealtapError: As `Control.ask`.
        """
        return await self._control.ask(request)

    def watch(self, watcher: Watcher) -> None:
        """Call this whenever something has changed."""
        self._watchers.append(watcher)

    def unwatch(self, watcher: Watcher) -> None:
        """Call it no more."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)

    async def refresh(self) -> None:
        """Ask for the state of the proxy and of the session.

        Raises:
            WireError: The proxy is gone.
        """
        self.state = await self.ask(Status())
        self._take(_named(self.state, self.session_id))

    # Private.

    def _take(self, session: SessionStatus | None) -> None:
        if session is not None:
            self._session, self._told_at = session, time.monotonic()

    async def _follow(self) -> None:
        async for change in self._control.changes():
            if change.what == "rules":
                await self._follow_rules()
            elif change.session is None or change.session.id != self.session_id:
                continue
            else:
                self._take(change.session)
                self.is_open = change.what != "ended"
            self._tell()
        self.is_open = False
        self._tell()

    async def _follow_rules(self) -> None:
        try:
            await self.refresh()
        except RealtapError:
            # It is gone: the changes end next.
            return

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()


def proxies_of(recording: Path) -> list[RunningProxy]:
    """The proxies of this user that write into a recording's folder, the newest first."""
    folder = recording.absolute().parent
    return [each for each in running_proxies() if each.control and Path(each.recordings) == folder]


def _control_of(proxy: RunningProxy) -> Control:
    return Control(proxy.control, os.environ.get(TOKEN_VARIABLE) or proxy.token)


def _named(state: ProxyState, session_id: str) -> SessionStatus | None:
    return next((each for each in state.sessions if each.id == session_id), None)
