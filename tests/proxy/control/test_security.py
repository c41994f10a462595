"""Who may not come in does not, nothing changes, and it is told; the token is told nowhere."""

import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from live import TOKEN, MakeProxy, Scene, live
from raw_peers import Peer, frame, raw_client
from websockets.frames import Opcode

from realtap.proxy.control import METHODS
from realtap.proxy.control.methods import BreakpointsSet, FaultsSet, SessionsList, Status
from realtap.proxy.simulator import Simulator
from realtap.recordings.folder import RecordingsFolder

UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
BEARER = f"Authorization: Bearer {TOKEN}\r\n"


def request(
    port: int,
    *,
    path: str = "/_realtap/control",
    host: str = "127.0.0.1:{port}",
    headers: str = BEARER,
    method: str = "GET",
) -> bytes:
    lines = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}{UPGRADE}\r\n"
    return lines.replace("{port}", str(port)).encode()


async def answer(port: int, data: bytes) -> str:
    """Everything that is answered to a request."""
    async with raw_client(port) as peer:
        await peer.send(data)
        return (await peer.receive_all()).decode()


@asynccontextmanager
async def visiting(scene: Scene) -> AsyncIterator[Peer]:
    """A client of the control channel that was let in, and speaks raw frames."""
    async with raw_client(scene.proxy.port) as peer:
        await peer.send(request(scene.proxy.port))
        head = await peer.receive_head()
        assert head.startswith(b"HTTP/1.1 101 ")
        yield peer


async def hear(peer: Peer) -> tuple[int, bytes]:
    """The next frame's first byte and payload."""
    first, length = await peer.receive(2)
    if length == 126:
        length = int.from_bytes(await peer.receive(2))
    elif length == 127:
        length = int.from_bytes(await peer.receive(8))
    return first, await peer.receive(length)


async def error_of(peer: Peer, text: str, opcode: Opcode = Opcode.TEXT) -> tuple[int, str]:
    """The error that answers a message."""
    await peer.send(frame(text.encode(), opcode, mask=True))
    _, payload = await hear(peer)
    error = json.loads(payload)["error"]
    return error["code"], error["message"]


@asynccontextmanager
async def unchanged(make_proxy: MakeProxy, reports: list[str], told: str) -> AsyncIterator[Scene]:
    """Nothing changes in the block, and one line is told."""
    async with live(make_proxy) as scene:
        before = await scene.control.ask(Status())
        del reports[:]
        yield scene
        assert sum(told in line for line in reports) == 1, reports
        after = await scene.control.ask(Status())
        assert (after.faults, after.breakpoints, after.mocks) == (
            before.faults,
            before.breakpoints,
            before.mocks,
        )
        assert [each.id for each in after.sessions] == [each.id for each in before.sessions]
        assert len(scene.simulator.connections) == 1
    assert TOKEN not in "\n".join(reports)


@pytest.mark.parametrize(
    "headers",
    [
        "",
        "Authorization: Bearer wrong\r\n",
        "Authorization: Bearer \r\n",
        f"Authorization: Basic {TOKEN}\r\n",
        f"Authorization: Bearer {TOKEN}x\r\n",
        f"Authorization: Bearer {TOKEN[:-1]}\r\n",
        "Authorization: Bearer t\u00f6ken\r\n",
        f"Cookie: token={TOKEN}\r\n",
    ],
)
@pytest.mark.parametrize("path", ["/_realtap/control", "/_realtap/status"])
async def test_without_the_token_nobody_comes_in(
    make_proxy: MakeProxy, reports: list[str], headers: str, path: str
) -> None:
    async with unchanged(make_proxy, reports, "(401)") as scene:
        said = await answer(scene.proxy.port, request(scene.proxy.port, headers=headers, path=path))
        assert said.startswith("HTTP/1.1 401 Unauthorized\r\n")
        assert "WWW-Authenticate: Bearer\r\n" in said


async def test_a_wrong_token_in_the_query_is_refused(
    make_proxy: MakeProxy, reports: list[str]
) -> None:
    async with unchanged(make_proxy, reports, "(401)") as scene:
        path = "/_realtap/control?token=guess"
        said = await answer(scene.proxy.port, request(scene.proxy.port, headers="", path=path))
        assert said.startswith("HTTP/1.1 401 ")
        assert "guess" not in said + "".join(reports)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.evil.example:{port}",
        "",
        "localhost:{port}\r\nHost: evil.example",
        "user@127.0.0.1:{port}",
    ],
)
async def test_a_foreign_host_is_refused_even_with_the_token(
    make_proxy: MakeProxy, reports: list[str], host: str
) -> None:
    async with unchanged(make_proxy, reports, "(403)") as scene:
        said = await answer(scene.proxy.port, request(scene.proxy.port, host=host))
        assert said.startswith("HTTP/1.1 403 Forbidden\r\n")


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://evil.example:{port}",
        "null",
        "http://127.0.0.1:1",
        "http://127.0.0.1",
        "file://",
        "",
        "http://localhost:{port}\r\nOrigin: http://evil.example",
    ],
)
async def test_a_foreign_origin_is_refused_even_with_the_token(
    make_proxy: MakeProxy, reports: list[str], origin: str
) -> None:
    async with unchanged(make_proxy, reports, "(403)") as scene:
        headers = f"{BEARER}Origin: {origin}\r\n"
        said = await answer(scene.proxy.port, request(scene.proxy.port, headers=headers))
        assert said.startswith("HTTP/1.1 403 Forbidden\r\n")


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LocalHost:{port}"])
@pytest.mark.parametrize("origin", ["", "Origin: http://{host}\r\n"])
async def test_the_proxys_own_names_are_let_in(
    make_proxy: MakeProxy, host: str, origin: str
) -> None:
    async with live(make_proxy) as scene:
        headers = BEARER + origin.replace("{host}", host)
        data = request(scene.proxy.port, path="/_realtap/status", host=host, headers=headers)
        head, _, body = (await answer(scene.proxy.port, data)).partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert "Cache-Control: no-store" in head
    assert "Access-Control" not in head
    assert len(json.loads(body)["sessions"]) == 1


async def test_the_token_may_stand_in_the_query(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        path = f"/_realtap/status?token={TOKEN}"
        said = await answer(scene.proxy.port, request(scene.proxy.port, path=path, headers=""))
        assert said.startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("status", "options"),
    [
        (404, {"path": "/_realtap/"}),
        (404, {"path": "/_realtap"}),
        (404, {"path": "/_realtap/control/x"}),
        (405, {"method": "POST"}),
        (405, {"method": "DELETE", "path": "/_realtap/status"}),
    ],
)
async def test_there_is_nothing_else(
    make_proxy: MakeProxy, reports: list[str], status: int, options: dict[str, str]
) -> None:
    async with unchanged(make_proxy, reports, f"({status})") as scene:
        said = await answer(scene.proxy.port, request(scene.proxy.port, **options))
        assert said.startswith(f"HTTP/1.1 {status} ")


async def test_a_handshake_that_is_none_is_refused(
    make_proxy: MakeProxy, reports: list[str]
) -> None:
    async with unchanged(make_proxy, reports, "refused a control connection (4") as scene:
        data = request(scene.proxy.port).replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"no")
        assert (await answer(scene.proxy.port, data)).startswith("HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (-32700, "{"),
        (-32700, "\ufeff{}"),
        (-32700, "[" * 100_000),
        (-32600, "7"),
        (-32600, "[]"),
        (-32600, "{}"),
        (-32600, '{"jsonrpc":"1.0","method":"status","id":1}'),
        (-32600, '{"jsonrpc":"2.0","method":7,"id":1}'),
        (-32600, '{"jsonrpc":"2.0","method":"status","id":{}}'),
        (-32601, '{"jsonrpc":"2.0","method":"__init__","id":1}'),
        (-32601, '{"jsonrpc":"2.0","method":"","id":1}'),
        (-32602, '{"jsonrpc":"2.0","method":"faults.set","id":1}'),
        (-32602, '{"jsonrpc":"2.0","method":"faults.set","params":[["cut"]],"id":1}'),
        (-32602, '{"jsonrpc":"2.0","method":"faults.set","params":{"faults":"cut"},"id":1}'),
        (-32602, '{"jsonrpc":"2.0","method":"faults.set","params":{"faults":[],"x":1},"id":1}'),
        (-32602, '{"jsonrpc":"2.0","method":"held.release","params":{"seq":true},"id":1}'),
        (
            -32602,
            '{"jsonrpc":"2.0","method":"inject.event","params":{"side":"x","event":{}},"id":1}',
        ),
        (-32002, '{"jsonrpc":"2.0","method":"faults.set","params":{"faults":["cut:x=1"]},"id":1}'),
    ],
)
async def test_a_request_that_is_none_gets_the_right_error(
    make_proxy: MakeProxy, reports: list[str], code: int, text: str
) -> None:
    async with unchanged(make_proxy, reports, "refused a control request: ") as scene:
        async with visiting(scene) as peer:
            assert (await error_of(peer, text))[0] == code


async def test_a_binary_message_is_refused(make_proxy: MakeProxy, reports: list[str]) -> None:
    async with unchanged(make_proxy, reports, "binary message") as scene:
        async with visiting(scene) as peer:
            text = '{"jsonrpc":"2.0","method":"faults.set","params":{"faults":["cut"]},"id":1}'
            assert (await error_of(peer, text, Opcode.BINARY))[0] == -32700


@pytest.mark.parametrize("is_fragmented", [False, True])
async def test_a_request_that_is_too_long_ends_the_connection(
    make_proxy: MakeProxy, reports: list[str], *, is_fragmented: bool
) -> None:
    async with unchanged(make_proxy, reports, "refused a control request: ") as scene:
        async with visiting(scene) as peer:
            half = b"x" * (9 * 1024 * 1024)
            if is_fragmented:
                await peer.send(frame(half, fin=False, mask=True))
                await peer.send(frame(half, Opcode.CONT, mask=True))
            else:
                await peer.send(frame(half + half, mask=True))
            first, payload = await hear(peer)
            assert (first, payload[:2]) == (0x88, b"\x03\xf1")


@pytest.mark.parametrize(
    "wire",
    [b"\x81\x02{}", b"\xff\x80", b"\x83\x80\x00\x00\x00\x00"],
    ids=["not masked", "no frame", "no opcode"],
)
async def test_bytes_that_break_the_protocol_end_the_connection(
    make_proxy: MakeProxy, reports: list[str], wire: bytes
) -> None:
    async with unchanged(make_proxy, reports, "refused a control request: ") as scene:
        async with visiting(scene) as peer:
            await peer.send(wire)
            await peer.receive(1)


async def test_a_client_that_just_goes_is_no_fault(
    make_proxy: MakeProxy, reports: list[str]
) -> None:
    async with live(make_proxy) as scene:
        del reports[:]
        async with visiting(scene) as peer:
            peer.half_close()
            await peer.receive_all()
        async with visiting(scene) as peer:
            peer.reset()
        assert len(await scene.control.ask(SessionsList())) == 1
        assert reports == []


async def test_the_token_is_in_no_recording_and_no_log(
    make_proxy: MakeProxy,
    folder: RecordingsFolder,
    reports: list[str],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    # The clients' own logs are theirs; what they send shows there.
    logging.getLogger("websockets.client").setLevel(logging.WARNING)
    async with live(make_proxy) as scene:
        await scene.control.ask(FaultsSet(faults=[]))
        await scene.control.ask(BreakpointsSet(filters=[]))
        await answer(scene.proxy.port, request(scene.proxy.port, host=TOKEN))
        await answer(scene.proxy.port, request(scene.proxy.port, path=f"/_realtap/{TOKEN}"))
        await answer(scene.proxy.port, request(scene.proxy.port, path=f"/_realtap/x?token={TOKEN}"))
        await scene.app.write("hello")
        await scene.app.hear("response.done")
    logged = caplog.text + "".join(reports) + "".join(capfd.readouterr())
    assert TOKEN not in logged
    for path in folder.path.iterdir():
        assert TOKEN.encode() not in path.read_bytes()


async def test_requests_for_realtap_itself_reach_no_upstream(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with Simulator(fast=True, log=True) as simulator:
        async with make_proxy(simulator.url.removesuffix("/v1"), token=TOKEN) as proxy:
            for path in ("/_realtap/control", "/_realtap/x", "/_realtap"):
                await answer(proxy.port, request(proxy.port, path=path, headers=""))
            assert simulator.connections == []
    assert list(folder.paths()) == []


def test_a_token_is_random_and_long(make_proxy: Callable[..., object]) -> None:
    first, second = make_proxy("ws://127.0.0.1:1"), make_proxy("ws://127.0.0.1:1")
    assert len(first.token) >= 40  # type: ignore[attr-defined]  # a Proxy
    assert first.token != second.token  # type: ignore[attr-defined]  # a Proxy


def test_every_method_is_of_the_table() -> None:
    assert {"status", "inject.output", "subscribe"} <= set(METHODS)
