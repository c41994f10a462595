"""Whatever comes, the proxy answers or closes cleanly, serves the others and keeps its files whole."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import pytest
from raw_peers import ANSWER, REQUEST, Peer, RawUpstream, frame, raw_client, raw_session
from websockets.frames import Opcode

from realtap.proxy.door import Proxy
from realtap.recordings.errors import WireError
from realtap.recordings.event import Closed, Note, Opened
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]

SHORT_S = 0.3
"""A time-out that a test can wait for."""


async def assert_still_serving(proxy: Proxy, upstream: RawUpstream) -> None:
    """A session goes through as if nothing had happened."""
    async with raw_session(proxy.port, upstream) as (client, server):
        await client.send(frame(b"hello", mask=True))
        assert len(await server.receive(11)) == 11


def status_of(answer: bytes) -> int:
    return int(answer.split()[1])


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        (b"\x00\x01garbage", 400, "not an HTTP/1.1 request"),
        (b"hello there\r\n\r\n", 400, "not an HTTP/1.1 request"),
        (b"CONNECT api.openai.com:443 HTTP/1.1\r\n\r\n", 400, "--mode regular"),
        (b"GET http://api.openai.com/ HTTP/1.1\r\n\r\n", 400, "--mode regular"),
        (b"GET /v1/models HTTP/2.0\r\nHost: x\r\n\r\n", 400, "not an HTTP/1.1 request"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000, 431, "longer than"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, "malformed header"),
    ],
)
async def test_what_is_no_handshake_gets_one_clear_line(
    make_proxy: MakeProxy, folder: RecordingsFolder, sent: bytes, status: int, words: str
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_client(proxy.port) as client:
            await client.send(sent)
            answer = await client.receive_all()
            assert status_of(answer) == status
            assert words in answer.decode()
        assert folder.paths() == []
        await assert_still_serving(proxy, upstream)


async def test_half_a_handshake_and_silence_is_cut(
    make_proxy: MakeProxy, reports: list[str]
) -> None:
    async with RawUpstream() as upstream:
        async with make_proxy(upstream.url, handshake_timeout_s=SHORT_S) as proxy:
            async with raw_client(proxy.port) as client:
                await client.send(b"GET /v1/realtime HTTP/1.1\r\nHost:")
                answer = await client.receive_all()
                assert status_of(answer) == 408
                assert b"did not finish the handshake within 0.3 s" in answer
            await assert_still_serving(proxy, upstream)
    assert any("408" in line for line in reports)


async def test_a_client_that_connects_and_leaves_is_no_session(
    make_proxy: MakeProxy, folder: RecordingsFolder, reports: list[str]
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_client(proxy.port) as client:
            client.reset()
        await assert_still_serving(proxy, upstream)
    assert len(folder.paths()) == 1


async def test_ten_thousand_header_bytes_are_passed_on(make_proxy: MakeProxy) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_client(proxy.port) as client:
            await client.send(REQUEST[:-2] % b"h" + b"X-Long: " + b"a" * 10_000 + b"\r\n\r\n")
            server = await upstream.accept()
            assert b"a" * 10_000 in await server.receive_head()


async def test_two_hundred_clients_at_once_are_served(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async def answer(server: Peer) -> None:
        await server.send(frame(await server.receive(11)))

    async def ask(port: int, upstream: RawUpstream, group: asyncio.TaskGroup) -> None:
        async with raw_client(port) as client:
            await client.send(REQUEST % b"h")
            server = await upstream.accept_session()
            group.create_task(answer(server))
            await client.receive(len(ANSWER))
            await client.send(frame(b"hello", mask=True))
            await client.receive(13)

    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with asyncio.TaskGroup() as group:
            for _ in range(200):
                group.create_task(ask(proxy.port, upstream, group))
    paths = folder.paths()
    assert len(paths) == 200
    assert all(len(list(Recording(path).events())) == 2 for path in paths)


# An upstream that does not do what it should.


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port on which nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


async def refused_session(proxy: Proxy) -> bytes:
    async with raw_client(proxy.port) as client:
        await client.send(REQUEST % b"h")
        return await client.receive_all()


def assert_recording_says_why(folder: RecordingsFolder, status: int, words: str) -> None:
    [path] = folder.paths()
    entries = list(Recording(path).entries())
    [note] = [entry.note for entry in entries if isinstance(entry, Note)]
    assert words in note["text"]
    [opened] = [entry for entry in entries if isinstance(entry, Opened)]
    assert opened.status == status
    assert any(isinstance(entry, Closed) for entry in entries)


async def test_a_dead_upstream_is_a_502_that_names_it(
    make_proxy: MakeProxy, folder: RecordingsFolder, unused_port: int
) -> None:
    async with make_proxy(f"ws://127.0.0.1:{unused_port}") as proxy:
        answer = await refused_session(proxy)
    assert status_of(answer) == 502
    assert f"upstream ws://127.0.0.1:{unused_port}: cannot be reached".encode() in answer
    assert_recording_says_why(folder, 502, "cannot be reached")


async def test_an_upstream_that_cannot_be_resolved_is_a_502_that_names_it(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with make_proxy("ws://no-such-host.invalid") as proxy:
        answer = await refused_session(proxy)
    assert status_of(answer) == 502
    assert b"upstream ws://no-such-host.invalid: cannot be reached" in answer
    assert_recording_says_why(folder, 502, "no-such-host.invalid")


async def test_an_upstream_that_accepts_and_says_nothing_is_a_504(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with RawUpstream() as upstream:
        async with make_proxy(upstream.url, handshake_timeout_s=SHORT_S) as proxy:
            answer = await refused_session(proxy)
    assert status_of(answer) == 504
    assert_recording_says_why(folder, 504, "did not finish the handshake")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "closed the connection during the handshake"),
        (b"220 mail.example ready\r\n", "did not answer in HTTP"),
        (b"HTTP/1.1 1", "closed the connection during the handshake"),
    ],
)
async def test_an_upstream_that_does_not_answer_in_http_is_a_502(
    make_proxy: MakeProxy, folder: RecordingsFolder, answer: bytes, words: str
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_client(proxy.port) as client:
            await client.send(REQUEST % b"h")
            server = await upstream.accept()
            await server.receive_head()
            await server.send(answer)
            await server.close()
            assert status_of(await client.receive_all()) == 502
    assert_recording_says_why(folder, 502, words)


async def test_an_upstream_that_leaves_in_the_middle_of_a_frame_leaves_a_readable_recording(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_session(proxy.port, upstream) as (client, server):
            await server.send(frame(b"x" * 1000)[:500])
            server.reset()
            with contextlib.suppress(ConnectionResetError):
                await client.receive_all()
        await assert_still_serving(proxy, upstream)
    for path in folder.paths():
        recording = Recording(path)
        assert list(recording.entries())
        assert recording.warnings == []


async def test_a_hundred_mebibytes_in_one_message_go_through(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    size = 100 * 1024 * 1024
    head = frame(b"z" * 70_000, Opcode.BINARY)[:2] + size.to_bytes(8)
    piece = b"z" * (1024 * 1024)
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_session(proxy.port, upstream) as (client, server):

            async def send() -> None:
                await server.send(head)
                for _ in range(100):
                    await server.send(piece)

            async with asyncio.TaskGroup() as group:
                group.create_task(send())
                assert await client.receive(len(head)) == head
                for _ in range(100):
                    assert await client.receive(len(piece)) == piece
    [event] = Recording(folder.paths()[0]).events()
    assert event.size == size


async def test_a_port_in_use_is_one_sentence_that_names_the_option(make_proxy: MakeProxy) -> None:
    async with make_proxy("ws://127.0.0.1:1") as proxy:
        with pytest.raises(WireError, match="--listen"):
            await make_proxy("ws://127.0.0.1:1", port=proxy.port).start()
