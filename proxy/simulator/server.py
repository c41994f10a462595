"""The simulated server on real sockets.

It only carries messages and keeps the time; what is said is decided by `session`.
"""

import asyncio
import json
import logging
import ssl as ssl_module
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response as HttpResponse
from websockets.typing import Subprotocol

from ...recordings.errors import WireError
from ...recordings.event import Json, Side
from . import admission, defaults
from .dialect import Dialect
from .faults import Fault
from .ids import Ids
from .outbox import Close, Outbox, Output
from .pace import FAST, Pace
from .script import Script, load_script
from .session import MAX_DURATION_S, Session

_PING_INTERVAL_S = 20
"""The real server's rhythm, with the library's payload of 4 bytes as there."""

_MAX_MESSAGE_BYTES = 64 * 1024 * 1024
"""Above the 15 MiB of an append in base64, so that a larger one gets its error, not a close."""

_LOGGER = logging.getLogger("realtap.simulator")
_LOGGER.addHandler(logging.NullHandler())
"""For the library's reports of broken handshakes; silent unless somebody listens."""


@dataclass(frozen=True, slots=True)
class LoggedMessage:
    """One message as it was on the wire."""

    side: Side
    data: str | bytes


@dataclass(slots=True)
class ConnectionLog:
    """What one connection carried, for tests that compare both ends with a recording."""

    request: admission.Request
    messages: list[LoggedMessage] = field(default_factory=list)
    close_code: int | None = None
    """How it ended; None while it is open."""
    close_reason: str = ""

    def data(self, side: Side) -> list[str | bytes]:
        """The messages of one side, in order."""
        return [message.data for message in self.messages if message.side is side]


class Simulator:
    """A Realtime server on a port of this machine.

    async with Simulator(fast=True) as simulator:
        simulator.url  # "ws://127.0.0.1:PORT/v1"; clients append /realtime?model=…
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        script: Script | Path | None = None,
        dialect: Dialect | str = Dialect.GA,
        fast: bool = False,
        pace: Pace | None = None,
        ssl: ssl_module.SSLContext | None = None,
        models: Collection[str] = defaults.MODELS,
        bad_keys: Collection[str] = ("sk-invalid",),
        max_duration_s: float = MAX_DURATION_S,
        seed: str = "simulator",
        log: bool = False,
    ) -> None:
        """Prepare a server; it listens inside `async with`.

        Args:
            host: The address to listen on.
            port: The port; 0 for a free one.
            script: What the model says, or the file that says it; improvised without one.
            dialect: `ga` or `beta`.
            fast: Send everything at once instead of at the pace of a quick speaker.
            pace: Waiting times, where neither `fast` nor the default fits.
            ssl: Makes it a wss server.
            models: The models that it knows; on Azure's paths any name is a deployment.
            bad_keys: Keys that begin with one of these are invalid.
            max_duration_s: After this a session expires.
            seed: Sessions of another seed have other ids.
            log: Keep every message in `connections`.

        Raises:
            UsageError: The script cannot be read.
        """
        self._host = host
        self._port = port
        self._script = load_script(script) if isinstance(script, Path) else script
        self._dialect = Dialect(dialect)
        self._pace = pace or (FAST if fast else Pace())
        self._ssl = ssl
        self._models = models
        self._bad_keys = bad_keys
        self._max_duration_s = max_duration_s
        self._seed = seed
        self._is_logging = log
        self._server: Server | None = None
        self._connections = 0
        self.connections: list[ConnectionLog] = []
        """One log a connection, in the order of their beginning; only with `log`."""

    async def __aenter__(self) -> Self:
        try:
            self._server = await serve(
                self._serve,
                self._host,
                self._port,
                ssl=self._ssl,
                process_request=_check_path,
                select_subprotocol=_select_subprotocol,
                compression=None,
                max_size=_MAX_MESSAGE_BYTES,
                ping_interval=_PING_INTERVAL_S,
                ping_timeout=_PING_INTERVAL_S,
                close_timeout=1,
                logger=_LOGGER,
            )
        except OSError as error:
            where = f"{self._host}:{self._port}"
            raise WireError(f"simulator cannot listen on {where}: {error.strerror}") from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        if self._server is None:
            return self._port
        port: int = next(iter(self._server.sockets)).getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """The base URL: clients append `/realtime?model=…`."""
        scheme = "ws" if self._ssl is None else "wss"
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{scheme}://{host}:{self.port}/v1"

    # One connection.

    async def _serve(self, connection: ServerConnection) -> None:
        request = _request(connection)
        log = ConnectionLog(request)
        if self._is_logging:
            self.connections.append(log)
        self._connections += 1
        wire = _Wire(connection, log if self._is_logging else None)
        fault = admission.refusal(
            request, dialect=self._dialect, models=self._models, bad_keys=self._bad_keys
        )
        with suppress(ConnectionClosed):
            if fault is None:
                await wire.converse(self._session(request))
            else:
                await wire.send_all(_refused(fault, f"{self._seed}/{self._connections}"))
        log.close_code = connection.close_code
        log.close_reason = connection.close_reason or ""

    def _session(self, request: admission.Request) -> Session:
        return Session(
            model=request.model,
            dialect=self._dialect,
            script=self._script,
            pace=self._pace,
            seed=f"{self._seed}/{self._connections}",
            started_unix_s=time.time(),
            max_duration_s=self._max_duration_s,
            is_transcription=request.is_transcription,
        )


class _Wire:
    """Moves messages between a connection and a session."""

    def __init__(self, connection: ServerConnection, log: ConnectionLog | None) -> None:
        self._connection = connection
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._has_news = asyncio.Event()
        """A message was received, so the session may have something to say."""
        self._has_ended = False

    async def converse(self, session: Session) -> None:
        """Hold a session until one side ends the connection."""
        session.open(self._loop.time())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._receive(session))
            await self._speak(session)

    async def send_all(self, outputs: Sequence[Output]) -> None:
        """Send events, and end the connection where the server does."""
        for output in outputs:
            if isinstance(output, Close):
                await self._close(output)
            else:
                await self._send(output)

    async def _receive(self, session: Session) -> None:
        """Hand over what comes in, as long as something comes in.

        What has arrived together is taken in before the answers go out: the library's iterator
        does not yield to other tasks while messages are buffered.
        """
        with suppress(ConnectionClosed):
            async for message in self._connection:
                self._note(Side.CLIENT, message)
                session.receive(message, self._loop.time())
                self._has_news.set()
        self._has_ended = True
        self._has_news.set()

    async def _speak(self, session: Session) -> None:
        while not self._has_ended:
            self._has_news.clear()
            with suppress(ConnectionClosed):
                await self.send_all(session.poll(self._loop.time()))
            due_s = session.next_due_s
            wait_s = None if due_s is None else max(0.0, due_s - self._loop.time())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_news.wait(), wait_s)

    async def _send(self, event: Json) -> None:
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        await self._connection.send(text)
        self._note(Side.SERVER, text)

    async def _close(self, close: Close) -> None:
        if close.is_abrupt:
            self._connection.transport.abort()
        else:
            await self._connection.close(close.code, close.reason)

    def _note(self, side: Side, data: str | bytes) -> None:
        if self._log is not None:
            self._log.messages.append(LoggedMessage(side, data))


def _check_path(connection: ServerConnection, request: HttpRequest) -> HttpResponse | None:
    if admission.Request.of(request.path, (), ()).is_realtime:
        return None
    return connection.respond(HTTPStatus.NOT_FOUND, f"no Realtime endpoint at {request.path}\n")


def _select_subprotocol(
    connection: ServerConnection,  # noqa: ARG001 - the signature that the library calls
    subprotocols: Sequence[Subprotocol],
) -> Subprotocol | None:
    """Never one with a key in it."""
    chosen = Subprotocol(admission.SUBPROTOCOL)
    return chosen if chosen in subprotocols else None


def _request(connection: ServerConnection) -> admission.Request:
    request = connection.request
    if request is None:  # the library sets it before it calls the handler
        return admission.Request.of("", (), ())
    offered = request.headers.get_all("Sec-WebSocket-Protocol")
    subprotocols = [name.strip() for line in offered for name in line.split(",")]
    return admission.Request.of(request.path, request.headers.raw_items(), subprotocols)


def _refused(fault: Fault, seed: str) -> list[Output]:
    outbox = Outbox(Ids(seed))
    outbox.fail(fault)
    return outbox.take()
