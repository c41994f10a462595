"""The judge: which rules see what and when, and what of their findings is told."""

from collections.abc import Iterable
from typing import ClassVar

import pytest
from scenes import WEATHER, appended, audio_deltas, function_call, output, session, text_turn
from transcript import XAI, client, closed, findings_in, frame, server, slugs, transcript, wait

from realtap.recordings.conversation import Conversation, Seen
from realtap.recordings.event import Event, Fate, Note, Opened, Side, Unknown
from realtap.recordings.findings import engine, rules
from realtap.recordings.findings.engine import (
    AUDIO_KINDS,
    MORE_OF_THE_SAME,
    OWN_SLUGS,
    RULE_FAILED,
    TOLD_OF_ONE,
    Judge,
    findings_of,
    settled,
)
from realtap.recordings.findings.finding import Finding, Severity
from realtap.recordings.findings.rule import Rule
from realtap.recordings.profiles import profile_named


class _Listening(Rule):
    """Tells all that it gets."""

    slug: ClassVar[str] = "listening"
    severity: ClassVar[Severity] = Severity.INFO

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        yield self.finding(seen.at, [seen.seq], f"{seen.type} {state.dialect}", "")


def _types_seen_by(rule: type[Rule], *steps: object) -> list[str]:
    judge = Judge(classes=[rule])
    entries = transcript(*steps)  # type: ignore[arg-type] # steps of any nesting
    found = [each for entry in entries for each in judge.receive(entry)]
    return [each.what.split()[0] for each in found]


# What a rule gets.


def test_a_rule_without_kinds_gets_all_but_audio() -> None:
    steps = [client("response.create"), appended(0.1), server("never.heard.of")]
    assert _types_seen_by(_Listening, steps) == ["response.create", "never.heard.of"]


def test_a_rule_that_wants_audio_gets_audio_too() -> None:
    class Hearing(_Listening):
        wants_audio: ClassVar[bool] = True

    steps = [appended(0.1), audio_deltas(0.1, response_id="resp_1", item_id="item_1")]
    assert _types_seen_by(Hearing, steps) == [
        "input_audio_buffer.append",
        "response.output_audio.delta",
    ]


def test_a_rule_gets_its_kinds_in_either_dialect() -> None:
    class Waiting(_Listening):
        kinds: ClassVar[frozenset[str] | None] = frozenset({"conversation.item.added"})

    steps = [
        server("conversation.item.created", item={}),
        server("conversation.item.added", item={}),
        server("response.done", response={}),
    ]
    assert _types_seen_by(Waiting, steps) == [
        "conversation.item.created",
        "conversation.item.added",
    ]


def test_a_rule_gets_only_the_side_that_it_wants() -> None:
    class OfServer(_Listening):
        side: ClassVar[Side | None] = Side.SERVER

    steps = [client("response.done"), server("response.done", response={})]
    assert _types_seen_by(OfServer, steps) == ["response.done"]


def test_a_message_that_is_no_event_reaches_rules_of_all_kinds() -> None:
    judge = Judge(classes=[_Listening])
    entries = transcript(frame(Side.CLIENT, b"\x00\x01"), frame(Side.CLIENT, "no json"))
    found = [each for entry in entries for each in judge.receive(entry)]
    assert [each.events for each in found] == [(1,), (2,)]


def test_a_rule_is_asked_before_the_conversation_knows_the_event() -> None:
    class Asking(_Listening):
        def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
            yield self.finding(seen.at, [seen.seq], str(state.responses.knows("resp_1")), "")

    created = server("response.created", response={"id": "resp_1"})
    assert _types_seen_by(Asking, [created, created]) == ["False", "True"]


def test_the_handshake_is_told_to_rules_when_it_is_answered() -> None:
    class Greeting(_Listening):
        def begin(self, state: Conversation) -> Iterable[Finding]:
            assert state.opened is not None
            yield self.finding(state.opened.at, [], str(state.opened.status), "")

    judge = Judge(classes=[Greeting])
    (found,) = judge.receive(Opened(at=0.05, status=401))
    assert found.what == "401"


def test_a_dropped_event_never_reached_the_server_and_is_not_judged() -> None:
    judge = Judge(classes=[_Listening])
    payload = b'{"type":"response.create"}'
    dropped = Event(1, 0.1, Side.CLIENT, "response.create", payload, fate=Fate.DROPPED)
    assert not judge.receive(dropped)


def test_the_live_api_is_another_protocol_and_is_not_judged() -> None:
    steps = [client("session.start", session={}), server("session.started", session={})]
    assert _types_seen_by(_Listening, steps) == []


# Time.


class _Ticking(Rule):
    """Tells each time that it is asked."""

    slug: ClassVar[str] = "ticking"
    severity: ClassVar[Severity] = Severity.INFO

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:
        yield self.finding(now, [round(now * 1000)], "tick", "")


def test_time_is_told_at_most_every_half_second() -> None:
    judge = Judge(classes=[_Ticking])
    soon, late = client("a"), [wait(0.6), client("b")]
    found = [each for entry in transcript(soon, soon, late) for each in judge.receive(entry)]
    assert [each.at for each in found] == pytest.approx([0.1, 0.8])


def test_a_live_session_is_told_the_time_without_an_event() -> None:
    judge = Judge(classes=[_Ticking])
    assert [each.at for each in judge.tick(7.5)] == [7.5]


def test_time_that_passes_is_nothing_that_was_heard() -> None:
    judge = Judge(classes=[])
    for entry in transcript(client("response.create")):
        judge.receive(entry)
    judge.tick(7.5)
    assert judge.conversation.last_at == pytest.approx(0.1)


def test_time_has_stopped_when_the_session_is_closed() -> None:
    judge = Judge(classes=[_Ticking])
    for entry in transcript(closed()):
        judge.receive(entry)
    assert not judge.tick(99.0)


# The end.


class _Ending(Rule):
    """Tells how the session ended."""

    slug: ClassVar[str] = "ending"
    severity: ClassVar[Severity] = Severity.INFO

    def finish(self, state: Conversation) -> Iterable[Finding]:
        yield self.finding(state.last_at, [], str(state.closed and state.closed.code), "")


def test_a_close_finishes_the_session_once() -> None:
    judge = Judge(classes=[_Ending])
    found = [each for entry in transcript(closed(1001)) for each in judge.receive(entry)]
    assert [each.what for each in found] == ["1001"]
    assert not judge.finish()


def test_the_end_of_a_file_is_no_close() -> None:
    judge = Judge(classes=[_Ending])
    for entry in transcript(client("response.create")):
        judge.receive(entry)
    assert [each.what for each in judge.finish()] == ["None"]


# What is told.


class _Repeating(Rule):
    """Tells the same thing again and again, worse each time."""

    slug: ClassVar[str] = "repeating"
    severity: ClassVar[Severity] = Severity.INFO

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        severity = Severity(str(seen.fields["severity"]))
        yield self.finding(seen.at, [7], f"{severity}", "", severity=severity)


def _repeated(*severities: str) -> list[str]:
    steps = [client("x", severity=each) for each in severities]
    return _types_seen_by(_Repeating, steps)


def test_a_finding_is_told_once() -> None:
    assert _repeated("warning", "warning", "info") == ["warning"]


def test_a_finding_that_got_worse_is_told_again() -> None:
    assert _repeated("info", "warning", "error", "error") == ["info", "warning", "error"]


def test_a_settled_list_has_a_finding_once_at_its_worst() -> None:
    mild = Finding("a", Severity.WARNING, 3.0, (7,), "mild", "")
    bad = Finding("a", Severity.ERROR, 10.0, (7,), "bad", "")
    other = Finding("a", Severity.ERROR, 5.0, (9,), "other", "")
    assert settled([mild, other, bad]) == [other, bad]


def test_after_a_hundred_findings_of_a_rule_it_is_said_that_there_are_more() -> None:
    judge = Judge(classes=[_Listening])
    entries = transcript([client("response.create") for _ in range(TOLD_OF_ONE + 50)])
    found = [each for entry in entries for each in judge.receive(entry)]
    assert len(found) == TOLD_OF_ONE + 1
    assert found[-1].slug == MORE_OF_THE_SAME
    assert "--ignore listening" in found[-1].todo


class _Failing(_Listening):
    """Is broken."""

    slug: ClassVar[str] = "failing"

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        raise KeyError(seen.type)


def test_a_rule_that_fails_is_told_once_and_switched_off_and_the_others_go_on() -> None:
    judge = Judge(classes=[_Failing, _Listening])
    entries = transcript(client("a"), client("b"))
    found = [each for entry in entries for each in judge.receive(entry)]
    assert slugs(found) == [RULE_FAILED, "listening", "listening"]
    assert "failing failed with KeyError" in found[0].what
    assert found[0].severity is Severity.INFO


def test_a_rule_may_fail_at_any_question() -> None:
    class Broken(_Ending):
        def tick(self, now: float, state: Conversation) -> Iterable[Finding]:
            raise RuntimeError(now, state)

    class BrokenAtTheEnd(_Ending):
        def finish(self, state: Conversation) -> Iterable[Finding]:
            raise RuntimeError(state)

    judge = Judge(classes=[Broken, BrokenAtTheEnd])
    assert slugs(judge.tick(1.0)) == [RULE_FAILED]
    assert slugs(judge.finish()) == [RULE_FAILED]


def test_what_was_told_is_forgotten_after_very_many_findings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "REMEMBERED", 2)
    judge = Judge(classes=[_Listening])
    entries = transcript([client("a") for _ in range(5)])
    for entry in entries:
        judge.receive(entry)
    assert len(judge._told) == 2


def test_notes_and_unknown_lines_are_no_events() -> None:
    judge = Judge(classes=[_Listening])
    assert not judge.receive(Note(at=1.0, note={"kind": "mark"}))
    assert not judge.receive(Unknown(b"{}"))
    assert judge.conversation.last_at == 1.0


def test_the_silence_of_the_live_api_is_not_judged() -> None:
    judge = Judge(classes=[_Ticking, _Ending])
    for entry in transcript(client("session.start", session={})):
        judge.receive(entry)
    assert not judge.tick(99.0)
    assert not judge.finish()


# What is left out.


def test_an_ignored_finding_is_not_told() -> None:
    judge = Judge(classes=[_Listening], ignore=frozenset({"listening"}))
    assert not [each for entry in transcript(client("a")) for each in judge.receive(entry)]


def test_a_profile_can_be_forced() -> None:
    judge = Judge(profile=profile_named("xai"))
    for entry in transcript(client("a")):
        judge.receive(entry)
    assert judge.conversation.profile.name == "xai"


def test_the_header_decides_the_profile() -> None:
    judge = Judge()
    for entry in transcript(upstream=XAI):
        judge.receive(entry)
    assert judge.conversation.profile.name == "xai"


# All rules together.


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [rule.slug for rule in rules()]
    assert sorted(names) == sorted(set(names))
    assert not set(names) & set(OWN_SLUGS)


def test_a_rule_about_nothing_but_audio_wants_audio() -> None:
    about_audio = [rule for rule in rules() if rule.kinds and rule.kinds <= AUDIO_KINDS]
    assert [rule.slug for rule in about_audio if not rule.wants_audio] == []


def test_a_correct_session_has_no_findings() -> None:
    findings = findings_in(
        session(tools=[WEATHER]),
        text_turn(),
        wait(30),
        function_call("get_weather", {"city": "Oslo"}),
        output("call_1"),
        text_turn("And tomorrow?", "Sun."),
        closed(),
    )
    assert findings == []


def test_a_whole_session_is_judged_at_once() -> None:
    entries = transcript(
        session(tools=[WEATHER]),
        function_call("get_weather", {"city": "Oslo"}),
        output("call_1"),
        wait(60),
        closed(),
    )
    assert slugs(findings_of(entries)) == ["missing-response-create"]
    assert findings_of(entries, ignore=frozenset({"missing-response-create"})) == []
