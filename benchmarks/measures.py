"""The measurements under load, one function each: what is run, its unit, what is promised.

`no relay` is the same load without anything between: how fast the two ends are themselves.
"""

import asyncio
import statistics
from collections.abc import Mapping, Sequence

from . import events, load
from .figures import Bound, Figure, Target
from .peers import EVERYONE, MITMDUMP, REALTAP_PEER, TCP, WEBSOCKETS, Running
from .processes import has_proc
from .turns import Bench, take_turns

THROUGHPUT = {
    WEBSOCKETS.name: Target(Bound.AT_LEAST, 1.0),
    TCP.name: Target(Bound.AT_LEAST, 0.7),
    MITMDUMP.name: Target(Bound.AT_LEAST, 10.0),
}

LATENCY = {
    WEBSOCKETS.name: Target(Bound.AT_MOST, 1.0),
    TCP.name: Target(Bound.AT_MOST, 1.3),
}

ECHOED = "messages/s"
"""A message goes to the echo server and comes back: the relay handles it twice, it counts once."""

SESSIONS = 100


def short_messages(bench: Bench) -> list[Figure]:
    """Throughput of one session with 150-byte events."""
    what = f"one session, {events.SHORT_BYTES} B events"
    return _throughput(bench, what, events.short_events(), 15_000)


def audio_messages(bench: Bench) -> list[Figure]:
    """Throughput of one session with 8 KB audio events.

    A round records less than 100 MB. In a virtual machine whose host takes back free memory, the
    first touch of a page of the disk's cache costs three times what the next ones do, and a longer
    round would measure the host.
    """
    return _throughput(bench, "one session, 8 KB audio events", events.audio_events(), 5_000)


def _throughput(bench: Bench, what: str, traffic: Sequence[str], whole: int) -> list[Figure]:
    figure = Figure(what, ECHOED, THROUGHPUT)

    def trial(side: Running) -> Mapping[str, float]:
        messages = bench.effort.messages(whole, side.peer)
        return {"rate": asyncio.run(load.echo_rate(side.url, traffic, messages))}

    take_turns(bench, trial, {"rate": figure}, server="echo", peers=EVERYONE)
    return [figure]


def many_sessions(bench: Bench) -> list[Figure]:
    """Throughput of 100 sessions together."""
    what = f"{SESSIONS} sessions at once, {events.SHORT_BYTES} B events"
    figure = Figure(what, ECHOED, THROUGHPUT)
    traffic = events.short_events()

    def trial(side: Running) -> Mapping[str, float]:
        messages = bench.effort.messages(15_000, side.peer)
        rate = load.echo_rate_of_many(side.url, traffic, messages, sessions=SESSIONS)
        return {"rate": asyncio.run(rate)}

    take_turns(bench, trial, {"rate": figure}, server="echo", peers=EVERYONE)
    return [figure]


def latency(bench: Bench) -> list[Figure]:
    """How long one event takes to come back, one at a time."""
    what = f"round trip of a {events.SHORT_BYTES} B event"
    figures = {name: Figure(f"{what}, {name}", "us", LATENCY) for name in ("p50", "p99")}
    traffic = events.short_events()

    def trial(side: Running) -> Mapping[str, float]:
        count = bench.effort.messages(3_000, side.peer)
        trips_us = asyncio.run(load.round_trips_us(side.url, traffic, count))
        hundredths = statistics.quantiles(trips_us, n=100)
        return {"p50": hundredths[49], "p99": hundredths[98]}

    take_turns(bench, trial, figures, server="echo", peers=EVERYONE)
    return list(figures.values())


def wire(bench: Bench) -> list[Figure]:
    """What a message costs the relay itself, between ends that only move bytes.

    CPU time hardly depends on what else the machine does: the figure to compare versions by.
    """
    return [
        _wire(bench, "150 B events from the server", load.drink_s, "short", 30_000),
        _wire(bench, "150 B events from the client", load.pour_s, "short", 30_000),
        _wire(bench, "8 KB audio events from the server", load.drink_s, "audio", 6_000),
        _wire(bench, "8 KB audio events from the client", load.pour_s, "audio", 6_000),
    ]


def _wire(bench: Bench, what: str, flow_s: load.Flow, kind: str, whole: int) -> Figure:
    figure = Figure(f"CPU time of the relay, {what}", "us/message")
    if not has_proc():
        figure.absent[REALTAP_PEER.name] = "this system has no /proc"
        return figure

    def trial(side: Running) -> Mapping[str, float]:
        if side.child is None:
            return {}
        messages = bench.effort.messages(whole, side.peer)
        before_s = side.child.cpu_s()
        flow_s(side.url, kind, messages)
        return {"cpu": (side.child.cpu_s() - before_s) / messages * 1e6}

    # The raw TCP relay is no side of this: it sees no messages, only chunks of bytes.
    peers = (REALTAP_PEER, WEBSOCKETS, MITMDUMP)
    take_turns(bench, trial, {"cpu": figure}, server="wire", peers=peers)
    return figure
