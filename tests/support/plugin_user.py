"""What somebody has who tests a voice app with the pytest plugin: the app, and a test."""

from importlib.metadata import entry_points

IS_INSTALLED = any(each.name == "realtap" for each in entry_points(group="pytest11"))
"""Whether pytest finds the plugin by itself, as it does where realtap was installed as it is now."""

OPTIONS = (
    "-p",
    "no:cacheprovider",
    "-o",
    "asyncio_default_fixture_loop_scope=function",
    *(() if IS_INSTALLED else ("-p", "realtap.proxy.testing.plugin")),
)
"""For every run of pytest inside a test."""

APP = '''
import asyncio, json, os
from websockets.asyncio.client import connect

async def run(question="What is the weather in Paris?", city_answer="clear", respond=True):
    """A voice app that knows nothing of realtap: it takes its server from the environment."""
    base = os.environ["OPENAI_BASE_URL"].replace("http", "ws", 1)
    key = {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
    async with connect(base + "/realtime?model=gpt-realtime", additional_headers=key) as ws:
        async def say(type_, **fields):
            await ws.send(json.dumps({"type": type_, **fields}))
        tool = {"type": "function", "name": "get_weather",
                "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}
        await say("session.update", session={"type": "realtime", "output_modalities": ["text"], "tools": [tool]})
        content = [{"type": "input_text", "text": question}]
        await say("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        await say("response.create")
        async for message in ws:
            event = json.loads(message)
            if event["type"] != "response.done":
                continue
            [output] = event["response"]["output"]
            if output["type"] == "message":
                return output["content"][0]["text"]
            answer = {"type": "function_call_output", "call_id": output["call_id"],
                      "output": json.dumps({"sky": city_answer})}
            await say("conversation.item.create", item=answer)
            if respond:
                await say("response.create")
'''

TEST = """
import asyncio
import pytest
from app import run

@pytest.mark.realtap
def test_weather():
    assert "clear" in asyncio.run(run())
"""
