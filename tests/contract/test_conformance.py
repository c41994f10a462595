"""What a peer sees of the other one's conduct at any door is what it sees without realtap.

Each case is said to a real WebSocket server directly and through the door, by a client that sends
exactly these bytes; what comes back, until the server ends the connection, is compared. Servers say the
same to clients, who have to get exactly these bytes.
"""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from doors import EVERY_DOOR, Door
from raw_peers import PATIENCE_S, REQUEST, Peer, RawUpstream, frame
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import Server, serve
from websockets.frames import Opcode

from realtap.proxy.door import Proxy

pytestmark = EVERY_DOOR

type MakeProxy = Callable[..., Proxy]
type Say = Callable[..., bytes]
"""Makes a frame of a side."""
type Family = Callable[[Say], dict[str, bytes]]
"""Makes cases of a kind, as a side says them."""

client_says: Say = partial(frame, mask=True)
server_says: Say = frame

LEGAL_CODES = (1000, 1001, 1002, 1003, 1007, 1010, 1011, 3000, 3999, 4000, 4999)
ILLEGAL_CODES = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)


def with_first_byte(first: int, sound: bytes) -> bytes:
    """A frame whose first byte is not what it should be."""
    return bytes([first]) + sound[1:]


def with_longer_length(short: bytes) -> bytes:
    """A frame that tells its length in more bytes than it needs."""
    length = short[1] & 0x7F
    return bytes([short[0], short[1] - length + 126, 0, length]) + short[2:]


def close(say: Say, code: int, reason: bytes = b"") -> bytes:
    return say(code.to_bytes(2) + reason, Opcode.CLOSE)


def goodbye(say: Say) -> bytes:
    return close(say, 1000, b"done")


def frames(say: Say) -> dict[str, bytes]:
    return {
        **{f"{size} bytes": say(b"a" * size) for size in (0, 1, 125, 126, 127, 65_535, 65_536)},
        "binary": say(bytes(range(256)), Opcode.BINARY),
        "a length in more bytes than it needs": with_longer_length(say(b"a")),
    }


def pings(say: Say) -> dict[str, bytes]:
    return {
        "ping": say(b"are you there", Opcode.PING),
        "ping of no bytes": say(b"", Opcode.PING),
        "ping of 125 bytes": say(b"p" * 125, Opcode.PING),
        "ping of 126 bytes": with_first_byte(0x89, say(b"p" * 126)),
        "pong that nobody asked for": say(b"unasked", Opcode.PONG),
        "ten pings": b"".join(say(b"%d" % number, Opcode.PING) for number in range(10)),
    }


def reserved(say: Say) -> dict[str, bytes]:
    hello = say(b"hello")
    bits = (0x40, 0x20, 0x10, 0x70)
    return {
        **{f"reserved bits {bit:#x}": with_first_byte(0x81 | bit, hello) for bit in bits},
        **{f"opcode {code:#x}": with_first_byte(0x80 | code, hello) for code in (3, 7, 11, 15)},
        "a ping with a reserved bit": with_first_byte(0xC9, hello),
        "no mask, or one too many": (server_says if say is client_says else client_says)(b"hello"),
    }


def fragments(say: Say) -> dict[str, bytes]:
    first, last = say(b"a", fin=False), say(b"b", Opcode.CONT)
    middle, ping = say(b"x", Opcode.CONT, fin=False), say(b"!", Opcode.PING)
    return {
        "two": first + last,
        "many": first + middle * 500 + last,
        "empty ones": say(b"", fin=False)
        + say(b"", Opcode.CONT, fin=False)
        + say(b"", Opcode.CONT),
        "a continuation of nothing": last,
        "a continuation of nothing that is not the last": middle + last,
        "a message inside a message": first + say(b"b"),
        "another beginning": first + first,
        "a reserved bit on a continuation": first + with_first_byte(0xC0, last),
        "a reserved opcode inside a message": first + with_first_byte(0x83, last),
        "a fragmented ping": with_first_byte(0x09, ping) + with_first_byte(0x80, ping),
        "a close inside a message": first + goodbye(say),
    }


def interrupted(say: Say) -> dict[str, bytes]:
    """Control frames inside a message, which they may overtake (RFC 6455, section 5.4)."""
    first, last = say(b"a", fin=False), say(b"b", Opcode.CONT)
    middle, ping = say(b"x", Opcode.CONT, fin=False), say(b"!", Opcode.PING)
    return {
        "by a ping": first + ping + last,
        "by pings": first + ping + middle + ping + ping + last,
        "by a pong": first + say(b"unasked", Opcode.PONG) + last,
        "by a ping that is too long": first + with_first_byte(0x89, say(b"p" * 126)) + last,
    }


def utf_8(say: Say) -> dict[str, bytes]:
    bad = {
        "a surrogate": b"hello \xed\xa0\x80",
        "more bytes than it needs": b"hello \xc0\xaf",
        "beyond the last character": b"hello \xf4\x90\x80\x80",
        "a byte that never occurs": b"hello \xff!",
        "cut off": b"hello \xce",
    }
    in_bytes = [say(bytes([byte]), Opcode.CONT, fin=False) for byte in "κόδμε 𐀀".encode()]
    return {
        "good": say("\ufeffκόδμε 𐀀 é \uffff".encode()),
        "cut between fragments": say(b"\xce", fin=False) + say(b"\xba", Opcode.CONT),
        "a fragment a byte": b"".join([say(b"", fin=False), *in_bytes, say(b"", Opcode.CONT)]),
        **{name: say(payload) for name, payload in bad.items()},
        "bad in the second fragment": say(b"\xce", fin=False) + say(b"\xce", Opcode.CONT),
    }


def closes(say: Say) -> dict[str, bytes]:
    return {
        **{f"code {code}": close(say, code) for code in LEGAL_CODES + ILLEGAL_CODES},
        "no code": say(b"", Opcode.CLOSE),
        "half a code": say(b"\x03", Opcode.CLOSE),
        "a reason of 123 bytes": close(say, 1000, b"r" * 123),
        "a reason of 124 bytes": with_first_byte(0x88, say(b"\x03\xe8" + b"r" * 124)),
        "a reason that is no UTF-8": close(say, 1000, b"\xce\xff"),
        "a message behind it": goodbye(say) + say(b"too late"),
        "a ping behind it": goodbye(say) + say(b"too late", Opcode.PING),
        "another one behind it": goodbye(say) + close(say, 1001),
    }


def beginnings(say: Say) -> dict[str, bytes]:
    """What a receiver fails on before the frame, or the message, has come to its end."""
    long = say(b"\xff" + b"a" * 70_000)[:20]
    return {
        "a bad fragment that is not the last": say(b"a\xff", fin=False),
        "the bad beginning of a frame": long,
        "a continuation of nothing that is not finished": with_first_byte(0x80, long),
        "a reserved opcode before its payload": with_first_byte(0x83, long)[:10],
    }


FAMILIES: tuple[Family, ...] = (frames, pings, reserved, fragments, utf_8, closes)
"""Cases that come and go in the same order."""


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


@pytest.mark.parametrize("family", [*FAMILIES, interrupted])
async def test_a_server_answers_everything_as_it_would_without_realtap(
    make_proxy: MakeProxy, door: Door, family: Family
) -> None:
    async with echo_server() as server, make_proxy(url_of(server)) as proxy:
        for name, said in family(client_says).items():
            sent = said + goodbye(client_says)
            expected = await seen_directly(url_of(server), sent)
            async with door.client(proxy) as client:
                assert await seen(client, sent) == expected, name


@pytest.mark.parametrize("family", [*FAMILIES, beginnings])
async def test_a_client_gets_every_byte_of_a_server_whatever_it_says(
    make_proxy: MakeProxy, door: Door, family: Family
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        for name, said in family(server_says).items():
            async with door.session(proxy, upstream) as (client, server):
                await server.send(said)
                await server.close()
                assert await client.receive_all() == said, name


async def test_a_server_can_fail_a_message_before_its_end(
    make_proxy: MakeProxy, door: Door
) -> None:
    failed = frame(b"\x03\xefno", Opcode.CLOSE)
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        for sent in beginnings(client_says).values():
            async with door.session(proxy, upstream) as (client, server):
                await client.send(sent)
                assert await server.receive(len(sent)) == sent
                await server.send(failed)
                await server.close()
                assert await client.receive_all() == failed


@pytest.mark.parametrize("first", [0xC1, 0x87, 0x8F, 0x80], ids="{:#x}".format)
async def test_a_server_answers_what_came_before_the_bytes_it_fails_on(
    make_proxy: MakeProxy, door: Door, first: int
) -> None:
    """A client that leaves a server time gets its answer; ours might take too much of that time."""
    bad = with_first_byte(first, client_says(b"bad"))
    async with echo_server() as server, make_proxy(url_of(server)) as proxy:
        async with door.client(proxy) as client:
            received = await seen(client, client_says(b"good") + bad)
    answer = frame(b"good")
    assert received.startswith(answer)
    assert received[len(answer) :].startswith(b"\x88")


async def test_bytes_that_are_no_frames_come_apart_from_the_message_before_them(
    make_proxy: MakeProxy, door: Door
) -> None:
    good, bad = client_says(b"good"), with_first_byte(0xC1, client_says(b"bad"))
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.session(proxy, upstream) as (client, server):
            await client.send(good + bad)
            assert await server.reader.read(1000) == good
            assert await server.receive(len(bad)) == bad
            await client.send(b"more")
            assert await server.receive(4) == b"more"
            await server.close()
            await client.receive_all()


async def test_bytes_that_wait_when_a_session_is_ended_still_go_out(
    make_proxy: MakeProxy, door: Door
) -> None:
    good, bad = client_says(b"good"), with_first_byte(0xC1, client_says(b"bad"))
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.session(proxy, upstream) as (client, server):
            await client.send(good + bad)
            assert await server.reader.read(1000) == good
            [session] = proxy.sessions
            session.stop()
            assert await server.receive_all() == bad
            await server.close()
            await client.receive_all()


async def test_octets_that_come_one_by_one_are_one_message(
    make_proxy: MakeProxy, door: Door
) -> None:
    said = interrupted(client_says)["by pings"] + client_says("é 𐀀".encode() * 20)
    pongs = frame(b"!", Opcode.PONG) * 3
    answer = pongs + frame(b"axb") + frame("é 𐀀".encode() * 20)
    async with echo_server() as server, make_proxy(url_of(server)) as proxy:
        async with door.client(proxy) as client:
            await client.send(REQUEST % b"h")
            await client.receive_head()
            for octet in said:
                await client.send(bytes([octet]))
            assert await client.receive(len(answer)) == answer


@pytest.mark.parametrize("size", [1, 65_536, 4 * 1024 * 1024])
async def test_compression_that_a_client_offers_is_not_agreed_on(
    make_proxy: MakeProxy, door: Door, size: int
) -> None:
    """A compressed message could not be read; the upstream never sees the offer."""
    async with (
        serve(echo, "127.0.0.1", 0, max_size=None, compression="deflate") as server,
        make_proxy(url_of(server)) as proxy,
    ):
        async with door.client(proxy) as client:
            offers = (
                b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
                b"sec-websocket-extensions: permessage-deflate, x-webkit-deflate-frame\r\n\r\n"
            )
            await client.send(REQUEST[:-2] % b"h" + offers)
            head = await client.receive_head()
            assert head.startswith(b"HTTP/1.1 101 ")
            assert b"extensions" not in head.lower()
            await client.send(client_says(b"z" * size, Opcode.BINARY))
            echoed = frame(b"z" * size, Opcode.BINARY)
            assert await client.receive(len(echoed)) == echoed


async def test_a_client_that_insists_on_fragments_is_understood(
    make_proxy: MakeProxy, door: Door
) -> None:
    async with echo_server() as server, make_proxy(url_of(server)) as proxy:
        async with door.client(proxy) as client:
            await client.send(REQUEST % b"h")
            await client.receive_head()
            await client.send(client_says(b"a" * 4096, fin=False))
            for _ in range(254):
                await client.send(client_says(b"a" * 4096, Opcode.CONT, fin=False))
            await client.send(client_says(b"a" * 4096, Opcode.CONT))
            echoed = frame(b"a" * 4096 * 256)
            assert await client.receive(len(echoed)) == echoed
