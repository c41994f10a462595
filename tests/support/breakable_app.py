"""An app that asks for weather and time, runs two tools, and can be broken in every place."""

import json
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from realtap.recordings.event import Json

SCRIPT: Final = """
[[when]]
text = "*weather*"
calls = [
  { call = "get_weather", arguments = { city = "Paris" } },
  { call = "get_time", arguments = { city = "Paris" } },
]

[[when]]
after = "*"
say = "It is noon in Paris, and sunny."
"""
"""What the simulated server says to it."""


class BreakableApp:
    """Each step is a method, or a value, that a broken app overrides."""

    question = "What is the weather in Paris, and the time?"
    instructions = "Be brief."
    answers_at = "response.done"
    """The event at which the tools are run."""
    asks_for_the_answer = True

    async def run(self, http_url: str) -> str:
        """Hold the conversation; the answer, or what the server said against it."""
        url = f"{http_url.replace('http', 'ws', 1)}/realtime?model=gpt-realtime"
        headers = {"Authorization": "Bearer sk-proj-AAAAbbbbCCCCddddEEEE1111"}
        try:
            async with connect(url, additional_headers=headers) as connection:
                self.connection = connection
                return await self.converse(connection)
        except ConnectionClosed as closed:
            return f"{closed.rcvd.code} {closed.rcvd.reason}" if closed.rcvd else "gone"

    async def converse(self, connection: ClientConnection) -> str:
        """All of it."""
        await self.receive("session.created")
        await self.configure()
        await self.ask()
        done = await self.receive(self.answers_at)
        await self.run_tools(done)
        if self.asks_for_the_answer:
            await self.send("response.create")
        done = await self.receive("response.done")
        await self.follow_up()
        return _text_in(done["response"])

    async def configure(self) -> None:
        """Tell the server who it is and what it can do."""
        session = {"output_modalities": ["text"], "instructions": self.instructions}
        tools = [_tool("get_weather"), _tool("get_time")]
        await self.send("session.update", session={"type": "realtime", "tools": tools, **session})
        await self.receive("session.updated")

    async def ask(self) -> None:
        """Say what the user wants."""
        content = [{"type": "input_text", "text": self.question}]
        message = {"type": "message", "role": "user", "content": content}
        await self.send("conversation.item.create", item=message)
        await self.receive("conversation.item.done")
        await self.send("response.create")

    async def run_tools(self, done: Json) -> None:
        """Give the output of each call."""
        outputs = [self.output_of(call) for call in self.calls_in(done)]
        for item in self.as_sent(outputs):
            await self.send("conversation.item.create", item=item)
            await self.receive("conversation.item.done")

    def calls_in(self, done: Json) -> list[Json]:
        """The function calls of a response."""
        return [item for item in done["response"]["output"] if item["type"] == "function_call"]

    def as_sent(self, outputs: list[Json]) -> list[Json]:
        """Which outputs go out, in which order."""
        return outputs

    def output_of(self, call: Json) -> Json:
        """A call's output, as an item."""
        result = json.dumps(self.result(call["name"], **json.loads(call["arguments"])))
        return {"type": "function_call_output", "call_id": call["call_id"], "output": result}

    def result(self, name: str, city: str) -> Json:
        """What a tool gives."""
        if name == "get_weather":
            return {"city": city, "sky": "clear", "degrees": 21}
        return {"city": city, "time": "12:00"}

    async def follow_up(self) -> None:
        """Say no more."""

    async def send(self, type_: str, **fields: Any) -> None:
        """Say something."""
        await self.connection.send(json.dumps({"type": type_, **fields}))

    async def receive(self, type_: str) -> Json:
        """Wait for an event; errors are ignored, as many apps do."""
        while True:
            event: Json = json.loads(await self.connection.recv())
            if event["type"] == type_:
                return event


def _text_in(response: Json) -> str:
    texts = [item["content"][0]["text"] for item in response["output"] if "content" in item]
    return " ".join(texts) or "no answer"


def _tool(name: str) -> Json:
    properties = {"city": {"type": "string"}}
    parameters = {"type": "object", "properties": properties, "required": ["city"]}
    return {"type": "function", "name": name, "parameters": parameters}
