"""What having realtap costs: memory over a long session, and the time to start."""

import asyncio
import sys
from collections.abc import Iterator

from . import events, load
from .figures import Bound, Figure, Of, Target
from .peers import (
    MITMDUMP,
    REALTAP,
    REALTAP_PEER,
    WEBSOCKETS,
    Fleet,
    Peer,
    Running,
    fleet,
    why_absent,
)
from .processes import Child, ChildError, free_port, has_proc, wall_s
from .turns import FAILURES, Bench

MEGABYTE = 1_000_000

WARM_UP_MESSAGES = 2_000
"""The allocator has its arenas and the sockets have their buffers after so many."""

BARE_PYTHON = "python -c pass"
"""The floor: no command in Python starts faster."""


def memory(bench: Bench) -> list[Figure]:
    """Growth of the proxy's memory over audio events through one session, both ways counted."""
    soaked = f"{bench.effort.soak_bytes / 1e9:g} GB"
    growth = Figure(
        f"memory growth over {soaked} of audio events in one session",
        "MB",
        {WEBSOCKETS.name: Target(Bound.AT_MOST, 20, Of.FIGURE)},
        has_ratios=False,
    )
    if not has_proc():
        growth.absent[REALTAP_PEER.name] = "this system has no /proc"
        return [growth]
    peers = (REALTAP_PEER, WEBSOCKETS)
    with fleet(peers, server="echo", recordings=bench.recordings) as running:
        for side in list(running.running):
            bench.say(f"{growth.what}: {side.peer.name}")
            _soak(bench, running, side, growth)
        growth.absent.update(running.absent)
    return [growth]


def _soak(bench: Bench, running: Fleet, side: Running, growth: Figure) -> None:
    child, warm_bytes = side.child, 0
    if child is None:
        return

    def when_warm() -> None:
        nonlocal warm_bytes
        child.forget_peak()
        warm_bytes = child.memory_bytes()

    messages = bench.effort.soak_bytes // (2 * events.AUDIO_BYTES)
    traffic = events.audio_events()
    try:
        asyncio.run(
            load.echo_rate(
                side.url, traffic, messages, warm_up=WARM_UP_MESSAGES, when_warm=when_warm
            )
        )
        peak_bytes = child.peak_memory_bytes()
    except FAILURES as error:
        running.drop(side.peer, f"{type(error).__name__}: {error}")
        return
    # The kernel counts pages in batches of each core: a growth of nothing may come out negative.
    growth.add(side.peer.name, max(0, peak_bytes - warm_bytes) / MEGABYTE)
    if recorded_bytes := running.forget_recordings():
        growth.remark = (
            f"{side.peer.name}: {warm_bytes / MEGABYTE:.0f} MB when warm, at most "
            f"{peak_bytes / MEGABYTE:.0f} MB; the recording took {recorded_bytes / 1e9:.2f} GB"
        )


def start(bench: Bench) -> list[Figure]:
    """How long commands take: until the proxy listens, and until the help is printed."""
    listening = Figure(
        "from start to listening",
        "s",
        {BARE_PYTHON: Target(Bound.AT_MOST, 0.6, Of.FIGURE)},
    )
    helping = Figure("`realtap --help`", "s", {BARE_PYTHON: Target(Bound.AT_MOST, 0.25, Of.FIGURE)})
    starts = bench.effort.starts
    for number in range(starts + 1):
        bench.say(f"{listening.what}: round {number} of {starts}")
        # Round 0 fills the caches of the disk and writes the .pyc files: it does not count.
        is_counted = number > 0
        for figure, name, seconds in _start_all(bench, listening, helping):
            if is_counted and seconds is not None:
                figure.add(name, seconds)
    return [listening, helping]


def _start_all(
    bench: Bench, listening: Figure, helping: Figure
) -> Iterator[tuple[Figure, str, float | None]]:
    for peer in (REALTAP_PEER, WEBSOCKETS, MITMDUMP):
        yield listening, peer.name, _listening_s(bench, listening, peer)
    yield listening, BARE_PYTHON, wall_s([sys.executable, "-c", "pass"])
    try:
        yield helping, REALTAP_PEER.name, wall_s([REALTAP, "--help"])
    except ChildError as error:
        helping.absent[REALTAP_PEER.name] = str(error)
    yield helping, BARE_PYTHON, wall_s([sys.executable, "-c", "pass"])


def _listening_s(bench: Bench, listening: Figure, peer: Peer) -> float | None:
    if peer.command is None or peer.name in listening.absent:
        return None
    port = free_port()
    try:
        # Nobody is called before a client comes: the upstream's port may be any.
        with Child(peer.command(free_port(), port, bench.recordings), port) as child:
            return child.started_in_s
    except ChildError as error:
        listening.absent[peer.name] = why_absent(peer, error)
        return None
