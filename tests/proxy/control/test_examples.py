"""The examples of the page about the control channel, as they stand there."""

import asyncio
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from live import TOKEN, MakeProxy, live
from raw_peers import PATIENCE_S

from realtap.proxy import runtime
from realtap.proxy.control.methods import BreakpointsSet
from realtap.proxy.control.news import INTERVAL_S
from realtap.recordings.event import Event, Origin
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "control.md").read_text()
NODE = shutil.which("node")


def example(language: str, number: int = 0) -> str:
    examples: list[str] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return examples[number]


@pytest.fixture(autouse=True)
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "notes_folder", lambda: tmp_path / "proxies")


def injected(folder: RecordingsFolder) -> list[str | None]:
    [path] = folder.paths()
    events = (entry for entry in Recording(path).entries() if isinstance(entry, Event))
    return [event.type for event in events if event.origin is Origin.INJECTED]


async def test_the_python_example_answers_a_call(
    make_proxy: MakeProxy, folder: RecordingsFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    async with live(make_proxy) as scene:
        call_id = await scene.app.call_weather()
        with runtime.noted(scene.proxy.note(os.getpid(), "sim")):
            await asyncio.to_thread(exec, example("python"), {})
        await scene.app.hear("response.done")
    assert call_id in capsys.readouterr().out
    assert injected(folder) == ["conversation.item.create", "response.create"]


async def test_the_asyncio_example_hears_of_changes(
    make_proxy: MakeProxy, capsys: pytest.CaptureFixture[str]
) -> None:
    async with live(make_proxy) as scene:
        address = f"127.0.0.1:{scene.proxy.port}"
        names: dict[str, Any] = {}
        exec(example("python", 1).replace("127.0.0.1:8484", address), names)
        with runtime.noted(scene.proxy.note(os.getpid(), "sim")):
            watching = asyncio.get_running_loop().create_task(names["watch"]())
            printed = ""
            async with asyncio.timeout(PATIENCE_S):
                # Until the example has subscribed, nothing that changes is told.
                while "rules None" not in printed:
                    await scene.control.ask(BreakpointsSet(filters=[]))
                    await asyncio.sleep(INTERVAL_S)
                    printed += capsys.readouterr().out
        await scene.proxy.stop()
        await watching


@pytest.mark.skipif(NODE is None, reason="needs node")
async def test_the_javascript_example_answers_each_call(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with live(make_proxy) as scene:
        script = example("javascript").replace("127.0.0.1:8484", f"127.0.0.1:{scene.proxy.port}")
        process = await start_node(script)
        try:
            await scene.app.call_weather()
            await scene.app.hear("response.done")
        finally:
            process.kill()
            await process.wait()
    assert injected(folder) == ["conversation.item.create", "response.create"]


async def start_node(script: str) -> asyncio.subprocess.Process:
    assert NODE is not None
    # Node 22 needs no flag, and takes it.
    return await asyncio.create_subprocess_exec(
        *(NODE, "--experimental-websocket", "-e", script),
        env={**os.environ, "REALTAP_TOKEN": TOKEN},
    )
