"""The door: sessions begin and end, are told, and are ended in order."""

from collections.abc import Callable

import pytest
from raw_peers import ANSWER, REQUEST, RawUpstream, frame, raw_client, raw_session
from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosedOK
from websockets.frames import Opcode

from realtap.proxy.door import Proxy
from realtap.recordings.event import Closed, Side
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]


async def wait_closed(connection: Connection) -> None:
    await connection.wait_closed()


async def test_a_session_is_told_when_it_begins_and_when_it_ends(
    make_proxy: MakeProxy, folder: RecordingsFolder, reports: list[str]
) -> None:
    async with serve(wait_closed, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with make_proxy(f"ws://127.0.0.1:{port}") as proxy:
            uri = f"{proxy.url}/realtime?model=m"
            async with connect(uri, user_agent_header="App/1") as client:
                await client.send("one")
    [path] = folder.paths()
    assert reports == [
        f"session {path.stem} began: App/1",
        f"session {path.stem} ended: 1 message, by the client with code 1000",
    ]


async def test_stopping_the_proxy_closes_both_ends_with_going_away(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    codes: list[int | None] = []

    async def note_code(connection: Connection) -> None:
        await connection.wait_closed()
        codes.append(connection.close_code)

    async with serve(note_code, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        proxy = make_proxy(f"ws://127.0.0.1:{port}")
        await proxy.start()
        async with connect(f"{proxy.url}/realtime?model=m") as client:
            assert len(list(proxy.sessions)) == 1
            await proxy.stop()
            with pytest.raises(ConnectionClosedOK):
                await client.recv()
            assert (client.close_code, client.close_reason) == (1001, "realtap was stopped")
    assert codes == [1001]
    assert list(proxy.sessions) == []
    [closed] = [e for e in Recording(folder.paths()[0]).entries() if isinstance(e, Closed)]
    assert (closed.code, closed.extra) == (1001, {"origin": "injected"})


async def test_stopping_cuts_a_peer_that_does_not_answer_the_close_frame(
    make_proxy: MakeProxy,
) -> None:
    async with RawUpstream() as upstream:
        proxy = make_proxy(upstream.url)
        await proxy.start()
        async with raw_session(proxy.port, upstream) as (client, _server):
            async with raw_client(proxy.port) as undecided:
                await undecided.send(b"GET /")
                await proxy.stop()
            close = frame(b"\x03\xe9realtap was stopped", Opcode.CLOSE)
            assert await client.receive(len(close)) == close
    assert list(proxy.sessions) == []


async def test_stopping_ends_a_handshake_that_the_upstream_leaves_open(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with RawUpstream() as upstream:
        proxy = make_proxy(upstream.url)
        await proxy.start()
        async with raw_client(proxy.port) as client:
            await client.send(REQUEST % b"h")
            server = await upstream.accept()
            await server.receive_head()
            await proxy.stop()
            assert list(proxy.sessions) == []
            assert await server.receive_all() == b""
    [closed] = [e for e in Recording(folder.paths()[0]).entries() if isinstance(e, Closed)]
    assert closed.reason == "realtap was stopped"


async def test_what_a_peer_sends_right_behind_its_handshake_is_not_lost(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    early_up, early_down = frame(b'{"type":"up"}', mask=True), frame(b'{"type":"down"}')
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_client(proxy.port) as client:
            await client.send(REQUEST % b"h" + early_up)
            server = await upstream.accept()
            await server.receive_head()
            await server.send(ANSWER + early_down)
            assert await client.receive(len(ANSWER + early_down)) == ANSWER + early_down
            assert await server.receive(len(early_up)) == early_up
    events = list(Recording(folder.paths()[0]).events())
    assert sorted((event.side, event.type) for event in events) == [
        (Side.CLIENT, "up"),
        (Side.SERVER, "down"),
    ]


async def test_an_answer_before_the_answer_is_passed_on(make_proxy: MakeProxy) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_client(proxy.port) as client:
            await client.send(REQUEST % b"h")
            server = await upstream.accept()
            await server.receive_head()
            await server.send(hints + ANSWER)
            assert await client.receive(len(hints + ANSWER)) == hints + ANSWER


async def test_a_client_that_is_refused_cannot_ask_again_on_the_same_connection(
    make_proxy: MakeProxy,
) -> None:
    """A second request would cross the proxy unseen."""
    answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_client(proxy.port) as client:
            await client.send(REQUEST % b"h")
            server = await upstream.accept()
            await server.receive_head()
            await server.send(answer)
            assert await client.receive_all() == answer
            assert await server.receive_all() == b""
