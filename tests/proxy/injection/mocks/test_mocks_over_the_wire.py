"""Mocks between a real client, which has no tool code, and the simulated server: sockets, threads, files."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI

from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.recordings.event import Event, Origin
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

GET_WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
QUESTION: Any = {
    "type": "message",
    "role": "user",
    "content": [{"type": "input_text", "text": "What is the weather in Paris?"}],
}
MOCKS = """
[[mock]]
call = "get_weather"
python = "tools:get_weather"
"""
TOOLS = """
def get_weather(arguments):
    return {"city": arguments["city"], "sky": "SKY"}
"""


@pytest.fixture
async def proxy(make_proxy: Callable[..., Proxy], tmp_path: Path) -> AsyncIterator[Proxy]:
    """A proxy with mocks in front of the simulator."""
    (tmp_path / "mocks.toml").write_text(MOCKS)
    (tmp_path / "tools.py").write_text(TOOLS)
    async with Simulator(fast=True) as simulator:
        upstream = simulator.url.removesuffix("/v1")
        async with make_proxy(upstream, mocks=tmp_path / "mocks.toml") as proxy:
            yield proxy


async def converse(proxy: Proxy) -> str:
    """An app without any tool code asks, and reads the answer."""
    client = AsyncOpenAI(api_key="sk-proj-x", websocket_base_url=proxy.url)
    async with client.realtime.connect(model="gpt-realtime") as connection:
        await connection.session.update(
            session={"type": "realtime", "output_modalities": ["text"], "tools": [GET_WEATHER]}
        )
        await connection.conversation.item.create(item=QUESTION)
        await connection.response.create()
        async for event in connection:
            assert event.type != "error"
            if event.type == "response.output_text.done":
                return event.text
    raise AssertionError("the session ended without an answer")


def injected(folder: RecordingsFolder) -> list[Event]:
    [path] = folder.paths()
    return [event for event in Recording(path).events() if event.origin is not Origin.WIRE]


async def test_app_without_tool_code_gets_its_answer(
    proxy: Proxy, folder: RecordingsFolder
) -> None:
    assert await converse(proxy)
    output, create = injected(folder)
    assert output.fields()["item"]["output"] == '{"city":"Paris","sky":"SKY"}'
    assert create.type == "response.create"
    assert {(each.origin, each.why) for each in (output, create)} == {
        (Origin.MOCK, "mock get_weather")
    }


async def test_changed_function_answers_from_the_next_look_on(
    proxy: Proxy, folder: RecordingsFolder, tmp_path: Path, reports: list[str]
) -> None:
    (tmp_path / "tools.py").write_text(TOOLS.replace("SKY", "blue"))
    os.utime(tmp_path / "tools.py", (1, 1))
    proxy.helm.regime.look()
    assert await converse(proxy)
    assert injected(folder)[0].fields()["item"]["output"] == '{"city":"Paris","sky":"blue"}'
    assert f"mocks file {tmp_path / 'mocks.toml'}: read again, 1 mock in force" in reports


async def test_broken_function_is_told_and_the_conversation_goes_on(
    proxy: Proxy, folder: RecordingsFolder, tmp_path: Path, reports: list[str]
) -> None:
    (tmp_path / "tools.py").write_text("def get_weather(arguments):\n    return 1 / 0\n")
    proxy.helm.regime.look()
    assert await converse(proxy)
    told = "ZeroDivisionError: division by zero"
    output, _ = injected(folder)
    assert output.fields()["item"]["output"] == f'{{"error":"{told}"}}'
    assert output.why == f"mock get_weather failed: {told}"
    assert any(
        line.startswith("mock get_weather failed in tools.py line 2 at call_") for line in reports
    )
