"""Captured apps: a Realtime session goes to the relay, and everything else passes untouched."""

import asyncio
import contextlib
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from doors import Door, Way, need_extra
from http_upstream import ANSWERS, ask, get
from raw_peers import ANSWER, REQUEST, Peer, RawUpstream, frame
from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import Server, serve

from realtap.proxy.door import Proxy
from realtap.recordings.errors import WireError
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]

HELLO = frame(b'{"type":"hello"}', mask=True)


@pytest.fixture
def door(confdir: Path) -> Door:
    need_extra()
    return Door(Way.CONNECT, confdir)


@pytest.fixture
def upstream_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """Who signs the upstream's certificate; the proxy trusts nobody else."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "upstream.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "upstream.pem"))
    return authority


async def echo(connection: Connection) -> None:
    async for message in connection:
        await connection.send(message)


def tls_echo(authority: trustme.CA) -> serve:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return serve(echo, "localhost", 0, ssl=context)


def port_of(server: Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


def proxy_url(proxy: Proxy) -> str:
    return f"http://{proxy.modes[0].addresses[0]}"


async def test_an_app_that_is_hard_wired_to_wss_is_recorded_with_its_true_upstream(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder, upstream_authority: trustme.CA
) -> None:
    async with tls_echo(upstream_authority) as server:
        async with make_proxy("ws://127.0.0.1:1", capture=door.capture) as proxy:
            uri = f"wss://localhost:{port_of(server)}/v1/realtime?model=m"
            async with connect(uri, ssl=door.trusting(), proxy=proxy_url(proxy)) as client:
                for message in ('{"type":"a"}', "x" * 1_000_000):
                    await client.send(message)
                    assert await client.recv() == message
    [path] = folder.paths()
    recording = Recording(path)
    assert len(list(recording.events())) == 4
    assert recording.header.via == "mitm:regular"
    assert recording.header.upstream == uri


async def test_tls_to_a_host_that_is_no_realtime_server_is_not_opened(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder, upstream_authority: trustme.CA
) -> None:
    capture = replace(door.capture, realtime_hosts=())
    trusting_the_upstream_only = ssl.create_default_context()
    upstream_authority.configure_trust(trusting_the_upstream_only)
    async with tls_echo(upstream_authority) as server:
        async with make_proxy("ws://127.0.0.1:1", capture=capture) as proxy:
            uri = f"wss://localhost:{port_of(server)}/v1/realtime?model=m"
            async with connect(
                uri, ssl=trusting_the_upstream_only, proxy=proxy_url(proxy)
            ) as client:
                await client.send("hello")
                assert await client.recv() == "hello"
    assert folder.paths() == []


async def test_captured_sessions_can_be_sent_to_the_proxys_own_upstream(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    """So that an app that is hard-wired to a server can talk to the simulated one."""
    capture = replace(door.capture, realtime_hosts=(), keeps_upstream=True)
    async with RawUpstream() as upstream, make_proxy(upstream.url, capture=capture) as proxy:
        door.led_to(proxy, "ws://api.openai.com:443")
        async with door.client(proxy) as tunnel:
            await tunnel.writer.start_tls(door.trusting(), server_hostname="api.openai.com")
            await tunnel.send(REQUEST % b"api.openai.com")
            server = await upstream.accept_session()
            assert await tunnel.receive(len(ANSWER)) == ANSWER
            await tunnel.send(HELLO)
            assert await server.receive(len(HELLO)) == HELLO
    recording = Recording(folder.paths()[0])
    assert [event.type for event in recording.events()] == ["hello"]


async def test_a_captured_app_that_does_not_trust_the_authority_is_told_about(
    make_proxy: MakeProxy, door: Door, upstream_authority: trustme.CA
) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    async with tls_echo(upstream_authority) as server:
        options = {"capture": door.capture, "report": told.put_nowait}
        async with make_proxy("ws://127.0.0.1:1", **options) as proxy:
            uri = f"wss://localhost:{port_of(server)}/v1/realtime?model=m"
            with pytest.raises(ssl.SSLCertVerificationError):
                await connect(uri, proxy=proxy_url(proxy))
            line = await asyncio.wait_for(told.get(), 10)
    assert line.startswith("an app that asked for localhost ")


async def test_a_captured_app_that_judges_the_certificate_late_is_told_about(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    """Node ends its handshake first, and then leaves without an alert."""
    told: asyncio.Queue[str] = asyncio.Queue()
    judging_late = ssl.create_default_context()
    judging_late.check_hostname = False
    judging_late.verify_mode = ssl.CERT_NONE
    options = {"capture": door.capture, "report": told.put_nowait}
    async with make_proxy("ws://127.0.0.1:1", **options) as proxy:
        door.led_to(proxy, "ws://localhost:443")
        for _ in range(2):
            async with door.client(proxy) as client:
                await client.writer.start_tls(judging_late, server_hostname="localhost")
                client.writer.close()
        line = await asyncio.wait_for(told.get(), 10)
    assert line.startswith("an app that asked for localhost left when it saw realtap's certificate")
    assert told.empty()
    assert [Recording(path).header.upstream for path in folder.paths()] == ["wss://localhost"]


@asynccontextmanager
async def through_socks(proxy: Proxy, upstream: RawUpstream) -> AsyncIterator[Peer]:
    host, _, port = proxy.modes[0].addresses[0].rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    peer = Peer(reader, writer)
    await peer.send(b"\x05\x01\x00")
    assert await peer.receive(2) == b"\x05\x00"
    upstream_port = int(upstream.url.rpartition(":")[2])
    await peer.send(b"\x05\x01\x00\x03\x09127.0.0.1" + upstream_port.to_bytes(2))
    assert (await peer.receive(10))[:2] == b"\x05\x00"
    try:
        yield peer
    finally:
        writer.transport.abort()


async def test_a_session_through_socks_is_recorded(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    capture = replace(door.capture, modes=("socks5@0",))
    async with RawUpstream() as upstream:
        async with make_proxy("ws://127.0.0.1:1", capture=capture) as proxy:
            async with through_socks(proxy, upstream) as client:
                too_early = await upstream.accept()
                await client.send(REQUEST % b"h")
                server = await upstream.accept_session()
                await client.receive(len(ANSWER))
                # The connection that SOCKS has opened beforehand is nobody's any more.
                await too_early.close()
                await client.send(HELLO)
                assert await server.receive(len(HELLO)) == HELLO
                await server.send(frame(b'{"type":"x"}'))
                assert await client.receive(14) == frame(b'{"type":"x"}')
    recording = Recording(folder.paths()[0])
    assert recording.header.via == "mitm:socks5"
    assert [event.type for event in recording.events()] == ["hello", "x"]


async def test_a_request_that_comes_byte_by_byte_is_recognised(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    request = REQUEST % b"h"
    async with RawUpstream() as upstream:
        async with make_proxy("ws://127.0.0.1:1", capture=door.capture) as proxy:
            door.led_to(proxy, upstream.url)
            async with door.client(proxy) as client:
                for index in range(len(request)):
                    await client.send(request[index : index + 1])
                await upstream.accept_session()
                assert await client.receive(len(ANSWER)) == ANSWER
    assert len(folder.paths()) == 1


async def test_a_websocket_to_another_server_passes_unrecorded(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    capture = replace(door.capture, realtime_hosts=())
    async with RawUpstream() as upstream, make_proxy(upstream.url, capture=capture) as proxy:
        door.led_to(proxy, upstream.url)
        async with door.client(proxy) as client:
            await client.send(REQUEST % b"h")
            server = await upstream.accept()
            assert await server.receive_head() == REQUEST % b"h"
            await server.send(ANSWER)
            assert await client.receive(len(ANSWER)) == ANSWER
            big = frame(b"z" * 500_000)
            await server.send(big)
            assert await client.receive(len(big)) == big
    assert folder.paths() == []


async def test_a_server_that_speaks_first_is_heard_through_connect(
    make_proxy: MakeProxy, door: Door
) -> None:
    capture = replace(door.capture, realtime_hosts=())
    async with RawUpstream() as upstream:
        async with make_proxy("ws://127.0.0.1:1", capture=capture) as proxy:
            door.led_to(proxy, upstream.url)
            async with door.client(proxy) as client:
                await (await upstream.accept()).send(b"220 mail.example ready\r\n")
                assert await client.receive(24) == b"220 mail.example ready\r\n"


async def test_what_is_realtaps_own_is_not_asked_of_the_upstream(
    make_proxy: MakeProxy, door: Door
) -> None:
    """On a connection that mitmproxy has already: its token must not leave the machine."""
    capture = replace(door.capture, modes=())
    plain = Door(Way.PLAIN, door.confdir)
    async with RawUpstream() as upstream, make_proxy(upstream.url, capture=capture) as proxy:
        async with plain.client(proxy) as client:
            await client.send(get("/v1/models"))
            server = await upstream.accept()
            await server.receive_head()
            await server.send(ANSWERS["/v1/models"])
            await client.receive_head()
            await client.receive(11)
            answer = await ask(client, get(f"/_realtap/status?token={proxy.token}"))
    assert answer.status == 421


@asynccontextmanager
async def connect_proxy(targets: list[bytes], refusal: bytes = b"") -> AsyncIterator[str]:
    """An HTTP proxy such as a company's network has, which only knows CONNECT."""

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        targets.append(head.split()[1])
        if refusal:
            writer.write(refusal)
            writer.close()
            return
        host, _, port = targets[-1].decode().rpartition(":")
        there = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        async with asyncio.TaskGroup() as group:
            group.create_task(copy(reader, there[1]))
            group.create_task(copy(there[0], writer))

    async with await asyncio.start_server(serve_one, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_session_goes_on_through_the_proxy_that_the_network_asks_for(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder, upstream_authority: trustme.CA
) -> None:
    targets: list[bytes] = []
    async with tls_echo(upstream_authority) as server, connect_proxy(targets) as before:
        capture = replace(door.capture, modes=(f"upstream:{before}@0",))
        async with make_proxy("ws://127.0.0.1:1", capture=capture) as proxy:
            uri = f"wss://localhost:{port_of(server)}/v1/realtime?model=m"
            async with connect(uri, ssl=door.trusting(), proxy=proxy_url(proxy)) as client:
                await client.send("hello")
                assert await client.recv() == "hello"
    assert targets == [uri.split("/")[2].encode()]
    assert Recording(folder.paths()[0]).header.via == "mitm:upstream"


async def test_a_proxy_on_the_way_that_refuses_is_named(
    make_proxy: MakeProxy, door: Door, reports: list[str]
) -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    async with connect_proxy([], refusal) as before:
        capture = replace(door.capture, modes=(f"upstream:{before}@0",))
        async with make_proxy("ws://127.0.0.1:1", capture=capture) as proxy:
            door.led_to(proxy, "ws://127.0.0.1:2")
            async with door.client(proxy) as client:
                await client.send(REQUEST % b"h")
                assert (await client.receive_all()).startswith(b"HTTP/1.1 502 ")
    assert any("on the way answered 407" in line for line in reports)


TALKER = """
import sys
from websockets.sync.client import connect
with connect(sys.stdin.readline().strip(), proxy=None) as session:
    session.send('{"type":"hello"}')
    session.recv(timeout=20)
"""


async def test_a_program_is_captured_by_its_process(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("the local mode would ask for a password")
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", TALKER), stdin=asyncio.subprocess.PIPE
    )
    # Loopback is not captured.
    host = socket.gethostbyname(socket.gethostname())
    capture = replace(door.capture, modes=(f"local:{program.pid}",), realtime_hosts=(host,))
    try:
        async with serve(echo, host, 0) as server:
            async with make_proxy("ws://127.0.0.1:1", capture=capture):
                uri = f"ws://{host}:{port_of(server)}/v1/realtime?model=m"
                await asyncio.wait_for(program.communicate(uri.encode() + b"\n"), 30)
    except WireError as error:
        pytest.skip(str(error))
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    assert Recording(folder.paths()[0]).header.via == "mitm:local"
