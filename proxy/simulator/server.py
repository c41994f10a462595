"""The simulated server on real sockets.

It only carries messages and keeps the time; what is said is decided by `session`.
"""

import asyncio
import json
import logging
import ssl as ssl_module
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response as HttpResponse
from websockets.typing import Subprotocol

from ...recordings.errors import WireError
from ...recordings.event import Json, Side
from ..driver import Close, Driver, Output, port_of
from . import admission, defaults, faults
from .call import Call
from .call_line import CallLine
from .calls import Calls
from .client_secrets import ClientSecrets
from .dialect import Dialect
from .faults import Fault
from .ids import Ids
from .outbox import Outbox
from .pace import FAST, Pace
from .rest import RestAnswer, RestRequest, error_body
from .rest_connection import RestConnection
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

    def note(self, side: Side, data: str | bytes) -> None:
        """Keep a message."""
        self.messages.append(LoggedMessage(side, data))

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
        script: Script | Path | Callable[[], Script] | None = None,
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
            script: What the model says, the file that says it, or who is asked for it when a session
                begins; improvised without one.
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
        self._secrets = ClientSecrets(
            self._made_session, models=models, bad_keys=bad_keys, seed=seed, wall_clock=time.time
        )
        self._calls = Calls(
            self._call_session, self._begin_call, self._secrets, models=models, seed=seed
        )
        self._lines: dict[Call, CallLine] = {}
        self.connections: list[ConnectionLog] = []
        """One log a connection, in the order of their beginning; only with `log`."""

    async def __aenter__(self) -> Self:
        try:
            self._server = await serve(
                self._serve,
                self._host,
                self._port,
                ssl=self._ssl,
                process_request=self._check_request,
                select_subprotocol=_select_subprotocol,
                compression=None,
                max_size=_MAX_MESSAGE_BYTES,
                ping_interval=_PING_INTERVAL_S,
                ping_timeout=_PING_INTERVAL_S,
                close_timeout=1,
                logger=_LOGGER,
                # The library only calls it, with what a connection's class takes.
                create_connection=cast(
                    "type[ServerConnection]", partial(RestConnection, self._answer_rest)
                ),
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
        for line in tuple(self._lines.values()):
            line.task.cancel()

    def ring(self) -> str:
        """A SIP call comes in; the id of the call, which waits for its `accept` or `reject`.

        To be called while the server listens. No webhook is sent.
        """
        return self._calls.ring().id

    @property
    def port(self) -> int:
        """The port that it listens on."""
        if self._server is None:
            return self._port
        return port_of(self._server)

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
        note = log.note if self._is_logging else None
        if call := self._calls.find(request.call_id):
            with suppress(ConnectionClosed):
                await self._lines[call].join(connection, note)
        else:
            await self._hold(request, Driver(connection, note))
        log.close_code = connection.close_code
        log.close_reason = connection.close_reason or ""

    async def _hold(self, request: admission.Request, driver: Driver) -> None:
        """A session with one client."""
        fault = self._refusal(request)
        with suppress(ConnectionClosed):
            if fault is None:
                session = self._session(request)
                session.open(asyncio.get_running_loop().time())
                await driver.converse(_Speaker(session))
            else:
                refused = _refused(fault, f"{self._seed}/{self._connections}")
                await driver.send_all(_encoded(refused))

    def _refusal(self, request: admission.Request) -> Fault | None:
        return self._secrets.key_fault(request.key) or admission.refusal(
            request, dialect=self._dialect, models=self._models, bad_keys=self._bad_keys
        )

    def _session(self, request: admission.Request) -> Session:
        session = self._made_session(request.model, is_transcription=request.is_transcription)
        if settings := self._secrets.settings_of(request.key):
            # They were looked at when the key was made; the model is the request's.
            session.configure({name: settings[name] for name in settings if name != "model"})
        return session

    def _made_session(
        self, model: str, *, is_transcription: bool = False, is_call: bool = False
    ) -> Session:
        return Session(
            model=model,
            dialect=self._dialect,
            script=self._script() if callable(self._script) else self._script,
            pace=self._pace,
            seed=f"{self._seed}/{self._connections}",
            started_unix_s=time.time(),
            max_duration_s=self._max_duration_s,
            is_transcription=is_transcription,
            is_call=is_call,
        )

    # Calls.

    def _call_session(self, model: str) -> Session:
        self._connections += 1
        return self._made_session(model, is_call=True)

    def _begin_call(self, call: Call) -> None:
        line = self._lines[call] = CallLine(call, _polled)
        line.task.add_done_callback(lambda _: self._lines.pop(call))

    def _answer_rest(self, request: RestRequest) -> RestAnswer:
        if self._secrets.answers(request):
            return self._secrets.answer(request)
        return self._calls.answer(request, asyncio.get_running_loop().time())

    def _check_request(
        self, connection: ServerConnection, request: HttpRequest
    ) -> HttpResponse | None:
        asked = _asked(request)
        if not asked.is_realtime:
            message = f"no Realtime endpoint at {request.path}\n"
            return connection.respond(HTTPStatus.NOT_FOUND, message)
        if not asked.call_id:
            return None
        # The one thing that the real server refuses before the 101.
        status, fault = HTTPStatus.UNAUTHORIZED, self._secrets.key_fault(asked.key)
        if fault is None and self._calls.find(asked.call_id) is None:
            status, fault = HTTPStatus.NOT_FOUND, faults.unknown_call()
        if fault is None:
            return None
        response = connection.respond(status, error_body(fault))
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "application/json"
        return response


class _Speaker:
    """A session whose events go out as text."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.receive = session.receive

    def poll(self, now_s: float) -> list[Output]:
        """See `driver.Speaker`."""
        return _encoded(self._session.poll(now_s))

    @property
    def next_due_s(self) -> float | None:
        """See `driver.Speaker`."""
        return self._session.next_due_s


def _encoded(outputs: Sequence[Json | Close]) -> list[Output]:
    return [
        output
        if isinstance(output, Close)
        else json.dumps(output, ensure_ascii=False, separators=(",", ":"))
        for output in outputs
    ]


def _polled(call: Call, now_s: float) -> list[Output]:
    return _encoded(call.poll(now_s))


def _select_subprotocol(
    connection: ServerConnection,  # noqa: ARG001 - the signature that the library calls
    subprotocols: Sequence[Subprotocol],
) -> Subprotocol | None:
    """Never one with a key in it."""
    chosen = Subprotocol(admission.SUBPROTOCOL)
    return chosen if chosen in subprotocols else None


def _request(connection: ServerConnection) -> admission.Request:
    # The library sets it before it calls the handler.
    return _asked(connection.request) if connection.request else admission.Request.of("", (), ())


def _asked(request: HttpRequest) -> admission.Request:
    offered = request.headers.get_all("Sec-WebSocket-Protocol")
    subprotocols = [name.strip() for line in offered for name in line.split(",")]
    return admission.Request.of(request.path, request.headers.raw_items(), subprotocols)


def _refused(fault: Fault, seed: str) -> list[Json | Close]:
    outbox = Outbox(Ids(seed))
    outbox.fail(fault)
    return outbox.take()
