"""Peers that say exactly the bytes they are told, and keep exactly the bytes they get."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from websockets.frames import Frame, Opcode

REQUEST = (
    b"GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\n"
    b"Host: %s\r\n"
    b"User-Agent: RawPeer/1.0\r\n"
    b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\n\r\n"
)

ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\n"
    b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)

PATIENCE_S = 20.0
"""A peer that waits longer than this for its bytes fails its test."""


@dataclass
class Peer:
    """One end of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def receive(self, size: int) -> bytes:
        """Exactly so many bytes."""
        return await asyncio.wait_for(self.reader.readexactly(size), PATIENCE_S)

    async def receive_head(self) -> bytes:
        return await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE_S)

    async def receive_all(self) -> bytes:
        """Everything until the other end closes."""
        return await asyncio.wait_for(self.reader.read(), PATIENCE_S)

    def half_close(self) -> None:
        self.writer.write_eof()

    def reset(self) -> None:
        """End with a TCP reset."""
        connection: socket.socket = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def close(self) -> None:
        self.writer.close()


class RawUpstream:
    """A TCP server whose connections the test drives by hand."""

    def __init__(self) -> None:
        self._arrivals: asyncio.Queue[Peer] = asyncio.Queue()
        self._server: asyncio.Server | None = None
        self._peers: list[Peer] = []

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def accept(self) -> Peer:
        """The next connection."""
        return await asyncio.wait_for(self._arrivals.get(), PATIENCE_S)

    async def accept_session(self) -> Peer:
        """The next connection, after a handshake."""
        peer = await self.accept()
        await peer.receive_head()
        await peer.send(ANSWER)
        return peer

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._arrive, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for peer in self._peers:
            peer.writer.transport.abort()

    async def _arrive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer)
        self._peers.append(peer)
        self._arrivals.put_nowait(peer)


@asynccontextmanager
async def raw_client(port: int) -> AsyncIterator[Peer]:
    """A TCP connection to a port of this machine."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Peer(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def raw_session(port: int, upstream: RawUpstream) -> AsyncIterator[tuple[Peer, Peer]]:
    """A client and its upstream connection, after the handshake."""
    async with raw_client(port) as client:
        await client.send(REQUEST % b"127.0.0.1")
        server = await upstream.accept_session()
        await client.receive(len(ANSWER))
        yield client, server


def frame(
    payload: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True, mask: bool = False
) -> bytes:
    """One frame; a client's is masked."""
    return Frame(opcode, payload, fin).serialize(mask=mask)
