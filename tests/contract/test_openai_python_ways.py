"""openai-python by its less usual ways: Azure's paths, the old beta client through TLS, a hard-wired host."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI
from real_apps import KEY, QUESTION, TEXT_SESSION, WEATHER, message, output_for
from realtap_process import COMMAND
from whole_call import assert_whole_call

from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.proxy.tls import has_extra
from realtap.recordings.folder import RecordingsFolder

type MakeProxy = Callable[..., Proxy]

SUPPORT = Path(__file__).resolve().parents[1] / "support"
AZURE_KEY = "0123456789abcdef0123456789abcdef"
BETA_SESSION: Any = {"modalities": ["text"], "tools": [WEATHER]}

RUN_TIMEOUT_S = 60
"""Three programs start, and these libraries take seconds to import."""

needs_tls = pytest.mark.skipif(not has_extra(), reason="mitmproxy opens TLS")


@asynccontextmanager
async def proxy_before(make_proxy: MakeProxy, dialect: str) -> AsyncIterator[Proxy]:
    """A proxy in front of a simulator that speaks the dialect."""
    async with Simulator(fast=True, dialect=dialect) as simulator:
        async with make_proxy(simulator.url.removesuffix("/v1")) as proxy:
            yield proxy


async def hold(connection: Any, session: Any) -> None:
    """A question, a function call, its output, the answer."""
    await connection.session.update(session=session)
    await connection.conversation.item.create(item=message(QUESTION))
    await connection.response.create()
    async for event in connection:
        assert event.type != "error", event
        if event.type == "response.function_call_arguments.done":
            await connection.conversation.item.create(item=output_for(event.call_id))
        elif event.type == "response.done":
            if event.response.output[0].type == "message":
                return
            await connection.response.create()


async def test_azure_client_at_the_preview_path_completes_a_function_call(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with proxy_before(make_proxy, "beta") as proxy:
        client = AsyncAzureOpenAI(
            api_key=AZURE_KEY,
            api_version="2025-04-01-preview",
            azure_endpoint="https://my-resource.invalid",
            websocket_base_url=f"ws://127.0.0.1:{proxy.port}/openai",
        )
        async with client.beta.realtime.connect(model="my-deployment") as connection:
            await hold(connection, BETA_SESSION)
    request = assert_whole_call(folder, AZURE_KEY).request
    query = "api-version=2025-04-01-preview&deployment=my-deployment"
    assert request["path"] == f"/openai/realtime?{query}"
    assert "api-key" in [name.lower() for name, _ in request["headers"]]


@needs_tls
async def test_azure_client_needs_only_its_endpoint_with_tls(
    make_proxy: MakeProxy, folder: RecordingsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxy_before(make_proxy, "beta") as proxy:
        monkeypatch.setenv("SSL_CERT_FILE", str(proxy.authority.certificate))
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", f"http://127.0.0.1:{proxy.port}")
        client = AsyncAzureOpenAI(api_key=AZURE_KEY, api_version="2025-04-01-preview")
        async with client.beta.realtime.connect(model="my-deployment") as connection:
            await hold(connection, BETA_SESSION)
    assert assert_whole_call(folder, AZURE_KEY).via == "tls"


@pytest.mark.parametrize("option", ["base_url", "websocket_base_url"])
async def test_client_at_the_ga_path_of_azure_completes_a_function_call(
    make_proxy: MakeProxy, folder: RecordingsFolder, option: str
) -> None:
    async with proxy_before(make_proxy, "ga") as proxy:
        scheme = "ws" if option == "websocket_base_url" else "http"
        address: Any = {option: f"{scheme}://127.0.0.1:{proxy.port}/openai/v1"}
        client = AsyncOpenAI(api_key=AZURE_KEY, **address)
        async with client.realtime.connect(model="my-deployment") as connection:
            await hold(connection, TEXT_SESSION)
    request = assert_whole_call(folder, AZURE_KEY).request
    assert request["path"] == "/openai/v1/realtime?model=my-deployment"


@needs_tls
async def test_old_beta_client_which_forces_tls_completes_a_function_call(
    make_proxy: MakeProxy, folder: RecordingsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxy_before(make_proxy, "beta") as proxy:
        monkeypatch.setenv("SSL_CERT_FILE", str(proxy.authority.certificate))
        client = AsyncOpenAI(api_key=KEY, base_url=f"http://127.0.0.1:{proxy.port}/v1")
        async with client.beta.realtime.connect(model="gpt-4o-realtime-preview") as connection:
            await hold(connection, BETA_SESSION)
    header = assert_whole_call(folder, KEY)
    assert header.via == "tls"
    assert ["OpenAI-Beta", "realtime=v1"] in header.request["headers"]


@pytest.mark.slow
@needs_tls
@pytest.mark.parametrize("app", ["ask_with_openai", "ask_with_agents"])
def test_app_with_its_host_built_in_is_caught_by_realtap_run(
    folder: RecordingsFolder, confdir: Path, tmp_path: Path, app: str
) -> None:
    """Nothing leaves this machine: captured sessions go to the simulator."""
    if app == "ask_with_agents":
        pytest.importorskip("agents", reason="openai-agents does not resolve on this Python")
    code = f"import asyncio, real_apps; asyncio.run(real_apps.{app}('https://api.openai.com/v1'))"
    options = ("--upstream", "sim", "--recordings", str(folder.path), "--confdir", str(confdir))
    result = subprocess.run(
        [*COMMAND, "run", *options, "--", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
        env={
            **{name: value for name, value in os.environ.items() if "PROXY" not in name.upper()},
            "XDG_STATE_HOME": str(tmp_path),
            "PYTHONPATH": str(SUPPORT),
            "OPENAI_AGENTS_DISABLE_TRACING": "1",
        },
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert assert_whole_call(folder, KEY).via == "mitm:regular"
