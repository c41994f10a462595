"""A session between raw peers whose director does what a test says.

async with steered(make_proxy, director) as session:
    director.verdicts["a"] = hold("wait")
    await session.client.send(frame(b'{"type":"a"}', mask=True))
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from raw_peers import PATIENCE_S, Peer, RawUpstream, raw_session

from realtap.proxy.door import Proxy
from realtap.proxy.injection.deeds import Deed
from realtap.proxy.injection.director import Director
from realtap.proxy.injection.held import HeldMessage
from realtap.proxy.injection.status import SessionStatus
from realtap.proxy.injection.verdict import FORWARD, Verdict
from realtap.proxy.steering import Steering
from realtap.proxy.tap import Tap
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Event, Side

type MakeProxy = Callable[..., Proxy]


@dataclass
class ScriptedDirector:
    """Decides by an event's type, and does what it is told to do."""

    verdicts: dict[str, Verdict | Exception] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    """Done when it is asked next."""
    seen: list[Seen] = field(default_factory=list)
    releases: list[tuple[int, Verdict]] = field(default_factory=list)
    next_due_s: float | None = None
    has_failing_plans: bool = False
    held: dict[int, HeldMessage] = field(default_factory=dict)
    is_stopped: bool = False
    unbearable: str | None = None
    """A type that makes `wants` fail."""

    def stop(self) -> None:
        self.is_stopped = True

    def status(self) -> SessionStatus:
        return SessionStatus("", 0.0, 0, "", "", "", "", [], [], [], [], [])

    def wants(self, type_: str | None) -> bool:
        if type_ is not None and type_ == self.unbearable:
            raise ZeroDivisionError("another bug")
        return type_ in self.verdicts

    def is_concerned(self, event: Event) -> bool:
        return True

    def receive(self, seen: Seen) -> Verdict:
        self.seen.append(seen)
        verdict = self.verdicts.get(seen.type, FORWARD)
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    def released(self, seen: Seen, verdict: Verdict) -> None:
        self.releases.append((seen.seq, verdict))

    def poll(self, now_s: float) -> list[Deed]:
        if self.has_failing_plans:
            raise RuntimeError("the plans failed")
        if self.next_due_s is not None and self.next_due_s > now_s:
            return []
        self.next_due_s = None
        deeds, self.deeds = self.deeds, []
        return deeds


@dataclass
class SteeredSession:
    """Both ends, and what is between them."""

    client: Peer
    server: Peer
    director: ScriptedDirector
    steering: Steering[Director]

    def do(self, *deeds: Deed) -> None:
        """Let the director do something now."""
        self.director.deeds += deeds
        self.steering.poll()

    @property
    def queued_bytes(self) -> int:
        """How much of what the server said waits."""
        return self.steering._outlets[Side.SERVER].queued_bytes

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Let the proxy work until something is so."""
        async with asyncio.timeout(PATIENCE_S):
            for _ in itertools.count():
                if is_so():
                    return
                await asyncio.sleep(0)

    async def settle(self) -> None:
        """Let the proxy read what has been sent to it: another connection's bytes come later."""
        for _ in range(20):
            await asyncio.sleep(0)


@asynccontextmanager
async def steered(
    make_proxy: MakeProxy, director: ScriptedDirector, **options: object
) -> AsyncIterator[SteeredSession]:
    """Open a session with the director at work."""

    def direct(_tap: Tap) -> ScriptedDirector:
        return director

    async with (
        RawUpstream() as upstream,
        make_proxy(upstream.url, direct=direct, **options) as proxy,
    ):
        async with raw_session(proxy.port, upstream) as (client, server):
            [session] = proxy.live_sessions
            _ = session.director
            yield SteeredSession(client, server, director, session.steering)
