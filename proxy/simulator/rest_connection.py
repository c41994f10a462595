"""A connection that may turn out to be a plain HTTP request instead of a WebSocket.

The library's own parser knows the method GET and no body; everything else is taken out of its hands
before it sees a byte.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import Server, ServerConnection
from websockets.server import ServerProtocol

from .rest import RestAnswer, RestReader, RestRequest

_WEBSOCKET_START = b"GET "


class RestConnection(ServerConnection):
    """Answers a request with another method than GET by `answer`; leaves the others to the library.

    Args:
        answer: Told the request.
    """

    def __init__(
        self,
        answer: Callable[[RestRequest], RestAnswer],
        protocol: ServerProtocol,
        server: Server,
        **options: Any,
    ) -> None:
        super().__init__(protocol, server, **options)
        self._answer = answer
        self._start = b""
        self._rest: RestReader | None = None
        self._is_websocket = self.loop.create_future()

    async def handshake(self, *arguments: Any, **options: Any) -> None:
        """Wait for the first bytes; what is no WebSocket is answered where its bytes come in."""
        waiting = (self._is_websocket, self.connection_lost_waiter)
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if self._rest is None:
            await super().handshake(*arguments, **options)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self._is_websocket.done():
            super().data_received(data)
        elif self._rest is not None:
            self._receive(data)
        else:
            self._decide(self._start + data)

    def _decide(self, start: bytes) -> None:
        if len(start) < len(_WEBSOCKET_START):
            self._start = start
        elif start.startswith(_WEBSOCKET_START):
            self._is_websocket.set_result(None)
            super().data_received(start)
        else:
            self._rest = RestReader()
            self._receive(start)

    def _receive(self, data: bytes) -> None:
        if self._rest is None or self.transport.is_closing():
            return
        found = self._rest.receive_data(data)
        if found is None:
            return
        answer = found if isinstance(found, RestAnswer) else self._answer(found)
        self.transport.write(answer.wire)
        self.transport.close()
