"""Who is compared: how each relay is started, and which share of the load it gets."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .processes import LOOPBACK, Child, ChildError, free_port

PATH = "/v1/realtime?model=gpt-realtime"
"""What every client asks for."""

TOOLS = Path(sys.executable).parent
"""Where the commands of this environment are."""

REALTAP = str(TOOLS / "realtap")

type Command = Callable[[int, int, Path], list[str]]
"""From the upstream's port, the port to listen on and the folder to record in: what to start."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One side of the comparison."""

    name: str
    command: Command | None
    """None: no relay, the client talks to the upstream."""
    share: float = 1.0
    """The part of the messages that it gets: a slow relay would take minutes for all of them."""


def _realtap(upstream_port: int, port: int, recordings: Path) -> list[str]:
    upstream, listen = f"ws://{LOOPBACK}:{upstream_port}", f"{LOOPBACK}:{port}"
    options = ["--upstream", upstream, "--listen", listen, "--recordings", str(recordings)]
    return [REALTAP, "proxy", "--headless", *options]


def _tcp(upstream_port: int, port: int, _recordings: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.relays", "tcp", str(upstream_port), str(port)]


def _websockets(upstream_port: int, port: int, _recordings: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.relays", "websockets", str(upstream_port), str(port)]


def _mitmdump(upstream_port: int, port: int, _recordings: Path) -> list[str]:
    # Quiet, to its advantage: what it would print of every message costs it time.
    mode = f"reverse:http://{LOOPBACK}:{upstream_port}"
    listen = ["--listen-host", LOOPBACK, "--listen-port", str(port)]
    return [str(TOOLS / "mitmdump"), "--quiet", "--mode", mode, *listen]


REALTAP_PEER = Peer("realtap", _realtap)
WEBSOCKETS = Peer("bare websockets relay", _websockets)
TCP = Peer("raw TCP relay", _tcp)
MITMDUMP = Peer("mitmdump", _mitmdump, share=0.1)
DIRECT = Peer("no relay", None)

EVERYONE = (REALTAP_PEER, WEBSOCKETS, TCP, MITMDUMP, DIRECT)


@dataclass(frozen=True, slots=True)
class Running:
    """A peer that listens."""

    peer: Peer
    port: int
    child: Child | None

    @property
    def url(self) -> str:
        """Where a client finds it."""
        return f"ws://{LOOPBACK}:{self.port}{PATH}"


@dataclass(slots=True)
class Fleet:
    """The peers that run side by side, and why the others do not."""

    running: list[Running] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)
    recordings: Path = Path()
    """Where realtap records."""

    def drop(self, peer: Peer, reason: str) -> None:
        """Leave a peer that failed out of what follows."""
        self.absent[peer.name] = reason
        self.running = [each for each in self.running if each.peer is not peer]

    def forget_recordings(self) -> int:
        """Delete what was recorded until now; its size in bytes."""
        size_bytes = 0
        for path in self.recordings.glob("*.jsonl"):
            size_bytes += path.stat().st_size
            path.unlink()
        return size_bytes


@contextmanager
def fleet(peers: Sequence[Peer], *, server: str, recordings: Path) -> Iterator[Fleet]:
    """Start a server and the peers before it; all are ended with the block."""
    started = Fleet(recordings=recordings)
    with ExitStack() as children:
        port = free_port()
        command = [sys.executable, "-m", "benchmarks.servers", server, str(port)]
        upstream = children.enter_context(Child(command, port))
        for peer in peers:
            if peer.command is None:
                started.running.append(Running(peer, upstream.port, None))
                continue
            listen = free_port()
            try:
                child = Child(peer.command(upstream.port, listen, recordings), listen)
                children.enter_context(child)
            except ChildError as error:
                started.absent[peer.name] = why_absent(peer, error)
            else:
                started.running.append(Running(peer, listen, child))
        yield started


def why_absent(peer: Peer, error: ChildError) -> str:
    """The reason for people that a peer does not run."""
    if peer is MITMDUMP and not (TOOLS / "mitmdump").exists():
        return "not installed here: `make bench` installs it"
    return str(error)


def versions() -> dict[str, str]:
    """The versions of all that is compared."""
    return {name: _version(name) for name in ("realtap", "websockets", "mitmproxy")}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
