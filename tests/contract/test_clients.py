"""Real clients, unmodified, through the proxy to the simulator: a whole round with a function call."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from websockets.asyncio.client import connect

from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.recordings.event import Event, Side
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]

KEY = "sk-proj-AAAAbbbbCCCCddddEEEE1111"

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


def output_for(call_id: str) -> Any:
    """The tool's result, as an item."""
    return {"type": "function_call_output", "call_id": call_id, "output": '{"sky": "clear"}'}


def is_answer(response: Any) -> bool:
    """Whether a response said something, where another one called a function."""
    return bool(response.output[0].type == "message")


@pytest.fixture
async def proxy(make_proxy: MakeProxy) -> AsyncIterator[Proxy]:
    """A proxy in front of the simulator."""
    async with Simulator(fast=True) as simulator:
        async with make_proxy(simulator.url.removesuffix("/v1")) as proxy:
            yield proxy


def events_of(folder: RecordingsFolder) -> list[Event]:
    [path] = folder.paths()
    recording = Recording(path)
    events = list(recording.events())
    assert recording.warnings == []
    return events


def assert_whole_function_call(folder: RecordingsFolder) -> None:
    """The recording tells the call, its answer, and the response that used it."""
    events = events_of(folder)
    [done] = [e for e in events if e.type == "response.function_call_arguments.done"]
    assert done.fields()["name"] == "get_weather"
    call_id = done.fields()["call_id"]
    [output] = [
        event
        for event in events
        if event.side is Side.CLIENT and event.fields().get("item", {}).get("call_id") == call_id
    ]
    assert output.type == "conversation.item.create"
    responses = [event.fields()["response"] for event in events if event.type == "response.done"]
    assert [response["status"] for response in responses] == ["completed", "completed"]
    assert [response["output"][0]["type"] for response in responses] == ["function_call", "message"]
    assert not [event for event in events if event.type == "error"]
    assert KEY.encode() not in b"".join(path.read_bytes() for path in folder.paths())


async def test_openai_async_client_completes_a_function_call(
    proxy: Proxy, folder: RecordingsFolder
) -> None:
    client = AsyncOpenAI(api_key=KEY, websocket_base_url=proxy.url)
    async with client.realtime.connect(model="gpt-realtime") as connection:
        await connection.session.update(
            session={"type": "realtime", "output_modalities": ["text"], "tools": [GET_WEATHER]}
        )
        await connection.conversation.item.create(item=QUESTION)
        await connection.response.create()
        text = ""
        async for event in connection:
            if event.type == "response.function_call_arguments.done":
                assert json.loads(event.arguments) == {"city": "Paris"}
                await connection.conversation.item.create(item=output_for(event.call_id))
            elif event.type == "response.output_text.delta":
                text += event.delta
            elif event.type == "response.done":
                if is_answer(event.response):
                    break
                await connection.response.create()
    assert text
    assert_whole_function_call(folder)


async def test_openai_sync_client_completes_a_function_call(
    proxy: Proxy, folder: RecordingsFolder
) -> None:
    def converse() -> str:
        client = OpenAI(api_key=KEY, base_url=proxy.url.replace("ws:", "http:"))
        with client.realtime.connect(model="gpt-realtime") as connection:
            connection.session.update(
                session={"type": "realtime", "output_modalities": ["text"], "tools": [GET_WEATHER]}
            )
            connection.conversation.item.create(item=QUESTION)
            connection.response.create()
            for event in connection:
                if event.type == "response.function_call_arguments.done":
                    connection.conversation.item.create(item=output_for(event.call_id))
                elif event.type == "response.output_text.done":
                    return event.text
                elif event.type == "response.done":
                    connection.response.create()
        raise AssertionError("the connection ended before the answer")

    assert await asyncio.to_thread(converse)
    events = events_of(folder)
    assert [e.type for e in events if e.type == "error"] == []
    assert "response.output_text.done" in [event.type for event in events]


async def test_an_app_written_as_the_article_says_gets_its_answer(
    proxy: Proxy, folder: RecordingsFolder
) -> None:
    """It waits for the arguments, sends the output behind the call, and asks for a response."""
    headers = {"Authorization": f"Bearer {KEY}"}
    uri = f"{proxy.url}/realtime?model=gpt-realtime"
    async with connect(uri, additional_headers=headers) as connection:

        async def send(**event: object) -> None:
            await connection.send(json.dumps(event))

        async def receive(type_: str) -> dict[str, str]:
            while True:
                event: dict[str, str] = json.loads(await connection.recv())
                assert event["type"] != "error", event
                if event["type"] == type_:
                    return event

        await receive("session.created")
        await send(type="session.update", session={"type": "realtime", "tools": [GET_WEATHER]})
        await send(type="conversation.item.create", item=QUESTION)
        await send(type="response.create")
        call = await receive("response.function_call_arguments.done")
        await receive("response.done")
        output = output_for(call["call_id"])
        await send(type="conversation.item.create", previous_item_id=call["item_id"], item=output)
        await send(type="response.create")
        await receive("response.done")
    assert_whole_function_call(folder)


async def test_an_old_beta_client_works_with_a_beta_server(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    """It sends flat session fields and the OpenAI-Beta header, and reads the old event names."""
    async with Simulator(fast=True, dialect="beta") as simulator:
        async with make_proxy(simulator.url.removesuffix("/v1")) as proxy:
            client = AsyncOpenAI(api_key=KEY, websocket_base_url=proxy.url)
            async with client.beta.realtime.connect(model="gpt-4o-realtime-preview") as connection:
                await connection.session.update(
                    session={"modalities": ["text"], "tools": [GET_WEATHER]}
                )
                await connection.conversation.item.create(item=QUESTION)
                await connection.response.create()
                text = ""
                async for event in connection:
                    assert event.type != "error", event
                    if event.type == "response.function_call_arguments.done":
                        await connection.conversation.item.create(item=output_for(event.call_id))
                    elif event.type == "response.text.delta":
                        text += event.delta
                    elif event.type == "response.done":
                        if is_answer(event.response):
                            break
                        await connection.response.create()
    assert text
    assert_whole_function_call(folder)
    header = Recording(folder.paths()[0]).header
    assert ["OpenAI-Beta", "realtime=v1"] in header.request["headers"]


async def test_a_beta_client_at_a_ga_server_is_told_by_the_server_and_the_recording_shows_it(
    proxy: Proxy, folder: RecordingsFolder
) -> None:
    client = AsyncOpenAI(api_key=KEY, websocket_base_url=proxy.url)
    async with client.beta.realtime.connect(model="gpt-realtime") as connection:
        event = await connection.recv()
    assert event.type == "error"
    [recorded] = events_of(folder)
    assert recorded.fields()["error"]["code"] == "beta_api_shape_disabled"


async def test_openai_agents_calls_its_tool(proxy: Proxy, folder: RecordingsFolder) -> None:
    pytest.importorskip("agents", reason="openai-agents does not resolve on this Python")
    from agents import function_tool
    from agents.realtime import RealtimeAgent, RealtimeRunner

    asked: list[str] = []

    @function_tool
    def get_weather(city: str) -> str:
        """The weather of a city."""
        asked.append(city)
        return "sunny"

    agent = RealtimeAgent(name="Guide", instructions="Be brief.", tools=[get_weather])
    runner = RealtimeRunner(agent)
    options: Any = {
        "api_key": KEY,
        "url": f"{proxy.url}/realtime?model=gpt-realtime",
        "initial_model_settings": {"model_name": "gpt-realtime"},
    }
    async with await runner.run(model_config=options) as session:
        await session.send_message("What is the weather in Paris?")
        answers = 0
        async for event in session:
            assert event.type != "error", event
            if event.type == "agent_end":
                answers += 1
                if answers == 2:
                    break
    assert asked == ["Paris"]
    events = events_of(folder)
    outputs = [
        event.fields()["item"]
        for event in events
        if event.type == "conversation.item.create"
        and event.fields()["item"]["type"] == "function_call_output"
    ]
    assert [output["output"] for output in outputs] == ["sunny"]
    assert not [event for event in events if event.type == "error"]
