"""What realtap did in a session is no mistake of the app's, and what is told says that it was realtap."""

from functools import partial

import pytest
from scenes import (
    NO_VAD,
    WEATHER,
    Called,
    audio_answer,
    error,
    function_call,
    function_calls,
    output,
    response_created,
    response_done,
    session,
    session_update,
    text_answer,
    user_message,
)
from transcript import (
    Step,
    client,
    closed,
    findings_in,
    marked,
    only,
    release,
    server,
    slugs,
    transcript,
    wait,
)

from realtap.recordings.event import Closed, Fate, Origin, Side
from realtap.recordings.findings.engine import findings_of
from realtap.recordings.findings.finding import Severity

mocked = partial(marked, origin=Origin.MOCK, why="mock get_weather", side=Side.CLIENT)
by_hand = partial(marked, origin=Origin.INJECTED, why="by hand")
kept_back = partial(marked, fate=Fate.DROPPED, side=Side.CLIENT)
lost = partial(marked, fate=Fate.DROPPED, why="fault lost", side=Side.SERVER)

CALLED: list[Step] = [
    session(tools=[WEATHER]),
    user_message("Weather in Oslo?"),
    function_call("get_weather", {"city": "Oslo"}, call_id="call_1", response_id="resp_1"),
]
CREATE = client("response.create")


# Mocks and answers by hand.


def test_call_that_a_mock_answers_is_in_order() -> None:
    found = findings_in(
        *CALLED, mocked(output("call_1", "rain")), mocked(text_answer("It rains.")), closed()
    )
    assert slugs(found) == []


def test_mock_instead_of_the_apps_own_output_is_in_order() -> None:
    found = findings_in(
        *CALLED,
        kept_back(output("call_1", "own", is_taken=False), why="mock get_weather"),
        mocked(output("call_1", "rain")),
        kept_back(CREATE, why="merged into the mock's"),
        mocked(text_answer("It rains.")),
        wait(20),
        closed(),
    )
    assert slugs(found) == []


def test_late_output_of_the_app_for_a_call_that_a_mock_answered_is_in_order() -> None:
    found = findings_in(
        *CALLED,
        mocked(output("call_1", "rain")),
        mocked(text_answer("It rains.")),
        kept_back(output("call_1", "own", is_taken=False), why="mock get_weather"),
        wait(20),
        closed(),
    )
    assert slugs(found) == []


def test_parallel_calls_answered_by_app_and_mock_are_in_order() -> None:
    found = findings_in(
        session(tools=[WEATHER]),
        user_message("Weather in Oslo and Rome?"),
        function_calls(
            Called("get_weather", {"city": "Oslo"}, "call_1"),
            Called("get_weather", {"city": "Rome"}, "call_2"),
        ),
        output("call_1", "rain"),
        kept_back(CREATE, why="waits for call_2"),
        mocked(output("call_2", "sun")),
        mocked(text_answer("Rain and sun.")),
        wait(20),
        closed(),
    )
    assert slugs(found) == []


def test_slow_mock_is_no_slow_tool() -> None:
    found = findings_in(
        *CALLED, wait(9), mocked(output("call_1", "rain")), mocked(text_answer("It rains."))
    )
    assert slugs(found) == []


def test_output_by_hand_without_a_response_is_only_worth_knowing() -> None:
    found = only(
        findings_in(*CALLED, by_hand(output("call_1", "rain"), side=Side.CLIENT), wait(20)),
        "missing-response-create",
    )
    assert found.severity is Severity.INFO
    assert found.what.endswith("was made by realtap (by hand)")


def test_app_that_forgets_response_create_is_still_told_beside_a_mock() -> None:
    found = findings_in(
        *CALLED,
        mocked(output("call_1", "rain")),
        mocked(text_answer("It rains.")),
        function_call("get_weather", {"city": "Rome"}, call_id="call_2"),
        output("call_2", "sun"),
        wait(20),
    )
    assert only(found, "missing-response-create").severity is Severity.ERROR


# Made-up calls.


@pytest.mark.parametrize("answer", [True, False])
def test_made_up_call_gives_no_finding(answer: bool) -> None:  # noqa: FBT001 # a parameter of the test
    given = kept_back(output("call_x", "sunny", is_taken=False), CREATE, why="made-up call")
    found = findings_in(
        session(tools=[WEATHER]),
        by_hand(
            function_call("get_weather", {"city": "Paris"}, call_id="call_x", asked=False),
            origin=Origin.INJECTED,
        ),
        given if answer else [],
        wait(30),
        closed(),
    )
    assert slugs(found) == []


def test_made_up_call_of_an_undeclared_function_is_the_persons_business() -> None:
    made = by_hand(function_call("no_such", "{", call_id="call_x", asked=False))
    assert slugs(findings_in(session(), made, wait(30))) == []


def test_request_during_a_made_up_response_is_in_order() -> None:
    found = findings_in(
        session(),
        user_message("Hi"),
        by_hand(response_created("resp_x")),
        text_answer("Hi there"),
        by_hand(response_done("resp_x")),
    )
    assert slugs(found) == []


# Faults.


def test_app_is_not_blamed_for_a_lost_session_updated() -> None:
    created, update, updated = session(tools=[WEATHER])
    found = findings_in(created, update, lost(updated), wait(20), user_message("Hi"), text_answer())
    assert slugs(found) == []


def test_server_is_not_blamed_for_an_acknowledgement_that_was_kept_from_the_app() -> None:
    said, *acknowledged = user_message("Hi")
    found = findings_in(session(), said, lost(acknowledged), text_answer(), wait(10), text_answer())
    assert "missing-acknowledgement" not in slugs(found)


def test_server_is_not_blamed_for_deltas_that_were_kept_from_the_app() -> None:
    assert slugs(findings_in(session(), lost(text_answer("Hi there")))) == []


def test_app_is_not_blamed_for_a_call_that_it_never_got() -> None:
    call = lost(function_call("get_weather", {"city": "Oslo"}, call_id="call_1"))
    assert slugs(findings_in(session(tools=[WEATHER]), call, wait(30), closed())) == []


def test_app_is_not_blamed_for_a_call_that_was_held() -> None:
    call = function_call("get_weather", {"city": "Oslo"}, call_id="call_1", asked=False)
    held = marked(call, fate=Fate.HELD, side=Side.SERVER)
    released = [release() for _ in held]
    found = findings_in(
        session(tools=[WEATHER]),
        CREATE,
        held,
        wait(30),
        released,
        output("call_1"),
        text_answer(),
    )
    assert slugs(found, at_least=Severity.WARNING) == []


def test_app_is_not_blamed_for_a_request_that_is_held() -> None:
    create, *answer = text_answer("It rains.")
    found = findings_in(
        *CALLED,
        output("call_1", "rain"),
        marked(create, fate=Fate.HELD, why="breakpoint"),
        wait(20),
        release(),
        answer,
    )
    assert slugs(found) == []


def test_app_is_not_blamed_for_a_request_that_was_dropped() -> None:
    found = findings_in(*CALLED, output("call_1"), kept_back(CREATE, why="rule x"), wait(20))
    assert slugs(found) == []


def test_request_beside_a_response_that_the_app_does_not_know_of_is_not_its_mistake() -> None:
    found = findings_in(
        session(), user_message("Hi"), CREATE, lost(response_created("resp_1")), CREATE
    )
    assert "response-create-while-active" not in slugs(found)


def test_cancel_of_a_response_whose_end_was_kept_back_is_in_order() -> None:
    *begun, done = text_answer("Hi there")
    found = findings_in(session(), begun, lost(done), wait(3), client("response.cancel"))
    assert "cancel-without-response" not in slugs(found)


def test_missing_truncate_is_not_blamed_when_the_interruption_was_kept_back() -> None:
    found = findings_in(
        session(),
        audio_answer(seconds=9),
        lost(server("input_audio_buffer.speech_started", item_id="i", audio_start_ms=0)),
        wait(9),
    )
    assert "missing-truncate" not in slugs(found)


def test_commit_that_is_held_is_not_missed() -> None:
    found = findings_in(
        session(audio=NO_VAD),
        marked(client("input_audio_buffer.commit"), fate=Fate.HELD),
        wait(20),
    )
    assert slugs(found) == []


def test_made_up_error_is_only_worth_knowing() -> None:
    made = marked(error("rate_limit_exceeded"), origin=Origin.FAULT, why="fault rate-limit")
    found = only(findings_in(session(), made), "server-error")
    assert found.severity is Severity.INFO
    assert found.what.endswith("; event 2 was made by realtap (fault rate-limit)")


def test_error_of_the_server_that_the_app_never_got_says_so() -> None:
    found = only(findings_in(session(), lost(error("rate_limit_exceeded"))), "server-error")
    assert found.severity is Severity.ERROR
    assert found.what.endswith("; event 2 was kept from the app by realtap (fault lost)")


def test_mistake_in_what_realtap_sent_is_not_the_apps() -> None:
    wrong = session_update(tools=[WEATHER])[0]
    sent = {"type": "conversation.item.create", "item": {"type": "function_call_output"}}
    edited = marked(wrong, fate=Fate.EDITED, sent=sent, why="rule x")
    (found,) = [
        each
        for each in findings_in(session(), edited)
        if each.slug == "malformed-function-call-output"
    ]
    assert found.severity is Severity.INFO
    assert "was changed on its way by realtap (rule x)" in found.what


def test_request_by_hand_beside_an_active_response_is_only_worth_knowing() -> None:
    found = only(
        findings_in(
            session(), user_message("Hi"), CREATE, response_created("resp_1"), by_hand(CREATE)
        ),
        "response-create-while-active",
    )
    assert found.severity is Severity.INFO


def test_end_by_realtap_is_no_end_by_the_app() -> None:
    theirs = Closed(9.0, Side.CLIENT, 1000)
    ours = Closed(9.0, Side.CLIENT, 1000, extra={"origin": "injected"})
    assert slugs(findings_of([*transcript(*CALLED), theirs])) == ["call-never-answered"]
    assert slugs(findings_of([*transcript(*CALLED), ours])) == []
