"""What the interface costs the proxy: round trips while somebody watches the session, and while nobody does.

The rounds of both take turns in one session of one proxy. Messages come at the pace of many lively
sessions, not as fast as they can: a machine that is busy with nothing else measures its scheduler.
"""

import asyncio
import itertools
import json
import statistics
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from . import events, load, watching
from .figures import Bound, Figure, Target
from .peers import REALTAP_PEER, fleet
from .processes import ROOT, ChildError
from .turns import LEAST_MESSAGES, Bench

PER_S = 250
"""Round trips a second. Each is two events that are recorded and shown."""

TRIPS = 1_000
"""Of one round of one side."""

NOBODY = "the same with nobody watching"


def attached(bench: Bench) -> list[Figure]:
    """Round trips through a proxy whose recording the interface follows."""
    what = f"round trip at {PER_S} a second, the interface attached"
    figures = {
        "p50": Figure(f"{what}, p50", "us", {}),
        "p99": Figure(f"{what}, p99", "us", {NOBODY: Target(Bound.AT_MOST, 1.2)}),
    }
    with fleet([REALTAP_PEER], server="echo", recordings=bench.recordings) as running:
        if reason := running.absent.get(REALTAP_PEER.name):
            raise ChildError(reason)
        asyncio.run(_take_turns(bench, running.running[0].url, figures))
        running.forget_recordings()
    return list(figures.values())


async def _take_turns(bench: Bench, url: str, figures: dict[str, Figure]) -> None:
    rounds = bench.effort.rounds
    trips = max(LEAST_MESSAGES, int(TRIPS * bench.effort.scale))
    traffic = itertools.cycle(events.short_events())
    async with connect(
        url, additional_headers=load.HEADERS, compression=None, max_size=None, proxy=None
    ) as session:
        await _trips_us(session, traffic, load.WARM_UP)
        (path,) = bench.recordings.glob("*.jsonl")
        for number in range(rounds):
            bench.say(f"{figures['p99'].what}: round {number + 1} of {rounds}")
            for is_watched in (True, False) if number % 2 else (False, True):
                if is_watched:
                    async with _interface(path, trips):
                        took_us = await _trips_us(session, traffic, trips)
                else:
                    took_us = await _trips_us(session, traffic, trips)
                side = REALTAP_PEER.name if is_watched else NOBODY
                hundredths = statistics.quantiles(took_us, n=100)
                figures["p50"].add(side, hundredths[49])
                figures["p99"].add(side, hundredths[98])


async def _trips_us(
    session: ClientConnection, traffic: Iterator[str], count: int
) -> Sequence[float]:
    """How long each event takes to come back, in microseconds; each begins when its time has come."""
    took_us = []
    began = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(began + number / PER_S - time.perf_counter())
        sent = time.perf_counter()
        await session.send(next(traffic))
        await session.recv()
        took_us.append((time.perf_counter() - sent) * 1e6)
    return took_us


@asynccontextmanager
async def _interface(path: Path, trips: int) -> AsyncIterator[None]:
    """The interface on a live recording, in a process of its own; it must have followed."""
    known = _lines_in(path)
    process = await asyncio.create_subprocess_exec(
        *watching.command("attached", path), stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=ROOT
    )
    try:
        async with asyncio.timeout(watching.PATIENCE_S):
            await _until_ready(process)
            yield
            told, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    drawn = json.loads(told)["drawn"]
    # Two events a trip; what came in the last half of the round may not be drawn yet.
    if drawn < known + trips:
        raise ChildError(f"the interface drew {drawn:,} events of {known + 2 * trips:,}")


async def _until_ready(process: Process) -> None:
    if process.stdout is None or process.stderr is None:
        raise ChildError("the interface has no output")
    if (await process.stdout.readline()).decode().strip() != watching.READY:
        said = (await process.stderr.read()).decode(errors="replace").strip().splitlines()
        ended = f"the interface ended with {await process.wait()}"
        raise ChildError(f"{ended}: {said[-1] if said else 'it said nothing'}")


def _lines_in(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)
