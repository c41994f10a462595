"""The director of a session: what it looks at, decides, holds, and survives."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from desk import seen_of
from interposed import Interposed, asked
from races import spoken

from realtap.proxy.injection.breakpoints import breakpoint_maker
from realtap.proxy.injection.director import Director
from realtap.proxy.injection.rule import Desk, Rule
from realtap.proxy.injection.rulebook import Rulebook
from realtap.proxy.injection.verdict import FORWARD, Verdict, drop, edit, hold
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Event, Fate, Origin, Side


@dataclass(eq=False)
class Scripted:
    """A rule that does what the test says."""

    says: Callable[[Seen, Desk], Verdict | None] = lambda _seen, _desk: None
    kinds: frozenset[str] | None = None
    name: str = "scripted"
    calls: list[str] = field(default_factory=list)

    def make(self) -> Rule:
        return self

    def start(self, desk: Desk) -> None:
        self.calls.append(f"start {desk.session_id}")

    def stop(self, desk: Desk) -> None:
        self.calls.append(f"stop {desk.session_id}")

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        return self.says(seen, desk)


def ruled(*types: str, says: Callable[[Seen, Desk], Verdict | None]) -> Interposed:
    """A session with one rule about some types."""
    return Interposed(makers=[Scripted(says, frozenset(types))])


def test_streaming_events_are_not_looked_at_without_a_rule() -> None:
    director = Director("session", Rulebook())
    assert director.wants("response.created")
    assert director.wants("conversation.item.created")
    assert not director.wants("response.output_audio.delta")
    assert not director.wants(None)


def test_rules_see_what_they_name_from_when_they_are_put_down() -> None:
    rulebook = Rulebook()
    director = Director("session", rulebook)
    assert not director.wants("response.audio.delta")
    rulebook.put("faults", [Scripted(kinds=frozenset({"response.output_audio.*"}))])
    assert director.wants("response.audio.delta")
    rulebook.put("faults", [])
    assert not director.wants("response.audio.delta")


def test_rule_without_kinds_sees_everything() -> None:
    rulebook = Rulebook()
    rulebook.put("faults", [Scripted()])
    assert Director("session", rulebook).wants(None)


def test_rule_that_stays_is_left_alone() -> None:
    rulebook, rule = Rulebook(), Scripted()
    rulebook.put("mocks", [rule])
    director = Director("session", rulebook)
    director.poll(0.0)
    rulebook.put("mocks", [rule, Scripted()])
    director.poll(0.1)
    rulebook.put("mocks", [])
    director.poll(0.2)
    assert rule.calls == ["start session", "stop session"]


def test_first_verdict_counts() -> None:
    wire = Interposed(makers=[Scripted(lambda *_: drop("one")), Scripted(lambda *_: drop("two"))])
    wire.write("Hello")
    wire.run()
    assert {each.why for each in wire.dropped()} == {"one"}


def test_what_the_server_said_counts_though_the_app_never_heard_it() -> None:
    wire = ruled("response.done", says=lambda *_: drop("fault"))
    wire.write("Hello")
    wire.app_says("response.create")
    wire.run()
    assert not wire.app_heard("response.done")
    assert not wire.director.ledger.is_responding


def test_what_never_reached_the_server_does_not_count() -> None:
    wire = ruled("response.create", says=lambda *_: drop("fault"))
    wire.app_says("response.create")
    wire.run()
    assert not wire.director.ledger.is_responding


def test_edited_event_counts_as_it_was_sent() -> None:
    sent = json.dumps({"type": "response.create", "response": {"conversation": "none"}}).encode()
    wire = ruled("response.create", says=lambda *_: edit(sent, "rule"))
    wire.app_says("response.create")
    wire.run()
    (create,) = wire.director.ledger.conversation.responses.last_creates
    assert create.is_out_of_band


def test_messages_behind_a_held_one_keep_their_order() -> None:
    wire = ruled("response.create", says=lambda *_: hold("breakpoint"))
    wire.app_says("response.create")
    wire.write("Hello")
    wire.app_says("input_audio_buffer.clear")
    wire.run()
    assert not wire.at_server
    seq = next(iter(wire.director.held))
    assert [each.why for each in wire.director.held.values()] == [
        "breakpoint",
        f"behind {seq}",
        f"behind {seq}",
    ]
    wire.director.release(seq)
    wire.run()
    assert [json.loads(payload)["type"] for _, payload in wire.at_server] == [
        "response.create",
        "conversation.item.create",
        "input_audio_buffer.clear",
    ]
    assert not wire.director.held


def test_held_message_can_be_dropped_or_edited() -> None:
    wire = ruled("response.create", says=lambda *_: hold("breakpoint"))
    for _ in range(2):
        wire.app_says("response.create")
    wire.run()
    first, second = wire.director.held
    wire.director.release(first, drop("by hand"))
    wire.director.release(second, edit(b'{"type":"input_audio_buffer.clear"}', "by hand"))
    wire.run()
    assert [payload for _, payload in wire.at_server] == [b'{"type":"input_audio_buffer.clear"}']


def test_held_message_goes_on_when_its_time_is_over() -> None:
    wire = ruled("response.create", says=lambda seen, _: hold("rule", seen.at + 2.0))
    wire.app_says("response.create")
    assert not wire.run(1.9).at_server
    assert len(wire.run(0.2).at_server) == 1


def test_held_output_of_a_call_that_was_answered_meanwhile_is_dropped() -> None:
    wire = asked()
    rule = Scripted(
        lambda seen, _: hold("breakpoint") if seen.side is Side.CLIENT else None,
        frozenset({"conversation.item.create"}),
    )
    wire.rulebook.put("breakpoints", [rule])
    wire.answer_call(wire.call_id(0))
    wire.run()
    wire.director.answer_call(name="get_time", output="noon")
    wire.director.release(next(iter(wire.director.held)))
    wire.run()
    assert wire.dropped()[0].why == f"{wire.call_id(0)} was answered already: by hand"


def test_held_server_event_counts_before_the_app_hears_it() -> None:
    wire = ruled("response.done", says=lambda *_: hold("breakpoint"))
    wire.write("Hello")
    wire.app_says("response.create")
    wire.run()
    assert wire.director.held
    assert not wire.director.ledger.is_responding


def _fail(*_arguments: object) -> None:
    raise ZeroDivisionError("oops")


def _fail_later(_seen: Seen, desk: Desk) -> None:
    desk.after(1.0, _fail)


def _fail_after_work(_seen: Seen, desk: Desk) -> None:
    desk.run(lambda: 1, _fail)


@pytest.mark.parametrize("says", [_fail, _fail_later, _fail_after_work])
def test_rule_that_raises_is_switched_off_and_the_session_goes_on(
    says: Callable[[Seen, Desk], None],
) -> None:
    rule = Scripted(says, frozenset({"response.create"}), name="mock get_time")
    wire = Interposed(makers=[rule])
    wire.app_says("response.create")
    wire.run(2)
    assert wire.faults == [
        "mock get_time failed and is switched off for this session: ZeroDivisionError: oops"
    ]
    assert wire.app_heard("response.done")
    assert wire.director.status().rules == []
    assert rule.calls == ["start session", "stop session"]


def test_rule_sends_events_of_its_own_to_both_sides() -> None:
    def says(_seen: Seen, desk: Desk) -> None:
        for side, type_ in ((Side.SERVER, "made.up"), (Side.CLIENT, "input_audio_buffer.clear")):
            desk.send(side, {"type": type_}, origin=Origin.FAULT, why="fault x")

    wire = ruled("response.create", says=says)
    wire.app_says("response.create")
    wire.run()
    assert [(each.side, each.origin, each.why) for each in wire.injected()] == [
        (Side.SERVER, Origin.FAULT, "fault x"),
        (Side.CLIENT, Origin.FAULT, "fault x"),
    ]
    assert wire.app_heard("input_audio_buffer.cleared")


def test_error_that_answers_an_event_of_ours_is_kept_from_the_app() -> None:
    wire = Interposed()
    wire.director.send(Side.CLIENT, {"type": "no.such"}, origin=Origin.INJECTED, why="by hand")
    wire.run()
    assert wire.server_said("error")
    assert not wire.app_heard("error")
    assert wire.dropped()[0].why == "answers an injected event"


def test_rule_answers_a_call_that_the_message_at_hand_completes() -> None:
    def says(seen: Seen, desk: Desk) -> None:
        desk.answer(seen.call_id, "ok", origin=Origin.MOCK, why="mock")

    wire = asked(
        makers=[Scripted(says, frozenset({"response.function_call_arguments.done"}))], seconds=2.0
    )
    assert len(wire.server_got("conversation.item.create")) == 3
    assert len(wire.app_heard("response.done")) == 2


def test_session_without_involvement_is_forwarded_byte_for_byte() -> None:
    wire = asked()
    assert {each.fate for each in wire.passages} == {Fate.FORWARDED}
    assert not wire.injected()
    assert wire.director.next_due_s is None


def test_untouched_message_gets_the_verdict_that_the_edge_knows_by_identity() -> None:
    director = Director("session", Rulebook())
    assert director.receive(seen_of(Side.CLIENT, {"type": "response.create"})) is FORWARD


def test_audio_that_was_held_back_goes_on_as_a_burst() -> None:
    wire = asked()
    rule = Scripted(lambda *_: hold("breakpoint"), frozenset({"input_audio_buffer.clear"}))
    wire.rulebook.put("breakpoints", [rule])
    wire.app_says("input_audio_buffer.clear")
    for _ in range(10):
        wire.app_says("input_audio_buffer.append", audio=spoken(300)[0])
        wire.run(0.1)
    assert not wire.director.ledger.will_respond_itself
    wire.director.release(next(iter(wire.director.held)))
    wire.run(0)
    assert wire.director.ledger.will_respond_itself


def test_request_that_was_held_back_for_long_is_on_its_way_from_its_release() -> None:
    director = Director("session", Rulebook())
    director.rules.receive = lambda seen: hold("breakpoint")  # type: ignore[method-assign]
    seen = seen_of(Side.CLIENT, {"type": "response.create"})
    director.receive(seen)
    director.poll(20.0)
    director.released(seen, FORWARD)
    assert director.ledger.is_responding


def test_director_that_begins_late_learns_what_happened() -> None:
    director = Director("session", Rulebook())
    for passage in (wire := asked()).passages:
        if director.wants(passage.event["type"]):
            director.learn(seen_of(passage.side, passage.payload, seq=passage.seq, at=passage.at))
    assert director.status().pending_calls == wire.director.status().pending_calls


def test_message_that_no_rule_can_mean_by_its_bytes_is_not_looked_at() -> None:
    rulebook = Rulebook()
    rulebook.put("rules", [breakpoint_maker("umbrella"), breakpoint_maker("item.name=get_time")])
    director = Director("session", rulebook)
    delta = "response.output_audio_transcript.delta"
    told = {text: an_event(delta, delta=text) for text in ("rain", "Umbrella", "umbrellas")}
    assert director.wants(delta)
    assert [text for text, event in told.items() if director.is_concerned(event)] == [
        "Umbrella",
        "umbrellas",
    ]
    assert director.is_concerned(an_event("response.created"))


def test_everything_is_looked_at_while_a_message_is_held() -> None:
    rulebook = Rulebook()
    rulebook.put("rules", [breakpoint_maker("umbrella")])
    director = Director("session", rulebook)
    rain, held = an_event("delta", text="rain"), an_event("delta", text="umbrella")
    assert director.wants("delta")
    assert not director.is_concerned(rain)
    assert director.receive(Seen.of(held)).fate is Fate.HELD
    assert director.wants("delta")
    assert director.is_concerned(rain)


def test_what_a_time_out_lets_go_says_so() -> None:
    wire = Interposed(makers=[breakpoint_maker("type:response.create", 2.0)])
    wire.app_says("response.create")
    wire.run(3.0)
    [held] = [each for each in wire.passages if each.event["type"] == "response.create"]
    assert (held.fate, held.why) == (Fate.FORWARDED, "time-out after 2 s")


@pytest.mark.parametrize("text", ["half an \ud83d", str(2**70)])
def test_whatever_a_person_writes_can_be_sent(text: str) -> None:
    wire = asked()
    wire.director.answer_call(call_id=wire.call_id(), output=text)
    event = {"type": "conversation.item.retrieve", "item_id": text}
    for side in Side:
        wire.director.send_event(side, event, validate=False)
    wire.director.request_response({"metadata": {"a": text}}, now=True)
    wire.run()
    assert (
        len([each for each in wire.injected() if json.dumps(text) in json.dumps(each.event)]) >= 3
    )
    assert not wire.faults


def an_event(type_: str, **fields: str) -> Event:
    payload = json.dumps({"type": type_, **fields}).encode()
    return Event(1, 0.0, Side.SERVER, type_, payload)
