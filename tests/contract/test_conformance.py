"""What a client sees of an upstream's conduct at any door is what it sees without realtap.

Each case is sent to a real WebSocket server directly and through the door, by a client that sends
exactly these bytes; what comes back, until the server ends the connection, is compared.
"""

import asyncio
from collections.abc import Callable

import pytest
from doors import EVERY_DOOR, Door
from raw_peers import PATIENCE_S, REQUEST, Peer, RawUpstream, frame
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import Server, serve
from websockets.frames import Opcode

from realtap.proxy.door import Proxy

pytestmark = EVERY_DOOR

type MakeProxy = Callable[..., Proxy]


def say(payload: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    return frame(payload, opcode, fin=fin, mask=True)


def close(code: int, reason: bytes = b"") -> bytes:
    return say(code.to_bytes(2) + reason, Opcode.CLOSE)


def with_first_byte(first: int) -> bytes:
    """A short frame whose first byte is not what it should be."""
    return bytes([first]) + say(b"hello")[1:]


GOODBYE = close(1000, b"done")

FRAMES = {
    "empty": say(b""),
    "125 bytes": say(b"a" * 125),
    "126 bytes": say(b"a" * 126),
    "65536 bytes": say(b"a" * 65_536),
    "binary": say(bytes(range(256)), Opcode.BINARY),
    "a length in more bytes than it needs": b"\x81\xfe\x00\x01\x00\x00\x00\x00a",
}
PINGS = {
    "ping": say(b"are you there", Opcode.PING),
    "ping of 125 bytes": say(b"p" * 125, Opcode.PING),
    "ping of 126 bytes": b"\x89\xfe\x00\x7e" + b"\x00" * 4 + b"p" * 126,
    "pong that nobody asked for": say(b"unasked", Opcode.PONG),
    "ten pings": b"".join(say(b"%d" % number, Opcode.PING) for number in range(10)),
}
RESERVED = {
    **{
        f"reserved bits {bits:#x}": with_first_byte(0x81 | bits)
        for bits in (0x40, 0x20, 0x10, 0x70)
    },
    **{f"opcode {opcode:#x}": with_first_byte(0x80 | opcode) for opcode in (3, 7, 11, 15)},
    "a reserved bit behind a message": say(b"fine") + with_first_byte(0xC1),
    "no mask": frame(b"hello"),
}
FRAGMENTS = {
    "two": say(b"a", fin=False) + say(b"b", Opcode.CONT),
    "empty ones": say(b"", fin=False) + say(b"", Opcode.CONT, fin=False) + say(b"", Opcode.CONT),
    "a ping between": say(b"a", fin=False) + say(b"!", Opcode.PING) + say(b"b", Opcode.CONT),
    "a continuation of nothing": say(b"b", Opcode.CONT),
    "a message inside a message": say(b"a", fin=False) + say(b"b"),
    "a fragmented ping": with_first_byte(0x09) + with_first_byte(0x80),
    "a close inside a message": say(b"a", fin=False) + GOODBYE,
    "many": b"".join(
        [say(b"x", fin=False), *(say(b"x", Opcode.CONT, fin=False) for _ in range(500))]
    )
    + say(b"x", Opcode.CONT),
}
UTF_8 = {
    "good": say("κόσμε 𐀀 é".encode()),
    "cut between fragments": say(b"\xce", fin=False) + say(b"\xba", Opcode.CONT),
    "bad": say(b"hello \xed\xa0\x80"),
    "bad at the end": say(b"hello \xce"),
}
EARLY = {
    "a bad fragment that is not the last": say(b"a\xff", fin=False),
    "the bad beginning of a frame": b"\x81\xff" + (1000).to_bytes(8) + b"\x00" * 4 + b"\xff",
    "a continuation of nothing that is not finished": b"\x80\xff"
    + (1000).to_bytes(8)
    + b"\x00" * 4,
    "a reserved opcode before its payload": b"\x83\xff" + (1000).to_bytes(8),
}
"""What a server fails on before the frame, or the message, has come to its end."""

CLOSES = {
    **{f"code {code}": close(code) for code in (1000, 1001, 1003, 1007, 1011, 3000, 4000, 4999)},
    **{f"code {code}": close(code) for code in (0, 999, 1004, 1005, 1006, 1015, 2000, 5000)},
    "no code": say(b"", Opcode.CLOSE),
    "half a code": say(b"\x03", Opcode.CLOSE),
    "a reason of 123 bytes": close(1000, b"r" * 123),
    "a reason that is no UTF-8": close(1000, b"\xce\xff"),
    "a message behind it": GOODBYE + say(b"too late"),
    "a ping behind it": GOODBYE + say(b"too late", Opcode.PING),
    "another one behind it": GOODBYE + close(1001),
}
FAMILIES = [FRAMES, PINGS, RESERVED, FRAGMENTS, UTF_8, CLOSES]
NAMES = ["frames", "pings", "reserved", "fragments", "utf-8", "closes"]


async def echo(connection: Connection) -> None:
    async for message in connection:
        await connection.send(message)


def echo_server() -> serve:
    return serve(echo, "127.0.0.1", 0, max_size=None, compression=None, ping_interval=None)


def url_of(server: Server) -> str:
    return f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def seen(peer: Peer, sent: bytes) -> bytes:
    """What comes back behind the handshake when a client says this, in pieces, until the end."""
    await peer.send(REQUEST % b"h")
    assert (await peer.receive_head()).startswith(b"HTTP/1.1 101 ")
    for start in range(0, len(sent), 997):
        await peer.send(sent[start : start + 997])
    received = b""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while data := await peer.reader.read(65_536):
                received += data
    except ConnectionResetError:
        # A server that has not read all that was sent resets the connection when it leaves.
        pass
    return received


async def seen_directly(url: str, sent: bytes) -> bytes:
    host, _, port = url.removeprefix("ws://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        return await seen(Peer(reader, writer), sent)
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("family", FAMILIES, ids=NAMES)
async def test_a_server_answers_everything_as_it_would_without_realtap(
    make_proxy: MakeProxy, door: Door, family: dict[str, bytes]
) -> None:
    async with echo_server() as server, make_proxy(url_of(server)) as proxy:
        for name, said in family.items():
            sent = said + GOODBYE
            expected = await seen_directly(url_of(server), sent)
            async with door.client(proxy) as client:
                assert await seen(client, sent) == expected, name


async def test_a_server_can_fail_a_message_before_its_end(
    make_proxy: MakeProxy, door: Door
) -> None:
    failed = frame(b"\x03\xefno", Opcode.CLOSE)
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        for sent in EARLY.values():
            async with door.session(proxy, upstream) as (client, server):
                await client.send(sent)
                assert await server.receive(len(sent)) == sent
                await server.send(failed)
                await server.close()
                assert await client.receive_all() == failed


@pytest.mark.parametrize("size", [1, 65_536, 4 * 1024 * 1024])
async def test_compression_that_a_client_offers_is_not_agreed_on(
    make_proxy: MakeProxy, door: Door, size: int
) -> None:
    """A compressed message could not be read; the upstream never sees the offer."""
    async with echo_server() as server, make_proxy(url_of(server)) as proxy:
        async with door.client(proxy) as client:
            offer = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
            await client.send(REQUEST[:-2] % b"h" + offer)
            head = await client.receive_head()
            assert head.startswith(b"HTTP/1.1 101 ")
            assert b"extensions" not in head.lower()
            await client.send(say(b"z" * size, Opcode.BINARY))
            echoed = frame(b"z" * size, Opcode.BINARY)
            assert await client.receive(len(echoed)) == echoed


async def test_a_client_that_insists_on_fragments_is_understood(
    make_proxy: MakeProxy, door: Door
) -> None:
    async with echo_server() as server, make_proxy(url_of(server)) as proxy:
        async with door.client(proxy) as client:
            await client.send(REQUEST % b"h")
            await client.receive_head()
            pieces = [say(b"a" * 4096, fin=False)]
            pieces += [say(b"a" * 4096, Opcode.CONT, fin=False) for _ in range(254)]
            pieces += [say(b"a" * 4096, Opcode.CONT)]
            for piece in pieces:
                await client.send(piece)
            echoed = frame(b"a" * 4096 * 256)
            assert await client.receive(len(echoed)) == echoed
