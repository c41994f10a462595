"""The other ways in: TLS on the proxy's own port, and an HTTP proxy; stock `mitmdump` does the same."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from . import events, load
from .figures import Bound, Figure, Of, Target
from .measures import ECHOED
from .peers import MITMDUMP, PATH, REALTAP, REALTAP_PEER, TOOLS, Command, Peer, Running, fleet
from .processes import LOOPBACK, has_proc
from .turns import Bench, take_turns

AGAINST_MITMDUMP = {MITMDUMP.name: Target(Bound.AT_LEAST, 3.0)}
"""Much less than on a plain port: TLS, or a process of mitmproxy's, has every byte in its hands too."""

IDLE_MB = 60

MEGABYTE = 1_000_000

MESSAGES = 3_000
"""Of a whole round."""


class _Ports:
    """What a peer was started with, for a client that has to name the upstream itself."""

    def __init__(self) -> None:
        self.upstream = 0

    def noting(self, command: Command) -> Command:
        """The same command, whose upstream is known afterwards."""

        def note(upstream_port: int, port: int, recordings: Path) -> list[str]:
            self.upstream = upstream_port
            return command(upstream_port, port, recordings)

        return note


def tls_door(bench: Bench) -> list[Figure]:
    """Throughput of one session over TLS, on the port that also speaks plainly."""
    peers = (Peer(REALTAP_PEER.name, _realtap), Peer(MITMDUMP.name, _mitmdump_reverse, 0.2))
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def rate(side: Running, messages: int) -> float:
        url = f"wss://{LOOPBACK}:{side.port}{PATH}"
        connecting = {"ssl": context}
        return asyncio.run(
            load.echo_rate(url, events.audio_events(), messages, connecting=connecting)
        )

    return _throughput(bench, "TLS on the same port", peers, rate)


def forward_mode(bench: Bench) -> list[Figure]:
    """Throughput of one session through an HTTP proxy, by CONNECT."""
    ports = _Ports()
    peers = (
        Peer(REALTAP_PEER.name, ports.noting(_realtap_forward)),
        Peer(MITMDUMP.name, ports.noting(_mitmdump_forward), 0.2),
    )

    def rate(side: Running, messages: int) -> float:
        url = f"ws://{LOOPBACK}:{ports.upstream}{PATH}"
        connecting = {"proxy": f"http://{LOOPBACK}:{side.port}"}
        return asyncio.run(
            load.echo_rate(url, events.audio_events(), messages, connecting=connecting)
        )

    return _throughput(bench, "`--mode regular`, CONNECT", peers, rate)


def idle(bench: Bench) -> list[Figure]:
    """Resident memory of a proxy that nobody uses."""
    targets = {MITMDUMP.name: Target(Bound.AT_MOST, IDLE_MB, Of.FIGURE)}
    figure = Figure("resident memory of an idle proxy", "MB", targets)
    if not has_proc():
        figure.absent[REALTAP_PEER.name] = "this system has no /proc"
        return [figure]
    gateway = Peer("mitmproxy's process of realtap", _realtap_forward)
    peers = (REALTAP_PEER, MITMDUMP, gateway)
    with fleet(peers, server="echo", recordings=bench.recordings) as running:
        for side in running.running:
            if side.child is None:
                continue
            is_gateway = side.peer is gateway
            taken = side.child.gateway_bytes() if is_gateway else side.child.memory_bytes()
            figure.add(side.peer.name, taken / MEGABYTE)
        figure.absent.update(running.absent)
    figure.remark = "mitmproxy's process runs from the first plain HTTP request on, or with --mode"
    return [figure]


def _throughput(
    bench: Bench, way: str, peers: tuple[Peer, ...], rate: Callable[[Running, int], float]
) -> list[Figure]:
    figure = Figure(f"one session, 8 KB audio events, {way}", ECHOED, AGAINST_MITMDUMP)

    def trial(side: Running) -> Mapping[str, float]:
        return {"rate": rate(side, bench.effort.messages(MESSAGES, side.peer))}

    take_turns(bench, trial, {"rate": figure}, server="echo", peers=peers)
    return [figure]


# How the sides are started. None of them touches the authority of the person who measures.


def _realtap(upstream_port: int, port: int, recordings: Path) -> list[str]:
    return [*_proxy(upstream_port, recordings), "--listen", f"{LOOPBACK}:{port}"]


def _realtap_forward(upstream_port: int, port: int, recordings: Path) -> list[str]:
    capture = ["--mode", f"regular@{LOOPBACK}:{port}", "--realtime-host", LOOPBACK]
    return [*_proxy(upstream_port, recordings), "--listen", f"{LOOPBACK}:0", *capture]


def _proxy(upstream_port: int, recordings: Path) -> list[str]:
    upstream = ["--upstream", f"ws://{LOOPBACK}:{upstream_port}"]
    folders = ["--recordings", str(recordings), "--confdir", str(recordings / "realtap-ca")]
    return [REALTAP, "proxy", "--headless", *upstream, *folders]


def _mitmdump_reverse(upstream_port: int, port: int, recordings: Path) -> list[str]:
    return _mitmdump(f"reverse:http://{LOOPBACK}:{upstream_port}", port, recordings)


def _mitmdump_forward(_upstream_port: int, port: int, recordings: Path) -> list[str]:
    return _mitmdump("regular", port, recordings)


def _mitmdump(mode: str, port: int, recordings: Path) -> list[str]:
    # Quiet, to its advantage: what it would print of every message costs it time.
    confdir = ["--set", f"confdir={recordings / 'mitmdump-ca'}"]
    listen = ["--listen-host", LOOPBACK, "--listen-port", str(port)]
    return [str(TOOLS / "mitmdump"), "--quiet", "--mode", mode, *listen, *confdir]
