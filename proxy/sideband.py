"""A WebRTC or SIP call, joined on its side-band socket (`?call_id=`) to record what is said.

The call's audio does not come this way. realtap is only one more client of the call, and its connection
goes through a proxy's own relay: that stays the one place where events are seen, recorded and injected.
No `session.created` comes, and nothing has to be sent.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from ..recordings.errors import RealtapError, WireError
from .capture import RestCall
from .door import Proxy
from .entrance import Arrival, Entrance
from .leg import Leg
from .session import Session
from .upstream import Upstream, parse_upstream

OPENAI_PATH: Final = "/v1/realtime"
AZURE_PATH: Final = "/openai/v1/realtime"

VIA: Final = "sideband"
"""See `Header.via`."""

_MAX_MESSAGE_BYTES: Final = 64 * 1024 * 1024


class SideBand:
    """A call that is joined; made by `JoiningProxy.join`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def wait(self) -> None:
        """Hear everything that is said, until the call or the proxy ends the connection."""
        try:
            async for _ in self._connection:
                """The relay has recorded it."""
        except ConnectionClosed:
            return

    async def leave(self) -> None:
        """Close the socket in order; the call goes on without us."""
        await self._connection.close()


class JoiningProxy(Proxy):
    """A proxy that can be a client of calls itself."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._following: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """See `Proxy.stop`."""
        await super().stop()
        for task in tuple(self._following):
            task.cancel()

    @asynccontextmanager
    async def join(
        self,
        call_id: str,
        *,
        headers: Mapping[str, str],
        path: str = OPENAI_PATH,
        upstream: Upstream | None = None,
    ) -> AsyncIterator[SideBand]:
        """Be in a call as long as the block runs; it is recorded like any session.

        Args:
            call_id: The call's, as the `Location` of the answer to `POST …/realtime/calls` names it.
            headers: The key, as the server wants it.
            path: Of the server's Realtime endpoint.
            upstream: The server that holds the call; by default the proxy's own.

        Raises:
            WireError: There is no such call, or the server cannot be reached.
        """
        upstream = upstream or self._upstream
        connecting = connect(
            # The host is replaced by the upstream's, as any client's is.
            f"ws://realtap{path}?call_id={quote(call_id, safe='')}",
            sock=await self._inner_socket(upstream),
            additional_headers=headers,
            user_agent_header=f"realtap/{version('realtap')} side-band",
            compression=None,
            max_size=_MAX_MESSAGE_BYTES,
            proxy=None,
        )
        try:
            connection = await connecting
        except (InvalidHandshake, OSError, TimeoutError) as error:
            reason = _reason(error, upstream.origin)
            raise WireError(f"call {call_id} cannot be joined: {reason}") from error
        side_band = SideBand(connection)
        try:
            yield side_band
        finally:
            await side_band.leave()

    def follow(self, call: RestCall, headers: Mapping[str, str]) -> None:
        """Join a call that was opened through this proxy, to its end; faults are told to people."""
        task = asyncio.get_running_loop().create_task(self._follow(call, headers), name="side-band")
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    async def _follow(self, call: RestCall, headers: Mapping[str, str]) -> None:
        if call.call_id is None:
            return
        path = call.path.partition("?")[0].partition("/calls")[0]
        try:
            upstream = parse_upstream(call.origin.replace("http", "ws", 1))
            async with self.join(
                call.call_id, headers=headers, path=path, upstream=upstream
            ) as side_band:
                await side_band.wait()
        except RealtapError as error:
            self._report(str(error))

    async def _inner_socket(self, upstream: Upstream) -> socket.socket:
        """One end of a connection whose other end is served as a client's."""
        ours, theirs = socket.socketpair()
        route = replace(self._route, entrance=_SideEntrance(self._route.entrance, upstream))

        def serve(client: Leg) -> None:
            session = Session(client, route)
            task = asyncio.get_running_loop().create_task(session.run(), name="side-band session")
            self._sessions[task] = session
            task.add_done_callback(self._forget)

        await asyncio.get_running_loop().create_connection(lambda: Leg(serve), sock=theirs)
        return ours


class _SideEntrance(Entrance):
    """Knows who comes: realtap itself, for a call."""

    def __init__(self, entrance: Entrance, upstream: Upstream) -> None:
        self._entrance = entrance
        self._call_upstream = upstream

    async def enter(self, client: Leg, timeout_s: float) -> Arrival:
        """See `Entrance.enter`."""
        arrival = await self._entrance.enter(client, timeout_s)
        return Arrival(arrival.request, self._call_upstream, VIA)


def _reason(error: Exception, server: str) -> str:
    if not isinstance(error, InvalidStatus):
        return str(error)
    response = error.response
    body = (response.body or b"").decode(errors="replace").strip()
    said = _message(body)
    match response.status_code:
        case HTTPStatus.NOT_FOUND:
            return (
                f"{server} knows no such call ({said or 'status 404'}): it has ended, "
                "or was made with the key of another project"
            )
        case HTTPStatus.UNAUTHORIZED:
            return f"{server} does not take the key ({said or 'status 401'})"
        case status:
            return f"{server} answers with status {status}: {said}"


def _message(body: str) -> str:
    """What an answer's body says, in one line: its JSON error's message, else its beginning."""
    try:
        said = json.loads(body)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        said = body
    return " ".join(str(said).split())[:200]
