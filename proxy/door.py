"""The door: listens, and starts a session for each client that comes."""

import asyncio
import importlib
import logging
import os
import secrets
import socket
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from ..recordings.errors import WireError
from ..recordings.folder import RecordingsFolder
from .capture import Capture, CaptureMode, RestCall
from .distrust import Distrust
from .entrance import Arrival, Entrance
from .http_proxy import HttpProxy
from .leg import Leg
from .rest_notes import note_call
from .runtime import RunningProxy
from .session import HANDSHAKE_TIMEOUT_S, OWN_PATH, Direct, LiveSession, Route, Session, SessionNews
from .tap import Tap
from .tls import Authority
from .upstream import Upstream
from .wire.frames import HOLD_LIMIT_BYTES
from .wire.handshake import Head

if TYPE_CHECKING:
    from .helm import Helm
    from .http_way import HttpWay
    from .injection.director import Director

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8484

STOP_GRACE_S: Final = 1.5
"""How long the peers have to finish their close handshakes when the proxy stops."""

CONTROL_PATH: Final = f"{OWN_PATH}/control"
"""Where the control channel is."""

TOKEN_BYTES: Final = 32
"""Of randomness in the control channel's token."""

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
        token: What the control channel asks for; without one, a random one.
        mocks: A file of mocks, which is read again when it changes.
        direct: Makes a session's director, in place of the one that follows the rules.
        capture: The ways in beside this port.
        on_call: Told of each plain request about Realtime that was answered.
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
        token: str | None = None,
        mocks: Path | None = None,
        direct: Direct | None = None,
        capture: Capture | None = None,
        on_call: Callable[[RestCall], None] | None = None,
        handshake_timeout_s: float = HANDSHAKE_TIMEOUT_S,
        hold_limit_bytes: int = HOLD_LIMIT_BYTES,
    ) -> None:
        self._tell = report
        self.host = host
        self.port = port
        self.token = token or secrets.token_urlsafe(TOKEN_BYTES)
        self._mocks = mocks
        self._helm: Helm | None = None
        self._folder = folder
        self._upstream = upstream
        self._capture = capture or Capture()
        self._on_call = on_call
        self._authority = Authority(self._capture.confdir)
        self._distrust = Distrust(
            self._authority.certificate,
            folder,
            self.report,
            is_default=self._capture.confdir is None,
        )
        self._handover_secret = secrets.token_urlsafe(TOKEN_BYTES)
        self._way: HttpWay | None = None
        entrance = Entrance(
            upstream,
            self._authority,
            self._handover_secret,
            self._distrust,
            self.report,
            keeps_upstream=self._capture.keeps_upstream,
        )
        self._route = Route(
            entrance.enter,
            folder,
            self.report,
            on_session,
            direct=direct or self._direct,
            on_live=self._begin,
            on_over=self._end,
            reception=self._receive,
            passage=self._pass,
            is_own=self.is_own,
            handshake_timeout_s=handshake_timeout_s,
            hold_limit_bytes=hold_limit_bytes,
        )
        self._sessions: dict[asyncio.Task[None], Session] = {}
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """What a client takes as its base: it appends `/realtime?model=…`."""
        return f"{self._origin}/v1"

    @property
    def control_url(self) -> str:
        """Where the control channel is: see `control`."""
        return f"{self._origin}{CONTROL_PATH}"

    @property
    def _origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"ws://{host}:{self.port}"

    @property
    def upstream(self) -> Upstream:
        """Where its sessions go."""
        return self._upstream

    @property
    def upstream_origin(self) -> str:
        """The server that the sessions go to."""
        return self._upstream.origin

    @property
    def recordings(self) -> Path:
        """The folder of the recordings."""
        return self._folder.path

    @property
    def helm(self) -> "Helm":
        """The rules of all sessions, and the control channel."""
        if self._helm is None:
            from .helm import Helm  # noqa: PLC0415 -- a quarter of a second that listening need not wait for

            self._helm = Helm(self, self.report)
        return self._helm

    @property
    def http_way(self) -> "HttpWay":
        """Where plain requests go, and captured apps come from."""
        if self._way is None:
            from .http_way import HttpWay  # noqa: PLC0415 -- most proxies see no plain request

            self._way = HttpWay(
                self._upstream,
                self._capture,
                self._authority,
                self._handover_secret,
                door=(self.host, self.port),
                report=self.report,
                on_call=self._take_call,
                on_departure=self._distrust.left,
                is_own=self.is_own,
            )
        return self._way

    @property
    def authority(self) -> Authority:
        """Signs the certificates of clients that begin with TLS, and of captured ones."""
        return self._authority

    @property
    def modes(self) -> tuple[CaptureMode, ...]:
        """The capture modes that are at work."""
        return () if self._way is None else self._way.modes

    def is_own(self, proxy: HttpProxy) -> bool:
        """Whether a proxy that the environment names is this one: its port, or that of a mode."""
        places = [place for mode in self.modes for place in mode.addresses]
        ports = {str(self.port), *(place.rpartition(":")[2] for place in places)}
        return proxy.is_on_loopback and str(proxy.port) in ports

    def note(self, pid: int, upstream: str) -> RunningProxy:
        """What others on this machine find it by: see `runtime`.

        Args:
            pid: Of the process.
            upstream: As the person named it.
        """
        folder = str(self.recordings.absolute())
        return RunningProxy(pid, self.url, upstream, folder, self.control_url, self.token)

    @property
    def sessions(self) -> Iterable[Session]:
        """The sessions that are open, or about to be, oldest first."""
        return tuple(each for each in self._sessions.values() if not each.is_visit)

    @property
    def live_sessions(self) -> list[LiveSession]:
        """The open sessions that can be steered, oldest first."""
        return [each.live for each in self._sessions.values() if each.live is not None]

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen.

        Raises:
            UsageError: The mocks file cannot be taken.
            WireError: The address cannot be listened on.
        """
        loop = asyncio.get_running_loop()
        if self._mocks is not None:
            self.helm.regime.follow(self._mocks)
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
        if self._capture.modes:
            try:
                await self.http_way.start()
            except BaseException:
                self._server.close()
                raise
        self._warm_up()

    async def stop(self) -> None:
        """Stop listening and end all sessions in order; what has not ended in time is cut."""
        if self._server is not None:
            self._server.close()
        if self._helm is not None:
            self._helm.stop()
        await self._end_sessions()
        if self._way is not None:
            await self._way.stop()

    async def unused(self) -> None:
        """Wait until nobody is connected."""
        while self._sessions:
            await asyncio.wait(tuple(self._sessions))

    async def _end_sessions(self) -> None:
        sessions = dict(self._sessions)
        for task, session in sessions.items():
            if session.is_open:
                session.stop()
            else:
                task.cancel()
        if sessions:
            await asyncio.wait(sessions, timeout=STOP_GRACE_S)
        for session in tuple(self._sessions.values()):
            session.abort()
        if sessions:
            await asyncio.wait(sessions)

    async def inner_connection(self, upstream: Upstream, via: str) -> socket.socket:
        """One end of a connection that is served like an app's, for a client in this process.

        Args:
            upstream: Whom that client calls.
            via: What its recording says of it: see `Header.via`.
        """
        ours, theirs = socket.socketpair()

        async def enter(client: Leg, timeout_s: float) -> Arrival:
            arrival = await self._route.enter(client, timeout_s)
            return replace(arrival, upstream=upstream, via=via)

        serve = partial(self._serve, route=replace(self._route, enter=enter))
        await asyncio.get_running_loop().create_connection(lambda: Leg(serve), sock=theirs)
        return ours

    def _serve(self, client: Leg, route: Route | None = None) -> None:
        session = Session(client, route or self._route)
        task = asyncio.get_running_loop().create_task(session.run(), name="session")
        self._sessions[task] = session
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        session = self._sessions.pop(task)
        if task.cancelled():
            session.abort()
        elif (error := task.exception()) is not None:
            self.report(f"a session ended by a fault of realtap: {error!r}")
            _log.error("session failed", exc_info=error)

    def report(self, line: str) -> None:
        """Tell people, but not the token: it may have been sent to a wrong place."""
        self._tell(line.replace(self.token, "[token]").replace(self._handover_secret, "[secret]"))

    # Private: those who steer sessions.

    def _direct(self, tap: Tap) -> "Director":
        return self.helm.direct(tap)

    def _begin(self, live: LiveSession) -> None:
        if self._helm is not None:
            self._helm.begin(live)

    def _end(self, live: LiveSession) -> None:
        if self._helm is not None:
            self._helm.end(live)

    async def _receive(self, client: Leg, request: Head) -> None:
        await self.helm.receive(client, request)

    # Private: those who want no session.

    async def _pass(self, client: Leg, request: Head) -> None:
        await self.http_way.serve(client, request)

    def _take_call(self, call: RestCall) -> None:
        note_call(call, self._folder, self.report)
        if self._on_call is not None:
            self._on_call(call)

    def _warm_up(self) -> None:
        """Load what steers sessions while nobody waits for it: before the first one, not in its middle.

        Not in another thread: two that import the same modules can lock each other out.
        """
        loop = asyncio.get_running_loop()
        loop.call_soon(importlib.import_module, ".helm", __package__)
