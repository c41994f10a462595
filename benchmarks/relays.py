"""The relays to compare with, each as short as it can be: `python -m benchmarks.relays NAME …`.

`tcp` moves bytes and knows nothing of WebSocket: the limit for asyncio. `websockets` is what one
writes by hand: a server glued to a client, which records nothing.
"""

import asyncio
import sys

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

from .processes import LOOPBACK

# The raw TCP relay.


class Leg(asyncio.Protocol):
    """One side of a connection: what it receives goes to the other side."""

    transport: asyncio.Transport
    other: "Leg"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.other.transport.write(data)

    def eof_received(self) -> None:
        self.other.transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        if hasattr(self, "other"):
            self.other.transport.close()

    def pause_writing(self) -> None:
        self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        self.other.transport.resume_reading()


class ClientLeg(Leg):
    """The side that was called; it calls the upstream before it reads."""

    def __init__(self, upstream_port: int) -> None:
        self._upstream_port = upstream_port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.pause_reading()
        self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        _, self.other = await loop.create_connection(Leg, LOOPBACK, self._upstream_port)
        self.other.other = self
        self.transport.resume_reading()


async def relay_tcp(upstream_port: int, port: int) -> None:
    """Serve until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: ClientLeg(upstream_port), LOOPBACK, port)
    await server.serve_forever()


# The bare `websockets` relay.


async def relay_websockets(upstream_port: int, port: int) -> None:
    """Serve until the process is ended."""

    async def copy(
        source: ClientConnection | ServerConnection, sink: ClientConnection | ServerConnection
    ) -> None:
        async for message in source:
            await sink.send(message)
        await sink.close()

    async def relay(client: ServerConnection) -> None:
        path = client.request.path if client.request else "/"
        url = f"ws://{LOOPBACK}:{upstream_port}{path}"
        async with (
            connect(url, compression=None, max_size=None, proxy=None) as upstream,
            asyncio.TaskGroup() as tasks,
        ):
            tasks.create_task(copy(client, upstream))
            tasks.create_task(copy(upstream, client))

    async with serve(relay, LOOPBACK, port, compression=None, max_size=None) as server:
        await server.serve_forever()


RELAYS = {"tcp": relay_tcp, "websockets": relay_websockets}


if __name__ == "__main__":
    asyncio.run(RELAYS[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3])))
