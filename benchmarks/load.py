"""The clients: each opens sessions through a relay and says how fast it was.

They are real `websockets` clients, but for the two of the wire, which read and write bytes only.
"""

import asyncio
import itertools
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.client import ClientProtocol
from websockets.uri import parse_uri

from . import servers

WINDOW = 32
"""Messages of one session on their way at a time. A bounded window measures relays, not queues."""

WARM_UP = 200
"""Messages of a session before the clock starts."""

CONNECTING = 10
"""Sessions that shake hands at a time: the measure is messages, not handshakes."""

HEADERS = {"Authorization": "Bearer sk-proj-Benchmark0123456789_abcdefghijklmnopqrstuvwxyz"}
"""A key as clients send it; realtap has to look for it in every message."""

CLOSING_S = 1.0
"""How long the end of a session may take: after a Ctrl-C, what is on its way is not waited for."""

PATIENCE_S = 120.0
"""What hangs for so long has failed."""


type Flow = Callable[[str, str, int], float]
"""From a URL, a kind of events and their number: how long they take, in seconds."""


async def echo_rate(
    url: str,
    events: Sequence[str],
    messages: int,
    *,
    warm_up: int = WARM_UP,
    when_warm: Callable[[], None] = lambda: None,
    connecting: Mapping[str, Any] | None = None,
) -> float:
    """Messages a second that go through one session and come back.

    `connecting` are more options of `websockets.connect`: a proxy, TLS.
    """
    async with _session(url, connecting) as session:
        await _echo(session, events, warm_up)
        when_warm()
        began = time.perf_counter()
        await _echo(session, events, messages)
        return messages / (time.perf_counter() - began)


async def echo_rate_of_many(
    url: str, events: Sequence[str], messages: int, *, sessions: int
) -> float:
    """Messages a second that go through all sessions together, `messages` in all."""
    each = max(1, messages // sessions)
    gate = asyncio.Semaphore(CONNECTING)
    all_open = asyncio.Barrier(sessions + 1)

    async def hold_one() -> None:
        await gate.acquire()
        async with _session(url) as session:
            gate.release()
            await _echo(session, events, 1)
            await all_open.wait()
            await _echo(session, events, each)
            await all_open.wait()

    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
        for _ in range(sessions):
            tasks.create_task(hold_one())
        await all_open.wait()
        began = time.perf_counter()
        await all_open.wait()
        took_s = time.perf_counter() - began
    return each * sessions / took_s


async def round_trips_us(url: str, events: Sequence[str], count: int) -> list[float]:
    """How long each of `count` events takes to come back, one at a time, in microseconds."""
    trips_us: list[float] = []
    async with _session(url) as session:
        await _echo(session, events, WARM_UP)
        for event in itertools.islice(itertools.cycle(events), count):
            began = time.perf_counter()
            await session.send(event)
            await session.recv()
            trips_us.append((time.perf_counter() - began) * 1e6)
    return trips_us


@asynccontextmanager
async def _session(
    url: str, connecting: Mapping[str, Any] | None = None
) -> AsyncIterator[ClientConnection]:
    options = {"proxy": None, **(connecting or {})}
    async with (
        asyncio.timeout(PATIENCE_S),
        connect(
            url,
            additional_headers=HEADERS,
            compression=None,
            max_size=None,
            close_timeout=CLOSING_S,
            **options,
        ) as session,
    ):
        yield session


async def _echo(session: ClientConnection, events: Sequence[str], messages: int) -> None:
    """Send and receive so many messages, at most `WINDOW` of them on their way."""
    ahead = min(WINDOW, messages)
    turns = itertools.cycle(events)
    for event in itertools.islice(turns, ahead):
        await session.send(event)
    for event in itertools.islice(turns, messages - ahead):
        await session.recv()
        await session.send(event)
    for _ in range(ahead):
        await session.recv()


# The wire: bytes that were encoded beforehand, so that only the relay works.


def drink_s(url: str, kind: str, messages: int) -> float:
    """How long so many events take from the server to a client that only counts, in seconds."""
    size_bytes = len(servers.frames(kind, mask=False)[0]) * messages
    with _wire(f"{url}&do=pour&events={kind}&messages={messages}") as connection:
        began = time.perf_counter()
        connection.sendall(servers.GO)
        servers.swallow(connection, size_bytes)
        return time.perf_counter() - began


def pour_s(url: str, kind: str, messages: int) -> float:
    """How long so many masked events take from a client to a server that only counts."""
    encoded = servers.frames(kind, mask=True)
    with _wire(f"{url}&do=swallow&events={kind}&messages={messages}") as connection:
        began = time.perf_counter()
        servers.pour(connection, encoded, messages)
        connection.recv(servers.CHUNK_BYTES)
        return time.perf_counter() - began


@contextmanager
def _wire(url: str) -> Iterator[socket.socket]:
    uri = parse_uri(url)
    protocol = ClientProtocol(uri)
    protocol.send_request(protocol.connect())
    with socket.create_connection((uri.host, uri.port), PATIENCE_S) as connection:
        connection.sendall(b"".join(protocol.data_to_send()))
        while not protocol.events_received():
            protocol.receive_data(connection.recv(servers.CHUNK_BYTES))
        if protocol.handshake_exc is not None:
            raise protocol.handshake_exc
        yield connection
