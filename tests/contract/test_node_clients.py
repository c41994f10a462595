"""Clients for Node, unmodified, through the proxy to the simulator.

Their packages are not installed with the others: `npm install --no-package-lock` in `tests/node`.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from raw_peers import PATIENCE_S

from realtap.proxy.capture import Capture
from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.proxy.tls import has_extra
from realtap.recordings.event import Header
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]

APPS = Path(__file__).resolve().parents[1] / "node"
NODE = shutil.which("node")
KEY = "ek_AAAAbbbbCCCCddddEEEE1111"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NODE is None, reason="Node is not installed"),
    pytest.mark.skipif(
        not (APPS / "node_modules").exists(), reason="npm install in tests/node was not run"
    ),
]

needs_tls = pytest.mark.skipif(not has_extra(), reason="mitmproxy opens TLS")


@pytest.fixture
async def proxy(make_proxy: MakeProxy, tmp_path: Path) -> AsyncIterator[Proxy]:
    """A proxy in front of the simulator, with an authority that nobody else trusts."""
    async with Simulator(fast=True) as simulator:
        upstream = simulator.url.removesuffix("/v1")
        async with make_proxy(upstream, capture=Capture(confdir=tmp_path / "ca")) as proxy:
            yield proxy


async def run(app: str, proxy: Proxy, scheme: str) -> tuple[int | None, str]:
    """Run an app against the proxy; the exit code, and all that it says."""
    trusted = {"NODE_EXTRA_CA_CERTS": str(proxy.authority.certificate)}
    if has_extra():
        await proxy.authority.load()
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        str(APPS / app),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={
            "PATH": os.environ["PATH"],
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": f"{scheme}://127.0.0.1:{proxy.port}/v1",
            **(trusted if has_extra() else {}),
        },
    )
    async with asyncio.timeout(PATIENCE_S):
        said, _ = await process.communicate()
    return process.returncode, said.decode()


def header_of(folder: RecordingsFolder) -> Header:
    (path,) = folder.paths()
    assert KEY not in path.read_text()
    header = next(iter(Recording(path).entries()))
    assert isinstance(header, Header)
    return header


@needs_tls
@pytest.mark.parametrize("scheme", ["https", "http"])
async def test_openai_node_which_forces_tls_completes_a_function_call(
    proxy: Proxy, folder: RecordingsFolder, scheme: str
) -> None:
    code, said = await run("openai_node.mjs", proxy, scheme)
    assert (code, said) == (0, "answered\n")
    assert header_of(folder).via == "tls"


async def test_openai_agents_for_javascript_completes_a_function_call(
    proxy: Proxy, folder: RecordingsFolder
) -> None:
    code, said = await run("openai_agents.mjs", proxy, "http")
    assert (code, said.splitlines()[-1]) == (0, "answered")
    assert header_of(folder).via == "reverse"


@pytest.mark.parametrize("scheme", ["http", pytest.param("https", marks=needs_tls)])
async def test_page_of_another_origin_gets_its_subprotocol(
    proxy: Proxy, folder: RecordingsFolder, scheme: str
) -> None:
    code, said = await run("browser.mjs", proxy, scheme)
    assert (code, said) == (0, "answered\n")
    assert header_of(folder).request["subprotocols"] != []
