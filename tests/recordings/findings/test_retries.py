"""Errors that a client runs into again because it connects again."""

import json
from itertools import chain

from scenes import error, response_done, session
from transcript import Step, client, transcript

from realtap.recordings.event import Entry, Header, Opened
from realtap.recordings.findings.finding import Finding, Severity
from realtap.recordings.findings.retries import EndedSessions, Failures

AGENT = {"agent": "OpenAI/Python 2.0"}


def header(name: str, agent: dict[str, str] = AGENT) -> Header:
    return Header(name, "2026-01-01T00:00:00Z", "reverse", "wss://api.openai.com/v1", agent)


def said(name: str, *steps: Step) -> list[Entry]:
    """A session of the client."""
    events = [entry for entry in transcript(*steps) if not isinstance(entry, Header)]
    return [header(name), *events]


def refused(name: str, body: str) -> list[Entry]:
    return [header(name), Opened(0.1, 401, body=body)]


def found_in(*sessions: list[Entry]) -> list[list[Finding]]:
    """What is found in each of some sessions, one after the other."""
    ended, found = EndedSessions(), []
    for entries in sessions:
        failures = Failures()
        for entry in entries:
            failures.receive(entry)
        found.append(list(ended.again(failures)))
        ended.add(failures)
    return found


def failed_response(code: str) -> Step:
    return response_done("resp_1", status="failed", status_details={"error": {"code": code}})


def test_same_fatal_error_after_a_reconnect_is_told() -> None:
    first, second = found_in(
        said("first", failed_response("insufficient_quota")),
        said("second", session(), error("insufficient_quota")),
    )
    assert first == []
    (finding,) = second
    assert "`insufficient_quota`" in finding.what
    assert "first" in finding.what
    assert finding.severity is Severity.INFO


def test_refusal_with_the_same_fatal_code_is_told() -> None:
    body = json.dumps({"error": {"code": "invalid_api_key"}})
    _, second = found_in(refused("first", body), refused("second", body))
    assert [each.slug for each in second] == ["same-fatal-error-again"]


def test_refusal_without_a_code_says_nothing() -> None:
    bodies = ["", "<html>", "[" * 100_000, '"invalid_api_key"', '{"error": {"code": 7}}']
    assert not any(chain(*found_in(*(refused(f"{n}", body) for n, body in enumerate(bodies * 2)))))


def test_error_that_a_client_makes_up_is_not_the_servers() -> None:
    made_up = client("error", error={"code": "insufficient_quota"})
    assert found_in(said("a", made_up), said("b", made_up)) == [[], []]


def test_other_error_after_a_reconnect_is_fine() -> None:
    sessions = [
        said("first", error("insufficient_quota")),
        said("second", session()),
        said("third", error("insufficient_quota")),
        said("fourth", error("invalid_api_key")),
        said("fifth", error("server_error")),
        said("sixth", error("server_error")),
    ]
    assert not any(chain(*found_in(*sessions)))


def test_error_of_another_client_is_its_own() -> None:
    other = said("other", error("insufficient_quota"))
    other[0] = header("other", {"agent": "node"})
    assert not any(chain(*found_in(said("one", error("insufficient_quota")), other)))


def test_session_that_is_looked_at_twice_tells_it_once() -> None:
    ended, before, after = EndedSessions(), Failures(), Failures()
    for failures, name in ((before, "before"), (after, "after")):
        for entry in said(name, error("insufficient_quota")):
            failures.receive(entry)
    ended.add(before)
    assert len(list(ended.again(after))) == 1
    assert list(ended.again(after)) == []
