"""Real clients, unmodified: a made-up call exercises their tools, and the server never sees it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from dialogue import WEATHER_TOOL
from live import TOKEN
from openai import AsyncOpenAI
from raw_peers import PATIENCE_S

from realtap.proxy.control import Control
from realtap.proxy.control.methods import InjectCall, SessionShow
from realtap.proxy.door import Proxy
from realtap.proxy.injection.ids import MARK
from realtap.proxy.simulator import Simulator
from realtap.recordings.event import Entry, Event, Fate, Origin, Side
from realtap.recordings.findings.engine import Judge, settled
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]

KEY = "sk-proj-AAAAbbbbCCCCddddEEEE1111"
PARIS = '{"city": "Paris"}'
ANSWER = "It is sunny in Paris."


@dataclass
class Stage:
    """A simulated server, the proxy before it, and the control channel."""

    simulator: Simulator
    proxy: Proxy
    control: Control

    def reached_server(self) -> str:
        """All that the server got."""
        [log] = self.simulator.connections
        return "\n".join(str(each.data) for each in log.messages if each.side is Side.CLIENT)

    async def make_call(self) -> None:
        """Make up a call."""
        await self.control.ask(InjectCall(name="get_weather", arguments=PARIS, answer=ANSWER))

    async def stage_of_the_call(self) -> str:
        """How far it has come."""
        shown = await self.control.ask(SessionShow())
        return shown.made_up_calls[0].stage


@asynccontextmanager
async def on_stage(make_proxy: MakeProxy) -> AsyncIterator[Stage]:
    async with (
        asyncio.timeout(PATIENCE_S),
        Simulator(fast=True, log=True) as simulator,
        make_proxy(simulator.url.removesuffix("/v1"), token=TOKEN) as proxy,
        Control(proxy.control_url, TOKEN) as control,
    ):
        yield Stage(simulator, proxy, control)


def recorded(folder: RecordingsFolder) -> list[Entry]:
    [path] = folder.paths()
    recording = Recording(path)
    entries = list(recording.entries())
    assert recording.warnings == []
    return entries


def assert_made_up_call_is_told(entries: list[Entry]) -> None:
    """The recording has the whole call, marked, and nothing is found wrong with the session."""
    events = [entry for entry in entries if isinstance(entry, Event)]
    dropped = [event for event in events if event.fate is Fate.DROPPED]
    assert [event.type for event in dropped] == ["conversation.item.create", "response.create"]
    assert {event.why for event in dropped} == {"made-up call get_weather"}
    injected = [event for event in events if event.origin is Origin.INJECTED]
    assert [event.type for event in injected].count("response.done") == 2
    judge = Judge()
    found = [each for entry in entries for each in judge.receive(entry)]
    assert settled([*found, *judge.finish()]) == []


async def test_openai_client_runs_its_tool_for_a_made_up_call(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    session: Any = {"type": "realtime", "output_modalities": ["text"], "tools": [WEATHER_TOOL]}
    cities: list[str] = []
    async with on_stage(make_proxy) as stage:
        client = AsyncOpenAI(api_key=KEY, base_url=stage.proxy.url.replace("ws:", "http:"))
        async with client.realtime.connect(model="gpt-realtime") as connection:
            await connection.session.update(session=session)
            said = ""
            async for event in connection:
                assert event.type != "error", event
                if event.type == "session.updated":
                    await stage.make_call()
                elif event.type == "response.function_call_arguments.done":
                    cities.append(json.loads(event.arguments)["city"])
                    item: Any = {"type": "function_call_output", "output": "sunny"}
                    await connection.conversation.item.create(
                        item=item | {"call_id": event.call_id}
                    )
                elif event.type == "response.output_text.done":
                    said = event.text
                elif event.type == "response.done":
                    if said:
                        break
                    await connection.response.create()
            assert await stage.stage_of_the_call() == "answered"
        assert MARK not in stage.reached_server()
        assert "response.create" not in stage.reached_server()
    assert (cities, said) == (["Paris"], ANSWER)
    assert_made_up_call_is_told(recorded(folder))


async def test_openai_agents_runs_its_tool_for_a_made_up_call(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    pytest.importorskip("agents", reason="openai-agents does not resolve on this Python")
    from agents import function_tool
    from agents.realtime import RealtimeAgent, RealtimeRunner

    cities: list[str] = []

    @function_tool
    def get_weather(city: str) -> str:
        """The weather of a city."""
        cities.append(city)
        return "sunny"

    agent = RealtimeAgent(name="Guide", instructions="Be brief.", tools=[get_weather])
    async with on_stage(make_proxy) as stage:
        options: Any = {
            "api_key": KEY,
            "url": f"{stage.proxy.url}/realtime?model=gpt-realtime",
            "initial_model_settings": {"model_name": "gpt-realtime"},
        }
        async with await RealtimeRunner(agent).run(model_config=options) as session:
            await stage.make_call()
            answers = 0
            async for event in session:
                assert event.type != "error", event
                answers += event.type == "agent_end"
                if answers == 2:
                    break
            assert await stage.stage_of_the_call() == "answered"
            history = json.dumps([item.model_dump() for item in session._history])
        assert MARK not in stage.reached_server()
        assert "response.create" not in stage.reached_server()
    assert cities == ["Paris"]
    assert ANSWER in history
    assert_made_up_call_is_told(recorded(folder))
