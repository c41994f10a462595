"""Real clients, unmodified: mocks and a person answer in their place, and the server never complains."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from commanded import command_in_process
from dialogue import WEATHER_TOOL
from openai import AsyncOpenAI, OpenAI
from raw_peers import PATIENCE_S
from realtap_process import running

from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.recordings.event import Entry, Event, Fate, Origin, Side
from realtap.recordings.findings.engine import Judge, settled
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]

KEY = "sk-proj-AAAAbbbbCCCCddddEEEE1111"
SESSION: Any = {"type": "realtime", "output_modalities": ["text"], "tools": [WEATHER_TOOL]}
MOCKS = """
[[mock]]
call = "get_weather"
output = { sky = "clear" }
"""
ROME_MOCKED = """
[[mock]]
call = "get_weather"
when = { city = "Rome" }
output = { sky = "mocked" }
"""


def question(cities: str = "Paris") -> Any:
    content = [{"type": "input_text", "text": f"What is the weather in {cities}?"}]
    return {"type": "message", "role": "user", "content": content}


def output(call_id: str, text: str) -> Any:
    return {"type": "function_call_output", "call_id": call_id, "output": text}


def is_answer(event: Any) -> bool:
    """Whether it ends a response that said something, and called nothing."""
    return bool(event.type == "response.done" and event.response.output[0].type == "message")


def is_output(item: Any) -> bool:
    return bool(item.type == "function_call_output")


@asynccontextmanager
async def proxied(make_proxy: MakeProxy, **options: object) -> AsyncIterator[Proxy]:
    """A proxy in front of the simulator."""
    async with (
        asyncio.timeout(PATIENCE_S),
        Simulator(fast=True) as simulator,
        make_proxy(simulator.url.removesuffix("/v1"), **options) as proxy,
    ):
        yield proxy


@pytest.fixture
def mocks(tmp_path: Path) -> Callable[[str], Path]:
    """Write a mocks file."""

    def write(text: str) -> Path:
        path = tmp_path / "mocks.toml"
        path.write_text(text)
        return path

    return write


# What the recording tells afterwards.


def recorded(path: Path) -> list[Event]:
    """The events; that nothing is found wrong with the session is checked on the way."""
    entries: list[Entry] = list(Recording(path).entries())
    judge = Judge()
    found = [each for entry in entries for each in judge.receive(entry)]
    assert settled([*found, *judge.finish()]) == []
    return [entry for entry in entries if isinstance(entry, Event)]


def reached_server(events: list[Event], type_: str) -> list[Event]:
    """What the server has got of a type."""
    wanted = (event for event in events if event.side is Side.CLIENT and event.type == type_)
    return [event for event in wanted if event.fate is not Fate.DROPPED]


def outputs(events: list[Event]) -> dict[str, Origin]:
    """The outputs that the server has got, and who gave them."""
    items = [
        (event.fields()["item"], event.origin)
        for event in reached_server(events, "conversation.item.create")
    ]
    return {item["output"]: origin for item, origin in items if "output" in item}


# Mocks.


def test_app_without_tool_code_completes_because_the_command_has_mocks(
    tmp_path: Path, mocks: Callable[[str], Path]
) -> None:
    """The sync client, and the proxy as a process of its own."""
    arguments = ("proxy", "--upstream", "sim", "--listen", "127.0.0.1:0")
    with running(*arguments, "--mocks", str(mocks(MOCKS)), recordings=tmp_path) as proxy:
        client = OpenAI(api_key=KEY, websocket_base_url=proxy.url)
        with client.realtime.connect(model="gpt-realtime") as connection:
            connection.session.update(session=SESSION)
            connection.conversation.item.create(item=question())
            connection.response.create()
            assert any(is_answer(event) for event in connection)
        _, _, stderr = proxy.interrupt()
    assert "mocks.toml: mock get_weather" in stderr
    [path] = tmp_path.glob("*.jsonl")
    assert outputs(recorded(path)) == {'{"sky":"clear"}': Origin.MOCK}


async def test_mock_answers_in_the_place_of_an_agents_tool(
    make_proxy: MakeProxy, folder: RecordingsFolder, mocks: Callable[[str], Path]
) -> None:
    pytest.importorskip("agents", reason="openai-agents does not resolve on this Python")
    from agents import function_tool
    from agents.realtime import RealtimeAgent, RealtimeRunner

    @function_tool
    def get_weather(city: str) -> str:
        """The weather of a city."""
        return f"the app's own for {city}"

    agent = RealtimeAgent(name="Guide", instructions="Be brief.", tools=[get_weather])
    async with proxied(make_proxy, mocks=mocks(MOCKS)) as proxy:
        options: Any = {
            "api_key": KEY,
            "url": f"{proxy.url}/realtime?model=gpt-realtime",
            "initial_model_settings": {"model_name": "gpt-realtime"},
        }
        async with await RealtimeRunner(agent).run(model_config=options) as session:
            await session.send_message("What is the weather in Paris?")
            answers = 0
            async for event in session:
                assert event.type != "error", event
                answers += event.type == "agent_end"
                if answers == 2:
                    break
    events = recorded(folder.paths()[0])
    assert outputs(events) == {'{"sky":"clear"}': Origin.MOCK}
    assert len(reached_server(events, "response.create")) == 2
    dropped = [event for event in events if event.fate is Fate.DROPPED]
    assert "the app's own for Paris" in dropped[0].fields()["item"]["output"]


@pytest.mark.parametrize("asks", ["at once", "after response.done"])
async def test_parallel_calls_half_mocked_end_in_one_response_create(
    make_proxy: MakeProxy, folder: RecordingsFolder, mocks: Callable[[str], Path], asks: str
) -> None:
    """The app answers Paris and asks for a response; a mock answers Rome."""
    async with proxied(make_proxy, mocks=mocks(ROME_MOCKED)) as proxy:
        client = AsyncOpenAI(api_key=KEY, websocket_base_url=proxy.url)
        async with client.realtime.connect(model="gpt-realtime") as connection:
            await connection.session.update(session=SESSION)
            await connection.conversation.item.create(item=question("Paris and Rome"))
            await connection.response.create()
            async for event in connection:
                assert event.type != "error", event
                if event.type == "response.function_call_arguments.done":
                    if json.loads(event.arguments)["city"] == "Paris":
                        item = output(event.call_id, "the app's")
                        await connection.conversation.item.create(item=item)
                        if asks == "at once":
                            await connection.response.create()
                elif is_answer(event):
                    break
                elif event.type == "response.done" and asks != "at once":
                    await connection.response.create()
    events = recorded(folder.paths()[0])
    assert outputs(events) == {"the app's": Origin.WIRE, '{"sky":"mocked"}': Origin.MOCK}
    assert len(reached_server(events, "response.create")) == 2


# By hand.


async def test_app_that_forgets_response_create_is_unstuck_by_the_command(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with proxied(make_proxy) as proxy:
        client = AsyncOpenAI(api_key=KEY, websocket_base_url=proxy.url)
        async with client.realtime.connect(model="gpt-realtime") as connection:
            await connection.session.update(session=SESSION)
            await connection.conversation.item.create(item=question())
            await connection.response.create()
            async for event in connection:
                if event.type == "response.function_call_arguments.done":
                    item = output(event.call_id, "sunny")
                    await connection.conversation.item.create(item=item)
                elif event.type == "conversation.item.done" and is_output(event.item):
                    # Here the article's app waits for ever.
                    code, said, stderr = await command_in_process(proxy, "inject", "response")
                    assert (code, stderr) == (0, "")
                    assert said.endswith("→ C response.create\n")
                elif is_answer(event):
                    break
    events = recorded(folder.paths()[0])
    creates = reached_server(events, "response.create")
    assert [(each.origin, each.why) for each in creates] == [
        (Origin.WIRE, None),
        (Origin.INJECTED, "by hand"),
    ]


async def test_app_whose_tool_hangs_is_answered_by_the_command(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with proxied(make_proxy) as proxy:
        client = AsyncOpenAI(api_key=KEY, websocket_base_url=proxy.url)
        async with client.realtime.connect(model="gpt-realtime") as connection:
            await connection.session.update(session=SESSION)
            await connection.conversation.item.create(item=question())
            await connection.response.create()
            async for event in connection:
                if event.type == "response.function_call_arguments.done":
                    arguments = ("inject", "output", "--call", "get_weather", "sunny")
                    code, said, stderr = await command_in_process(proxy, *arguments)
                    assert (code, stderr) == (0, "")
                    assert said.startswith(f"output of {event.call_id} (get_weather) sent")
                elif is_answer(event):
                    break
    assert outputs(recorded(folder.paths()[0])) == {"sunny": Origin.INJECTED}
