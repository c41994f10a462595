"""What a director decides reaches the wire and the recording, in this order: first the recording."""

import asyncio
import json
import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from raw_peers import RawUpstream, frame, raw_session
from steered import MakeProxy, ScriptedDirector, SteeredSession, steered
from websockets.frames import Opcode

from realtap.proxy.injection.deeds import Close, Cut, Release, Run, Send
from realtap.proxy.injection.held import HeldMessage
from realtap.proxy.injection.verdict import FORWARD, Verdict, drop, edit, hold
from realtap.recordings.errors import InjectionError
from realtap.recordings.event import Closed, Event, Fate, Note, Origin, Released, Side
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

CLOSE = frame(b"\x03\xe8done", Opcode.CLOSE)
KEY = "sk-proj-0123456789abcdefghij"


def event(type_: str, **fields: object) -> bytes:
    return json.dumps({"type": type_, **fields}).encode()


def entries[T](folder: RecordingsFolder, kind: type[T]) -> list[T]:
    [path] = folder.paths()
    return [entry for entry in Recording(path).entries() if isinstance(entry, kind)]


async def hear(session: SteeredSession, *types: str) -> None:
    """The client hears exactly these events of the server next."""
    for type_ in types:
        expected = frame(event(type_))
        assert await session.client.receive(len(expected)) == expected


async def test_a_dropped_message_is_recorded_and_goes_nowhere(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    director = ScriptedDirector({"a": drop("rule one")})
    async with steered(make_proxy, director) as session:
        await session.server.send(frame(event("a")) + frame(event("b")))
        await hear(session, "b")
    first, second = entries(folder, Event)
    assert (first.type, first.fate, first.why) == ("a", Fate.DROPPED, "rule one")
    assert (second.type, second.fate, second.why) == ("b", Fate.FORWARDED, None)


async def test_an_edited_message_goes_out_as_another_and_both_texts_are_recorded(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    director = ScriptedDirector({"a": edit(event("c"), "rule two")})
    async with steered(make_proxy, director) as session:
        await session.server.send(frame(event("a")))
        await hear(session, "c")
    [seen] = entries(folder, Event)
    assert (seen.payload, seen.sent, seen.fate) == (event("a"), event("c"), Fate.EDITED)


async def test_what_the_server_gets_of_an_edited_message_is_masked(make_proxy: MakeProxy) -> None:
    director = ScriptedDirector({"a": edit(event("c"), "rule")})
    async with steered(make_proxy, director) as session:
        await session.client.send(frame(event("a"), mask=True))
        wire = await session.server.receive(len(frame(event("c"), mask=True)))
    assert wire[0] == 0x81
    assert wire[1] & 0x80
    mask, masked = wire[2:6], wire[6:]
    assert bytes(byte ^ mask[at % 4] for at, byte in enumerate(masked)) == event("c")


async def test_what_is_behind_a_held_message_waits_and_keeps_its_order(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    director = ScriptedDirector({"a": hold("breakpoint")})
    async with steered(make_proxy, director) as session:
        await session.server.send(frame(event("a")) + frame(event("b")))
        ping = frame(b"alive", Opcode.PING)
        await session.server.send(ping)
        assert await session.client.receive(len(ping)) == ping
        session.do(Release(1, FORWARD))
        await hear(session, "a", "b")
    a, b = entries(folder, Event)
    assert (a.fate, a.why, b.fate, b.why) == (Fate.HELD, "breakpoint", Fate.HELD, "behind 1")
    assert [(each.seq, each.fate) for each in entries(folder, Released)] == [
        (1, Fate.FORWARDED),
        (2, Fate.FORWARDED),
    ]
    assert director.releases == [(1, FORWARD)]


async def test_the_other_direction_does_not_wait(make_proxy: MakeProxy) -> None:
    director = ScriptedDirector({"a": hold("breakpoint")})
    async with steered(make_proxy, director) as session:
        await session.server.send(frame(event("a")))
        said = frame(event("b"), mask=True)
        await session.client.send(said)
        assert await session.server.receive(len(said)) == said


async def test_a_held_message_can_be_dropped_or_edited_in_the_end(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    director = ScriptedDirector({"a": hold("x"), "b": hold("y")})
    async with steered(make_proxy, director) as session:
        await session.server.send(b"".join(frame(event(each)) for each in "abc"))
        ping = frame(b"", Opcode.PING)
        await session.server.send(ping)
        await session.client.receive(len(ping))
        # The second is decided first, and waits for the first all the same.
        session.do(Release(2, edit(event("e", key=KEY), "by hand")))
        assert entries(folder, Released) == []
        session.do(Release(1, drop("by hand")))
        edited = frame(event("e", key=KEY))
        assert await session.client.receive(len(edited)) == edited
        await hear(session, "c")
    first, second, third = entries(folder, Released)
    assert (first.fate, first.why) == (Fate.DROPPED, "by hand")
    assert (second.fate, second.redacted, third.fate) == (Fate.EDITED, True, Fate.FORWARDED)
    assert second.sent is not None
    assert KEY.encode() not in second.sent


async def test_a_message_edited_while_it_waits_goes_out_edited(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    director = ScriptedDirector({"a": hold("x"), "b": edit(event("e"), "rule"), "c": drop("no")})
    async with steered(make_proxy, director) as session:
        await session.server.send(b"".join(frame(event(each)) for each in "abc"))
        ping = frame(b"", Opcode.PING)
        await session.server.send(ping)
        await session.client.receive(len(ping))
        session.do(Release(1, FORWARD))
        await hear(session, "a", "e")
    assert [each.fate for each in entries(folder, Event)] == [Fate.HELD, Fate.HELD, Fate.DROPPED]
    last = entries(folder, Released)[-1]
    assert (last.seq, last.fate, last.sent, last.why) == (2, Fate.EDITED, event("e"), "rule")


@pytest.mark.parametrize("how", ["close", "end", "reset"])
async def test_what_is_held_goes_before_its_sender_does(
    make_proxy: MakeProxy, folder: RecordingsFolder, how: str
) -> None:
    director = ScriptedDirector({"a": hold("breakpoint")})
    async with steered(make_proxy, director) as session:
        await session.server.send(frame(event("a")) + frame(event("b")))
        ping = frame(b"", Opcode.PING)
        await session.server.send(ping)
        await session.client.receive(len(ping))
        match how:
            case "close":
                await session.server.send(CLOSE)
            case "end":
                session.server.half_close()
            case "reset":
                session.server.reset()
        await hear(session, "a", "b")
        if how == "close":
            assert await session.client.receive(len(CLOSE)) == CLOSE
    assert [each.fate for each in entries(folder, Released)] == [Fate.FORWARDED] * 2


async def test_a_sender_waits_when_too_much_is_held(make_proxy: MakeProxy) -> None:
    director = ScriptedDirector({"a": hold("breakpoint")})
    big = frame(event("big", x="y" * 300_000))
    async with steered(make_proxy, director) as session:
        await session.server.send(frame(event("a")))
        flood = asyncio.get_running_loop().create_task(session.server.send(big * 100))
        await session.until(lambda: session.queued_bytes > 1024 * 1024)
        await session.settle()
        assert session.queued_bytes < 3 * 1024 * 1024
        assert not flood.done()
        session.do(Release(1, FORWARD))
        await hear(session, "a")
        assert await session.client.receive(len(big) * 100) == big * 100
        await flood


async def test_injected_event_is_marked_in_the_recording(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with steered(make_proxy, ScriptedDirector()) as session:
        made = event("made", key=KEY)
        session.do(Send(Side.SERVER, made, Origin.MOCK, "mock get_weather"))
        assert await session.client.receive(len(frame(made))) == frame(made)
    [recorded] = entries(folder, Event)
    assert (recorded.seq, recorded.side, recorded.origin) == (1, Side.SERVER, Origin.MOCK)
    assert (recorded.why, recorded.redacted) == ("mock get_weather", True)
    assert KEY.encode() not in recorded.payload


async def test_an_event_of_ours_never_lands_inside_a_message(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    """A message that is too long to be held goes out in parts."""
    long = frame(event("long", x="y" * 3_000))
    async with steered(make_proxy, ScriptedDirector(), hold_limit_bytes=1_000) as session:
        await session.server.send(long[:2_000])
        assert await session.client.receive(2_000) == long[:2_000]
        session.do(Send(Side.SERVER, event("made"), Origin.INJECTED))
        await session.server.send(long[2_000:] + frame(event("b")))
        assert await session.client.receive(len(long) - 2_000) == long[2_000:]
        session.steering.poll()
        rest = await session.client.receive(len(frame(event("b")) + frame(event("made"))))
        assert rest == frame(event("b")) + frame(event("made"))
    assert [each.type for each in entries(folder, Event)] == [None, "b", "made"]


async def test_bytes_that_are_no_frames_let_everything_go_and_refuse_ours(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    director = ScriptedDirector({"a": hold("breakpoint")})
    async with steered(make_proxy, director) as session:
        await session.server.send(frame(event("a")) + b"garbage!")
        await hear(session, "a")
        assert await session.client.receive(8) == b"garbage!"
        with pytest.raises(InjectionError, match="are no frames"):
            session.steering.check(Side.SERVER)
        session.steering.check(Side.CLIENT)
        session.do(Send(Side.SERVER, event("made"), Origin.FAULT, "fault x"))
    notes = [each.note["kind"] for each in entries(folder, Note)]
    assert notes == ["raw", "unsent"]


async def test_a_director_that_fails_lets_the_message_through_and_is_loud(
    make_proxy: MakeProxy, folder: RecordingsFolder, reports: list[str]
) -> None:
    director = ScriptedDirector({"a": ValueError("a bug")}, unbearable="c")
    async with steered(make_proxy, director) as session:
        await session.server.send(frame(event("a")))
        await hear(session, "a")
        await session.server.send(frame(event("c")))
        await hear(session, "c")
        director.has_failing_plans = True
        session.do()
        await session.server.send(frame(event("b")))
        await hear(session, "b")
    assert sum("ValueError while message 1 was looked at" in each for each in reports) == 1
    assert sum("the plans failed" in each for each in reports) == 1
    assert sum("ZeroDivisionError while message 2 was" in each for each in reports) == 1
    assert [each.note["kind"] for each in entries(folder, Note)] == ["fault"] * 3
    assert [each.type for each in entries(folder, Event)] == ["a", "c", "b"]


async def test_what_is_due_later_is_done_when_the_time_comes(make_proxy: MakeProxy) -> None:
    director = ScriptedDirector()
    async with steered(make_proxy, director) as session:
        director.next_due_s = 0.05
        session.do(Send(Side.SERVER, event("late"), Origin.INJECTED))
        await hear(session, "late")
        assert director.next_due_s is None


async def test_a_close_of_ours_reaches_both_ends(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    director = ScriptedDirector({"a": hold("breakpoint")})
    async with steered(make_proxy, director) as session:
        await session.server.send(frame(event("a")))
        await session.settle()
        late = Send(Side.SERVER, event("late"), Origin.FAULT)
        session.do(Close(Side.SERVER, 4000, "bye", "fault close"), late)
        assert director.is_stopped
        await hear(session, "a")
        close = frame(b"\x0f\xa0bye", Opcode.CLOSE)
        assert await session.client.receive_all() == close
        assert len(await session.server.receive_all()) == len(close) + 4
    [closed] = entries(folder, Closed)
    assert (closed.code, closed.reason, closed.side) == (4000, "bye", Side.SERVER)
    assert closed.extra == {"origin": "injected", "why": "fault close"}
    assert [each.type for each in entries(folder, Event)] == ["a"]
    assert entries(folder, Note) == []


async def test_a_cut_breaks_both_connections_inside_a_frame(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    director = ScriptedDirector({"a": hold("breakpoint")})
    async with steered(make_proxy, director) as session:
        await session.server.send(frame(event("a")))
        ping = frame(b"", Opcode.PING)
        await session.server.send(ping)
        await session.client.receive(len(ping))
        session.do(Cut("fault cut", event("partial")))
        half = frame(event("partial"))[: len(frame(event("partial"))) // 2]
        assert await session.client.receive(len(half)) == half
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await session.client.receive(1)
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await session.server.receive(1)
    [closed] = entries(folder, Closed)
    assert (closed.code, closed.extra["why"]) == (1006, "fault cut")
    assert [(each.fate, each.why) for each in entries(folder, Released)] == [
        (Fate.DROPPED, "fault cut")
    ]


async def test_work_runs_in_another_thread_and_its_result_comes_back(
    make_proxy: MakeProxy,
) -> None:
    async with steered(make_proxy, ScriptedDirector()) as session:
        threads: list[threading.Thread] = []

        def work() -> int:
            threads.append(threading.current_thread())
            return 42

        assert await result_of(session, work) == 42
        assert threads != [threading.main_thread()]


async def test_an_exception_of_work_in_a_thread_comes_back_too(make_proxy: MakeProxy) -> None:
    async with steered(make_proxy, ScriptedDirector()) as session:

        def fail() -> object:
            raise ValueError("no weather")

        result = await result_of(session, fail)
    assert isinstance(result, ValueError)


async def result_of(session: SteeredSession, work: Callable[[], object]) -> object:
    result: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    session.do(Run(work, result.set_result))
    return await asyncio.wait_for(result, 10)


async def test_a_verdict_about_a_message_that_does_not_wait_changes_nothing(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with steered(make_proxy, ScriptedDirector()) as session:
        session.do(Release(7, Verdict()))
        await session.server.send(frame(event("a")))
        await hear(session, "a")
    assert entries(folder, Released) == []


async def test_a_message_that_went_on_by_a_fault_is_not_waited_for(make_proxy: MakeProxy) -> None:
    director = ScriptedDirector({"a": ValueError("after it was held")})
    async with steered(make_proxy, director) as session:
        await session.server.send(frame(event("a")))
        await hear(session, "a")
        director.held[1] = HeldMessage(director.seen[0], 0.0, "breakpoint")
        session.do(Release(1, FORWARD))
    assert director.releases == [(1, FORWARD)]


async def test_what_was_decided_before_its_turn_holds_when_the_sender_goes(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    director = ScriptedDirector({"a": hold("x"), "b": hold("behind 1")})
    async with steered(make_proxy, director) as session:
        await session.server.send(frame(event("a")) + frame(event("b")))
        ping = frame(b"", Opcode.PING)
        await session.server.send(ping)
        await session.client.receive(len(ping))
        edited = edit(event("e"), "rule")
        director.held[2] = HeldMessage(director.seen[1], 0.0, "behind 1", verdict=edited)
        await session.server.send(CLOSE)
        await hear(session, "a", "e")
    assert director.is_stopped


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_is_decided_the_order_stays_and_nothing_else_is_lost(
    make_proxy: MakeProxy, folder: RecordingsFolder, seed: int
) -> None:
    """Messages of four fates in bytes cut anywhere; the held ones are decided in any order."""
    chance = random.Random(seed)
    edited = event("edited")
    director = ScriptedDirector(
        {"dropped": drop("x"), "edited": edit(edited, "x"), "held": hold("x")}
    )
    types = chance.choices(["plain", "dropped", "edited", "held"], k=200)
    wire = b"".join(frame(event(type_, n=n)) for n, type_ in enumerate(types))
    wire += frame(b"", Opcode.PING)
    held = [n + 1 for n, type_ in enumerate(types) if type_ == "held"]
    chance.shuffle(held)
    async with steered(make_proxy, director) as session:
        while wire:
            length = chance.randrange(1, 2_000)
            await session.server.send(wire[:length])
            wire = wire[length:]
            await session.settle()
        await session.until(lambda: len(director.seen) == 200 - types.count("plain"))
        for seq in held:
            session.do(Release(seq, FORWARD))
        expected = [
            frame(edited if type_ == "edited" else event(type_, n=n))
            for n, type_ in enumerate(types)
            if type_ != "dropped"
        ]
        expected.append(frame(b"", Opcode.PING))
        said = await session.client.receive(sum(map(len, expected)))
    # The ping may have overtaken what waited.
    assert said.replace(expected[-1], b"", 1) == b"".join(expected[:-1])
    waited = [each.seq for each in entries(folder, Event) if each.fate is Fate.HELD]
    assert [each.seq for each in entries(folder, Released)] == waited


async def test_what_no_rule_is_about_goes_through_byte_for_byte(
    make_proxy: MakeProxy, tmp_path: Path
) -> None:
    mocks = tmp_path / "mocks.toml"
    mocks.write_text(
        '[[mock]]\ncall = "get_weather"\noutput = "sunny"\n'
        '[[rule]]\nmatch = "item.name=nothing"\ndrop = true\n'
    )
    async with RawUpstream() as upstream, make_proxy(upstream.url, mocks=mocks) as proxy:
        async with raw_session(proxy.port, upstream) as (client, server):
            [live] = proxy.live_sessions
            assert live.is_steered
            for sender, receiver, mask in ((server, client, False), (client, server, True)):
                ping, messages = frame(b"ping", Opcode.PING, mask=mask), frames_of_all_kinds(mask)
                said = b"".join([*messages[:2], ping, *messages[2:]])
                for cut in range(0, len(said), 7):
                    await sender.send(said[cut : cut + 7])
                    await asyncio.sleep(0)
                heard = await receiver.receive(len(said))
                # A ping inside of a fragmented message comes out before it.
                assert heard == b"".join([messages[0], ping, *messages[1:]])


def frames_of_all_kinds(mask: bool) -> list[bytes]:  # noqa: FBT001 -- as `frame` calls it
    return [
        frame(b'{ "type" :"session.updated","session":{"speed":1.0e0}}', mask=mask),
        frame(b'{"type":"response.done",', fin=False, mask=mask),
        frame(b'"response":{"id":"\xc3\xa9"}}\n', Opcode.CONT, mask=mask),
        frame(b"\x00\xff", Opcode.BINARY, mask=mask),
        frame(b'{"type":"error","error":"\\ud83d"}', mask=mask),
        frame(b"not JSON", mask=mask),
        frame(b"[]", mask=mask),
    ]
