"""The way of plain HTTP, and of captured apps: through mitmproxy in a process of its own.

The process is started when the first plain request comes, or with the proxy when modes are wanted. A
client's bytes are spliced to it. If it dies, its connections break, sessions that came in at the door
go on, and the next request starts another one.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import msgspec

from ..recordings.errors import RealtapError, UsageError, WireError
from .capture import Capture, CaptureMode, Departure, RestCall
from .dialing import IsOwn, proxy_for
from .http_proxy import HttpProxy
from .leg import Leg
from .mitm.messages import (
    LINE_LIMIT_BYTES,
    Called,
    Failed,
    Left,
    Message,
    Orders,
    Ready,
    Said,
    read_message,
)
from .splice import splice
from .tls import Authority, MissingExtraError, has_extra
from .upstream import Upstream
from .wire.handshake import HandshakeError, Head, refusal

STOPPING_S: Final = 3.0
"""How long the process has to end by itself."""

STEADY_S: Final = 10.0
"""A process that has lived for so long did not end because it cannot work."""

_LOOPBACK: Final = "127.0.0.1"


class HttpWay:
    """One proxy's.

    Args:
        upstream: Where plain requests go that come in at the door.
        capture: The modes, and whom they are for.
        authority: Is made before the process starts, so that both have the same.
        secret: Makes a handover valid: see `handover`.
        door: The host and port where the proxy listens.
        report: Takes one line for people.
        on_call: Told of each request about Realtime.
        on_departure: Told of captured apps that do not trust the authority.
        is_own: Which proxies on the way to pass by.
    """

    def __init__(
        self,
        upstream: Upstream,
        capture: Capture,
        authority: Authority,
        secret: str,
        *,
        door: tuple[str, int],
        report: Callable[[str], None],
        on_call: Callable[[RestCall], None],
        on_departure: Callable[[Departure], None],
        is_own: IsOwn,
    ) -> None:
        self.modes: tuple[CaptureMode, ...] = ()
        """The modes that are at work."""
        self._upstream = upstream
        self._capture = capture
        self._authority = authority
        self._secret = secret
        self._report = report
        self._on_call = on_call
        self._on_departure = on_departure
        self._is_own = is_own
        self._door = (_reachable(door[0]), door[1])
        self._starting = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._port = 0

    @property
    def pid(self) -> int | None:
        """mitmproxy's process; None while there is none."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Begin to capture, if that is wanted.

        Raises:
            UsageError: A mode is none, or mitmproxy is not installed.
            WireError: A mode cannot be started.
        """
        if not self._capture.modes:
            return
        if not has_extra():
            raise UsageError(str(MissingExtraError("--mode")))
        await self._start()

    async def stop(self) -> None:
        """End the process, and with it all connections through it."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), STOPPING_S)
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])

    async def serve(self, client: Leg, request: Head) -> None:
        """Pass a client's plain requests on until it is gone."""
        if not has_extra():
            text = str(MissingExtraError("a plain HTTP request"))
            self._report(f"refused a request ({HTTPStatus.NOT_IMPLEMENTED.value}): {text}")
            client.write(refusal(HTTPStatus.NOT_IMPLEMENTED, text))
            client.close()
            return
        try:
            gateway = await self._reach()
        except (RealtapError, OSError) as error:
            self._report(f"refused a request ({HTTPStatus.BAD_GATEWAY.value}): {error}")
            client.write(refusal(HTTPStatus.BAD_GATEWAY, str(error)))
            client.close()
            return
        try:
            await splice(client, gateway, request.wire)
        finally:
            gateway.abort()

    # Private: the process.

    async def _reach(self) -> Leg:
        """A connection to the process, which is started when it does not run."""
        process = self._process
        if process is not None:
            try:
                return await self._dial()
            except ConnectionRefusedError:
                # It has just died: the end of its output comes later than the end of its port.
                if self._process is process:
                    self._process = None
        await self._start()
        return await self._dial()

    async def _dial(self) -> Leg:
        loop = asyncio.get_running_loop()
        _, leg = await loop.create_connection(Leg, _LOOPBACK, self._port)
        return leg

    async def _start(self) -> None:
        async with self._starting:
            if self._process is not None:
                return
            # Two processes that make one at the same time would make two.
            await self._authority.load()
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                # The folder where the person stands may have an `http.py` of its own.
                "-P",
                "-m",
                f"{__package__}.mitm",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                # What it has to say to people comes as a message: a terminal may show an interface.
                stderr=asyncio.subprocess.DEVNULL,
                limit=LINE_LIMIT_BYTES,
            )
            try:
                ready = await self._begin(process)
            except BaseException:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
                raise
            self._process, self._port, self.modes = process, ready.port, ready.modes
            loop = asyncio.get_running_loop()
            self._listening = loop.create_task(self._listen(process), name="mitmproxy")

    async def _begin(self, process: asyncio.subprocess.Process) -> Ready:
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(self._orders(await self._through())) + b"\n")
        while (message := await _next(process)) is not None:
            if isinstance(message, Ready):
                return message
            self._take(message)
        raise WireError("mitmproxy has ended before it was ready")

    async def _through(self) -> HttpProxy | None:
        """The proxy that the network asks for."""
        try:
            return await proxy_for(self._upstream, is_own=self._is_own)
        except HandshakeError as error:
            self._report(f"plain requests go to the server directly: {error}")
            return None

    def _orders(self, through: HttpProxy | None) -> Orders:
        upstream = self._upstream
        scheme = "https" if upstream.is_tls else "http"
        host = f"[{upstream.host}]" if ":" in upstream.host else upstream.host
        return Orders(
            door_host=self._door[0],
            door_port=self._door[1],
            secret=self._secret,
            reverse=f"{scheme}://{host}:{upstream.port}",
            path_prefix=upstream.path_prefix,
            upstream_hosts=(f"{upstream.host}:{upstream.port}",),
            through="" if through is None else through.url,
            through_authorization=(through and through.authorization) or "",
            modes=self._capture.modes,
            realtime_hosts=self._capture.realtime_hosts,
            confdir=str(self._authority.confdir),
            parent_pid=os.getpid(),
        )

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        while (message := await _next(process)) is not None:
            try:
                self._take(message)
            except RealtapError as error:
                self._report(str(error))
            except Exception as error:  # noqa: BLE001 -- who does not listen stops mitmproxy, too
                self._report(f"a fault of realtap: {error!r} when mitmproxy told something")
        await process.wait()
        if self._process is not process:
            return
        self._process = None
        if self._capture.modes:
            await self._capture_again(lived_s=clock() - began)

    async def _capture_again(self, *, lived_s: float) -> None:
        """Start another process for the modes, unless that one would end at once, too."""
        if lived_s < STEADY_S:
            self._report("mitmproxy has ended: no app is captured until realtap is started again")
            return
        self._report("mitmproxy has ended, and is started again: captured connections were cut")
        before = self.modes
        try:
            await self._start()
        except (RealtapError, OSError) as error:
            self._report(f"no app is captured any more: {error}")
            return
        for mode in self.modes:
            if mode not in before:
                self._report(f"--mode {mode.mode} listens at {' '.join(mode.addresses)} now")

    def _take(self, message: Message) -> None:
        match message:
            case Called(call):
                self._on_call(call)
            case Left(departure):
                self._on_departure(departure)
            case Said(text):
                self._report(text)
            case Failed(reason, is_usage):
                raise UsageError(reason) if is_usage else WireError(reason)
            case Ready():
                return


async def _next(process: asyncio.subprocess.Process) -> Message | None:
    """The next message; None when the process has ended."""
    assert process.stdout is not None
    line = await process.stdout.readline()
    return read_message(line) if line else None


def _reachable(host: str) -> str:
    """Where this machine reaches a door that listens on an address."""
    return {"": _LOOPBACK, "0.0.0.0": _LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 -- compared only
