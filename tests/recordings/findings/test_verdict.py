"""The server's answer decides whether a suspicion is told."""

from judged_dialogue import found_in
from scenes import error, ga_session, response_created, session
from transcript import Step, client, server, slugs, wait

from realtap.recordings.conversation import Conversation, Seen
from realtap.recordings.findings import verdict as module
from realtap.recordings.findings.finding import Finding, Severity
from realtap.recordings.findings.suspicion import Suspicion
from realtap.recordings.findings.verdict import AwaitsVerdict, is_strict

LOCAL = "ws://127.0.0.1:8485/v1/realtime"


class _Loud(AwaitsVerdict):
    """Suspects everything that is called bad."""

    slug = "loud"
    severity = Severity.ERROR

    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        if seen.event_id != "bad":
            return None
        strict = is_strict(state)
        return self.suspicion(
            seen, "it is bad", "do better", words=("Bad thing",), needs_error=not strict
        )


class _Family:
    RULES = (_Loud,)


def findings_in(*steps: Step, upstream: str = "") -> list[Finding]:
    options = {"upstream": upstream} if upstream else {}
    return found_in(_Family, *steps, **options)  # type: ignore[arg-type] # a family is what has RULES


BAD = client("session.update", event_id="bad", session={"type": "realtime"})
GOOD = client("session.update", session={"type": "realtime"})
UPDATED = server("session.updated", session=ga_session())


def test_error_that_names_the_event_convicts_at_once() -> None:
    found = findings_in(session(), BAD, error("x", event_id="bad"), upstream=LOCAL)
    assert [each.events for each in found] == [(2, 3)]


def test_error_that_speaks_of_it_convicts() -> None:
    assert slugs(findings_in(session(), BAD, error("x", "a bad thing"), upstream=LOCAL)) == ["loud"]


def test_answer_acquits() -> None:
    assert slugs(findings_in(session(), BAD, UPDATED, wait(9))) == []


def test_answer_to_the_event_before_does_not_acquit() -> None:
    assert slugs(findings_in(session(), GOOD, BAD, UPDATED, wait(9))) == ["loud"]


def test_response_acquits_its_own_request() -> None:
    bad = client("response.create", event_id="bad")
    assert slugs(findings_in(session(), bad, response_created("resp_1"), wait(9))) == []
    good = client("response.create")
    steps: list[Step] = [session(), good, bad, response_created("resp_1"), wait(9)]
    assert slugs(findings_in(*steps)) == ["loud"]


def test_silence_is_guilt_only_where_the_rules_are_known() -> None:
    assert slugs(findings_in(session(), BAD, wait(9))) == ["loud"]
    assert slugs(findings_in(session(), BAD)) == ["loud"]
    assert slugs(findings_in(session(), BAD, wait(9), upstream=LOCAL)) == []


def test_module_says_what_it_waits_for() -> None:
    assert "session.update" in module.ASKED
    assert "error" in module.ANSWERED
