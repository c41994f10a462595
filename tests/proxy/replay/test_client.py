"""The app of a recording at a live server, through the relay."""

import asyncio
from pathlib import Path

import pytest
from breakable_app import SCRIPT, BreakableApp

from realtap.proxy.door import Proxy
from realtap.proxy.replay.client import Played, play_app
from realtap.proxy.simulator import Simulator
from realtap.proxy.simulator.script import parse_script
from realtap.proxy.upstream import parse_upstream
from realtap.recordings.errors import WireError
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.replay.comparison import partings
from realtap.recordings.replay.outcome import Outcome
from realtap.recordings.replay.script import Script


@pytest.fixture
async def script(folder: RecordingsFolder) -> Script:
    async with Simulator(fast=True, script=parse_script(SCRIPT)) as simulator:
        upstream = parse_upstream(simulator.url.removesuffix("/v1"))
        async with Proxy(upstream, folder, port=0) as proxy:
            await BreakableApp().run(proxy.url.replace("ws", "http", 1))
    [path] = folder.paths()
    return Script.read(path)


async def played(script: Script, url: str, folder: Path, *, key: str = "sk-any") -> Played:
    return await play_app(
        script,
        parse_upstream(url.removesuffix("/v1")),
        RecordingsFolder(folder),
        headers={"Authorization": f"Bearer {key}"},
        speed=0.0,
        patience_s=2.0,
        report=lambda _: None,
    )


async def test_parallel_calls_are_answered_at_a_server_with_other_ids(
    script: Script, tmp_path: Path
) -> None:
    async with Simulator(fast=True, script=parse_script(SCRIPT), seed="another") as simulator:
        live = await played(script, simulator.url, tmp_path / "live")
    assert live.waited_for == ""
    outcome = Outcome.read(live.recording)
    recorded = Outcome(script.header, script.entries)
    assert partings(recorded, outcome) == []
    assert {call.call_id for call in outcome.calls}.isdisjoint(
        {call.call_id for call in recorded.calls}
    )


async def test_a_server_that_refuses_the_key_ends_the_session(
    script: Script, tmp_path: Path
) -> None:
    async with Simulator(fast=True) as simulator:
        live = await played(script, simulator.url, tmp_path / "live", key="sk-invalid")
    assert live.waited_for


async def test_a_server_that_is_not_there_is_told(script: Script, tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    with pytest.raises(WireError, match="does not take the session"):
        await played(script, f"ws://127.0.0.1:{port}", tmp_path / "live")
