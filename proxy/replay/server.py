"""The replayed server on real sockets: each connection gets the next session.

It only carries messages and keeps the time; what is said is decided by `player`.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Final, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from ...recordings.errors import WireError
from ...recordings.event import Closed, Entry, Event, Opened, Side
from ...recordings.lines import classify
from ...recordings.replay.matching import Rules
from ...recordings.replay.mismatch import Mismatch
from ...recordings.replay.outcome import Outcome
from ...recordings.replay.script import Script
from ..driver import Driver, Output, port_of
from .player import PATIENCE_S, SETTLE_S, Player

_MAX_MESSAGE_BYTES: Final = 64 * 1024 * 1024

_LEAVE_S: Final = 0.3
"""So long an app that is about to leave is waited for."""

_PASSED_ON = frozenset({"set-cookie", "openai-processing-ms", "x-request-id", "x-ms-region"})
"""Headers of the recorded answer that an app may look at; the others belong to the connection."""

ABNORMAL: Final = 1006
"""Stands for the code of a connection that broke without a close frame."""

_OF_REFUSAL = _PASSED_ON | {"content-type", "retry-after", "www-authenticate"}
"""Headers that say more about a refusal."""

_LOGGER = logging.getLogger("realtap.replay")
_LOGGER.addHandler(logging.NullHandler())


class ReplaySession:
    """One live session, played from a recording. Implements `driver.Speaker`."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.close: tuple[int, str] | None = None
        """How it ended: code and reason; None while it is open."""
        self.events: list[Event] = []
        """What was said, by both sides, as it was on the wire."""
        self._ended_by = Side.CLIENT
        self._started = asyncio.get_running_loop().time()
        self.receive = player.receive

    def poll(self, now_s: float) -> Sequence[Output]:
        """See `driver.Speaker`."""
        return self.player.poll(now_s)

    @property
    def next_due_s(self) -> float | None:
        """See `driver.Speaker`."""
        return self.player.next_due_s

    def note(self, side: Side, data: str | bytes) -> None:
        """Keep a message."""
        is_text = isinstance(data, str)
        payload = data.encode() if isinstance(data, str) else data
        form, type_ = classify(payload, is_text_frame=is_text)
        at = asyncio.get_running_loop().time() - self._started
        seq = len(self.events) + 1
        self.events.append(Event(seq, at, side, type_, payload, form, is_text_frame=is_text))

    def end(self, code: int, reason: str) -> None:
        """The connection is gone."""
        if self.player.is_closed:
            self._ended_by = Side.SERVER
        self.player.receive_close(asyncio.get_running_loop().time())
        self.close = code, reason

    @property
    def outcome(self) -> Outcome:
        """What the live session came to."""
        script = self.player.script
        entries: list[Entry] = [] if script.opened is None else [script.opened]
        entries += self.events
        if self.close is not None:
            last = self.events[-1].at if self.events else 0.0
            entries.append(Closed(last, self._ended_by, *self.close))
        return Outcome(script.header, entries)


class ReplayServer:
    """Plays recordings to an app, one after the other: each connection gets the next.

    async with ReplayServer([Script.read(path)]) as server:
        server.url  # "ws://127.0.0.1:PORT/v1"; clients append /realtime?model=…

    Args:
        scripts: What is played.
        host: The address to listen on.
        port: The port; 0 for a free one.
        rules: What must agree.
        speed: How many times faster than recorded; 0 does not wait at all.
        is_strict: Refuse what a real server refuses.
        patience_s: How long to wait for the app when it is its turn.
        settle_s: How long a `response.done` with function calls waits for an app that is too early.
        is_endless: Begin anew when all are played.
        on_end: Told each session that is over.
    """

    def __init__(
        self,
        scripts: Sequence[Script],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        rules: Rules | None = None,
        speed: float = 0.0,
        is_strict: bool = True,
        patience_s: float = PATIENCE_S,
        settle_s: float = SETTLE_S,
        is_endless: bool = False,
        on_end: Callable[[ReplaySession], None] | None = None,
    ) -> None:
        self.scripts = tuple(scripts)
        self.sessions: list[ReplaySession] = []
        """One for each connection, in their order."""
        self.surplus = 0
        """Connections for which there was no recording."""
        self._host = host
        self._port = port
        self._rules = rules or Rules()
        self._speed = speed
        self._is_strict = is_strict
        self._patience_s = patience_s
        self._settle_s = settle_s
        self._is_endless = is_endless
        self._on_end = on_end
        self._server: Server | None = None
        self._open: dict[ServerConnection, ReplaySession] = {}
        self._left = asyncio.Condition()

    async def __aenter__(self) -> Self:
        try:
            self._server = await serve(
                self._serve,
                self._host,
                self._port,
                process_request=self._admit,
                process_response=self._answer,
                select_subprotocol=self._select_subprotocol,
                compression=None,
                max_size=_MAX_MESSAGE_BYTES,
                ping_interval=None,
                close_timeout=1,
                logger=_LOGGER,
            )
        except OSError as error:
            where = f"{self._host}:{self._port}"
            raise WireError(f"cannot listen on {where}: {error.strerror}") from error
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        if self._server is None:
            return self._port
        return port_of(self._server)

    @property
    def url(self) -> str:
        """The base URL for WebSockets: clients append `/realtime?model=…`."""
        return f"ws://{self._place}/v1"

    @property
    def http_url(self) -> str:
        """The base URL as `OPENAI_BASE_URL` takes it."""
        return f"http://{self._place}/v1"

    @property
    def _place(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self.port}"

    async def settle(self) -> None:
        """An app that is about to say its last, or to close, is waited for, a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LEAVE_S), self._left:
                await self._left.wait_for(self._is_settled)

    def _is_settled(self) -> bool:
        return all(session.player.is_finished for session in self._open.values())

    async def finish(self) -> Mismatch | None:
        """The app is done: what went another way than recorded, if anything did."""
        await self.settle()
        found = (session.player.finish() for session in self.sessions)
        return next((mismatch for mismatch in found if mismatch is not None), None)

    @property
    def unplayed(self) -> list[Script]:
        """The recordings that no connection has come for."""
        played = len(self.sessions)
        if self._is_endless and self.scripts:
            played %= len(self.scripts)
        return list(self.scripts[played:])

    @property
    def ended(self) -> int:
        """How many sessions are over."""
        return len(self.sessions) - len(self._open)

    # One connection.

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Give the connection its recording; a refusal is played here and now."""
        if request.headers.get("Upgrade", "").lower() != "websocket":
            text = f"realtap replays WebSocket sessions only, and this is {request.path}\n"
            return connection.respond(HTTPStatus.NOT_FOUND, text)
        if not self.unplayed:
            self.surplus += 1
            count = len(self.scripts)
            text = f"realtap: all {count} recorded sessions are played, this connection has none\n"
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, text)
        script = self.unplayed[0]
        session = ReplaySession(self._player(script))
        self.sessions.append(session)
        opened = script.opened
        if opened is None or opened.status == HTTPStatus.SWITCHING_PROTOCOLS:
            self._open[connection] = session
            return None
        if self._on_end is not None:
            asyncio.get_running_loop().call_soon(self._on_end, session)
        return _refusal(opened)

    def _answer(
        self, connection: ServerConnection, request: Request, response: Response
    ) -> Response | None:
        del request
        opened = self._opened(connection)
        if opened is not None:
            for name, value in opened.headers:
                if name.lower() in _PASSED_ON:
                    response.headers[name] = value
        return response

    def _select_subprotocol(
        self, connection: ServerConnection, subprotocols: Sequence[Subprotocol]
    ) -> Subprotocol | None:
        opened = self._opened(connection)
        recorded = Subprotocol((opened and opened.subprotocol) or "")
        return recorded if recorded in subprotocols else None

    def _opened(self, connection: ServerConnection) -> Opened | None:
        """The recorded answer to the handshake."""
        session = self._open.get(connection)
        return None if session is None else session.player.script.opened

    async def _serve(self, connection: ServerConnection) -> None:
        session = self._open[connection]
        with suppress(ConnectionClosed):
            await Driver(connection, session.note).converse(session)
        session.end(connection.close_code or ABNORMAL, connection.close_reason or "")
        del self._open[connection]
        if self._on_end is not None:
            self._on_end(session)
        async with self._left:
            self._left.notify_all()

    def _player(self, script: Script) -> Player:
        return Player(
            script,
            self._rules,
            speed=self._speed,
            is_strict=self._is_strict,
            patience_s=self._patience_s,
            settle_s=self._settle_s,
            started_unix_s=time.time(),
            started_s=asyncio.get_running_loop().time(),
        )


def _refusal(opened: Opened) -> Response:
    """The recorded answer of a server that did not take the session."""
    body = (opened.body or "").encode()
    headers = Headers({"Content-Length": str(len(body)), "Connection": "close"})
    for name, value in opened.headers:
        if name.lower() in _OF_REFUSAL:
            headers[name] = value
    is_known = opened.status in HTTPStatus
    phrase = HTTPStatus(opened.status).phrase if is_known else "Refused"
    return Response(opened.status, phrase, headers, body)
