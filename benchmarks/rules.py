"""What rules cost messages that none of them is about: `realtap` with twenty of them, and without.

`python -m benchmarks.rules UPSTREAM_PORT PORT FOLDER RULES UNTYPED` is the proxy of both sides.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import events, load
from .figures import Bound, Figure, Target
from .peers import REALTAP_PEER, Command, Peer, Running
from .processes import LOOPBACK
from .turns import Bench, take_turns

RULES = 20

UNTYPED = 5
"""So many of them name no type: each message could be meant."""

WITHOUT = "realtap without rules"

TARGETS = {WITHOUT: Target(Bound.AT_LEAST, 0.8)}


def rules(bench: Bench) -> list[Figure]:
    """Throughput of one session with twenty rules that match nothing."""
    return [
        figure
        for untyped in (0, UNTYPED)
        for figure in (
            _throughput(
                bench, f"{events.SHORT_BYTES} B events", events.short_events(), 15_000, untyped
            ),
            _throughput(bench, "8 KB audio events", events.audio_events(), 5_000, untyped),
        )
    ]


def _throughput(
    bench: Bench, what: str, traffic: Sequence[str], whole: int, untyped: int
) -> Figure:
    told = f"{RULES} rules, {untyped} without a type" if untyped else f"{RULES} rules"
    figure = Figure(f"one session, {what}, {told}", "messages/s", TARGETS)

    def trial(side: Running) -> Mapping[str, float]:
        messages = bench.effort.messages(whole, side.peer)
        return {"rate": asyncio.run(load.echo_rate(side.url, traffic, messages))}

    peers = (Peer(REALTAP_PEER.name, _command(RULES, untyped)), Peer(WITHOUT, _command(0, 0)))
    take_turns(bench, trial, {"rate": figure}, server="echo", peers=peers)
    return figure


def _command(count: int, untyped: int) -> Command:
    def command(upstream_port: int, port: int, recordings: Path) -> list[str]:
        numbers = (upstream_port, port, recordings, count, untyped)
        arguments = [str(each) for each in numbers]
        return [sys.executable, "-m", "benchmarks.rules", *arguments]

    return command


def _mocks(count: int, untyped: int) -> str:
    """Mocks, breakpoints and event rules in equal parts, as one who tests an app has them; the last
    ones ask for a field or a word of whatever message."""
    tables = (
        '[[mock]]\ncall = "get_weather_{number}"\nwhen = {{ city = "re:^P" }}\noutput = "sunny"\n',
        '[[breakpoint]]\nmatch = "type:response.create response.metadata.number={number}"\n',
        '[[rule]]\nmatch = "type:session.updated"\nset = {{ "session.speed" = {number} }}\n',
        '[[rule]]\nmatch = "type:conversation.item.* item.name=no_{number}"\ndrop = true\n',
    )
    loose = (
        '[[rule]]\nmatch = "item.name=get_whether_{number}"\ndrop = true\n',
        '[[breakpoint]]\nmatch = "Umbrella{number}"\n',
    )
    return "".join(
        chosen[number % len(chosen)].format(number=number)
        for number in range(count)
        for chosen in (tables if number < count - untyped else loose,)
    )


async def _serve(upstream_port: int, port: int, folder: Path, *, count: int, untyped: int) -> None:
    from realtap.proxy.door import Proxy
    from realtap.proxy.upstream import parse_upstream
    from realtap.recordings.folder import RecordingsFolder

    upstream = parse_upstream(f"ws://{LOOPBACK}:{upstream_port}")
    async with Proxy(upstream, RecordingsFolder(folder), host=LOOPBACK, port=port) as proxy:
        if count:
            proxy.helm.regime.set_mocks(_mocks(count, untyped))
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    _upstream_port, _port, _count, _untyped = (int(sys.argv[place]) for place in (1, 2, 4, 5))
    asyncio.run(_serve(_upstream_port, _port, Path(sys.argv[3]), count=_count, untyped=_untyped))
