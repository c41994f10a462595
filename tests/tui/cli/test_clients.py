"""The lines to paste: complete, and as they are printed they work."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from realtap.proxy.simulator import Simulator
from realtap.tui.cli.clients import pointers


def test_each_line_names_the_address_that_the_proxy_listens_on() -> None:
    assert all("127.0.0.1:9123" in each.line for each in pointers("127.0.0.1", 9123))


def test_ipv6_addresses_are_bracketed() -> None:
    assert all("[::1]:8484" in each.line for each in pointers("::1", 8484))


def test_all_kinds_of_clients_have_a_line() -> None:
    told = " ".join(each.client + each.line for each in pointers("127.0.0.1", 8484))
    for name in (
        "OPENAI_BASE_URL=http://",
        'websocket_base_url="ws://',
        "openai-agents, Python",
        "openai-agents, JavaScript",
        "pipecat",
        "LiveKit",
        "rtclient",
        "voicelive",
        "browser",
    ):
        assert name in told


@pytest.fixture
async def server() -> AsyncIterator[Simulator]:
    async with Simulator(fast=True) as simulator:
        yield simulator


def line_for(client: str, server: Simulator) -> str:
    """What is printed for a client, with that server in the proxy's place."""
    (line,) = (p.line for p in pointers("127.0.0.1", server.port) if p.client.startswith(client))
    return line


async def first_event(client: Any) -> str:
    """The type of what the client hears first."""
    async with client.realtime.connect(model="gpt-realtime") as connection:
        event = await connection.recv()
        return str(event.type)


async def test_line_for_openai_python_works_as_it_is(
    server: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    client = eval(line_for("openai-python", server), {"AsyncOpenAI": openai.AsyncOpenAI})
    assert await first_event(client) == "session.created"


async def test_line_for_the_environment_works_as_it_is(
    server: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, _, value = line_for("in the environment", server).partition("=")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv(name, value)
    assert await first_event(openai.AsyncOpenAI()) == "session.created"


async def test_line_for_azure_openai_leads_to_its_path(server: Simulator) -> None:
    line = line_for("Azure's openai-python", server)
    what_the_app_has = (
        "api_key='key', api_version='2025-04-01-preview', azure_endpoint='https://r.invalid'"
    )
    line = line.replace("…", what_the_app_has)
    client = eval(line, {"AsyncAzureOpenAI": openai.AsyncAzureOpenAI})
    assert await first_event(client) == "session.created"


async def test_line_for_a_browser_gets_its_subprotocol(server: Simulator) -> None:
    found = re.fullmatch(
        r"new WebSocket\('(ws://.+)', \['(.+)', '(.+)' \+ key\]\)", line_for("a browser", server)
    )
    assert found is not None
    url, plain, keyed = found.groups()
    subprotocols = [Subprotocol(plain), Subprotocol(f"{keyed}sk-test")]
    async with connect(url, subprotocols=subprotocols, proxy=None) as app:
        assert app.subprotocol == "realtime"
        assert json.loads(await app.recv())["type"] == "session.created"


async def test_line_for_pipecat_gets_the_model_appended(server: Simulator) -> None:
    found = re.search(r'base_url="([^"]+)"', line_for("pipecat", server))
    assert found is not None
    key = {"Authorization": "Bearer sk-test"}
    async with connect(f"{found[1]}?model=gpt-realtime", additional_headers=key, proxy=None) as app:
        assert json.loads(await app.recv())["type"] == "session.created"
