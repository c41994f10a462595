"""Outputs that nobody reads, calls that nobody answers."""

import pytest
from scenes import (
    NO_VAD,
    WEATHER,
    Called,
    added,
    error,
    function_call,
    function_calls,
    output,
    response_created,
    response_done,
    session,
    spoken_turn,
    text_answer,
    text_turn,
    user_message,
)
from transcript import Step, client, closed, findings_in, only, server, slugs, wait

from realtap.recordings.event import Side
from realtap.recordings.findings.finding import Severity
from realtap.recordings.findings.tool_silence import ends_the_session

BEGIN: list[Step] = [session(tools=[WEATHER]), user_message("The weather in Oslo?")]
OSLO = Called("get_weather", {"city": "Oslo"}, "call_1")
ROME = Called("get_weather", {"city": "Rome"}, "call_2")
CALLED: list[Step] = [BEGIN, function_calls(OSLO)]


# missing-response-create


def test_an_output_without_response_create_is_a_warning_after_three_seconds() -> None:
    found = only(findings_in(CALLED, output("call_1"), wait(4)), "missing-response-create")
    assert found.severity is Severity.WARNING
    assert "get_weather (call_1)" in found.what
    assert "event 17" in found.what
    assert found.events[0] == 17
    assert '{"type": "response.create"}' in found.todo


def test_an_output_without_response_create_is_an_error_after_ten_seconds() -> None:
    alive = [[wait(1), client("input_audio_buffer.clear")] for _ in range(12)]
    findings = findings_in(CALLED, output("call_1"), alive, is_settled=False)
    told = [each for each in findings if each.slug == "missing-response-create"]
    assert [each.severity for each in told] == [Severity.WARNING, Severity.ERROR]
    assert told[0].events == told[1].events


def test_it_is_an_error_when_the_app_gives_up_and_closes() -> None:
    findings = findings_in(CALLED, output("call_1"), wait(3), closed())
    assert only(findings, "missing-response-create").severity is Severity.ERROR


def test_an_output_that_the_server_never_shows_counts_as_taken() -> None:
    findings = findings_in(CALLED, output("call_1", is_taken=False), wait(6))
    assert slugs(findings) == ["missing-response-create"]


def test_all_outputs_of_parallel_calls_are_one_finding() -> None:
    calls = function_calls(OSLO, ROME)
    findings = findings_in(BEGIN, calls, output("call_1"), output("call_2"), wait(12))
    found = only(findings, "missing-response-create")
    assert "get_weather (call_1) and get_weather (call_2)" in found.what


@pytest.mark.parametrize(
    "after",
    [
        pytest.param([wait(1), text_answer()], id="asked in time"),
        pytest.param([client("response.create"), wait(60)], id="asked, and the server hangs"),
        pytest.param([wait(1), text_answer(asked=False)], id="the server began one by itself"),
        pytest.param([wait(1), spoken_turn(seconds=20), text_answer(asked=False)], id="user talks"),
        pytest.param([wait(2)], id="the file ends before the time is over"),
        pytest.param([wait(1), closed()], id="the app leaves at once"),
        pytest.param([wait(2.5), closed(1011, by=Side.SERVER)], id="the server leaves"),
        pytest.param([error("invalid_value"), wait(0.1)], id="something was refused"),
    ],
)
def test_an_output_that_is_read_or_may_be_is_none(after: Step) -> None:
    assert "missing-response-create" not in slugs(findings_in(CALLED, output("call_1"), after))


def test_a_refused_output_is_not_waiting_for_a_response() -> None:
    said = client(
        "conversation.item.create",
        event_id="mine",
        item={"type": "function_call_output", "call_id": "call_1", "output": "x"},
    )
    findings = findings_in(CALLED, said, error("invalid_value", event_id="mine"), wait(14))
    assert "missing-response-create" not in slugs(findings)


def test_history_that_the_client_puts_back_asks_for_nothing() -> None:
    call = {"type": "function_call", "name": "f", "call_id": "call_old", "arguments": "{}"}
    seeded = [
        client("conversation.item.create", item=call),
        added({"id": "item_old", **call}),
        output("call_old"),
    ]
    assert findings_in(session(), seeded, wait(60), text_turn()) == []


def test_outputs_for_a_response_outside_of_the_conversation_ask_for_nothing() -> None:
    outside = [
        client("response.create", response={"conversation": "none"}),
        response_created("resp_x", conversation_id=None),
        server(
            "response.output_item.done",
            response_id="resp_x",
            output_index=0,
            item={
                "id": "item_x",
                "type": "function_call",
                "status": "completed",
                "name": "get_weather",
                "call_id": "call_x",
                "arguments": '{"city":"Oslo"}',
            },
        ),
        response_done("resp_x", conversation_id=None),
    ]
    findings = findings_in(BEGIN, outside, output("call_x"), wait(30))
    assert "missing-response-create" not in slugs(findings)
    assert "call-never-answered" not in slugs(findings)


@pytest.mark.parametrize("name", ["hang_up", "end_call", "endSession", "transfer_to_human"])
def test_a_function_that_ends_the_conversation_needs_no_answer(name: str) -> None:
    assert ends_the_session(name)
    tool = {**WEATHER, "name": name, "parameters": {"type": "object"}}
    begin = [session(tools=[tool]), user_message("Bye"), function_call(name)]
    assert findings_in(begin, output("call_1"), wait(5), closed()) == []
    assert findings_in(begin, wait(5), closed()) == []


def test_other_functions_do_not_end_the_conversation() -> None:
    others = ["get_weather", "send_call", "transfer_funds", "terminate_instance"]
    assert not any(ends_the_session(each) for each in others)


def test_an_output_that_the_server_has_not_shown_yet_is_given_time() -> None:
    alive = [[wait(0.5), client("input_audio_buffer.clear")] for _ in range(8)]
    findings = findings_in(CALLED, output("call_1", is_taken=False), alive)
    assert "missing-response-create" not in slugs(findings)


def test_any_response_after_an_output_clears_it_even_if_the_output_was_never_shown() -> None:
    unseen = [output("call_1", is_taken=False), text_answer(asked=False), wait(60)]
    assert "missing-response-create" not in slugs(findings_in(CALLED, unseen))


def test_an_app_that_closes_while_the_user_speaks_did_not_wait_for_an_answer() -> None:
    speaking = server("input_audio_buffer.speech_started", item_id="item_9", audio_start_ms=0)
    findings = findings_in(CALLED, output("call_1"), speaking, wait(9), closed())
    assert "missing-response-create" not in slugs(findings)


# answered-late


def test_an_output_that_the_next_turn_of_the_user_reads_is_told() -> None:
    later = [wait(8), spoken_turn(), text_answer(asked=False)]
    found = only(findings_in(CALLED, output("call_1"), later), "answered-late")
    assert found.severity is Severity.INFO
    assert "get_weather (call_1)" in found.what


def test_an_output_that_is_read_soon_is_not_late() -> None:
    soon = [text_answer(asked=False)]
    assert "answered-late" not in slugs(findings_in(CALLED, output("call_1"), soon))


def test_a_late_request_of_the_client_is_not_the_users_turn() -> None:
    findings = findings_in(CALLED, output("call_1"), wait(8), text_answer())
    assert slugs(findings) == ["missing-response-create"]


def test_a_response_outside_of_the_conversation_reads_no_output() -> None:
    outside = client("response.create", response={"conversation": "none"})
    later = [wait(8), outside, response_created("resp_x", conversation_id=None)]
    assert "answered-late" not in slugs(findings_in(CALLED, output("call_1"), later))


def test_a_request_that_was_lost_long_ago_reads_no_output_either() -> None:
    lost = [user_message(), client("response.create"), wait(20)]
    spoken = [BEGIN, lost, spoken_turn(), function_calls(OSLO, asked=False)]
    assert "missing-response-create" in slugs(findings_in(spoken, output("call_1"), wait(12)))


# call-never-answered


def test_a_call_without_an_output_is_a_warning_after_fifteen_seconds() -> None:
    found = only(findings_in(CALLED, wait(16)), "call-never-answered")
    assert found.severity is Severity.WARNING
    assert "get_weather (call_1)" in found.what
    assert "call_1" in found.todo


def test_a_request_for_an_answer_without_the_output_is_an_error() -> None:
    found = only(findings_in(CALLED, client("response.create")), "call-never-answered")
    assert found.severity is Severity.ERROR


def test_an_app_that_waits_and_closes_has_overlooked_the_call() -> None:
    assert slugs(findings_in(CALLED, wait(3), closed())) == ["call-never-answered"]


@pytest.mark.parametrize(
    "after",
    [
        pytest.param([wait(14)], id="the function is still running"),
        pytest.param([wait(14), output("call_1"), text_answer()], id="the output came late"),
        pytest.param([wait(1), closed()], id="the app leaves at once"),
        pytest.param([user_message("And Rome?"), text_answer()], id="the user goes on meanwhile"),
        pytest.param([wait(10), closed(1006, by=Side.SERVER)], id="the connection broke"),
    ],
)
def test_a_call_that_may_still_be_answered_is_none(after: Step) -> None:
    assert "call-never-answered" not in slugs(findings_in(CALLED, after))


@pytest.mark.parametrize("status", ["cancelled", "failed", "incomplete"])
def test_a_call_of_a_response_that_was_cut_needs_no_output(status: str) -> None:
    cut = function_calls(OSLO, status=status)
    assert "call-never-answered" not in slugs(findings_in(BEGIN, cut, wait(60), closed()))


def test_an_output_from_another_connection_answers_the_call() -> None:
    item = {"type": "function_call_output", "call_id": "call_1", "output": "rain"}
    elsewhere = added({"id": "item_9", **item})
    findings = findings_in(CALLED, elsewhere, text_answer(asked=False), wait(60))
    assert "call-never-answered" not in slugs(findings)


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(output("call_unknown", is_taken=False), id="under another id"),
        pytest.param(
            [
                client(
                    "conversation.item.create",
                    event_id="mine",
                    item={"type": "function_call_output", "call_id": "call_1", "output": {}},
                ),
                error("invalid_type", event_id="mine"),
            ],
            id="in a shape that was refused",
        ),
    ],
)
def test_an_output_that_did_not_arrive_has_a_finding_of_its_own(after: Step) -> None:
    findings = findings_in(CALLED, after, client("response.create"), wait(60), closed())
    assert "call-never-answered" not in slugs(findings)


# parallel-calls-partly-answered


def test_an_answer_that_is_asked_for_before_all_outputs_are_there_is_told() -> None:
    calls = function_calls(OSLO, ROME)
    findings = findings_in(BEGIN, calls, output("call_1"), text_answer())
    found = only(findings, "parallel-calls-partly-answered")
    assert "get_weather (call_1) had an output" in found.what
    assert "get_weather (call_2) of the same response had none" in found.what


@pytest.mark.parametrize(
    "after",
    [
        pytest.param([output("call_1"), output("call_2"), text_answer()], id="all are there"),
        pytest.param(
            [output("call_1"), user_message("Go on"), text_answer()], id="the user goes on"
        ),
        pytest.param(
            [output("call_1"), client("response.create", response={"conversation": "none"})],
            id="asked outside of the conversation",
        ),
    ],
)
def test_an_answer_with_all_outputs_is_complete(after: Step) -> None:
    findings = findings_in(BEGIN, function_calls(OSLO, ROME), after)
    assert "parallel-calls-partly-answered" not in slugs(findings)


# slow-tool


def test_a_function_that_leaves_the_user_in_silence_is_slow() -> None:
    findings = findings_in(CALLED, wait(6), output("call_1"), text_answer())
    assert "for 6.1 s nothing was said" in only(findings, "slow-tool").what


def test_a_function_is_not_slow_while_its_own_response_still_speaks() -> None:
    *calling, done = function_calls(OSLO)
    late = [calling, wait(8), output("call_1", is_taken=False), done, text_answer()]
    assert "slow-tool" not in slugs(findings_in(BEGIN, late))


def test_a_function_is_not_slow_when_something_is_said_meanwhile() -> None:
    meanwhile = [user_message("Still there?"), text_answer("Yes, one moment")]
    findings = findings_in(CALLED, wait(6), meanwhile, output("call_1"), text_answer())
    assert "slow-tool" not in slugs(findings)


def test_a_quick_function_is_not_slow() -> None:
    push_to_talk = [session(tools=[WEATHER], audio=NO_VAD), user_message()]
    findings = findings_in(
        push_to_talk, function_calls(OSLO), wait(4), output("call_1"), text_answer()
    )
    assert findings == []
