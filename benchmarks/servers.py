"""The upstreams, each a process of its own: `python -m benchmarks.servers NAME PORT`.

`echo` is a real `websockets` server. `wire` speaks just enough WebSocket to get out of the way: it
pours frames that were encoded beforehand, or counts the bytes that arrive, so that a relay between
it and a client of its kind is the slowest part.
"""

import asyncio
import socket
import sys
import threading
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from . import events
from .processes import LOOPBACK

BACKLOG = 512
"""So many clients may call at once: a hundred sessions start together."""

CHUNK_BYTES = 256 * 1024
"""What the wire's ends read and write at a time: as much as asyncio reads."""

GO = Frame(Opcode.TEXT, b'{"type":"go"}').serialize(mask=True)
"""What a client sends when it is ready to be poured on."""

SWALLOWED = Frame(Opcode.TEXT, b'{"type":"swallowed"}').serialize(mask=False)
"""What the server says when it has counted the last byte."""

EVENTS = {"short": events.short_events, "audio": events.audio_events}


async def serve_echo(port: int) -> None:
    """Serve until the process is ended: every message goes back as it came."""

    async def echo(client: ServerConnection) -> None:
        async for message in client:
            await client.send(message)

    async with serve(
        echo, LOOPBACK, port, compression=None, max_size=None, backlog=BACKLOG
    ) as server:
        await server.serve_forever()


def serve_wire(port: int) -> None:
    """Serve until the process is ended, one thread a connection."""
    with socket.create_server((LOOPBACK, port), backlog=BACKLOG) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve_one, args=(connection,), daemon=True).start()


def _serve_one(connection: socket.socket) -> None:
    with connection:
        try:
            request = _shake_hands(connection)
            if request is not None:
                _obey(connection, request)
        except OSError:
            # The client has what it came for, and may leave first.
            return


def _shake_hands(connection: socket.socket) -> Request | None:
    protocol = ServerProtocol()
    while data := connection.recv(CHUNK_BYTES):
        protocol.receive_data(data)
        for request in protocol.events_received():
            if isinstance(request, Request):
                protocol.send_response(protocol.accept(request))
                connection.sendall(b"".join(protocol.data_to_send()))
                return request
    return None


def _obey(connection: socket.socket, request: Request) -> None:
    """Pour events, or swallow them: the query of the request says what and how many."""
    query = parse_qs(urlsplit(request.path).query)
    kind, messages = query["events"][0], int(query["messages"][0])
    if query["do"] == ["pour"]:
        encoded = frames(kind, mask=False)
        swallow(connection, len(GO))
        pour(connection, encoded, messages)
    else:
        swallow(connection, len(frames(kind, mask=True)[0]) * messages)
        connection.sendall(SWALLOWED)
    while connection.recv(CHUNK_BYTES):
        pass


# What both ends of the wire do.


def frames(kind: str, *, mask: bool) -> list[bytes]:
    """The encoded events of a kind, all of one length."""
    return [Frame(Opcode.TEXT, event.encode()).serialize(mask=mask) for event in EVENTS[kind]()]


def pour(connection: socket.socket, encoded: list[bytes], messages: int) -> None:
    """Send so many frames, as fast as they are taken."""
    batch = b"".join(encoded) * max(1, CHUNK_BYTES // sum(map(len, encoded)))
    left_bytes = messages * len(encoded[0])
    while left_bytes > 0:
        connection.sendall(batch[:left_bytes])
        left_bytes -= len(batch)


def swallow(connection: socket.socket, size_bytes: int) -> None:
    """Receive so many bytes and forget them."""
    buffer = bytearray(CHUNK_BYTES)
    while size_bytes > 0:
        received = connection.recv_into(buffer)
        if not received:
            raise ConnectionResetError(f"the wire ended {size_bytes} bytes early")
        size_bytes -= received


if __name__ == "__main__":
    name, port_text = sys.argv[1:]
    if name == "echo":
        asyncio.run(serve_echo(int(port_text)))
    else:
        serve_wire(int(port_text))
