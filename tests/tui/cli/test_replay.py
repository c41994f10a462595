"""`realtap replay`, the real command, with a real client."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI
from realtap_process import running
from websockets.exceptions import ConnectionClosed

from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.proxy.simulator.script import parse_script
from realtap.proxy.upstream import parse_upstream
from realtap.recordings.folder import RecordingsFolder

TOOL: Any = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


async def ask(url: str, *, question: str = "What is the weather in Paris?") -> list[str]:
    """An app that asks, answers the call, and hears the answer; the types of what it received."""
    client = AsyncOpenAI(api_key="sk-none", websocket_base_url=url)
    heard: list[str] = []
    async with client.realtime.connect(model="gpt-realtime") as connection:
        session: Any = {"type": "realtime", "output_modalities": ["text"], "tools": [TOOL]}
        await connection.session.update(session=session)
        content: Any = [{"type": "input_text", "text": question}]
        await connection.conversation.item.create(
            item={"type": "message", "role": "user", "content": content}
        )
        await connection.response.create()
        async for event in connection:
            heard.append(event.type)
            if event.type != "response.done":
                continue
            done: Any = event
            [output] = done.response.output
            if output.type == "message":
                break
            await connection.conversation.item.create(
                item={
                    "type": "function_call_output",
                    "call_id": output.call_id,
                    "output": json.dumps({"sky": "clear"}),
                }
            )
            await connection.response.create()
    return heard


@pytest.fixture
async def recorded(tmp_path: Path) -> Path:
    """A folder with one recorded session."""
    folder = RecordingsFolder(tmp_path)
    async with Simulator(fast=True) as simulator:
        upstream = parse_upstream(simulator.url.removesuffix("/v1"))
        async with Proxy(upstream, folder, port=0) as proxy:
            await ask(proxy.url)
    return tmp_path


async def test_an_app_that_does_the_same_again_gets_the_same_again(recorded: Path) -> None:
    with running("replay", "last", "--listen", "0", recordings=recorded) as replay:
        heard = await ask(replay.url)
        code, stdout, stderr = replay.wait()
    assert heard[-1] == "response.done"
    assert (code, stdout) == (0, "")
    assert "went as recorded" in stderr


async def test_an_app_that_does_something_else_is_told_what(recorded: Path) -> None:
    with running("replay", "last", "--listen", "0", recordings=recorded) as replay:
        with pytest.raises(ConnectionClosed, match=r"item\.content"):
            await ask(replay.url, question="What is the weather in Oslo?")
        code, stdout, _ = replay.wait()
    assert code == 1
    assert 'item.content[0].text: expected "What is the weather in Paris?"' in stdout
    assert "--ignore 'item.content[].text'" in stdout


async def test_an_ignored_field_may_differ(recorded: Path) -> None:
    options = ("--listen", "0", "--ignore", "item.content[].text")
    with running("replay", "last", *options, recordings=recorded) as replay:
        await ask(replay.url, question="What is the weather in Oslo?")
        code, _, _ = replay.wait()
    assert code == 0


async def test_again_begins_anew_until_it_is_stopped(recorded: Path) -> None:
    with running("replay", "last", "--listen", "0", "--again", recordings=recorded) as replay:
        first, second = await ask(replay.url), await ask(replay.url)
        code, _, _ = await asyncio.to_thread(replay.interrupt)
    assert first == second
    assert code == 130


@pytest.mark.parametrize("pace", ["0", "-1", "inf", "quick"])
def test_a_pace_that_is_none_is_refused(tmp_path: Path, pace: str) -> None:
    with running("replay", "x", f"--pace={pace}", recordings=tmp_path) as replay:
        code, _, stderr = replay.wait()
    assert code == 2
    assert "is no pace; say instant, recorded" in stderr


def test_a_path_that_is_none_is_refused(tmp_path: Path) -> None:
    with running("replay", "x", "--ignore", "a..b", recordings=tmp_path) as replay:
        code, _, stderr = replay.wait()
    assert code == 2
    assert "is not a path" in stderr


# Playing the app to a server.


async def play(recorded: Path, *options: str) -> tuple[int, str, str]:
    """Run `realtap replay last --to …` to its end; code, stdout, stderr."""
    arguments = ("replay", "last", "--pace", "instant", *options)
    with running(*arguments, recordings=recorded, awaits_line=False) as replay:
        return await asyncio.to_thread(replay.wait)


async def test_the_app_s_side_can_be_played_to_another_server(recorded: Path) -> None:
    code, stdout, stderr = await play(recorded, "--to", "sim")
    assert (code, stdout) == (0, "")
    assert "the same structure" in stderr
    assert len(RecordingsFolder(recorded).paths()) == 2


async def test_a_server_that_does_not_call_the_function_is_told(
    recorded: Path, tmp_path: Path
) -> None:
    script = parse_script('[[when]]\nsay = "I do not know."')
    async with Simulator(fast=True, script=script) as server:
        url = server.url.removesuffix("/v1")
        code, stdout, _ = await play(recorded, "--to", url, "--patience", "0.3")
    assert code == 1
    assert "the live server did not bring a call of get_weather" in stdout
    assert "! conversation, after user message, item 1: recorded call of get_weather" in stdout


async def test_a_server_elsewhere_wants_a_key(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    code, _, stderr = await play(recorded, "--to", "openai")
    assert code == 2
    assert "put it into OPENAI_API_KEY" in stderr
