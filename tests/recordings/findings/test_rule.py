"""What every rule has from its base."""

from typing import ClassVar

from realtap.recordings.conversation import Conversation, Seen
from realtap.recordings.event import Event, Side
from realtap.recordings.findings.finding import Severity
from realtap.recordings.findings.rule import Rule


class _Plain(Rule):
    slug: ClassVar[str] = "plain"
    severity: ClassVar[Severity] = Severity.WARNING


def test_a_rule_that_overrides_nothing_finds_nothing() -> None:
    rule, state = _Plain(), Conversation()
    seen = Seen.of(Event(1, 0.1, Side.CLIENT, "response.create", b'{"type":"response.create"}'))
    asked = [rule.begin(state), rule.receive(seen, state), rule.tick(1.0, state)]
    assert not [each for findings in [*asked, rule.finish(state)] for each in findings]


def test_a_finding_has_the_severity_of_its_rule() -> None:
    assert _Plain().finding(1, [3], "what", "todo").severity is Severity.WARNING


def test_a_finding_may_have_a_severity_of_its_own() -> None:
    found = _Plain().finding(1, [3], "what", "todo", severity=Severity.ERROR)
    assert found.severity is Severity.ERROR


def test_numbers_are_told_once_and_missing_ones_are_left_out() -> None:
    assert _Plain().finding(1, [3, 0, 7, 3], "what", "todo").events == (3, 7)
