"""Held messages keep their order."""

import pytest
from desk import seen_of

from realtap.proxy.injection.held import Held
from realtap.proxy.injection.verdict import FORWARD, Verdict, drop
from realtap.recordings.errors import InjectionError
from realtap.recordings.event import Side


def held_messages() -> Held:
    """Two that wait for a decision, and one behind them."""
    held = Held()
    held.hold(seen_of(Side.CLIENT, {"type": "a"}, seq=1), "breakpoint", None)
    held.hold(seen_of(Side.CLIENT, {"type": "b"}, seq=2), "breakpoint", None)
    held.hold_behind(seen_of(Side.CLIENT, {"type": "c"}, seq=3), FORWARD)
    return held


def test_message_goes_only_when_its_turn_comes() -> None:
    held = held_messages()
    held.decide(2, drop("by hand"))
    assert not list(held.ready())
    held.decide(1, FORWARD)
    (first,) = held.ready()
    assert first.seen.seq == 1
    held.remove(first.seen)
    assert [each.seen.seq for each in held.ready()] == [2]


def test_message_behind_others_says_behind_which() -> None:
    assert held_messages().all()[3].why == "behind 1"


def test_message_goes_on_by_itself_unless_that_is_decided() -> None:
    held = held_messages()
    held.decide(1, drop("by hand"))
    held.expire(1)
    held.expire(2)
    held.expire(9)
    held.expire(3, "time-out after 60 s")
    assert [each.verdict for each in held.all().values()] == [drop("by hand"), FORWARD, FORWARD]


def test_time_out_is_the_reason_of_its_release() -> None:
    held = Held()
    held.hold(seen_of(Side.SERVER, {"type": "a"}, seq=1), "breakpoint a", 60.0)
    held.expire(1, "time-out after 60 s")
    assert held.all()[1].verdict == Verdict(why="time-out after 60 s")


def test_unknown_message_is_refused_with_those_that_wait() -> None:
    with pytest.raises(
        InjectionError, match=r"message 9 is not held; held: 1 \(a\), 2 \(b\), 3 \(c\)"
    ):
        held_messages().decide(9, FORWARD)
    with pytest.raises(InjectionError, match="message 9 is not held; no message is held"):
        Held().decide(9, FORWARD)


def test_what_a_rule_holds_goes_on_when_the_rule_is_switched_off() -> None:
    held = Held()
    held.hold(seen_of(Side.CLIENT, {"type": "response.create"}, seq=1), "breakpoint a", None)
    held.hold(seen_of(Side.SERVER, {"type": "response.done"}, seq=2), "breakpoint b", None)
    held.let_go("breakpoint a")
    [message] = held.ready()
    assert message.seen.seq == 1
    assert message.verdict == Verdict(why="breakpoint a was switched off")
