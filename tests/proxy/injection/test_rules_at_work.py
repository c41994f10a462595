"""Rules are started, stopped, and switched off when they fail."""

from desk import FakeDesk, seen_of

from realtap.proxy.injection.rule import Desk, Rule
from realtap.proxy.injection.rulebook import Rulebook
from realtap.proxy.injection.rules_at_work import RulesAtWork
from realtap.proxy.injection.verdict import Verdict, drop
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Side
from realtap.recordings.filters.needles import Needle


class Dropping:
    """Drops everything of some kinds, or fails where it is told to."""

    def __init__(self, name: str, *kinds: str, fails_in: str = "") -> None:
        self.name = name
        self.kinds = frozenset(kinds) or None
        self.needles: tuple[Needle, ...] | None = None
        self.is_stopped = False
        self._fails_in = fails_in

    def make(self) -> Rule:
        self._perhaps_fail("make")
        return self

    def start(self, _desk: Desk) -> None:
        self._perhaps_fail("start")

    def receive(self, _seen: Seen, _desk: Desk) -> Verdict | None:
        self._perhaps_fail("receive")
        return drop(self.name)

    def stop(self, _desk: Desk) -> None:
        self.is_stopped = True
        self._perhaps_fail("stop")

    def _perhaps_fail(self, where: str) -> None:
        if self._fails_in in {where, "everywhere"}:
            raise ZeroDivisionError(where)


def at_work(*rules: Dropping) -> tuple[RulesAtWork, list[str]]:
    """Rules at work, and the faults that are told."""
    rulebook, faults = Rulebook(), list[str]()
    rulebook.put("test", rules)
    working = RulesAtWork(
        rulebook, "session", FakeDesk(), on_fault=faults.append, on_stop=lambda _name: None
    )
    working.follow()
    return working, faults


EVENT = seen_of(Side.SERVER, {"type": "response.done"})


def test_rule_gets_only_the_kinds_that_it_names() -> None:
    working, _ = at_work(Dropping("audio", "*audio*"), Dropping("done", "response.*"))
    assert working.receive(EVENT) == drop("done")
    assert not working.wants("session.updated")


def test_rule_that_fails_makes_way_for_the_next() -> None:
    working, faults = at_work(Dropping("first", fails_in="receive"), Dropping("second"))
    assert working.receive(EVENT) == drop("second")
    assert working.receive(EVENT) == drop("second")
    assert faults == [
        "first failed and is switched off for this session: ZeroDivisionError: receive"
    ]
    assert working.names() == ["second"]


def test_rule_that_cannot_begin_is_told_once() -> None:
    for place in ("make", "start"):
        working, faults = at_work(Dropping("first", fails_in=place))
        assert working.receive(EVENT) is None
        assert len(faults) == 1
        assert not working


def test_rule_that_cannot_even_be_stopped_does_no_harm() -> None:
    working, faults = at_work(Dropping("first", fails_in="everywhere"), Dropping("second"))
    working.stop()
    assert len(faults) == 1
    assert not working.names()


def test_rules_are_stopped_at_the_end() -> None:
    rule = Dropping("first")
    working, _ = at_work(rule)
    working.stop()
    assert rule.is_stopped
    assert working.receive(EVENT) is None


def test_rule_that_knows_its_messages_by_their_bytes_is_asked_only_about_those() -> None:
    rule = Dropping("first")
    rule.needles = (Needle(b"weather"),)
    working, _ = at_work(rule)
    assert working.receive(EVENT) is None
    event = {"type": "response.done", "item": "weather"}
    assert working.receive(seen_of(Side.SERVER, event)) == drop("first")
    assert working.needles("response.done") is not None


def test_bytes_tell_nothing_where_one_rule_wants_all() -> None:
    rule = Dropping("first")
    rule.needles = (Needle(b"weather"),)
    working, _ = at_work(rule, Dropping("second"))
    assert working.needles("response.done") is None


def test_kinds_that_an_app_invents_are_not_kept_for_ever() -> None:
    working, _ = at_work(Dropping("first"))
    for number in range(3_000):
        assert working.wants(f"invented.{number}")
    assert len(working._by_kind) <= 1_000
