"""A `wss://` upstream: its certificate is checked, against the authorities of SSL_CERT_FILE."""

import random
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from doors import need_extra
from http_upstream import ask, get, http_upstream
from raw_peers import REQUEST, RawUpstream, raw_client
from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import Server, serve

from realtap.proxy.door import Proxy
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]


async def echo(connection: Connection) -> None:
    async for message in connection:
        await connection.send(message)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def tls_server(authority: trustme.CA, name: str) -> serve:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return serve(echo, "localhost", 0, ssl=context)


def url_of(server: Server) -> str:
    return f"wss://localhost:{server.sockets[0].getsockname()[1]}"


async def test_a_session_goes_through_tls_when_the_authority_is_trusted(
    make_proxy: MakeProxy,
    folder: RecordingsFolder,
    authority: trustme.CA,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    async with tls_server(authority, "localhost") as server, make_proxy(url_of(server)) as proxy:
        async with connect(f"{proxy.url}/realtime?model=m") as client:
            # Many TLS records at a time, none like another.
            for message in ("hello", random.Random(1).randbytes(1_000_000)):
                await client.send(message)
                assert await client.recv() == message
        assert client.close_code == 1000
    [path] = folder.paths()
    assert len(list(Recording(path).events())) == 4


@pytest.mark.parametrize(("name", "is_trusted"), [("localhost", False), ("elsewhere.test", True)])
async def test_a_certificate_that_cannot_be_trusted_is_a_502_that_says_so(
    make_proxy: MakeProxy,
    authority: trustme.CA,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    *,
    is_trusted: bool,
) -> None:
    if is_trusted:
        bundle = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(bundle)
        monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    async with tls_server(authority, name) as server, make_proxy(url_of(server)) as proxy:
        async with raw_client(proxy.port) as client:
            await client.send(REQUEST % b"h")
            answer = await client.receive_all()
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert b"its certificate is not trusted" in answer


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"TLS failed"),
        (b"", b"closed the connection during the handshake"),
    ],
)
async def test_an_upstream_that_speaks_no_tls_is_a_502(
    make_proxy: MakeProxy, answer: bytes, words: bytes
) -> None:
    async with RawUpstream() as upstream:
        async with make_proxy(upstream.url.replace("ws:", "wss:")) as proxy:
            async with raw_client(proxy.port) as client:
                await client.send(REQUEST % b"h")
                server = await upstream.accept()
                await server.reader.read(1 << 16)  # all of the ClientHello
                await server.send(answer)
                await server.close()
                refused = await client.receive_all()
    assert refused.startswith(b"HTTP/1.1 502 ")
    assert words in refused


@pytest.mark.parametrize(("is_trusted", "status"), [(True, 200), (False, 502)])
async def test_plain_http_goes_to_the_same_servers_as_sessions_do(
    make_proxy: MakeProxy,
    authority: trustme.CA,
    reports: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_trusted: bool,
    status: int,
) -> None:
    need_extra()
    trusted = authority if is_trusted else trustme.CA()
    trusted.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with http_upstream(context) as upstream, make_proxy(upstream) as proxy:
        async with raw_client(proxy.port) as client:
            answer = await ask(client, get("/v1/models"))
    assert answer.status == status
    assert any("ertificate" in line for line in reports) is not is_trusted
