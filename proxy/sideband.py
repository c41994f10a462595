"""A WebRTC or SIP call, joined on its side-band socket (`?call_id=`) to record what is said.

The call's audio does not come this way. realtap is only one more client of the call, and its connection
goes through a proxy's own relay: that stays the one place where events are seen, recorded and injected.
No `session.created` comes, and nothing has to be sent.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.metadata import version
from typing import Final, Self
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from ..recordings.errors import RealtapError, WireError
from ..recordings.plain import one_line
from .capture import RestCall
from .door import Proxy
from .upstream import Upstream, parse_upstream

OPENAI_PATH: Final = "/v1/realtime"
AZURE_PATH: Final = "/openai/v1/realtime"

VIA: Final = "sideband"
"""See `Header.via`."""

_OWN_WORDS: Final = "realtap: "
"""How a refusal begins that is the proxy's own: see `wire.handshake.refusal`."""

_MAX_MESSAGE_BYTES: Final = 64 * 1024 * 1024


class SideBand:
    """A call that is joined; made by `SideBands.join`."""

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


class SideBands:
    """The calls that realtap is in. An async context manager: it leaves at the end of the block.

    Args:
        proxy: Relays and records them; it listens.
    """

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._following: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        following = tuple(self._following)
        for task in following:
            task.cancel()
        if following:
            await asyncio.wait(following)

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
        upstream = upstream or self._proxy.upstream
        connecting = connect(
            # The host is replaced by the upstream's, as any client's is.
            f"ws://realtap{path}?call_id={quote(call_id, safe='')}",
            sock=await self._proxy.inner_connection(upstream, VIA),
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
        """Join a call that was opened through the proxy, to its end; faults are told to people."""
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
            self._proxy.report(str(error))


def _reason(error: Exception, server: str) -> str:
    if not isinstance(error, InvalidStatus):
        return str(error)
    response = error.response
    body = (response.body or b"").decode(errors="replace").strip()
    said = _message(body)
    if said.startswith(_OWN_WORDS):
        # The server gave no answer: these are the relay's words.
        return said.removeprefix(_OWN_WORDS)
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
    return one_line(str(said))[:200]
