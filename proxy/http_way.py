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
from typing import TYPE_CHECKING, Final

from ..recordings.errors import RealtapError, UsageError, WireError
from .capture import Capture, CaptureMode, RestCall
from .leg import Leg
from .tls import Authority, MissingExtraError, has_extra
from .upstream import Upstream
from .wire.handshake import Head, refusal

if TYPE_CHECKING:
    from .mitm.messages import Message, Orders, Ready

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
    ) -> None:
        self.modes: tuple[CaptureMode, ...] = ()
        """The modes that are at work."""
        self._upstream = upstream
        self._capture = capture
        self._authority = authority
        self._secret = secret
        self._report = report
        self._on_call = on_call
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
            await _splice(client, gateway, request.wire)
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
                limit=_line_limit_bytes(),
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

    async def _begin(self, process: asyncio.subprocess.Process) -> "Ready":
        import msgspec  # noqa: PLC0415 -- with the rest of what only this process needs

        from .mitm.messages import Ready  # noqa: PLC0415 -- likewise

        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(self._orders()) + b"\n")
        while (message := await _next(process)) is not None:
            if isinstance(message, Ready):
                return message
            self._take(message)
        raise WireError("mitmproxy has ended before it was ready")

    def _orders(self) -> "Orders":
        from .mitm.messages import Orders  # noqa: PLC0415 -- with the process

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
            modes=self._capture.modes,
            realtime_hosts=self._capture.realtime_hosts,
            confdir=str(self._authority.confdir),
            parent_pid=os.getpid(),
        )

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        while (message := await _next(process)) is not None:
            self._take(message)
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
        try:
            await self._start()
        except (RealtapError, OSError) as error:
            self._report(f"no app is captured any more: {error}")

    def _take(self, message: "Message") -> None:
        from .mitm.messages import Called, Failed, Ready, Said  # noqa: PLC0415 -- with the process

        match message:
            case Called(call):
                self._on_call(call)
            case Said(text):
                self._report(text)
            case Failed(reason, is_usage):
                raise UsageError(reason) if is_usage else WireError(reason)
            case Ready():
                return


def _line_limit_bytes() -> int:
    from .mitm.messages import LINE_LIMIT_BYTES  # noqa: PLC0415 -- with the process

    return LINE_LIMIT_BYTES


async def _next(process: asyncio.subprocess.Process) -> "Message | None":
    """The next message; None when the process has ended."""
    import msgspec  # noqa: PLC0415 -- with the process

    from .mitm.messages import Called, Failed, Ready, Said  # noqa: PLC0415 -- likewise

    assert process.stdout is not None
    line = await process.stdout.readline()
    return msgspec.json.decode(line, type=Ready | Failed | Called | Said) if line else None


def _reachable(host: str) -> str:
    """Where this machine reaches a door that listens on an address."""
    return {"": _LOOPBACK, "0.0.0.0": _LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 -- compared only


# The splice.


async def _splice(client: Leg, gateway: Leg, first: bytes) -> None:
    """Pass bytes on, both ways, until both connections are gone."""
    ended = asyncio.Event()
    client.other, gateway.other = gateway, client
    gateway.write(first)
    there, back = _Pipe(gateway, ended), _Pipe(client, ended)
    there.opposite, back.opposite = back, there
    gateway.start(back)
    client.start(there)
    await ended.wait()


class _Pipe:
    """What one side says goes to the other as it comes. Implements `leg.Receiver`."""

    def __init__(self, destination: Leg, ended: asyncio.Event) -> None:
        self.opposite: _Pipe | None = None
        self.is_lost = False
        self._destination = destination
        self._ended = ended

    def receive_data(self, data: bytes) -> None:
        self._destination.write(data)

    def receive_eof(self) -> None:
        self._destination.end()

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        if error is None:
            self._destination.close()
        else:
            self._destination.reset()
        if self.opposite is not None and self.opposite.is_lost:
            self._ended.set()
