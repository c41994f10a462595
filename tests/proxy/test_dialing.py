"""Sessions through the HTTP proxy that a network asks for."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from connect_proxy import VARIABLES, connect_proxy
from raw_peers import REQUEST, RawUpstream, raw_client
from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import serve

from realtap.proxy import dialing
from realtap.proxy.capture import CaptureMode
from realtap.proxy.dialing import dial
from realtap.proxy.door import Proxy
from realtap.proxy.http_proxy import HttpProxy
from realtap.proxy.upstream import Upstream
from realtap.recordings.event import Note
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]

PASSWORD = "pass-of-the-network"  # a secret that must not be seen again
FAR = "ws://realtime.example"
"""A name that only the proxy can look up."""


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """Is trusted by all that is dialled."""
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    return authority


def tls_of(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@asynccontextmanager
async def echo(tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that says everything again; its port."""

    async def repeat(connection: Connection) -> None:
        async for message in connection:
            await connection.send(message)

    async with serve(repeat, "127.0.0.1", 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]


async def hear_again(proxy: Proxy) -> str | bytes:
    async with connect(f"{proxy.url}/realtime?model=m", proxy=None) as client:
        await client.send("hello")
        return await client.recv()


def port_of(upstream: RawUpstream) -> int:
    return int(upstream.url.rpartition(":")[2])


async def refused(proxy: Proxy) -> str:
    """What an app is answered whose session cannot be had."""
    async with raw_client(proxy.port) as client:
        await client.send(REQUEST % b"h")
        return (await client.receive_all()).decode()


async def test_a_session_goes_through_the_proxy_of_the_environment(
    make_proxy: MakeProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with echo() as port, connect_proxy(leads_to=port) as before:
        monkeypatch.setenv("https_proxy", f"http://{before.place}")
        async with make_proxy(FAR) as proxy:
            assert await hear_again(proxy) == "hello"
    assert before.targets == ["realtime.example:80"]
    assert "Proxy-Authorization" not in before.heads[0]


async def test_name_and_password_are_for_the_proxy_alone(
    make_proxy: MakeProxy,
    folder: RecordingsFolder,
    reports: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with RawUpstream() as upstream, connect_proxy(leads_to=port_of(upstream)) as before:
        monkeypatch.setenv("ALL_PROXY", f"http://me:{PASSWORD}@{before.place}")
        async with make_proxy(FAR) as proxy, raw_client(proxy.port) as client:
            await client.send(REQUEST % b"h")
            server = await upstream.accept()
            assert b"Proxy" not in await server.receive_head()
    pair = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    assert f"\r\nProxy-Authorization: Basic {pair}\r\n" in before.heads[0]
    told = folder.paths()[0].read_text() + "".join(reports)
    assert PASSWORD not in told
    assert pair not in told


async def test_tls_is_done_with_the_upstream_inside_that_with_the_proxy(
    make_proxy: MakeProxy, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, before_tls = tls_of(authority, "realtime.example"), tls_of(authority, "127.0.0.1")
    async with echo(there) as port, connect_proxy(leads_to=port, tls=before_tls) as before:
        monkeypatch.setenv("HTTPS_PROXY", f"https://{before.place}")
        async with make_proxy("wss://realtime.example") as proxy:
            assert await hear_again(proxy) == "hello"
    assert before.targets == ["realtime.example:443"]


async def test_an_upstream_behind_the_proxy_has_to_show_its_own_certificate(
    make_proxy: MakeProxy, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with echo(tls_of(authority, "other.example")) as port:
        async with connect_proxy(leads_to=port) as before:
            monkeypatch.setenv("HTTPS_PROXY", f"http://{before.place}")
            async with make_proxy("wss://realtime.example") as proxy:
                assert "its certificate is not trusted: Hostname mismatch" in await refused(proxy)


async def test_this_machine_is_reached_directly(
    make_proxy: MakeProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with echo() as port, make_proxy(f"ws://localhost:{port}") as proxy:
        assert await hear_again(proxy) == "hello"


def known_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name be one of this machine."""
    loop = asyncio.get_running_loop()
    look_up = loop.getaddrinfo
    monkeypatch.setattr(
        loop,
        "getaddrinfo",
        lambda _host, port, **options: look_up("127.0.0.1", port, **options),
    )


async def test_a_host_of_no_proxy_is_called_directly(
    make_proxy: MakeProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_here(monkeypatch)
    async with echo() as port, connect_proxy() as before:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{before.place}")
        monkeypatch.setenv("NO_PROXY", ".example")
        async with make_proxy(f"{FAR}:{port}") as proxy:
            assert await hear_again(proxy) == "hello"
    assert before.heads == []


BASIC = b'Proxy-Authenticate: Basic realm="x"\r\n'
REFUSALS = [
    (b"HTTP/1.1 403 Forbidden\r\n\r\n", "", "answered 403 to CONNECT realtime.example:80;"),
    (b"HTTP/1.1 407 X\r\n" + BASIC + b"\r\n", "", "it wants a name and a password, in HTTPS_PROXY"),
    (b"HTTP/1.1 407 X\r\n" + BASIC + b"\r\n", "me:pw@", "it does not take the name and password"),
    (b"HTTP/1.1 407 X\r\nProxy-Authenticate: NTLM\r\n\r\n", "", "it takes NTLM only"),
    (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", "", "on the way did not answer in HTTP/1.1"),
    (b"HTTP/1.1 200", "", "on the way closed the connection during the handshake"),
]


@pytest.mark.parametrize(("answer", "user", "words"), REFUSALS)
async def test_a_proxy_that_refuses_is_named_with_what_to_do(
    *,
    answer: bytes,
    user: str,
    words: str,
    make_proxy: MakeProxy,
    folder: RecordingsFolder,
    reports: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with connect_proxy(answer=answer) as before:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{user}{before.place}")
        async with make_proxy(FAR) as proxy:
            said = await refused(proxy)
    assert said.startswith("HTTP/1.1 502 ")
    assert f"upstream {FAR}: the proxy {before.place} on the way" in said
    [note] = [
        each.note for each in Recording(folder.paths()[0]).entries() if isinstance(each, Note)
    ]
    for told in (said, reports[0], note["text"]):
        assert words in told
        assert "HTTPS_PROXY" in told
        assert "me:pw" not in told


async def test_a_proxy_that_cannot_be_reached_is_named(
    make_proxy: MakeProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    async with make_proxy(FAR) as proxy:
        said = await refused(proxy)
    assert "the proxy 127.0.0.1:1 on the way cannot be reached: " in said
    assert "; HTTPS_PROXY names it" in said


async def test_a_proxy_whose_certificate_is_not_trusted_is_named(
    make_proxy: MakeProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect_proxy(tls=tls_of(trustme.CA(), "127.0.0.1")) as before:
        monkeypatch.setenv("HTTPS_PROXY", f"https://{before.place}")
        async with make_proxy(FAR) as proxy:
            assert "on the way its certificate is not trusted" in await refused(proxy)


async def test_a_proxy_that_is_silent_is_named(
    make_proxy: MakeProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialing, "PROXY_SHARE", 0)
    async with connect_proxy(answer=b"") as before:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{before.place}")
        async with make_proxy(FAR) as proxy:
            said = await refused(proxy)
    assert f"the proxy {before.place} on the way took too long to answer" in said


async def test_a_socks_proxy_is_refused_with_what_to_do(
    make_proxy: MakeProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks5://me:{PASSWORD}@s.example:1080")
    async with make_proxy(FAR) as proxy:
        said = await refused(proxy)
    assert "ALL_PROXY names a SOCKS proxy, socks5://s.example:1080" in said
    assert PASSWORD not in said


async def test_a_proxy_that_is_this_one_is_passed_by() -> None:
    """An app's HTTPS_PROXY may be set where realtap is started, too."""
    async with RawUpstream() as there:
        through = HttpProxy("127.0.0.1", 1)
        upstream = Upstream("127.0.0.1", port_of(there), is_tls=False, through=through)
        leg = await dial(upstream, 5, is_own=lambda proxy: proxy == through)
        leg.close()


async def test_a_proxys_own_ports_are_known_to_it(
    make_proxy: MakeProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = (CaptureMode("regular@8485", ("127.0.0.1:8485", "[::1]:8485")),)
    monkeypatch.setattr(Proxy, "modes", modes)
    async with make_proxy("ws://127.0.0.1:1") as proxy:
        assert proxy.is_own(HttpProxy("localhost", proxy.port))
        assert proxy.is_own(HttpProxy("127.0.0.1", 8485))
        assert not proxy.is_own(HttpProxy("localhost", 1))
        assert not proxy.is_own(HttpProxy("corp.example", proxy.port))


async def test_sessions_do_not_wait_for_the_system_to_name_a_proxy(
    make_proxy: MakeProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking it up takes a while on some systems; other sessions go on meanwhile."""
    loop = asyncio.get_running_loop()
    ticked = asyncio.Event()

    def look_up() -> dict[str, str]:
        asyncio.run_coroutine_threadsafe(asyncio.wait_for(ticked.wait(), 5), loop).result(5)
        return {}

    monkeypatch.setattr("urllib.request.getproxies", look_up)
    loop.call_soon(ticked.set)
    known_here(monkeypatch)
    async with echo() as port, make_proxy(f"{FAR}:{port}") as proxy:
        assert await hear_again(proxy) == "hello"
