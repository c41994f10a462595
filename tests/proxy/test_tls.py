"""TLS on the door's port: whose certificate it shows, and what goes wrong."""

import asyncio
import shutil
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from doors import Door, Way, need_extra
from raw_peers import REQUEST, RawUpstream, frame, raw_client, raw_session

from realtap.proxy.capture import Capture
from realtap.proxy.door import Proxy
from realtap.proxy.tls import INSTALL, Authority
from realtap.recordings.errors import WireError
from realtap.recordings.event import Closed, Note
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]

SHORT_S = 0.3


@pytest.fixture
def door(confdir: Path) -> Door:
    need_extra()
    return Door(Way.TLS, confdir)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "api.openai.com", "x" * 60 + ".test"])
async def test_the_certificate_is_for_the_name_that_the_client_asks_for(
    make_proxy: MakeProxy, door: Door, name: str
) -> None:
    async with make_proxy("ws://127.0.0.1:1", capture=door.capture) as proxy:
        _, writer = await asyncio.open_connection(
            "127.0.0.1", proxy.port, ssl=door.trusting(), server_hostname=name
        )
        shown = writer.get_extra_info("ssl_object").getpeercert()
        writer.transport.abort()
    assert name in [value for _, value in shown["subjectAltName"]]


async def test_each_name_has_one_certificate(door: Door) -> None:
    authority = Authority(door.confdir)
    assert await authority.context("127.0.0.1") is await authority.context("localhost")
    assert await authority.context("192.0.2.7") is not await authority.context("127.0.0.1")


async def test_the_key_of_the_authority_stays_in_its_folder(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bytes] = []
    written_to: list[str] = []
    load = ssl.SSLContext.load_cert_chain

    def loading(context: ssl.SSLContext, file: str, *arguments: object, **options: object) -> None:
        written_to.append(file)
        written.append(Path(file).read_bytes())
        load(context, file, *arguments, **options)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", loading)
    await Authority(door.confdir).context(None)
    assert b"BEGIN CERTIFICATE" in written[0]
    assert b"PRIVATE" not in written[0]
    assert not await asyncio.to_thread(Path(written_to[0]).exists)


def knock_with_blocking_sockets(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        ssl.create_default_context().wrap_socket(connection, server_hostname="127.0.0.1")


def knock_with_asyncio(port: int) -> None:
    asyncio.run(
        asyncio.wait_for(
            asyncio.open_connection("127.0.0.1", port, ssl=ssl.create_default_context()), 10
        )
    )


@pytest.mark.parametrize("knock", [knock_with_blocking_sockets, knock_with_asyncio])
async def test_people_are_told_what_to_trust_when_a_client_does_not(
    make_proxy: MakeProxy, door: Door, reports: list[str], knock: Callable[[int], None]
) -> None:
    """The first client sends an alert when it leaves, the second one just leaves."""
    async with RawUpstream() as upstream:
        async with make_proxy(upstream.url, capture=door.capture) as proxy:
            with pytest.raises(ssl.SSLCertVerificationError):
                await asyncio.to_thread(knock, proxy.port)
            async with raw_session(proxy.port, upstream):
                pass
    [told] = [line for line in reports if line.startswith("an app that asked for 127.0.0.1 ")]
    assert str(door.confdir / "mitmproxy-ca-cert.pem") in told


async def test_an_app_that_does_not_trust_the_authority_is_told_once_and_noted(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder, reports: list[str]
) -> None:
    async with RawUpstream() as upstream:
        async with make_proxy(upstream.url, capture=door.capture) as proxy:
            for _ in range(3):
                with pytest.raises(ssl.SSLCertVerificationError):
                    await asyncio.to_thread(knock_with_blocking_sockets, proxy.port)
            async with raw_session(proxy.port, upstream):
                pass
    [told] = [line for line in reports if "does not trust realtap's CA (unknown ca)" in line]
    [recording] = [each for each in map(Recording, folder.paths()) if each.header.via == "tls"]
    [note] = [entry.note for entry in recording.entries() if isinstance(entry, Note)]
    assert note == {"kind": "tls", "text": told}
    [closed] = [entry for entry in recording.entries() if isinstance(entry, Closed)]
    assert closed.reason.startswith("the app does not trust realtap's CA: realtap ca")


async def test_an_authority_that_was_replaced_while_it_was_used_is_told(
    door: Door, tmp_path: Path
) -> None:
    await asyncio.to_thread(shutil.copytree, door.confdir, tmp_path / "ca")
    authority = Authority(tmp_path / "ca")
    await authority.context(None)
    (tmp_path / "ca" / "mitmproxy-ca.pem").unlink()
    with pytest.raises(WireError, match="start realtap again"):
        await authority.context("192.0.2.1")


def make_authority(confdir: Path) -> bytes:
    authority = Authority(confdir)
    asyncio.run(authority.load())
    return authority.certificate.read_bytes()


def test_proxies_that_start_at_once_share_one_authority(tmp_path: Path) -> None:
    need_extra()
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(make_authority, [tmp_path / "ca"] * 4))
    assert len(set(made)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["ca"]


async def test_what_only_looks_like_tls_is_cut_and_the_others_are_served(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder, reports: list[str]
) -> None:
    async with RawUpstream() as upstream:
        async with make_proxy(upstream.url, capture=door.capture) as proxy:
            async with raw_client(proxy.port) as client:
                await client.send(b"\x16not TLS at all")
                await client.receive_all()
            async with raw_session(proxy.port, upstream) as (client, server):
                await client.send(frame(b"hello", mask=True))
                await server.receive(11)
    assert len(folder.paths()) == 1
    assert any("TLS failed" in line for line in reports)


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01\x02\x00\x01"])
async def test_a_client_that_says_nothing_more_is_cut(
    make_proxy: MakeProxy, door: Door, sent: bytes
) -> None:
    proxy = make_proxy("ws://127.0.0.1:1", capture=door.capture, handshake_timeout_s=SHORT_S)
    async with proxy, raw_client(proxy.port) as client:
        await client.send(sent)
        assert len(await client.receive_all()) < 500


async def test_without_the_extra_a_tls_client_is_closed_and_people_are_told_once(
    make_proxy: MakeProxy, without_mitmproxy: None, reports: list[str]
) -> None:
    context = ssl.create_default_context()
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        for _ in range(2):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await asyncio.open_connection("127.0.0.1", proxy.port, ssl=context)
        async with raw_session(proxy.port, upstream):
            pass
    assert [INSTALL in line for line in reports].count(True) == 1


async def test_an_authority_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    need_extra()
    (tmp_path / "mitmproxy-ca.pem").write_text("nothing")
    with pytest.raises(WireError, match="--confdir"):
        await Authority(tmp_path).load()


async def test_what_comes_right_behind_the_handshake_of_tls_is_not_lost(
    make_proxy: MakeProxy, door: Door
) -> None:
    async with RawUpstream() as upstream:
        async with make_proxy(upstream.url, capture=door.capture) as proxy:
            async with door.client(proxy) as client:
                await client.send(REQUEST % b"h" + frame(b"early", mask=True))
                server = await upstream.accept_session()
                assert len(await server.receive(11)) == 11


async def test_a_confdir_of_ones_own_is_made(tmp_path: Path) -> None:
    need_extra()
    authority = Authority(Capture(confdir=tmp_path / "new").confdir)
    await authority.load()
    assert authority.certificate.read_bytes().startswith(b"-----BEGIN CERTIFICATE")
    assert (tmp_path / "new" / "mitmproxy-ca.pem").stat().st_mode & 0o077 == 0


async def test_a_persons_own_authority_is_taken(door: Door, tmp_path: Path) -> None:
    """mitmproxy wants one file, with the key in it; clients want the certificate alone."""
    name = "mitmproxy-ca.pem"
    await asyncio.to_thread(shutil.copy, door.confdir / name, tmp_path / name)
    authority = Authority(tmp_path)
    await authority.load()
    assert authority.certificate.read_bytes() == Authority(door.confdir).certificate.read_bytes()
