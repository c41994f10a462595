"""A page in a real browser, from another origin, through the proxy to the simulator: a whole function call."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import browser
import node_apps
import pytest
import trustme
from browser import Pages, pin_of
from doors import need_extra
from node_apps import KEY
from raw_peers import PATIENCE_S
from whole_call import assert_whole_call

from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.recordings.event import Header
from realtap.recordings.folder import RecordingsFolder

type MakeProxy = Callable[..., Proxy]

CALL = 'get_weather({\n  "city": "Paris"\n})'
ANSWER = "Here is what I found: sky clear."


@pytest.fixture(autouse=True)
def _program() -> None:
    browser.program()


@pytest.fixture
def told_people() -> asyncio.Queue[str]:
    """What the proxy tells people, line by line."""
    return asyncio.Queue()


@pytest.fixture
async def proxy(make_proxy: MakeProxy, told_people: asyncio.Queue[str]) -> AsyncIterator[Proxy]:
    """A proxy in front of the simulator."""
    async with Simulator(fast=True) as simulator:
        upstream = simulator.url.removesuffix("/v1")
        async with make_proxy(upstream, report=told_people.put_nowait) as proxy:
            yield proxy


@pytest.fixture
def site_certificate() -> trustme.LeafCert:
    """Of the pages' own server, when it has TLS."""
    return trustme.CA().issue_cert(browser.PAGE_HOST)


@pytest.fixture
async def pages(
    request: pytest.FixtureRequest, site_certificate: trustme.LeafCert
) -> AsyncIterator[Pages]:
    """The pages' server: plain, unless the test asks for TLS."""
    tls = None
    if getattr(request, "param", "http") == "https":
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        site_certificate.configure_cert(tls)
    async with Pages(tls) as server:
        yield server


@pytest.fixture
def show(
    pages: Pages, proxy: Proxy, site_certificate: trustme.LeafCert, tmp_path: Path
) -> Callable[..., Any]:
    """Show a page that speaks to the proxy, and return what it tells.

    A page that speaks TLS trusts the proxy's authority, unless the test says that it does not.
    """

    async def show(page: str, scheme: str, *, is_trusting: bool = True) -> Any:
        pins = [pin_of(site_certificate.cert_chain_pems[0].bytes())]
        if scheme == "wss":
            need_extra()
            pins += [pin_of(proxy.authority.certificate.read_bytes())] if is_trusting else []
        url = f"{scheme}://127.0.0.1:{proxy.port}/v1/realtime?model=gpt-realtime"
        address = f"{pages.origin}/{page}"
        async with browser.shown(address, tmp_path / "profile", trusting=pins, url=url, key=KEY):
            return await pages.told()

    return show


def request_header(header: Header, name: str) -> str:
    [value] = [value for key, value in header.request["headers"] if key == name]
    return str(value)


@pytest.mark.parametrize("pages", ["http", "https"], indirect=True)
@pytest.mark.parametrize(("scheme", "via"), [("ws", "reverse"), ("wss", "tls")])
async def test_page_of_another_origin_completes_a_function_call(
    show: Callable[..., Any], pages: Pages, folder: RecordingsFolder, scheme: str, via: str
) -> None:
    """From https:// to ws:// too: loopback counts as safe."""
    told = await show("page.html", scheme)
    closed = {"protocol": "realtime", "code": 1000, "wasClean": True}
    assert told == {"told": [CALL, ANSWER], **closed}
    header = assert_whole_call(folder, KEY)
    assert (header.via, request_header(header, "Origin")) == (via, pages.origin)
    assert header.request["subprotocols"] == ["realtime", "openai-insecure-api-key.ek_[redacted]"]


async def test_page_with_openai_node_completes_a_function_call(
    show: Callable[..., Any], folder: RecordingsFolder
) -> None:
    node_apps.need_packages()
    assert await show("page_openai.html", "wss") == {"told": [CALL, ANSWER]}
    assert assert_whole_call(folder, KEY).via == "tls"


@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_page_with_openai_agents_completes_a_function_call(
    show: Callable[..., Any], folder: RecordingsFolder, scheme: str
) -> None:
    node_apps.need_packages()
    told = await show("page_agents.html", scheme)
    assert told == {"told": ["get_weather(Paris)", ANSWER]}
    assert "openai-agents-sdk" in str(assert_whole_call(folder, KEY).request["subprotocols"])


async def test_page_that_does_not_trust_the_authority_is_told_of(
    show: Callable[..., Any], proxy: Proxy, told_people: asyncio.Queue[str]
) -> None:
    told = await show("page.html", "wss", is_trusting=False)
    assert (told["told"], told["code"]) == ([], 1006)
    line = await asyncio.wait_for(told_people.get(), PATIENCE_S)
    assert str(proxy.authority.certificate) in line
