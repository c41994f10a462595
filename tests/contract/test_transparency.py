"""Invariant 1: what nobody asked to change arrives as it was sent, both ways."""

import asyncio
import contextlib
import json
from collections.abc import Callable

import pytest
from doors import EVERY_DOOR, Door
from raw_peers import ANSWER, REQUEST, RawUpstream, frame
from websockets.frames import Opcode

from realtap.proxy.door import Proxy
from realtap.recordings.event import Closed, Event, Form, Note, Opened, Side
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

pytestmark = EVERY_DOOR

type MakeProxy = Callable[..., Proxy]

CLOSE = frame(b"\x03\xe8done", Opcode.CLOSE)
NEVER_BUFFERED_BYTES = 300_000_000
"""A kernel may give each of a door's connections a buffer of 40 MB."""


def recording(folder: RecordingsFolder) -> Recording:
    [path] = folder.paths()
    return Recording(path)


async def test_the_upstream_gets_the_clients_own_request(make_proxy: MakeProxy, door: Door) -> None:
    request = (
        b"GET /v1/realtime?model=a%20b&x= HTTP/1.1\r\n"
        b"host: %s\r\nX-First: 1\r\nuPGRADE: websocket\r\nConnection: Upgrade\r\n"
        b"Authorization: Bearer sk-0123456789abcdef0123\r\nX-First: 2\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.sk-0123456789abcdef0123\r\n\r\n"
    )
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.client(proxy) as client:
            await client.send(request.replace(b"%s", b"127.0.0.1:8484"))
            server = await upstream.accept()
            host = upstream.url.removeprefix("ws://").encode()
            expected = request.replace(b"%s", host).replace(b"GET ", f"GET {door.prefix}".encode())
            assert await server.receive_head() == expected


async def test_the_client_gets_the_upstreams_own_answer(make_proxy: MakeProxy, door: Door) -> None:
    answer = ANSWER[:-2] + b"set-cookie: __cf_bm=abc\r\nX-Request-Id: 7\r\n\r\n"
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.client(proxy) as client:
            await client.send(REQUEST % b"h")
            server = await upstream.accept()
            await server.receive_head()
            await server.send(answer)
            assert await client.receive(len(answer)) == answer


@pytest.mark.parametrize(
    "answer",
    [
        b'HTTP/1.1 401 Unauthorized\r\nContent-Length: 14\r\nX-A: b\r\n\r\n{"error":"no"}',
        b"HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_a_refused_handshake_goes_back_unchanged_and_is_recorded(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder, answer: bytes
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.client(proxy) as client:
            await client.send(REQUEST % b"h")
            server = await upstream.accept()
            await server.receive_head()
            await server.send(answer)
            await server.close()
            assert await client.receive_all() == answer
    entries = list(recording(folder).entries())
    [opened] = [entry for entry in entries if isinstance(entry, Opened)]
    assert str(opened.status) in answer.decode()
    assert opened.body == answer.partition(b"\r\n\r\n")[2].decode()
    [closed] = [entry for entry in entries if isinstance(entry, Closed)]
    assert closed.code == 1006


async def test_frames_arrive_in_the_same_bytes_both_ways_at_once(
    make_proxy: MakeProxy, door: Door
) -> None:
    def script(*, mask: bool) -> bytes:
        return b"".join(
            [
                frame(b'{"type":"a"}', mask=mask),
                frame(b'{"type":', fin=False, mask=mask),
                frame(b'"b"}', Opcode.CONT, mask=mask),
                frame(b"\x00\x01\x02", Opcode.BINARY, mask=mask),
                frame(b"not json \xc3\xa9", mask=mask),
                frame(b"", mask=mask),
                frame(b"\xff\xfe", mask=mask),
                frame(b"ping", Opcode.PING, mask=mask),
                frame(b"z" * 300_000, Opcode.BINARY, mask=mask),
                frame(b"\x0b\xb8reason", Opcode.CLOSE, mask=mask),
            ]
        )

    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.session(proxy, upstream) as (client, server):
            up, down = script(mask=True), script(mask=False)
            async with asyncio.TaskGroup() as group:
                group.create_task(client.send(up))
                group.create_task(server.send(down))
                at_server = group.create_task(server.receive(len(up)))
                at_client = group.create_task(client.receive(len(down)))
            assert at_server.result() == up
            assert at_client.result() == down


async def test_every_kind_of_message_is_in_the_recording(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.session(proxy, upstream) as (client, server):
            sent = b"".join(
                [
                    frame(b'{"type": "a", "n": 1}'),
                    frame(b'{"type":"a",\n"n":1}'),
                    frame(b"\x00\xff", Opcode.BINARY),
                    frame(b"\xff"),
                    CLOSE,
                ]
            )
            await server.send(sent)
            await client.receive(len(sent))
    entries = list(recording(folder).entries())
    events = [entry for entry in entries if isinstance(entry, Event)]
    assert [(event.form, event.type, event.payload) for event in events] == [
        (Form.JSON, "a", b'{"type": "a", "n": 1}'),
        (Form.TEXT, None, b'{"type":"a",\n"n":1}'),
        (Form.BINARY, None, b"\x00\xff"),
        (Form.BINARY, None, b"\xff"),
    ]
    assert [event.is_text_frame for event in events] == [True, True, False, True]
    [closed] = [entry for entry in entries if isinstance(entry, Closed)]
    assert (closed.side, closed.code, closed.reason) == (Side.SERVER, 1000, "done")


async def test_a_message_beyond_the_limit_streams_through_and_leaves_size_and_digest(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url, hold_limit_bytes=1000) as proxy:
        async with door.session(proxy, upstream) as (client, server):
            sent = frame(b"z" * 5000, Opcode.BINARY)
            await server.send(sent[:2000])
            assert await client.receive(2000) == sent[:2000]
            await server.send(sent[2000:])
            assert await client.receive(len(sent) - 2000) == sent[2000:]
    [event] = recording(folder).events()
    assert (event.form, event.size) == (Form.DIGEST, 5000)


async def test_bytes_that_are_no_frames_are_passed_on_with_a_note(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.session(proxy, upstream) as (client, server):
            sent = frame(b"fine") + b"\xf1\x05what?" + b"even more"
            await server.send(sent)
            assert await client.receive(len(sent)) == sent
            back = frame(b"still fine", mask=True)
            await client.send(back)
            assert await server.receive(len(back)) == back
    notes = [entry.note for entry in recording(folder).entries() if isinstance(entry, Note)]
    assert [(note["kind"], note["side"]) for note in notes] == [("raw", "server")]
    assert [event.side for event in recording(folder).events()] == [Side.SERVER, Side.CLIENT]


# How a session ends.


async def test_a_half_closed_connection_stays_open_the_other_way(
    make_proxy: MakeProxy, door: Door
) -> None:
    door.need_half_closed()
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.session(proxy, upstream) as (client, server):
            client.half_close()
            assert await server.receive_all() == b""
            await server.send(frame(b"late"))
            await server.close()
            assert await client.receive_all() == frame(b"late")


@pytest.mark.parametrize("breaker", ["client", "server"])
async def test_a_broken_connection_breaks_the_other_one_and_is_in_the_recording(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder, breaker: str
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.session(proxy, upstream) as (client, server):
            broken, other = (client, server) if breaker == "client" else (server, client)
            broken.reset()
            with pytest.raises(door.break_seen):
                await other.receive(1)
    [closed] = [entry for entry in recording(folder).entries() if isinstance(entry, Closed)]
    assert (closed.side, closed.code) == (breaker, 1006)


async def test_a_frame_cut_off_by_the_end_arrives_as_far_as_it_came(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.session(proxy, upstream) as (client, server):
            cut = frame(b"a whole one") + frame(b"x" * 200)[:50]
            await server.send(cut)
            await server.close()
            assert await client.receive_all() == cut
    [event] = recording(folder).events()
    assert event.payload == b"a whole one"
    [closed] = [entry for entry in recording(folder).entries() if isinstance(entry, Closed)]
    assert (closed.side, closed.code) == (Side.SERVER, 1006)


async def test_a_second_close_code_is_kept_as_a_note(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.session(proxy, upstream) as (client, server):
            await server.send(CLOSE)
            await client.receive(len(CLOSE))
            answer = frame(b"\x03\xe9", Opcode.CLOSE, mask=True)
            await client.send(answer)
            assert await server.receive(len(answer)) == answer
    notes = [entry.note for entry in recording(folder).entries() if isinstance(entry, Note)]
    assert [(note["kind"], note["code"]) for note in notes] == [("close", 1001)]


async def test_a_slow_reader_makes_the_sender_wait(make_proxy: MakeProxy, door: Door) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.session(proxy, upstream) as (client, server):
            piece = frame(b"z" * 60_000, Opcode.BINARY)
            sent = 0
            with contextlib.suppress(TimeoutError):
                # The client reads nothing: only what sockets and bounded buffers hold is taken.
                while sent < NEVER_BUFFERED_BYTES:
                    await asyncio.wait_for(server.send(piece), 0.5)
                    sent += len(piece)
            sent += len(piece)
            assert sent < NEVER_BUFFERED_BYTES
            assert await client.receive(sent) == piece * (sent // len(piece))


async def test_the_first_line_tells_the_session(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.session(proxy, upstream):
            pass
        [path] = folder.paths()
        first = json.loads(path.read_bytes().splitlines()[0])
        assert first["realtap"] == 1
        assert first["id"] == path.stem
        assert first["via"] == door.via
        assert first["upstream"] == f"{upstream.url}{door.prefix}/v1/realtime?model=gpt-realtime"
        assert first["client"] == {"agent": "RawPeer/1.0"}
        assert first["request"]["path"] == "/v1/realtime?model=gpt-realtime"
        assert ["Upgrade", "websocket"] in first["request"]["headers"]
        assert "gpt-realtime" in path.name
