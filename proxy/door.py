"""The door: listens, and starts a session for each client that comes."""

import asyncio
import logging
import os
from collections.abc import Callable, Iterable
from typing import Final, Self

from ..recordings.errors import WireError
from ..recordings.folder import RecordingsFolder
from .leg import Leg
from .session import HANDSHAKE_TIMEOUT_S, Route, Session, SessionNews
from .upstream import Upstream
from .wire.frames import HOLD_LIMIT_BYTES

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8484

STOP_GRACE_S: Final = 1.5
"""How long the peers have to finish their close handshakes when the proxy stops."""

_BACKLOG: Final = 1024

_log = logging.getLogger(__name__)


def _log_news(news: SessionNews) -> None:
    _log.info("%s", news.text)


class Proxy:
    """A proxy in front of one upstream. An async context manager: it listens inside.

    Args:
        upstream: Where the sessions go.
        folder: Where they are recorded.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        report: Takes one line for people about a refusal or a fault.
        on_session: Told when a session begins and when it ends.
        handshake_timeout_s: A handshake that takes longer is cut.
        hold_limit_bytes: Longer messages stream through.
    """

    def __init__(
        self,
        upstream: Upstream,
        folder: RecordingsFolder,
        *,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        report: Callable[[str], None] = _log.warning,
        on_session: Callable[[SessionNews], None] = _log_news,
        handshake_timeout_s: float = HANDSHAKE_TIMEOUT_S,
        hold_limit_bytes: int = HOLD_LIMIT_BYTES,
    ) -> None:
        self.host = host
        self.port = port
        self._route = Route(
            upstream,
            folder,
            report,
            on_session,
            handshake_timeout_s=handshake_timeout_s,
            hold_limit_bytes=hold_limit_bytes,
        )
        self._sessions: dict[asyncio.Task[None], Session] = {}
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """What a client takes as its base: it appends `/realtime?model=…`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"ws://{host}:{self.port}/v1"

    @property
    def sessions(self) -> Iterable[Session]:
        """The sessions that are open, oldest first."""
        return tuple(self._sessions.values())

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen.

        Raises:
            WireError: The address cannot be listened on.
        """
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: Leg(self._serve), self.host, self.port, backlog=_BACKLOG
            )
        except OSError as error:
            reason = str(error) if error.errno is None else os.strerror(error.errno)
            raise WireError(
                f"cannot listen on {self.host}:{self.port}: {reason}; "
                "choose another address with --listen HOST:PORT"
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and end all sessions in order; what has not ended in time is cut."""
        if self._server is not None:
            self._server.close()
        sessions = dict(self._sessions)
        for task, session in sessions.items():
            if session.is_open:
                session.stop()
            else:
                task.cancel()
        if sessions:
            await asyncio.wait(sessions, timeout=STOP_GRACE_S)
        for session in self.sessions:
            session.abort()
        if sessions:
            await asyncio.wait(sessions)

    def _serve(self, client: Leg) -> None:
        session = Session(client, self._route)
        task = asyncio.get_running_loop().create_task(session.run(), name="session")
        self._sessions[task] = session
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        session = self._sessions.pop(task)
        if task.cancelled():
            session.abort()
        elif (error := task.exception()) is not None:
            self._route.report(f"a session ended by a fault of realtap: {error!r}")
            _log.error("session failed", exc_info=error)
