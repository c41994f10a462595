"""One client connection, from its first byte to its last: the handshake, then the relay."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from ..recordings.event import Header, Side
from ..recordings.folder import RecordingsFolder
from ..recordings.redaction import Redactor
from ..recordings.writer import Writer
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
    refusal,
    rewrite_request,
)

HANDSHAKE_TIMEOUT_S: Final = 10.0
"""A handshake that has not come to its end by then is cut."""


@dataclass(frozen=True, slots=True)
class SessionNews:
    """A session began or ended."""

    recording: Path
    text: str
    """One line for people."""
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """What all sessions of a proxy have in common."""

    upstream: Upstream
    folder: RecordingsFolder
    report: Callable[[str], None]
    """Takes one line for people about a refusal or a fault."""
    on_session: Callable[[SessionNews], None]
    """Told when a session begins and when it ends."""
    handshake_timeout_s: float = HANDSHAKE_TIMEOUT_S
    hold_limit_bytes: int = HOLD_LIMIT_BYTES
    tool: str = field(default_factory=lambda: f"realtap {version('realtap')}")


class Session:
    """A client's connection and everything that follows from it."""

    def __init__(self, client: Leg, route: Route) -> None:
        self.recording: Path | None = None
        """The file; None until the client has asked for a WebSocket."""
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
            request, target = await self._read_request()
            await self._serve(request, target)
        except (HandshakeError, TimeoutError) as error:
            status = _status(error, HTTPStatus.REQUEST_TIMEOUT)
            self._refuse(status, self._words(error, "the client"))
        except ConnectionError:
            self._client.close()

    async def _serve(self, request: Head, target: str) -> None:
        """Record what follows from a request, to the session's end."""
        tap = self._start_recording(request, target)
        try:
            await self._open(request, target, tap)
            await self._ended.wait()
        except (HandshakeError, OSError) as error:
            self._fail(error, tap)
        except asyncio.CancelledError:
            tap.receive_close(Side.SERVER, ABNORMAL, STOP_REASON, is_ours=True)
            raise
        else:
            text = f"{_count(tap.message_count)}{_ending(tap)}"
            self._tell(f"ended: {text}", is_end=True)
        finally:
            tap.end()

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

    async def _read_request(self) -> tuple[Head, str]:
        async with asyncio.timeout(self._route.handshake_timeout_s):
            request = await self._client.read_head()
        return request, check_request(request)

    def _start_recording(self, request: Head, target: str) -> Tap:
        started = datetime.now(UTC)
        self._started = self._clock()
        redactor = Redactor()
        path = self._route.folder.new_path(started, _model(target))
        self.recording = path
        header = Header(
            id=path.stem,
            started=started.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            via="reverse",
            upstream=redactor.url(self._route.upstream.url(target)),
            client={"agent": request.header("User-Agent")},
            request={
                "path": redactor.request_line_target(target),
                "headers": redactor.headers(request.headers),
                "subprotocols": redactor.subprotocols(request.listed("Sec-WebSocket-Protocol")),
            },
            tool=self._route.tool,
        )
        return Tap(
            Writer(path, header, on_fault=self._route.report),
            redactor,
            clock=lambda: self._clock() - self._started,
            on_fault=self._route.report,
        )

    async def _open(self, request: Head, target: str, tap: Tap) -> None:
        """Bring client and upstream together; afterwards the relay or a refusal is at work."""
        upstream = self._route.upstream
        async with asyncio.timeout(self._route.handshake_timeout_s):
            self._server = server = await self._dial()
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
        self._tell(f"began: {agent}")
        self._relay = Relay(
            self._client,
            server,
            tap,
            on_end=self._ended.set,
            hold_limit_bytes=self._route.hold_limit_bytes,
        )
        self._relay.start()

    async def _dial(self) -> Leg:
        upstream = self._route.upstream
        _, leg = await asyncio.get_running_loop().create_connection(
            Leg,
            upstream.host,
            upstream.port,
            ssl=upstream.tls,
            server_hostname=upstream.host if upstream.is_tls else None,
        )
        return leg

    # Private: what goes wrong.

    def _fail(self, error: Exception, tap: Tap) -> None:
        """The upstream gave no answer that could be passed on: the client gets one of ours."""
        upstream = self._route.upstream
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
            case ssl.SSLCertVerificationError():
                return f"its certificate is not trusted: {error.verify_message}"
            case ssl.SSLError():
                return f"TLS failed: {error.reason or error}"
            case ConnectionError(errno=None):
                return f"{who} {str(error) or LEFT}"
            case OSError():
                return f"cannot be reached: {error.strerror or error}"
        return str(error)


def _is_informational(status: int) -> bool:
    """Whether another answer follows this one (RFC 9110, section 15.2)."""
    return status < 200 and status != HTTPStatus.SWITCHING_PROTOCOLS


def _status(error: Exception, on_timeout: HTTPStatus) -> HTTPStatus:
    if isinstance(error, HandshakeError):
        return error.status
    return on_timeout if isinstance(error, TimeoutError) else HTTPStatus.BAD_GATEWAY


def _model(target: str) -> str | None:
    """The model that the request's query names; Azure calls it a deployment."""
    query = parse_qs(urlsplit(target).query)
    names = query.get("model") or query.get("deployment")
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
