"""One client connection, from its first byte to its last: the handshake, then the relay."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from ..recordings.event import Header, Side
from ..recordings.folder import RecordingsFolder
from ..recordings.redaction import Redactor
from ..recordings.writer import Writer
from .dialing import IsOwn, dial, fault_of
from .entrance import Arrival
from .leg import LEFT, Leg
from .refusal import Refusal
from .relay import STOP_REASON, Relay
from .tap import ABNORMAL, Tap
from .upstream import Upstream
from .wire.frames import HOLD_LIMIT_BYTES
from .wire.handshake import (
    HandshakeError,
    Head,
    answer_status,
    check_request,
    is_plain,
    refusal,
    rewrite_request,
)

if TYPE_CHECKING:
    from .injection.director import Director
    from .steering import Steering

OWN_PATH: Final = "/_realtap"
"""Requests for it, and below it, are for realtap itself; they reach no upstream and no recording."""

HANDSHAKE_TIMEOUT_S: Final = 10.0
"""A handshake that has not come to its end by then is cut."""


type Direct = Callable[[Tap], Director]
"""Makes a session's director, which has learned what was said so far."""


@dataclass(frozen=True, slots=True)
class SessionNews:
    """A session began or ended."""

    recording: Path
    text: str
    """One line for people."""
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class LiveSession:
    """An open session, for those who steer it."""

    tap: Tap
    relay: Relay
    direct: Direct
    """Makes its director."""

    @property
    def id(self) -> str:
        """The recording's."""
        return self.tap.header.id

    @property
    def is_steered(self) -> bool:
        """Whether somebody has needed its director: a session pays for one from then on."""
        return self.relay.steering is not None

    @property
    def steering(self) -> "Steering[Director]":
        """Carries out what the director decides."""
        return self.relay.steering or self.relay.steer(self.direct(self.tap))

    @property
    def director(self) -> "Director":
        """Decides about its messages, and knows what time it is."""
        steering = self.steering
        # Its clock stands still between messages, and somebody asks how long a call has waited.
        steering.poll()
        return steering.director

    def close(self, code: int, reason: str, why: str) -> None:
        """End it in order, with a close frame to both peers, as if the server had."""
        self.relay.close(Side.SERVER, code, reason, why)


@dataclass(frozen=True, slots=True)
class Route:
    """What all sessions of a proxy have in common."""

    enter: Callable[[Leg, float], Awaitable[Arrival]]
    """Takes a connection's first steps: see `Entrance.enter`."""
    folder: RecordingsFolder
    report: Callable[[str], None]
    """Takes one line for people about a refusal or a fault."""
    on_session: Callable[[SessionNews], None]
    """Told when a session begins and when it ends."""
    direct: Direct | None = None
    """Makes a session's director when it is needed; without, nothing is ever decided or made up."""
    on_live: Callable[[LiveSession], None] = lambda _live: None
    """Told when a session is open."""
    on_over: Callable[[LiveSession], None] = lambda _live: None
    """Told when it is over."""
    reception: Callable[[Leg, Head], Awaitable[None]] | None = None
    """Serves a request for realtap itself, below `OWN_PATH`."""
    passage: Callable[[Leg, Head], Awaitable[None]] | None = None
    """Passes on a request that asks for no WebSocket."""
    is_own: IsOwn = lambda _proxy: False
    """Whether a proxy on the way to the upstream would be this one."""
    handshake_timeout_s: float = HANDSHAKE_TIMEOUT_S
    hold_limit_bytes: int = HOLD_LIMIT_BYTES
    tool: str = field(default_factory=lambda: f"realtap {version('realtap')}")


class Session:
    """A client's connection and everything that follows from it."""

    def __init__(self, client: Leg, route: Route) -> None:
        self.recording: Path | None = None
        """The file; None until the client has asked for a WebSocket."""
        self.is_visit = False
        """The client wants no session; see `Route.reception` and `Route.passage`."""
        self.live: LiveSession | None = None
        """What can be asked and told while the session goes on; None before and after."""
        self._client = client
        self._route = route
        self._clock = asyncio.get_running_loop().time
        self._started = self._clock()
        self._ended = asyncio.Event()
        self._relay: Relay | None = None
        self._server: Leg | None = None

    async def run(self) -> None:
        """Serve the client until both connections are gone."""
        try:
            arrival = await self._enter()
            if (guide := self._guide(arrival.request)) is not None:
                self.is_visit = True
                await guide(self._client, arrival.request)
            else:
                await self._serve(arrival, check_request(arrival.request))
        except (HandshakeError, TimeoutError) as error:
            status = _status(error, HTTPStatus.REQUEST_TIMEOUT)
            self._refuse(status, self._words(error, "the client"))
        except ConnectionError:
            self._client.close()

    def _guide(self, request: Head) -> Callable[[Leg, Head], Awaitable[None]] | None:
        """Who serves a request that asks for no session."""
        if self._route.reception is not None and _is_for_us(request):
            return self._route.reception
        return self._route.passage if is_plain(request) else None

    async def _serve(self, arrival: Arrival, target: str) -> None:
        """Record what follows from a request, to the session's end."""
        tap = self._start_recording(arrival, target)
        try:
            await self._open(arrival, target, tap)
            await self._ended.wait()
        except (HandshakeError, OSError) as error:
            self._fail(error, arrival.upstream, tap)
        except asyncio.CancelledError:
            tap.receive_close(Side.SERVER, ABNORMAL, STOP_REASON, is_ours=True)
            raise
        else:
            text = f"{_count(tap.message_count)}{_ending(tap)}"
            self._tell(f"ended: {text}", is_end=True)
        finally:
            self._leave(tap)
            tap.end()

    def _leave(self, tap: Tap) -> None:
        """Nobody can steer the session any more."""
        live, self.live = self.live, None
        if live is None:
            return
        if live.is_steered:
            live.steering.end()
        try:
            self._route.on_over(live)
        except Exception as error:  # noqa: BLE001 -- the recording has to be closed whatever is wrong
            tap.fault(f"a fault of realtap: {error!r} when the session was over")

    @property
    def is_open(self) -> bool:
        """Whether the handshake is over: such a session is stopped, another one's task cancelled."""
        return self._relay is not None

    def stop(self) -> None:
        """End an open session in order."""
        if self._relay is not None:
            self._relay.stop()

    def abort(self) -> None:
        """End the session at once."""
        self._client.abort()
        if self._server is not None:
            self._server.abort()
        self._ended.set()

    def _tell(self, text: str, *, is_end: bool = False) -> None:
        if self.recording is not None:
            line = f"session {self.recording.stem} {text}"
            self._route.on_session(SessionNews(self.recording, line, is_end))

    # Private: the handshake, step by step.

    async def _enter(self) -> Arrival:
        timeout_s = self._route.handshake_timeout_s
        async with asyncio.timeout(timeout_s):
            return await self._route.enter(self._client, timeout_s)

    def _start_recording(self, arrival: Arrival, target: str) -> Tap:
        request = arrival.request
        started = datetime.now(UTC)
        self._started = self._clock()
        redactor = Redactor()
        path = self._route.folder.new_path(started, _model(target))
        self.recording = path
        header = Header(
            id=path.stem,
            started=started.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            via=arrival.via,
            upstream=redactor.url(arrival.upstream.url(target)),
            client={"agent": request.header("User-Agent")},
            request={
                "path": redactor.request_line_target(target),
                "headers": redactor.headers(request.headers),
                "subprotocols": redactor.subprotocols(request.listed("Sec-WebSocket-Protocol")),
            },
            tool=self._route.tool,
        )
        return Tap(
            header,
            Writer(path, header, on_fault=self._route.report),
            redactor,
            clock=lambda: self._clock() - self._started,
            on_fault=self._route.report,
        )

    async def _open(self, arrival: Arrival, target: str, tap: Tap) -> None:
        """Bring client and upstream together; afterwards the relay or a refusal is at work."""
        request, upstream = arrival.request, arrival.upstream
        async with asyncio.timeout(self._route.handshake_timeout_s):
            self._server = server = await dial(
                upstream, self._route.handshake_timeout_s, is_own=self._route.is_own
            )
            prefix = upstream.prefix_for(target)
            server.write(rewrite_request(request, host=upstream.host_header, path_prefix=prefix))
            answer = await server.read_head()
            while _is_informational(status := answer_status(answer)):
                self._client.write(answer.wire)
                answer = await server.read_head()
        if status != HTTPStatus.SWITCHING_PROTOCOLS:
            Refusal(self._client, server, answer, tap, on_end=self._ended.set).start()
            return
        tap.receive_answer(status, answer.headers, answer.header("Sec-WebSocket-Protocol"))
        self._client.write(answer.wire)
        agent = request.header("User-Agent") or "a client without a User-Agent"
        self._relay = relay = Relay(
            self._client,
            server,
            tap,
            on_end=self._ended.set,
            hold_limit_bytes=self._route.hold_limit_bytes,
        )
        self._tell(f"began: {agent}")
        if self._route.direct is not None:
            self.live = LiveSession(tap, relay, self._route.direct)
            self._route.on_live(self.live)
        relay.start()

    # Private: what goes wrong.

    def _fail(self, error: Exception, upstream: Upstream, tap: Tap) -> None:
        """The upstream gave no answer that could be passed on: the client gets one of ours."""
        status = _status(error, HTTPStatus.GATEWAY_TIMEOUT)
        message = f"upstream {upstream.origin}: {self._words(error, 'it')}"
        tap.note("upstream", message, status=status.value)
        tap.receive_answer(status, (), None, f"realtap: {message}")
        tap.receive_close(Side.SERVER, ABNORMAL, "", is_ours=True)
        self._refuse(status, message)
        if self._server is not None:
            self._server.close()

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        self._route.report(f"refused a connection ({status.value}): {message}")
        self._client.write(refusal(status, message))
        self._client.close()

    def _words(self, error: Exception, who: str) -> str:
        match error:
            case TimeoutError():
                seconds = self._route.handshake_timeout_s
                return f"{who} did not finish the handshake within {seconds:g} s"
            case ConnectionError(errno=None):
                return f"{who} {str(error) or LEFT}"
            case OSError():
                return fault_of(error)
        return str(error)


def _is_for_us(request: Head) -> bool:
    """Whether a request is for realtap itself."""
    target = request.first_line.partition(" ")[2].partition(" ")[0]
    path = target.partition("?")[0]
    return path == OWN_PATH or path.startswith(f"{OWN_PATH}/")


def _is_informational(status: int) -> bool:
    """Whether another answer follows this one (RFC 9110, section 15.2)."""
    return status < 200 and status != HTTPStatus.SWITCHING_PROTOCOLS


def _status(error: Exception, on_timeout: HTTPStatus) -> HTTPStatus:
    if isinstance(error, HandshakeError):
        return error.status
    return on_timeout if isinstance(error, TimeoutError) else HTTPStatus.BAD_GATEWAY


def _model(target: str) -> str | None:
    """The model that the request's query names; Azure calls it a deployment. Else the call that it joins."""
    query = parse_qs(urlsplit(target).query)
    names = query.get("model") or query.get("deployment") or query.get("call_id")
    return names[0] if names else None


def _count(messages: int) -> str:
    return "1 message" if messages == 1 else f"{messages:,} messages"


def _ending(tap: Tap) -> str:
    """Who ended the session and how, for people."""
    if tap.ending is None:
        return ""
    side, code = tap.ending
    how = "without a close frame" if code == ABNORMAL else f"with code {code}"
    return f", by the {side} {how}"
