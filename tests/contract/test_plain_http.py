"""Plain HTTP requests pass at every door as if nobody stood in between."""

import asyncio
import hashlib
import random
from collections.abc import Callable

import pytest
from doors import EVERY_DOOR, Door, Way, need_extra
from http_upstream import ANSWERS, SECRET, Answer, ask, get, http_upstream, post
from raw_peers import REQUEST, Peer, RawUpstream, frame

from realtap.proxy.capture import RestCall
from realtap.proxy.door import Proxy
from realtap.recordings.event import Note
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

pytestmark = EVERY_DOOR

type MakeProxy = Callable[..., Proxy]

REQUESTS = {
    **{path: get(path + "?limit=2") for path in ANSWERS},
    "head": get("/v1/models").replace(b"GET", b"HEAD", 1),
    "json": post("/v1/chat/completions", b'{"model":"m"}', "Content-Type: application/json"),
    "upload": post("/v1/files", random.Random(1).randbytes(10_000_000), "X-First: 1", "x-first: 2"),
    "chunked upload": b"POST /v1/files HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    "compressed answer": post("/v1/zipped", b"again and again and again"),
}


@pytest.fixture(autouse=True)
def _has_extra() -> None:
    need_extra()


async def direct(upstream: str, request: bytes) -> Answer:
    host, _, port = upstream.removeprefix("ws://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        return await ask(Peer(reader, writer), request)
    finally:
        writer.close()


async def test_every_answer_is_the_one_that_the_upstream_gives_directly(
    make_proxy: MakeProxy, door: Door, reports: list[str]
) -> None:
    async with http_upstream() as upstream, make_proxy(upstream) as proxy:
        for name, request in REQUESTS.items():
            expected = await direct(upstream, request)
            async with door.client(proxy) as client:
                answer = await ask(client, request)
            assert (answer.status, answer.end_to_end, answer.body) == (
                expected.status,
                expected.end_to_end,
                expected.body,
            ), name
    assert reports == []


async def test_a_slow_stream_is_not_held_back(make_proxy: MakeProxy, door: Door) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.client(proxy) as client:
            await client.send(get("/v1/events"))
            server = await upstream.accept()
            await server.receive_head()
            await server.send(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"
            )
            head = await client.receive_head()
            assert head.startswith(b"HTTP/1.1 200 ")
            assert await client.receive(10) == b"5\r\nfirst\r\n"
            await server.send(b"6\r\nsecond\r\n0\r\n\r\n")
            assert await client.receive(16) == b"6\r\nsecond\r\n0\r\n\r\n"


async def test_early_hints_and_trailers_do_not_stop_an_answer(
    make_proxy: MakeProxy, door: Door
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.client(proxy) as client:
            await client.send(get("/v1/models") * 2)
            server = await upstream.accept()
            for _ in range(2):
                await server.receive_head()
                await server.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
                await server.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                await server.send(b"2\r\nok\r\n0\r\nX-Checksum: 1\r\n\r\n")
                assert (await client.receive_head()).startswith(b"HTTP/1.1 200 ")
                assert await client.receive(12) == b"2\r\nok\r\n0\r\n\r\n"


async def test_an_upload_is_not_held_back(make_proxy: MakeProxy, door: Door) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.client(proxy) as client:
            await client.send(post("/v1/files", b"first " + b"second")[:-6])
            server = await upstream.accept()
            await server.receive_head()
            assert await server.receive(6) == b"first "
            await client.send(b"second")
            assert await server.receive(6) == b"second"


async def test_a_client_that_waits_before_it_sends_a_body_is_told_to_go_on(
    make_proxy: MakeProxy, door: Door
) -> None:
    async with http_upstream() as upstream, make_proxy(upstream) as proxy:
        async with door.client(proxy) as client:
            request = post("/v1/files", b"hello", "Expect: 100-continue")
            await client.send(request[:-5])
            assert (await client.receive_head()).startswith(b"HTTP/1.1 100 ")
            answer = await ask(client, b"hello")
    assert answer.json()["sha256"] == hashlib.sha256(b"hello").hexdigest()


async def test_a_request_about_realtime_is_noted_without_its_secrets(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    told: asyncio.Queue[RestCall] = asyncio.Queue()
    key = "sk-proj-AAAAbbbbCCCCddddEEEE1111"
    body = b'{"session":{"type":"realtime","model":"gpt-realtime"}}'
    async with http_upstream() as upstream:
        async with make_proxy(upstream, on_call=told.put_nowait) as proxy:
            async with door.client(proxy) as client:
                request = post("/v1/realtime/client_secrets", body, f"Authorization: Bearer {key}")
                answer = await ask(client, request)
                assert answer.json() == {"value": SECRET}
                call = await asyncio.wait_for(told.get(), 10)
    assert (call.method, call.status, call.response_body) == (
        "POST",
        200,
        f'{{"value":"{SECRET}"}}',
    )
    [path] = folder.paths()
    data = path.read_text()
    assert key not in data
    assert SECRET not in data
    [note] = [entry.note for entry in Recording(path).entries() if isinstance(entry, Note)]
    assert note["text"].startswith(f"POST {door.prefix}/v1/realtime/client_secrets answered 200")
    assert note["request"] == body.decode()
    assert Recording(path).header.via == "http"


async def test_a_call_that_was_opened_is_named(make_proxy: MakeProxy, door: Door) -> None:
    told: asyncio.Queue[RestCall] = asyncio.Queue()
    async with http_upstream() as upstream:
        async with make_proxy(upstream, on_call=told.put_nowait) as proxy:
            async with door.client(proxy) as client:
                await ask(client, post("/v1/realtime/calls?model=m", b"v=0"))
                assert (await asyncio.wait_for(told.get(), 10)).call_id == "rtc_abc"


async def test_a_session_on_a_connection_that_was_used_before_is_recorded(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    """aiohttp takes a connection for it on which a request was answered."""
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.client(proxy) as client:
            await client.send(get("/v1/models"))
            plain = await upstream.accept()
            await plain.receive_head()
            await plain.send(ANSWERS["/v1/models"])
            await client.receive_head()
            await client.receive(11)
            await client.send(REQUEST % b"h")
            server = await upstream.accept_session()
            assert (await client.receive_head()).startswith(b"HTTP/1.1 101 ")
            message = frame(b'{"type":"hello"}', mask=True)
            await client.send(message)
            assert await server.receive(len(message)) == message
            back = frame(b'{"type":"x","d":"%s"}' % (b"A" * 100_000))
            await server.send(back)
            assert await client.receive(len(back)) == back
    [path] = folder.paths()
    recording = Recording(path)
    assert [event.type for event in recording.events()] == ["hello", "x"]
    assert recording.header.via == ("mitm:regular" if door.way is Way.CONNECT else "reverse")
    assert b"X-Realtap-Handover" not in path.read_bytes()


async def test_an_upstream_that_cannot_be_reached_is_a_502(
    make_proxy: MakeProxy, door: Door, reports: list[str]
) -> None:
    async with make_proxy("ws://127.0.0.1:1") as proxy:
        async with door.client(proxy) as client:
            answer = await ask(client, get("/v1/models"))
    assert answer.status == 502
    assert b"127.0.0.1" in answer.body
    # Behind CONNECT it is a request that is none of realtap's: only its app is told.
    is_told = any(line.startswith("upstream 127.0.0.1:1: ") for line in reports)
    assert is_told is (door.way is not Way.CONNECT)
