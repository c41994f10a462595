"""Requests for a response that come when they must not."""

import pytest
from scenes import (
    WEATHER,
    Called,
    audio_answer,
    error,
    function_calls,
    open_function_calls,
    output,
    response_created,
    response_done,
    session,
    spoken_turn,
    text_answer,
    user_message,
)
from transcript import XAI, Said, Step, client, findings_in, only, server, slugs, wait

from realtap.recordings.findings.finding import Severity

BEGIN: list[Step] = [session(tools=[WEATHER]), user_message("The weather?")]
OSLO = Called("get_weather", {"city": "Oslo"}, "call_1")
ROME = Called("get_weather", {"city": "Rome"}, "call_2")
CREATE = client("response.create")
OPEN: list[Step] = [BEGIN, CREATE, response_created("resp_1")]
REFUSED = error(
    "conversation_already_has_active_response",
    "Conversation already has an active response in progress: resp_1",
)
WHILE_ACTIVE = "response-create-while-active"
AFTER_TOOL = "response-create-while-active-after-tool"
SEVERAL = "several-response-creates-for-parallel-calls"


# response-create-while-active


def test_a_request_beside_an_active_response_says_who_made_that() -> None:
    found = only(findings_in(OPEN, CREATE), WHILE_ACTIVE)
    assert found.severity is Severity.ERROR
    assert found.events == (9, 8)
    assert "resp_1 is active (event 8, asked for by response.create in event 7)" in found.what


def test_a_request_beside_the_response_of_turn_detection_is_to_be_left_out() -> None:
    spoken = [session(), spoken_turn(), response_created("resp_1"), CREATE]
    found = only(findings_in(spoken), WHILE_ACTIVE)
    assert "made by the server's turn detection" in found.what
    assert "create_response" in found.todo


def test_a_request_beside_the_response_of_the_idle_timeout_says_so() -> None:
    idle = [
        server("input_audio_buffer.timeout_triggered", item_id="item_9"),
        server("input_audio_buffer.committed", item_id="item_9", previous_item_id=None),
    ]
    found = only(findings_in(BEGIN, idle, response_created("resp_1"), CREATE), WHILE_ACTIVE)
    assert "made by the server's idle timeout" in found.what


def test_a_request_beside_a_response_of_unknown_origin_says_so() -> None:
    found = only(findings_in(BEGIN, response_created("resp_1"), CREATE), WHILE_ACTIVE)
    assert "not asked for in this recording" in found.what


def test_a_request_before_an_earlier_one_was_answered_is_told() -> None:
    found = only(findings_in(BEGIN, CREATE, CREATE), WHILE_ACTIVE)
    assert "before the one in event 7 was answered" in found.what


def test_the_error_of_the_server_adds_nothing_to_a_certain_finding() -> None:
    findings = findings_in(OPEN, CREATE, REFUSED, is_settled=False)
    assert slugs(findings).count(WHILE_ACTIVE) == 1


def test_an_unknown_server_is_believed_when_it_refuses() -> None:
    findings = findings_in(OPEN, CREATE, upstream=XAI)
    assert only(findings, WHILE_ACTIVE).severity is Severity.WARNING
    findings = findings_in(OPEN, CREATE, REFUSED, upstream=XAI)
    assert only(findings, WHILE_ACTIVE).severity is Severity.ERROR


def test_a_refusal_that_nothing_foretold_is_told_too() -> None:
    racing = [session(), user_message(), CREATE, REFUSED]
    found = only(findings_in(racing), WHILE_ACTIVE)
    assert "response.create in event 5 was refused in event 6" in found.what


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([text_answer(), text_answer()], id="one after the other"),
        pytest.param(
            [CREATE, response_created("resp_1"), response_done("resp_1"), CREATE],
            id="right after response.done",
        ),
        pytest.param(
            [
                CREATE,
                response_created("resp_1"),
                client("response.create", response={"conversation": "none"}),
            ],
            id="outside of the conversation",
        ),
        pytest.param(
            [CREATE, response_created("resp_1"), client("response.cancel"), CREATE],
            id="the active one is being cancelled",
        ),
        pytest.param([CREATE, wait(10), CREATE], id="the earlier one was lost"),
        pytest.param([CREATE, error("invalid_value"), CREATE], id="the earlier one was refused"),
    ],
)
def test_a_request_at_the_right_time_is_none(steps: Step) -> None:
    assert not {WHILE_ACTIVE, AFTER_TOOL, SEVERAL} & set(slugs(findings_in(BEGIN, steps)))


def test_a_cancelled_response_that_was_not_over_is_told_by_its_error() -> None:
    findings = findings_in(OPEN, client("response.cancel"), CREATE, REFUSED)
    assert WHILE_ACTIVE in slugs(findings)


# response-create-while-active-after-tool


def test_a_request_before_the_calling_response_is_done_is_told_as_such() -> None:
    calling = open_function_calls(OSLO, response_id="resp_1")
    findings = findings_in(BEGIN, calling, output("call_1", is_taken=False), CREATE, REFUSED)
    found = only(findings, AFTER_TOOL)
    assert "call_1" in found.what
    assert "wait for response.done of the calling response resp_1" in found.todo
    assert WHILE_ACTIVE not in slugs(findings)


def test_an_early_output_is_fine_when_the_request_waits() -> None:
    calling = function_calls(OSLO, response_id="resp_1")
    done = calling.pop()
    findings = findings_in(BEGIN, calling, output("call_1", is_taken=False), done, text_answer())
    assert findings == []


# several-response-creates-for-parallel-calls


def _one_request_an_output() -> list[Said]:
    first, second = output("call_1", is_taken=False), output("call_2", is_taken=False)
    return [*first, CREATE, *second, CREATE]


def test_one_request_for_each_of_parallel_calls_is_told_as_such() -> None:
    findings = findings_in(BEGIN, function_calls(OSLO, ROME), _one_request_an_output(), REFUSED)
    found = only(findings, SEVERAL)
    assert found.severity is Severity.ERROR
    assert "call_1" in found.what
    assert "call_2" in found.what
    assert WHILE_ACTIVE not in slugs(findings)


def test_requests_for_calls_of_two_responses_are_no_parallel_calls() -> None:
    first = [function_calls(OSLO), output("call_1"), text_answer()]
    second = [function_calls(ROME), output("call_2"), text_answer()]
    assert findings_in(BEGIN, first, second) == []


def test_one_request_for_all_outputs_is_right() -> None:
    both = [output("call_1"), output("call_2"), audio_answer()]
    assert SEVERAL not in slugs(findings_in(BEGIN, function_calls(OSLO, ROME), both))


# output-without-its-call

_OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "rain"}
_CALL = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"}


def _with_input(*items: dict[str, str]) -> Said:
    return client("response.create", response={"conversation": "none", "input": list(items)})


def test_an_output_in_the_input_of_a_response_needs_its_call_there() -> None:
    done = [BEGIN, function_calls(OSLO), output("call_1"), text_answer()]
    found = only(findings_in(done, _with_input(_OUTPUT)), "output-without-its-call")
    assert "item_reference to item_of_call_1" in found.todo


@pytest.mark.parametrize(
    "create",
    [
        _with_input(_CALL, _OUTPUT),
        _with_input({"type": "item_reference", "id": "item_of_call_1"}, _OUTPUT),
        _with_input({"type": "item_reference", "id": "item_from_before"}, _OUTPUT),
        _with_input(),
        server("response.create", response={"input": [_OUTPUT]}),
    ],
)
def test_an_output_with_its_call_in_the_input_is_right(create: Said) -> None:
    done = [BEGIN, function_calls(OSLO), output("call_1"), text_answer()]
    assert "output-without-its-call" not in slugs(findings_in(done, create))
