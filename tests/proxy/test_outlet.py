"""A direction's queue: its order, its limit, and what may go out."""

import asyncio
from collections.abc import Callable

import pytest

from realtap.proxy.injection.verdict import FORWARD, drop, edit, hold
from realtap.proxy.leg import Leg, Pause
from realtap.proxy.outlet import APART_S, QUEUE_LIMIT_BYTES, Outlet, Waiting
from realtap.recordings.event import Side


@pytest.fixture
def source() -> Leg:
    return Leg()


class Kept(Leg):
    """Keeps what it is to send."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)


@pytest.fixture
def outlet(source: Leg) -> Outlet:
    return Outlet(Side.SERVER, source, Leg())


def taken(outlet: Outlet) -> list[int]:
    return [waiting.seq for waiting, _ in outlet.take_decided()]


def test_what_is_decided_goes_up_to_the_first_that_is_not(outlet: Outlet) -> None:
    for seq in (1, 2, 3, 4):
        outlet.hold(Waiting(b"x", seq=seq))
    assert outlet.decide(1, FORWARD)
    assert outlet.decide(2, drop("no"))
    assert outlet.decide(4, FORWARD)
    assert outlet.head_seq == 3
    assert taken(outlet) == [1, 2]
    assert (outlet.is_holding, outlet.is_clear) == (True, False)
    assert outlet.decide(3, FORWARD)
    assert taken(outlet) == [3, 4]
    assert (outlet.is_holding, outlet.is_clear, outlet.queued_bytes) == (False, True, 0)


def test_what_does_not_wait_cannot_be_decided(outlet: Outlet) -> None:
    assert not outlet.decide(1, FORWARD)
    assert outlet.head_seq == 0


def test_all_that_is_undecided_is_decided_alike(outlet: Outlet) -> None:
    outlet.hold(Waiting(b"a", seq=1))
    outlet.hold(Waiting(b"b", seq=2, verdict=drop("rule")))
    outlet.decide_all(FORWARD)
    assert [verdict.fate for _, verdict in outlet.take_decided()] == ["forwarded", "dropped"]


def test_the_sender_is_not_read_while_too_much_waits(outlet: Outlet, source: Leg) -> None:
    outlet.hold(Waiting(b"x" * QUEUE_LIMIT_BYTES, seq=1))
    assert not source.is_paused_by(Pause.QUEUE)
    outlet.hold(Waiting(b"x", seq=2))
    assert source.is_paused_by(Pause.QUEUE)
    outlet.decide_all(FORWARD)
    assert taken(outlet) == [1, 2]
    assert not source.is_paused_by(Pause.QUEUE)


def test_a_peer_is_read_again_when_no_reason_is_left(source: Leg) -> None:
    source.pause_reading(Pause.QUEUE)
    source.pause_reading(Pause.SLOW_PEER)
    source.resume_reading(Pause.QUEUE)
    assert source.is_paused_by(Pause.SLOW_PEER)
    assert not source.is_paused_by(Pause.QUEUE)


def test_inside_a_message_nothing_of_ours_may_go(outlet: Outlet) -> None:
    outlet.is_inside_message = True
    assert not outlet.is_clear
    outlet.is_inside_message = False
    assert outlet.is_clear


def test_what_goes_out_follows_from_the_verdict(outlet: Outlet) -> None:
    assert outlet.wire_of(b"wire", FORWARD) == b"wire"
    assert outlet.wire_of(b"wire", drop("no")) == b""
    assert outlet.wire_of(b"wire", edit(b"{}", "rule")) == b"\x81\x02{}"
    assert outlet.wire_of(b"wire", hold("x")) == b"wire"


def test_a_clients_frame_is_masked() -> None:
    wire = Outlet(Side.CLIENT, Leg(), Leg()).frame(b"{}")
    assert (wire[0], wire[1], len(wire)) == (0x81, 0x82, 8)


async def test_what_goes_apart_waits_and_its_sender_is_not_read(source: Leg) -> None:
    destination = Kept()
    outlet = Outlet(Side.CLIENT, source, destination)
    outlet.write_apart(b"not ")
    outlet.write_apart(b"frames")
    assert (outlet.is_apart, destination.written) == (True, [])
    assert source.is_paused_by(Pause.APART)
    outlet.let_go()
    outlet.let_go()
    assert (outlet.is_apart, destination.written) == (False, [b"not frames"])
    assert not source.is_paused_by(Pause.APART)


async def test_what_goes_apart_goes_by_itself_when_a_peer_has_had_the_time_to_read(
    source: Leg, monkeypatch: pytest.MonkeyPatch
) -> None:
    timers: list[tuple[float, Callable[[], None]]] = []
    loop = asyncio.get_running_loop()

    def call_later(delay_s: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        timers.append((delay_s, callback))
        return asyncio.TimerHandle(loop.time() + delay_s, callback, (), loop)

    monkeypatch.setattr(loop, "call_later", call_later)
    destination = Kept()
    Outlet(Side.CLIENT, source, destination).write_apart(b"no frame")
    [(delay_s, let_go)] = timers
    assert delay_s == APART_S
    let_go()
    assert destination.written == [b"no frame"]
