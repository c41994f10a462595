"""How a session ended, and what was lost with it."""

from collections.abc import Callable
from typing import Any

import pytest
from judged_dialogue import JudgedDialogue, found_in, found_in_entries
from scenes import audio_answer, error, session, text_turn
from transcript import Step, closed, only, slugs, transcript
from websockets.asyncio.client import connect

from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.recordings.event import Closed, Side
from realtap.recordings.findings import closing as family
from realtap.recordings.findings.finding import Finding, Severity
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

SPEAKING = audio_answer(response_id="resp_1", is_done=False)


def findings_in(*steps: Step, **options: Any) -> list[Finding]:
    return found_in(family, *steps, **options)


@pytest.mark.parametrize("code", [1000, 1001, 1005, 1006])
def test_client_that_just_leaves_is_fine(code: int) -> None:
    assert slugs(findings_in(session(), text_turn(), closed(code))) == []


def test_end_of_a_recording_is_no_close() -> None:
    assert slugs(findings_in(session(), SPEAKING)) == []


def test_close_by_the_proxy_is_nobodys_fault() -> None:
    entries = transcript(session(), SPEAKING)
    ours = Closed(9.0, Side.SERVER, 1006, extra={"origin": "injected"})
    assert found_in_entries(family, [*entries, ours]) == []


def test_refused_handshake_has_no_end_of_its_own() -> None:
    assert slugs(findings_in(closed(1006, by=Side.SERVER), status=401)) == []


# session-expired


def test_session_that_reached_its_end_is_told() -> None:
    found = findings_in(
        session(),
        error("session_expired", "Your session hit the maximum duration of 60 minutes."),
        closed(1001, "Your session hit the maximum duration of 60 minutes.", by=Side.SERVER),
    )
    assert slugs(found) == ["session-expired"]
    assert found[0].severity is Severity.WARNING
    assert found[0].events == (2,)


def test_expiry_of_a_real_dialogue_is_told() -> None:
    dialogue = JudgedDialogue(script="[[when]]\nexpire = true")
    dialogue.ask("Hello")
    assert "session-expired" in slugs(dialogue.findings(family))


# authentication-refused, connection-rejected


def test_refused_key_is_told_with_the_error_before_it() -> None:
    found = findings_in(
        error("invalid_api_key", "Incorrect API key provided"),
        closed(3000, "invalid_request_error.invalid_api_key", by=Side.SERVER),
    )
    assert slugs(found) == ["authentication-refused"]
    assert found[0].severity is Severity.ERROR
    assert found[0].events == (1,)
    assert "invalid_request_error.invalid_api_key" in found[0].what


def test_rejected_request_is_told_by_the_code_behind_the_dot() -> None:
    found = findings_in(closed(4000, "invalid_request_error.missing_model", by=Side.SERVER))
    assert slugs(found) == ["connection-rejected"]
    assert found[0].severity is Severity.ERROR
    assert "add `?model=…`" in found[0].todo


def test_policy_of_a_server_is_told_with_its_meaning() -> None:
    found = findings_in(session(), closed(1008, "no key", by=Side.SERVER))
    assert "1008 (policy violation), no key" in only(found, "connection-rejected").what


def test_own_codes_of_a_client_are_its_own_affair() -> None:
    assert slugs(findings_in(session(), closed(4000, "bye"), closed(1008))) == []


@pytest.mark.parametrize(
    ("query", "headers", "slug"),
    [
        ("?model=gpt-realtime", {}, "authentication-refused"),
        ("?model=nonsense", {"Authorization": "Bearer sk-test"}, "connection-rejected"),
    ],
)
async def test_server_that_refuses_after_the_handshake_is_told_through_the_proxy(
    make_proxy: Callable[..., Proxy],
    folder: RecordingsFolder,
    query: str,
    headers: dict[str, str],
    slug: str,
) -> None:
    async with Simulator(fast=True) as simulator, make_proxy(simulator.url) as proxy:
        uri = f"{proxy.url}/realtime{query}"
        async with connect(uri, additional_headers=headers) as connection:
            await connection.wait_closed()
    (path,) = folder.paths()
    found = only(found_in_entries(family, Recording(path).entries()), slug)
    assert found.events == (1,)


# message-too-big


def test_client_that_takes_no_longer_messages_is_told_by_its_name() -> None:
    found = findings_in(session(), closed(1009), client={"agent": "Python/3.13 websockets/15.0"})
    assert slugs(found) == ["message-too-big"]
    assert found[0].severity is Severity.ERROR
    assert "websockets/15.0" in found[0].what
    assert "max_size" in found[0].todo


def test_server_that_takes_no_longer_messages_is_told() -> None:
    found = findings_in(session(), closed(1009, by=Side.SERVER))
    assert "send smaller messages" in only(found, "message-too-big").todo


# connection-lost, answer-cut-off


@pytest.mark.parametrize("code", [1001, 1006, 1011, 1012, 1013])
def test_connection_that_the_server_lost_is_told(code: int) -> None:
    found = findings_in(session(), text_turn(), closed(code, by=Side.SERVER))
    assert slugs(found) == ["connection-lost"]
    assert found[0].severity is Severity.WARNING
    assert str(code) in found[0].what


def test_connection_that_is_lost_in_an_answer_is_an_error() -> None:
    found = findings_in(session(), SPEAKING, closed(1006, by=Side.SERVER))
    assert slugs(found) == ["connection-lost"]
    assert found[0].severity is Severity.ERROR
    assert "in the middle of the response resp_1" in found[0].what


def test_client_that_gave_up_on_pings_lost_the_connection() -> None:
    found = findings_in(session(), closed(1011, "keepalive ping timeout"))
    assert slugs(found) == ["connection-lost"]


def test_real_dialogue_that_breaks_off_is_told() -> None:
    dialogue = JudgedDialogue(script='[[when]]\nsay = "One moment."\nhang_up = true')
    dialogue.ask("Hello")
    assert only(dialogue.findings(family), "connection-lost").severity is Severity.ERROR


def test_client_that_hangs_up_in_an_answer_is_worth_knowing() -> None:
    found = findings_in(session(), SPEAKING, closed(1000))
    assert slugs(found) == ["answer-cut-off"]
    assert found[0].severity is Severity.INFO


def test_server_that_ends_in_order_is_fine() -> None:
    assert slugs(findings_in(session(), text_turn(), closed(1000, by=Side.SERVER))) == []
