"""Clients for Node, unmodified, through the proxy to the simulator: a whole function call.

`make test` installs their packages where npm can; elsewhere these tests are skipped.
"""

import os
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import node_apps
import pytest
from node_apps import KEY
from realtap_process import COMMAND, DEADLINE_S
from whole_call import assert_whole_call

from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.proxy.tls import has_extra
from realtap.recordings.folder import RecordingsFolder

type MakeProxy = Callable[..., Proxy]

needs_tls = pytest.mark.skipif(not has_extra(), reason="mitmproxy opens TLS")
EITHER = ("scheme", ["http", pytest.param("https", marks=needs_tls)])

AZURE_KEY = "0123456789abcdef0123456789abcdef"

CALL = 'get_weather({\n  "city": "Paris"\n})'
ANSWER = "Here is what I found: sky clear."


@pytest.fixture
async def proxy(make_proxy: MakeProxy) -> AsyncIterator[Proxy]:
    """A proxy in front of the simulator."""
    async with Simulator(fast=True) as simulator:
        async with make_proxy(simulator.url.removesuffix("/v1")) as proxy:
            yield proxy


def variables(proxy: Proxy, scheme: str) -> dict[str, str]:
    """What the documentation says to put into the app's environment."""
    return {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": f"{scheme}://127.0.0.1:{proxy.port}/v1",
        **({"NODE_EXTRA_CA_CERTS": str(proxy.authority.certificate)} if scheme == "https" else {}),
    }


@needs_tls
async def test_openai_node_completes_a_function_call_over_tls(
    proxy: Proxy, folder: RecordingsFolder
) -> None:
    told = await node_apps.run("openai_node.mjs", variables(proxy, "https"))
    assert told == [CALL, ANSWER]
    header = assert_whole_call(folder, KEY)
    assert header.via == "tls"
    assert header.client["agent"].startswith("OpenAI/JS ")


@needs_tls
async def test_openai_node_makes_tls_of_a_base_url_without(
    proxy: Proxy, folder: RecordingsFolder
) -> None:
    trusting = variables(proxy, "https")
    told = await node_apps.run("openai_node.mjs", trusting | variables(proxy, "http"))
    assert told == [CALL, ANSWER]
    assert assert_whole_call(folder, KEY).via == "tls"


async def test_openai_node_completes_a_function_call_without_tls_by_its_option(
    proxy: Proxy, folder: RecordingsFolder
) -> None:
    told = await node_apps.run("openai_node_plain.mjs", variables(proxy, "http"))
    assert told == [CALL, ANSWER]
    assert assert_whole_call(folder, KEY).via == "reverse"


@needs_tls
async def test_openai_node_on_the_native_websocket_completes_a_function_call(
    proxy: Proxy, folder: RecordingsFolder
) -> None:
    told = await node_apps.run("openai_node_native.mjs", variables(proxy, "https"))
    assert told == [CALL, ANSWER]
    header = assert_whole_call(folder, KEY)
    assert header.request["subprotocols"][0] == "realtime"


@needs_tls
async def test_openai_node_for_azure_completes_a_function_call(
    proxy: Proxy, folder: RecordingsFolder
) -> None:
    environment = {
        "AZURE_OPENAI_API_KEY": AZURE_KEY,
        "AZURE_OPENAI_ENDPOINT": f"https://127.0.0.1:{proxy.port}",
        "NODE_EXTRA_CA_CERTS": str(proxy.authority.certificate),
    }
    assert await node_apps.run("openai_node_azure.mjs", environment) == [CALL, ANSWER]
    path = assert_whole_call(folder, AZURE_KEY).request["path"]
    assert path == "/openai/v1/realtime?model=my-deployment"


@pytest.mark.parametrize(*EITHER)
async def test_openai_agents_for_javascript_completes_a_function_call(
    proxy: Proxy, folder: RecordingsFolder, scheme: str
) -> None:
    told = await node_apps.run("openai_agents.mjs", variables(proxy, scheme))
    assert told == ["get_weather(Paris)", ANSWER]
    assert assert_whole_call(folder, KEY).client["agent"].startswith("Agents/JavaScript ")


@pytest.mark.parametrize(*EITHER)
async def test_ws_completes_a_function_call(
    proxy: Proxy, folder: RecordingsFolder, scheme: str
) -> None:
    told = await node_apps.run("ws.mjs", variables(proxy, scheme))
    assert told == [CALL, ANSWER]
    assert assert_whole_call(folder, KEY).via == ("tls" if scheme == "https" else "reverse")


@needs_tls
def test_openai_node_needs_no_change_under_realtap_run(
    folder: RecordingsFolder, confdir: Path, tmp_path: Path
) -> None:
    options = ("--upstream", "sim", "--recordings", str(folder.path), "--confdir", str(confdir))
    result = subprocess.run(
        [*COMMAND, "run", *options, "--", *node_apps.command("openai_node.mjs")],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        env=os.environ | {"XDG_STATE_HOME": str(tmp_path)},
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert ANSWER in result.stdout
    assert "recorded 1 session" in result.stderr
    assert assert_whole_call(folder).via == "tls"
