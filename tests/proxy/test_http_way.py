"""mitmproxy's process: started when it is needed, and no reason for a session to end."""

import asyncio
import base64
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from connect_proxy import connect_proxy
from doors import need_extra
from http_upstream import ask, get, http_upstream, post
from raw_peers import RawUpstream, frame, raw_client, raw_session

from realtap.proxy import http_way
from realtap.proxy.capture import Capture, RestCall
from realtap.proxy.door import Proxy
from realtap.proxy.tls import INSTALL
from realtap.recordings.errors import UsageError, WireError

type MakeProxy = Callable[..., Proxy]


@pytest.fixture
def capture(confdir: Path) -> Capture:
    need_extra()
    return Capture(confdir=confdir)


def pid_of(proxy: Proxy) -> int | None:
    """mitmproxy's process."""
    return proxy.http_way.pid


async def test_without_the_extra_a_plain_request_is_a_501_that_says_what_to_install(
    make_proxy: MakeProxy, without_mitmproxy: None, reports: list[str]
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_client(proxy.port) as client:
            answer = await ask(client, get("/v1/models"))
        async with raw_session(proxy.port, upstream):
            pass
    assert answer.status == 501
    assert ("Content-Type", "text/plain; charset=utf-8") in answer.headers
    assert INSTALL in answer.body.decode()
    assert any(INSTALL in line for line in reports)


async def test_without_the_extra_a_mode_is_refused(
    make_proxy: MakeProxy, without_mitmproxy: None
) -> None:
    with pytest.raises(UsageError, match="realtap\\[mitm\\]"):
        await make_proxy("ws://127.0.0.1:1", capture=Capture(("regular@0",))).start()


async def test_the_process_is_started_by_the_first_plain_request_and_ends_with_the_proxy(
    make_proxy: MakeProxy, capture: Capture
) -> None:
    async with http_upstream() as upstream, make_proxy(upstream, capture=capture) as proxy:
        assert pid_of(proxy) is None
        async with raw_client(proxy.port) as client:
            assert (await ask(client, get("/v1/models"))).status == 200
        pid = pid_of(proxy)
        assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_requests_that_come_at_once_share_one_process(
    make_proxy: MakeProxy, capture: Capture
) -> None:
    async def one(port: int) -> int:
        async with raw_client(port) as client:
            return (await ask(client, get("/v1/models"))).status

    async with http_upstream() as upstream, make_proxy(upstream, capture=capture) as proxy:
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(one(proxy.port)) for _ in range(5)]
    assert [task.result() for task in asked] == [200] * 5


@pytest.mark.parametrize("request_", [get("/v1/models"), get("/v1/until-closed")])
async def test_of_a_client_that_is_gone_nothing_is_kept(
    make_proxy: MakeProxy, capture: Capture, request_: bytes
) -> None:
    """Whether it leaves first, as most do, or the server."""
    async with http_upstream() as upstream, make_proxy(upstream, capture=capture) as proxy:
        async with raw_client(proxy.port) as client:
            await ask(client, request_)
            await client.close()
            await asyncio.wait_for(proxy.unused(), 10)


async def test_a_process_that_dies_ends_no_session_and_is_replaced(
    make_proxy: MakeProxy, capture: Capture
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url, capture=capture) as proxy:
        async with raw_session(proxy.port, upstream) as (client, server):
            async with raw_client(proxy.port) as plain:
                await plain.send(get("/v1/models"))
                await (await upstream.accept()).receive_head()
                process = proxy.http_way._process
                assert process is not None
                process.kill()
                await process.wait()
                # The splice breaks: the client must not wait for an answer for ever.
                assert await plain.receive_all() == b""
            await client.send(frame(b"hello", mask=True))
            assert len(await server.receive(11)) == 11
            async with raw_client(proxy.port) as plain:
                await plain.send(get("/v1/models"))
                await (await upstream.accept()).receive_head()
                assert pid_of(proxy) not in {None, process.pid}


async def test_a_fault_in_what_is_made_of_a_call_is_told_and_the_next_is_noted(
    make_proxy: MakeProxy, capture: Capture, reports: list[str]
) -> None:
    """Who does not listen to mitmproxy any more would stop it, when the pipe between them is full."""
    has_failed, is_noted = asyncio.Event(), asyncio.Event()

    def take(_: RestCall) -> None:
        if has_failed.is_set():
            is_noted.set()
            return
        has_failed.set()
        raise ZeroDivisionError

    async with http_upstream() as upstream:
        async with make_proxy(upstream, capture=capture, on_call=take) as proxy:
            async with raw_client(proxy.port) as client:
                for _ in range(2):
                    await ask(client, post("/v1/realtime/calls", b"v=0"))
            await asyncio.wait_for(is_noted.wait(), 10)
    assert any("ZeroDivisionError" in line for line in reports)


async def test_a_mode_that_cannot_listen_is_one_sentence_that_names_it(
    make_proxy: MakeProxy, capture: Capture
) -> None:
    async with RawUpstream() as upstream:
        port = upstream.url.rpartition(":")[2]
        taken = Capture((f"regular@{port}",), confdir=capture.confdir)
        with pytest.raises(WireError, match=f"--mode regular@{port} cannot be started"):
            await make_proxy(upstream.url, capture=taken).start()


@pytest.mark.parametrize("mode", ["irregular@0", "regular@port", "upstream:"])
async def test_a_mode_that_is_none_is_told(
    make_proxy: MakeProxy, capture: Capture, mode: str
) -> None:
    unknown = Capture((mode,), confdir=capture.confdir)
    with pytest.raises(UsageError, match=f"--mode {mode} cannot be taken"):
        await make_proxy("ws://127.0.0.1:1", capture=unknown).start()


async def test_stopping_the_proxy_cuts_a_request_that_is_not_answered(
    make_proxy: MakeProxy, capture: Capture
) -> None:
    async with RawUpstream() as upstream:
        proxy = make_proxy(upstream.url, capture=capture)
        await proxy.start()
        async with raw_client(proxy.port) as client:
            await client.send(get("/v1/models"))
            await (await upstream.accept()).receive_head()
            assert list(proxy.sessions) == []
            await proxy.stop()
            assert await client.receive_all() == b""


@pytest.mark.parametrize(
    ("steady_s", "words"),
    [(0.0, "is started again"), (1000.0, "no app is captured until realtap is started again")],
)
async def test_a_process_that_captures_is_replaced_unless_it_ended_at_once(
    make_proxy: MakeProxy,
    capture: Capture,
    monkeypatch: pytest.MonkeyPatch,
    steady_s: float,
    words: str,
) -> None:
    monkeypatch.setattr(http_way, "STEADY_S", steady_s)
    told: asyncio.Queue[str] = asyncio.Queue()
    captured = Capture(("regular@0",), confdir=capture.confdir)
    async with make_proxy("ws://127.0.0.1:1", capture=captured, report=told.put_nowait) as proxy:
        process = proxy.http_way._process
        assert process is not None
        process.kill()
        assert words in await asyncio.wait_for(told.get(), 10)
        # Either there is none, or it ends with the proxy.
        assert pid_of(proxy) != process.pid


async def test_plain_requests_go_through_the_proxy_that_the_network_asks_for(
    make_proxy: MakeProxy, capture: Capture, monkeypatch: pytest.MonkeyPatch, reports: list[str]
) -> None:
    async with http_upstream() as upstream:
        leads_to = int(upstream.rpartition(":")[2])
        async with connect_proxy(leads_to=leads_to) as before:
            monkeypatch.setenv("HTTPS_PROXY", f"http://ada:secret@{before.place}")
            monkeypatch.setenv("NO_PROXY", "")
            async with make_proxy("ws://api.example", capture=capture) as proxy:
                async with raw_client(proxy.port) as client:
                    for _ in range(2):
                        assert (await ask(client, get("/v1/models"))).status == 200
    assert before.targets == ["api.example:80"]
    authorization = base64.b64encode(b"ada:secret").decode()
    assert f"Proxy-Authorization: Basic {authorization}" in before.heads[0]
    assert not any("secret" in line for line in reports)


async def test_a_proxy_on_the_way_that_is_realtap_itself_is_passed_by(
    make_proxy: MakeProxy, capture: Capture, monkeypatch: pytest.MonkeyPatch, reports: list[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free_port = probe.getsockname()[1]
    captured = Capture((f"regular@{free_port}",), confdir=capture.confdir)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port}")
    monkeypatch.setenv("NO_PROXY", "")
    async with make_proxy("ws://nowhere.invalid", capture=captured) as proxy:
        async with raw_client(proxy.port) as client:
            answer = await ask(client, get("/v1/models"))
    assert answer.status == 502
    assert any(line.startswith("upstream nowhere.invalid:80: ") for line in reports)
