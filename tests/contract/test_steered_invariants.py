"""Invariants 2, 3 and 9 for what realtap itself does: recorded before it is sent, and nothing of it ends
a session."""

import asyncio
import contextlib
import itertools
import json
import random
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from raw_peers import RawUpstream, frame, raw_session
from small_disk import fill, small_disk_at
from steered import ScriptedDirector, SteeredSession, steered

from realtap.proxy.door import Proxy
from realtap.proxy.injection.deeds import Release, Send
from realtap.proxy.injection.verdict import drop, edit, hold
from realtap.proxy.leg import Leg
from realtap.proxy.wire.frames import FrameScanner, Message
from realtap.recordings.event import Entry, Event, Fate, Json, Origin, Released, Side
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]

KILLS = 5
ENOUGH_BYTES = 5_000
"""So much a peer has heard before the proxy may be killed: something of each kind."""

CHILD = """
import asyncio, sys
from pathlib import Path
from realtap.proxy.door import Proxy
from realtap.proxy.upstream import parse_upstream
from realtap.recordings.folder import RecordingsFolder

MOCKS = '''
[[rule]]
match = "type:edited"
set = { "more" = "edited" }
[[rule]]
match = "type:dropped"
drop = true
[[rule]]
match = "type:held"
delay_s = 0.004
'''

async def main():
    async with Proxy(parse_upstream(sys.argv[1]), RecordingsFolder(Path(sys.argv[2])), port=0) as proxy:
        proxy.helm.regime.set_mocks(MOCKS)
        print(proxy.port, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""
TYPES = ("plain", "plain", "plain", "edited", "dropped", "held")


def numbered(number: int, type_: str = "plain") -> bytes:
    return json.dumps({"type": type_, "n": number}).encode()


def gone_out(entries: Iterator[Entry], side: Side) -> list[Json]:
    """What the recording says that the other side was sent, in the order in which it went."""
    told: list[Json] = []
    held: dict[int, Event] = {}
    for entry in entries:
        if isinstance(entry, Event) and entry.side is side:
            if entry.fate is Fate.HELD:
                held[entry.seq] = entry
            elif entry.fate is not Fate.DROPPED:
                told.append(json.loads(entry.sent or entry.payload))
        elif isinstance(entry, Released) and (event := held.pop(entry.seq, None)) is not None:
            told += [] if entry.fate is Fate.DROPPED else [json.loads(entry.sent or event.payload)]
    return told


def messages_in(data: bytes, *, masked: bool = False) -> list[Json]:
    """The events of whole messages."""
    pieces = FrameScanner(is_masked=masked).receive_data(data)
    payloads = [each.payload for each in pieces if isinstance(each, Message)]
    return [json.loads(payload) for payload in payloads if payload is not None]


async def talk(writer: asyncio.StreamWriter, randomness: random.Random, *, mask: bool) -> None:
    """Say messages that are edited, dropped and held until the connection breaks."""
    with contextlib.suppress(ConnectionError):
        for number in itertools.count():
            type_ = randomness.choice(TYPES)
            writer.write(frame(numbered(number, type_), mask=mask))
            await writer.drain()


async def hear(reader: asyncio.StreamReader, is_enough: asyncio.Event) -> bytes:
    """All bytes that came until the connection broke."""
    heard = bytearray()
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            heard += data
            if len(heard) > ENOUGH_BYTES:
                is_enough.set()
    return bytes(heard)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(KILLS))
async def test_a_killed_proxy_has_recorded_what_became_of_all_that_a_peer_received(
    folder: RecordingsFolder, seed: int
) -> None:
    randomness = random.Random(seed)
    at_both = asyncio.Event(), asyncio.Event()
    async with RawUpstream() as upstream:
        arguments = (sys.executable, "-c", CHILD, upstream.url, str(folder.path))
        child = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
        try:
            assert child.stdout is not None
            port = int(await child.stdout.readline())
            async with raw_session(port, upstream) as (client, server):
                async with asyncio.TaskGroup() as group:
                    at_client = group.create_task(hear(client.reader, at_both[0]))
                    at_server = group.create_task(hear(server.reader, at_both[1]))
                    for peer, mask in ((client, True), (server, False)):
                        group.create_task(talk(peer.writer, randomness, mask=mask))
                    for is_enough in at_both:
                        await is_enough.wait()
                    # Not a wait for something to be ready: the moment of the kill is the random input.
                    await asyncio.sleep(randomness.uniform(0.0, 0.1))
                    child.send_signal(signal.SIGKILL)
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    [path] = folder.paths()
    for side, heard in ((Side.SERVER, at_client.result()), (Side.CLIENT, at_server.result())):
        got = messages_in(heard, masked=side is Side.CLIENT)
        recorded = gone_out(Recording(path).entries(), side)
        assert {each["type"] for each in got} == {"plain", "edited", "held"}
        assert got == recorded[: len(got)]


async def test_what_is_edited_held_or_injected_is_in_the_file_before_it_is_on_the_wire(
    make_proxy: MakeProxy, folder: RecordingsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, checked = Leg.write, list[Json]()

    def write_checked(leg: Leg, data: bytes) -> None:
        if b'"n"' in data:
            [path] = folder.paths()
            checked.extend(told := messages_in(data))
            recorded = gone_out(Recording(path).entries(), Side.SERVER)
            assert recorded[-len(told) :] == told
        write(leg, data)

    monkeypatch.setattr(Leg, "write", write_checked)
    verdicts = {"edited": edit(numbered(20), "e"), "dropped": drop("d"), "held": hold("h")}
    async with steered(make_proxy, ScriptedDirector({**verdicts})) as session:
        for number, type_ in enumerate(("plain", "edited", "dropped", "held", "behind"), 1):
            await session.server.send(frame(numbered(number, type_)))
        await session.until(lambda: session.queued_bytes > len(frame(numbered(4, "held"))))
        session.do(Send(Side.SERVER, numbered(30), Origin.INJECTED, "by hand"))
        session.do(Release(4, edit(numbered(40), "by hand")))
        await session.until(lambda: len(checked) == 5)
    assert [each["n"] for each in checked] == [1, 20, 30, 40, 5]


# Invariant 3.


async def until_heard(session: SteeredSession, *numbers: int) -> None:
    """The client hears messages with exactly these numbers next."""
    for number in numbers:
        expected = frame(numbered(number))
        assert await session.client.receive(len(expected)) == expected


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that is soon full."""
    with small_disk_at(tmp_path / "disk") as path:
        yield path


async def test_a_disk_that_is_full_keeps_nothing_of_ours_from_being_sent(
    small_disk: Path, make_proxy: MakeProxy, folder: RecordingsFolder, reports: list[str]
) -> None:
    folder.path = small_disk
    director = ScriptedDirector({"held": hold("h"), "dropped": drop("d")})
    async with steered(make_proxy, director) as session:
        fill(small_disk)
        big = b'{"type":"plain","x":"%s"}' % (b"A" * 8192)
        await session.server.send(frame(big))
        assert await session.client.receive(len(frame(big))) == frame(big)
        session.do(Send(Side.SERVER, numbered(1), Origin.INJECTED, "by hand"))
        await session.server.send(frame(numbered(2, "dropped")) + frame(numbered(3, "held")))
        await session.until(lambda: session.queued_bytes > 0)
        session.do(Release(4, edit(numbered(3), "by hand")))
        await until_heard(session, 1, 3)
    assert any("the disk may be full" in line for line in reports)


async def test_what_is_held_does_not_wait_for_ever_for_plans_that_fail(
    make_proxy: MakeProxy, folder: RecordingsFolder, reports: list[str]
) -> None:
    director = ScriptedDirector({"held": hold("h")}, has_failing_plans=True)
    async with steered(make_proxy, director) as session:
        both = frame(numbered(1, "held")) + frame(numbered(2))
        await session.server.send(both)
        assert await session.client.receive(len(both)) == both
    assert any("the plans failed" in line for line in reports)
    assert [(seq, verdict.fate) for seq, verdict in director.releases] == [(1, Fate.FORWARDED)]
    [path] = folder.paths()
    released = [each for each in Recording(path).entries() if isinstance(each, Released)]
    assert [(each.seq, each.fate) for each in released] == [
        (1, Fate.FORWARDED),
        (2, Fate.FORWARDED),
    ]


async def test_a_rule_that_raises_is_told_and_the_session_goes_on_without_it(
    make_proxy: MakeProxy, reports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a bug in a rule")

    from realtap.proxy.injection.event_rule import EventRule

    monkeypatch.setattr(EventRule, "receive", fail)
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        proxy.helm.regime.set_breakpoints(["type:plain"], timeout_s=None)
        async with raw_session(proxy.port, upstream) as (client, server):
            for number in range(3):
                await server.send(frame(numbered(number)))
                assert await client.receive(len(frame(numbered(number)))) == frame(numbered(number))
    told = [line for line in reports if "breakpoint type:plain failed" in line]
    assert len(told) == 1
    assert "is switched off for this session: ZeroDivisionError: a bug in a rule" in told[0]
