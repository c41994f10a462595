"""Voice apps that know nothing of realtap, each written as its library wants it.

An app takes the server's base URL, `http://…/v1`, holds a conversation, and returns what came of it.
The name of the library is in the name of the app; those that speak have audio turns.
"""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Iterator
from itertools import count, cycle
from typing import Any, Final

import pytest
from openai import AsyncOpenAI, OpenAI
from websockets.asyncio.client import ClientConnection, connect

from realtap.proxy.voice import synthesise_voice

type App = Callable[[str], Awaitable[list[str]]]

KEY: Final = "sk-proj-AAAAbbbbCCCCddddEEEE1111"

QUESTION: Final = "What is the weather in Paris?"

WEATHER: Final[Any] = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}

TEXT_SESSION: Final[Any] = {
    "type": "realtime",
    "output_modalities": ["text"],
    "tools": [WEATHER],
}

BYTES_PER_MS: Final = 48

_PIECES_MS = cycle([20, 100, 50, 250])
"""How long the pieces of microphone audio are: each run of an app cuts them in its own way."""

_item_numbers = count(1)
"""Apps that name their items use other names in every run."""


def message(text: str, **fields: Any) -> Any:
    """A message of the user."""
    content = [{"type": "input_text", "text": text}]
    return {"type": "message", "role": "user", "content": content, **fields}


def output_for(call_id: str) -> Any:
    """The tool's result, as an item."""
    result = {"type": "function_call_output", "output": '{"sky": "clear", "degrees": 21}'}
    return result | {"call_id": call_id}


def spoken() -> Iterator[str]:
    """A spoken turn with silence behind it, as a microphone gives it, in base64."""
    pcm = bytes(200 * BYTES_PER_MS) + synthesise_voice(1.2, seed=1) + bytes(900 * BYTES_PER_MS)
    size = next(_PIECES_MS) * BYTES_PER_MS
    for start in range(0, len(pcm), size):
        yield base64.b64encode(pcm[start : start + size]).decode()


# The package `openai`.


async def ask_with_openai(url: str) -> list[str]:
    """A question, a function call, an answer."""
    told = []
    async with AsyncOpenAI(api_key=KEY, base_url=url) as client:
        async with client.realtime.connect(model="gpt-realtime") as connection:
            await connection.session.update(session=TEXT_SESSION)
            item = message(QUESTION, id=f"item_of_app_{next(_item_numbers)}")
            await connection.conversation.item.create(item=item)
            await connection.response.create()
            async for event in connection:
                assert event.type != "error", event
                if event.type == "response.output_item.done" and event.item.type == "function_call":
                    told.append(f"{event.item.name}({event.item.arguments})")
                    output = output_for(event.item.call_id or "")
                    await connection.conversation.item.create(item=output)
                elif event.type == "response.output_text.done":
                    told.append(event.text)
                elif event.type == "response.done":
                    told.append(event.response.id or "")
                    if len(told) == 4:
                        break
                    await connection.response.create()
    return told


async def ask_with_openai_beta(url: str) -> list[str]:
    """An old app, at a server that still speaks the beta."""
    told = []
    # From `base_url` this part of the library makes a wss URL in any case.
    websocket_url = url.replace("http", "ws", 1)
    async with AsyncOpenAI(api_key=KEY, websocket_base_url=websocket_url) as client:
        async with client.beta.realtime.connect(model="gpt-4o-realtime-preview") as connection:
            await connection.session.update(session={"modalities": ["text"], "tools": [WEATHER]})
            await connection.conversation.item.create(item=message(QUESTION))
            await connection.response.create()
            async for event in connection:
                assert event.type != "error", event
                if event.type == "response.function_call_arguments.done":
                    told.append(event.arguments)
                    await connection.conversation.item.create(item=output_for(event.call_id))
                elif event.type == "response.text.done":
                    told.append(event.text)
                elif event.type == "response.done":
                    if len(told) == 2:
                        break
                    await connection.response.create()
    return told


async def ask_with_openai_sync(url: str) -> list[str]:
    """The same without an event loop."""
    return await asyncio.to_thread(_ask_with_openai_sync, url)


def _ask_with_openai_sync(url: str) -> list[str]:
    told = []
    with OpenAI(api_key=KEY, base_url=url) as client:
        with client.realtime.connect(model="gpt-realtime") as connection:
            connection.session.update(session=TEXT_SESSION)
            connection.conversation.item.create(item=message(QUESTION))
            connection.response.create()
            for event in connection:
                assert event.type != "error", event
                if event.type == "response.function_call_arguments.done":
                    told.append(event.arguments)
                    connection.conversation.item.create(item=output_for(event.call_id))
                elif event.type == "response.output_text.done":
                    told.append(event.text)
                elif event.type == "response.done":
                    if len(told) == 2:
                        break
                    connection.response.create()
    return told


async def speak_with_openai(url: str) -> list[str]:
    """A spoken turn whose end the server hears, and a spoken answer."""
    told = []
    heard_bytes = 0
    async with AsyncOpenAI(api_key=KEY, base_url=url) as client:
        async with client.realtime.connect(model="gpt-realtime") as connection:
            transcription: Any = {"input": {"transcription": {"model": "gpt-4o-transcribe"}}}
            await connection.session.update(session={"type": "realtime", "audio": transcription})
            for audio in spoken():
                await connection.input_audio_buffer.append(audio=audio)
            async for event in connection:
                assert event.type != "error", event
                if event.type == "conversation.item.input_audio_transcription.completed":
                    told.append(event.transcript)
                elif event.type == "response.output_audio.delta":
                    heard_bytes += len(base64.b64decode(event.delta))
                elif event.type == "response.output_audio_transcript.done":
                    told.append(event.transcript)
                elif event.type == "response.done":
                    break
    return [*sorted(told), str(heard_bytes)]


# The library `openai-agents`.


async def _at_once() -> None:
    """Wait for nothing."""


async def ask_with_agents(
    url: str, *, before_asking: Callable[[], Awaitable[None]] = _at_once
) -> list[str]:
    """The library runs the tool, and asks for the answer, by itself."""
    told: list[str] = []
    async with _agents_session(url, told, modalities=["text"]) as session:
        await before_asking()
        await session.send_message(QUESTION)
        answers = 0
        async for event in session:
            assert event.type != "error", event
            answers += event.type == "agent_end"
            if answers == 2:
                break
        told += _history(session)
    return told


async def speak_with_agents(url: str) -> list[str]:
    """A spoken turn."""
    told: list[str] = []
    async with _agents_session(url, told, modalities=["audio"]) as session:
        for audio in spoken():
            await session.send_audio(base64.b64decode(audio))
        heard_bytes = 0
        async for event in session:
            assert event.type != "error", event
            if event.type == "audio":
                heard_bytes += len(event.audio.data)
            elif event.type == "agent_end":
                break
    return [*told, str(heard_bytes)]


def _agents_session(url: str, told: list[str], *, modalities: list[str]) -> Any:
    pytest.importorskip("agents", reason="openai-agents does not resolve on this Python")
    from agents import function_tool
    from agents.realtime import RealtimeAgent, RealtimeRunner

    @function_tool
    def get_weather(city: str) -> str:
        """The weather of a city."""
        told.append(f"get_weather({city})")
        return "sunny"

    agent = RealtimeAgent(name="Guide", instructions="Be brief.", tools=[get_weather])
    options: Any = {
        "api_key": KEY,
        "url": f"{url.replace('http', 'ws', 1)}/realtime?model=gpt-realtime",
        "initial_model_settings": {
            "model_name": "gpt-realtime",
            "output_modalities": modalities,
            "turn_detection": {"type": "server_vad"},
        },
    }
    return _Entering(RealtimeRunner(agent).run(model_config=options))


class _Entering:
    """`async with await …` as one thing."""

    def __init__(self, session: Awaitable[Any]) -> None:
        self._awaited = session

    async def __aenter__(self) -> Any:
        self._session = await self._awaited
        return await self._session.__aenter__()

    async def __aexit__(self, *details: object) -> None:
        await self._session.__aexit__(*details)


def _history(session: Any) -> list[str]:
    items = (item.model_dump() for item in session._history)
    return [json.dumps(item, sort_keys=True) for item in items if item["type"] == "message"]


# Bare sockets.


async def push_to_talk_with_websockets(url: str) -> list[str]:
    """The app says where a spoken turn ends, and asks for the answer."""
    async with _connected(url) as connection:
        await _receive(connection, "session.created")
        audio = {"input": {"turn_detection": None}}
        await _send(connection, "session.update", session={"type": "realtime", "audio": audio})
        await _receive(connection, "session.updated")
        for piece in spoken():
            await _send(connection, "input_audio_buffer.append", audio=piece)
        await _send(connection, "input_audio_buffer.commit")
        committed = await _receive(connection, "input_audio_buffer.committed")
        await _send(connection, "response.create")
        done = await _receive(connection, "response.done")
    [output] = done["response"]["output"]
    return [committed["item_id"], output["content"][0]["transcript"]]


async def ask_with_websockets(url: str) -> list[str]:
    """The flow of a function call as it is explained everywhere: step by step."""
    async with _connected(url) as connection:
        await _receive(connection, "session.created")
        await _send(connection, "session.update", session=TEXT_SESSION)
        await _send(connection, "conversation.item.create", item=message(QUESTION))
        await _send(connection, "response.create")
        call = await _receive(connection, "response.function_call_arguments.done")
        await _receive(connection, "response.done")
        await _send(
            connection,
            "conversation.item.create",
            previous_item_id=call["item_id"],
            item=output_for(call["call_id"]),
        )
        await _send(connection, "response.create")
        done = await _receive(connection, "response.done")
    return [call["arguments"], done["response"]["output"][0]["content"][0]["text"]]


def _connected(url: str) -> connect:
    return connect(
        f"{url.replace('http', 'ws', 1)}/realtime?model=gpt-realtime",
        additional_headers={"Authorization": f"Bearer {KEY}"},
        max_size=None,
    )


async def _send(connection: ClientConnection, type_: str, **fields: object) -> None:
    await connection.send(json.dumps({"type": type_, **fields}))


async def _receive(connection: ClientConnection, type_: str) -> dict[str, Any]:
    async for received in connection:
        event: dict[str, Any] = json.loads(received)
        assert event["type"] != "error", event
        if event["type"] == type_:
            return event
    raise AssertionError(f"the connection ended before {type_}")


APPS: Final[tuple[App, ...]] = (
    ask_with_openai,
    ask_with_openai_sync,
    ask_with_agents,
    ask_with_websockets,
    speak_with_openai,
    speak_with_agents,
    push_to_talk_with_websockets,
)
