"""What a replayed test costs: a session of a thousand events, and loading the pytest plugin."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from realtap.proxy.background import in_background
from realtap.proxy.replay.server import ReplayServer
from realtap.recordings.replay.script import FromClient, Script

from .checking import write_recording
from .figures import Bound, Figure, Of, Target
from .peers import REALTAP_PEER
from .processes import ROOT
from .turns import Bench

EVENTS = 1_000

BARE_SERVER = "a `websockets` server that sends the same"
"""The floor: it knows what to say, and looks at nothing."""

PYTEST_ALONE = "pytest and the standard library"

PLUGIN = "realtap.proxy.testing.plugin"


def replaying(bench: Bench) -> list[Figure]:
    """Seconds of a replay from reading the recording to the app's last event, and of the load."""
    return [_replay(bench), _load(bench)]


def _replay(bench: Bench) -> Figure:
    figure = Figure(
        f"a session of {EVENTS:,} events replayed at once, with reading and starting",
        "s",
        {BARE_SERVER: Target(Bound.AT_MOST, 0.15, Of.FIGURE)},
    )
    path = bench.recordings / "replayed.jsonl"
    written, audio = write_recording(path, EVENTS)
    figure.remark = f"{written:,} events, {audio / written:.0%} of them audio"
    try:
        for number in range(bench.effort.rounds):
            bench.say(f"{figure.what}: round {number + 1} of {bench.effort.rounds}")
            figure.add(REALTAP_PEER.name, _replay_s(path))
            figure.add(BARE_SERVER, asyncio.run(_bare_s(Script.read(path))))
    finally:
        path.unlink()
    return figure


def _replay_s(path: Path) -> float:
    """As the plugin does it: the server in a thread of its own, the app in this one."""
    began = time.perf_counter()
    script = Script.read(path)
    with in_background(lambda: ReplayServer([script])) as background:
        asyncio.run(_play_app(script, background.server.url))
        seconds = time.perf_counter() - began
        mismatch = background.run(lambda server: server.finish())
    if mismatch is not None:
        raise ValueError(f"the replay went another way: {mismatch.text()}")
    return seconds


async def _play_app(script: Script, url: str) -> None:
    async with connect(f"{url}/realtime?model=gpt-realtime", compression=None) as connection:
        for step in script.steps:
            if isinstance(step, FromClient):
                await connection.send(step.message)
            else:
                await connection.recv()


async def _bare_s(script: Script) -> float:
    async def talk(connection: ServerConnection) -> None:
        for step in script.steps:
            if isinstance(step, FromClient):
                await connection.recv()
            else:
                await connection.send(step.payload.decode())

    began = time.perf_counter()
    async with serve(talk, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        await _play_app(script, f"ws://127.0.0.1:{port}")
        return time.perf_counter() - began


# The plugin.


def _load(bench: Bench) -> Figure:
    figure = Figure(
        "loading the pytest plugin, beside what pytest loads",
        "ms",
        {PYTEST_ALONE: Target(Bound.AT_MOST, 15, Of.FIGURE)},
        has_ratios=False,
    )
    for number in range(bench.effort.starts):
        bench.say(f"{figure.what}: round {number + 1} of {bench.effort.starts}")
        figure.add(REALTAP_PEER.name, _import_ms(f"import pytest; import {PLUGIN}", PLUGIN))
        figure.add(PYTEST_ALONE, _import_ms("import pytest", "pytest"))
    return figure


_LINE = re.compile(r"import time:\s*\d+ \|\s*(\d+) \|\s*(\S+)")


def _import_ms(program: str, module: str) -> float:
    """What the interpreter says that a module's import took, with all that it imports."""
    command: Sequence[str] = [sys.executable, "-X", "importtime", "-c", program]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    times = {name: int(micros) for micros, name in _LINE.findall(run.stderr)}
    parents = [each for each in times if module.startswith(f"{each}.") and each != "pytest"]
    # The packages around the module are its cost too, where it is the first to import them.
    return sum(times[each] for each in [module, *parents]) / 1000
