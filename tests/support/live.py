"""A live session: the simulated server, the proxy before it, an app of a few lines, and somebody who steers.

async with live(make_proxy) as scene:
    call_id = await scene.app.call_weather()
    await scene.control.ask(InjectOutput(name="get_weather", output="sunny"))
    await scene.app.hear("response.done")
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from dialogue import WEATHER_TOOL
from raw_peers import PATIENCE_S
from websockets.asyncio.client import ClientConnection, connect

from realtap.proxy.control import Change, Control
from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.proxy.simulator.script import parse_script
from realtap.recordings.event import Json

type MakeProxy = Callable[..., Proxy]

TOKEN = "the-token-of-this-test-0123456789"


class App:
    """A client without any tool code."""

    def __init__(self, connection: ClientConnection) -> None:
        self.heard: list[Json] = []
        self._connection = connection

    async def say(self, type_: str, **fields: object) -> None:
        """Send an event."""
        await self._connection.send(json.dumps({"type": type_, **fields}))

    async def hear(self, type_: str) -> Json:
        """Read up to the next event of this type."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                event: Json = json.loads(await self._connection.recv())
                self.heard.append(event)
                if event["type"] == type_:
                    return event

    async def close(self) -> None:
        """End the session."""
        await self._connection.close()

    async def write(self, text: str) -> None:
        """Add a user message, and ask for a response."""
        content = [{"type": "input_text", "text": text}]
        item = {"type": "message", "role": "user", "content": content}
        await self.say("conversation.item.create", item=item)
        await self.say("response.create")

    async def call_weather(self) -> str:
        """Bring the model to call `get_weather`; the call's id."""
        session = {"type": "realtime", "output_modalities": ["text"], "tools": [WEATHER_TOOL]}
        await self.say("session.update", session=session)
        await self.hear("session.updated")
        await self.write("What is the weather in Paris?")
        done = await self.hear("response.done")
        call_id: str = done["response"]["output"][-1]["call_id"]
        return call_id


@dataclass
class Scene:
    """All that take part."""

    simulator: Simulator
    proxy: Proxy
    app: App
    control: Control

    async def change(self, is_it: Callable[[Change], bool]) -> Change:
        """The next change of this kind; needs a subscription."""
        async with asyncio.timeout(PATIENCE_S):
            async for change in self.control.changes():
                if is_it(change):
                    return change
        raise AssertionError("the proxy is gone")


@asynccontextmanager
async def live(
    make_proxy: MakeProxy, *, script: str = "", **options: object
) -> AsyncIterator[Scene]:
    """Open a session, and the control channel; the app has heard `session.created`."""
    async with AsyncExitStack() as running:
        server = Simulator(fast=True, script=parse_script(script), log=True)
        simulator = await running.enter_async_context(server)
        upstream = simulator.url.removesuffix("/v1")
        proxy = await running.enter_async_context(make_proxy(upstream, token=TOKEN, **options))
        control = await running.enter_async_context(Control(proxy.control_url, TOKEN))
        headers = {"Authorization": "Bearer sk-proj-0123456789abcdefghij"}
        uri = f"{proxy.url}/realtime?model=gpt-realtime"
        client = connect(uri, additional_headers=headers, compression=None, proxy=None)
        app = App(await running.enter_async_context(client))
        await app.hear("session.created")
        yield Scene(simulator, proxy, app, control)
