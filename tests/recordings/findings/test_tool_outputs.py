"""The outputs that clients send, and the ids in them."""

from typing import Any

import pytest
from scenes import (
    WEATHER,
    Called,
    error,
    function_call,
    function_calls,
    open_function_calls,
    output,
    response_done,
    session,
    text_answer,
    user_message,
)
from transcript import (
    OPENAI,
    XAI,
    Said,
    Step,
    client,
    findings_in,
    frame,
    only,
    server,
    slugs,
)

from realtap.recordings.event import Side
from realtap.recordings.findings.finding import Severity

BEGIN: list[Step] = [session(tools=[WEATHER]), user_message("The weather in Oslo?")]
CALLED: list[Step] = [BEGIN, function_call("get_weather", {"city": "Oslo"})]
OSLO = Called("get_weather", {"city": "Oslo"}, "call_1")


def _create(**item: Any) -> Said:
    return client("conversation.item.create", item={"type": "function_call_output", **item})


# unknown-call-id


def test_an_output_for_a_call_that_nobody_made_is_told_with_the_nearest() -> None:
    calls = function_calls(Called("get_weather", {"city": "Oslo"}, "call_abc123"))
    findings = findings_in(BEGIN, calls, output("call_abc132", is_taken=False))
    found = only(findings, "unknown-call-id")
    assert found.severity is Severity.ERROR
    assert "call_abc132" in found.what
    assert "the nearest is get_weather (call_abc123)" in found.what
    assert "call_abc123" in found.todo


def test_the_id_of_an_item_in_place_of_a_call_id_is_said_to_be_one() -> None:
    findings = findings_in(CALLED, output("item_of_call_1", is_taken=False))
    found = only(findings, "unknown-call-id")
    assert "is the id of the item of get_weather (call_1), not its call_id" in found.what
    assert "use call_id call_1" in found.todo


def test_the_id_of_a_response_in_place_of_a_call_id_is_said_to_be_one() -> None:
    calls = function_calls(OSLO, response_id="resp_7")
    findings = findings_in(BEGIN, calls, output("resp_7", is_taken=False))
    assert "which is the id of a response" in only(findings, "unknown-call-id").what


def test_the_id_of_another_item_is_said_to_be_one() -> None:
    begin = [session(tools=[WEATHER]), user_message(item_id="item_said")]
    found = only(findings_in(begin, output("item_said", is_taken=False)), "unknown-call-id")
    assert "which is the id of an item, not of a call" in found.what


def test_after_a_hundred_unknown_ids_no_more_are_looked_at() -> None:
    steps = [output(f"call_x{number}", is_taken=False) for number in range(120)]
    told = slugs(findings_in(CALLED, steps)).count("unknown-call-id")
    assert told == 100


def test_an_unknown_id_without_any_call_has_nothing_near() -> None:
    found = only(findings_in(BEGIN, output("call_1", is_taken=False)), "unknown-call-id")
    assert "no function call has that id" in found.what
    assert "nearest" not in found.what


def test_a_session_that_was_joined_late_may_know_more_calls_than_we() -> None:
    sideband = f"{OPENAI}&call_id=rtc_1"
    findings = findings_in(output("call_1", is_taken=False), upstream=sideband)
    assert only(findings, "unknown-call-id").severity is Severity.WARNING
    refused = error("invalid_tool_call_id", "Tool call ID 'call_1' not found in conversation.")
    findings = findings_in(output("call_1", is_taken=False), refused, upstream=sideband)
    assert only(findings, "unknown-call-id").severity is Severity.ERROR


def test_the_servers_word_adds_nothing_to_a_certain_finding() -> None:
    refused = error("invalid_tool_call_id", "Tool call ID 'call_7' not found in conversation.")
    findings = findings_in(CALLED, output("call_7", is_taken=False), refused, is_settled=False)
    assert slugs(findings).count("unknown-call-id") == 1


def test_the_servers_word_is_enough() -> None:
    refused = error("invalid_tool_call_id", "Tool call ID 'call_1' not found in conversation.")
    found = only(findings_in(CALLED, refused), "unknown-call-id")
    assert "Tool call ID 'call_1' not found" in found.what


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([CALLED, output("call_1")], id="the call's own id"),
        pytest.param(
            [
                BEGIN,
                client(
                    "conversation.item.create",
                    item={"type": "function_call", "call_id": "old", "name": "f", "arguments": ""},
                ),
                _create(call_id="old", output="x"),
            ],
            id="a call that the client put there",
        ),
        pytest.param([BEGIN, open_function_calls(OSLO), output("call_1")], id="still active"),
        pytest.param([BEGIN, client("conversation.item.create", item={})], id="no output"),
        pytest.param(
            [
                BEGIN,
                server("conversation.item.added", item={"id": "item_mcp", "type": "mcp_call"}),
                output("item_mcp", is_taken=False),
            ],
            id="the server's own call, which has a finding of its own",
        ),
    ],
)
def test_a_known_call_id_is_right(steps: Step) -> None:
    assert "unknown-call-id" not in slugs(findings_in(steps))


# second-output-for-call


def test_two_outputs_of_one_call_are_told() -> None:
    findings = findings_in(CALLED, output("call_1"), output("call_1", "again"), text_answer())
    found = only(findings, "second-output-for-call")
    assert found.events == (20, 17)


def test_an_output_after_a_refused_one_is_the_first() -> None:
    refused = [
        client(
            "conversation.item.create",
            event_id="mine",
            item={"type": "function_call_output", "call_id": "call_1", "output": {}},
        ),
        error("invalid_value", event_id="mine"),
    ]
    findings = findings_in(CALLED, refused, output("call_1"), text_answer())
    assert "second-output-for-call" not in slugs(findings)


def test_an_output_that_replaces_a_deleted_one_is_right() -> None:
    deleted = [
        client("conversation.item.delete", item_id="item_9"),
        server("conversation.item.deleted", item_id="item_9"),
    ]
    findings = findings_in(
        CALLED, output("call_1", item_id="item_9"), deleted, output("call_1"), text_answer()
    )
    assert "second-output-for-call" not in slugs(findings)


# output-for-cancelled-call


def test_an_output_for_a_call_that_was_never_finished_is_told() -> None:
    *begun, done = function_calls(OSLO, response_id="resp_1", status="cancelled")
    cut = [*begun[:-3], done]
    findings = findings_in(BEGIN, cut, output("call_1"), text_answer())
    found = only(findings, "output-for-cancelled-call")
    assert "resp_1 ended cancelled" in found.what


def test_an_output_for_a_call_that_was_finished_before_the_interruption_is_right() -> None:
    item = {"type": "function_call", "status": "completed", "call_id": "call_1"}
    done = response_done("resp_1", [item], "cancelled")
    calls = [open_function_calls(OSLO, response_id="resp_1"), done]
    findings = findings_in(BEGIN, calls, output("call_1"), text_answer())
    assert "output-for-cancelled-call" not in slugs(findings)


def test_an_output_for_an_item_that_is_incomplete_is_told() -> None:
    *begun, done = function_calls(OSLO, response_id="resp_1", status="incomplete")
    cut = response_done("resp_1", [{"type": "function_call", "call_id": "call_1"}], "completed")
    item = {"id": "item_of_call_1", "type": "function_call", "status": "incomplete"}
    ended = server("response.output_item.done", response_id="resp_1", item=item)
    assert done.side is cut.side
    findings = findings_in(BEGIN, begun[:-2], ended, cut, output("call_1"), text_answer())
    assert "its item is incomplete" in only(findings, "output-for-cancelled-call").what


# large-output


def test_an_output_that_fills_the_context_is_told_with_its_size() -> None:
    findings = findings_in(CALLED, output("call_1", "é" * 20_000), text_answer())
    assert "40 kB" in only(findings, "large-output").what


def test_an_output_of_a_few_pages_is_right() -> None:
    findings = findings_in(CALLED, output("call_1", "x" * 32_000), text_answer())
    assert "large-output" not in slugs(findings)


# malformed-function-call-output


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ({"call_id": "call_1", "output": {"a": 1}}, "output is an object, not a string"),
        ({"call_id": "call_1", "output": None}, "output is null, not a string"),
        ({"call_id": "call_1"}, "output is missing"),
        ({"call_id": "call_1", "content": "x"}, "the text is in `content`"),
        ({"output": "x"}, "call_id is missing"),
        ({"output": "x", "name": "get_weather"}, "`name` does not tell which call it is"),
        ({"call_id": "call_1", "output": "x", "role": "tool"}, "role does not belong there"),
    ],
)
def test_a_malformed_output_is_told(item: dict[str, Any], told: str) -> None:
    found = only(findings_in(CALLED, _create(**item)), "malformed-function-call-output")
    assert told in found.what
    assert found.severity is Severity.ERROR


def test_members_that_do_not_belong_there_may_be_fine_at_other_servers() -> None:
    item = _create(call_id="call_1", output="x", role="tool")
    findings = findings_in(CALLED, item, text_answer(), upstream=XAI)
    assert only(findings, "malformed-function-call-output").severity is Severity.WARNING


@pytest.mark.parametrize("text", ["", "rain", '{"sky":"grey"}'])
def test_an_output_may_be_any_string(text: str) -> None:
    findings = findings_in(CALLED, output("call_1", text), text_answer())
    assert "malformed-function-call-output" not in slugs(findings)


# illegal-id


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (client("response.create", event_id="x" * 513), "event_id has 513 characters"),
        (client("conversation.item.delete", item_id=""), "item_id is empty"),
        (_create(call_id="", output="x"), "item.call_id is empty"),
        (_create(call_id="call:1", output="x"), "item.call_id call:1 has other characters"),
        (client("conversation.item.create", item={"id": "x" * 33}), "has 33 characters"),
        (client("conversation.item.create", item={"id": ""}), "item.id is empty"),
    ],
)
def test_an_illegal_id_is_told(step: Step, told: str) -> None:
    assert told in only(findings_in(BEGIN, step), "illegal-id").what


def test_an_empty_event_id_is_told_once() -> None:
    steps = [client("input_audio_buffer.clear", event_id="") for _ in range(5)]
    found = only(findings_in(session(), steps), "illegal-id")
    assert found.severity is Severity.INFO


@pytest.mark.parametrize(
    "step",
    [
        client("response.cancel", event_id="my.event-1"),
        client("conversation.item.create", item={"id": "x" * 32}),
        frame(Side.CLIENT, b"\x00"),
        server("conversation.item.added", item={"id": "x" * 99}),
    ],
)
def test_a_legal_id_is_right(step: Step) -> None:
    assert "illegal-id" not in slugs(findings_in(BEGIN, step))


def test_an_id_that_the_server_made_is_legal_whatever_it_is() -> None:
    calls = function_calls(Called("get_weather", {"city": "Oslo"}, "call:1"))
    findings = findings_in(BEGIN, calls, output("call:1"), text_answer())
    assert "illegal-id" not in slugs(findings)


def test_long_item_ids_are_usual_at_other_servers() -> None:
    step = client("conversation.item.create", item={"id": "x" * 36})
    assert "illegal-id" not in slugs(findings_in(BEGIN, step, upstream=XAI))
