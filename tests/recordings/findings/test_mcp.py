"""Tools of MCP servers."""

import pytest
from judged import JUNK, judged, slugs_of
from scenes import (
    added,
    assistant_message,
    function_call,
    output,
    response_created,
    response_done,
    session,
)
from transcript import VOICE_LIVE, Step, client, closed, only, server, wait

from realtap.recordings.event import Json
from realtap.recordings.findings import mcp
from realtap.recordings.findings.finding import Finding, Severity

DEEPWIKI: Json = {
    "type": "mcp",
    "server_label": "deepwiki",
    "server_url": "https://example.com/mcp",
}
CALL: Json = {
    "id": "mcp_1",
    "type": "mcp_call",
    "server_label": "deepwiki",
    "name": "ask_question",
    "arguments": "{}",
    "status": "completed",
}
REQUEST: Json = {**CALL, "id": "mcpr_1", "type": "mcp_approval_request"}


def found(*steps: Step, **options: object) -> list[Finding]:
    return judged(mcp, *steps, **options)


def names(*steps: Step, **options: object) -> list[str]:
    return slugs_of(found(*steps, **options))


# Listing.


def listed(end: str) -> list[Step]:
    item = {"id": "mcpl_1", "type": "mcp_list_tools", "server_label": "deepwiki", "tools": []}
    return [
        server("mcp_list_tools.in_progress", item_id="mcpl_1"),
        added(item),
        server(f"mcp_list_tools.{end}", item_id="mcpl_1"),
    ]


def test_tools_that_could_not_be_listed_name_their_server() -> None:
    finding = only(found(session(), listed("failed")), "mcp-tools-not-listed")
    assert finding.severity is Severity.WARNING
    assert "the MCP server deepwiki" in finding.what


def test_only_server_of_the_session_is_named_without_an_item() -> None:
    bare = server("mcp_list_tools.failed", item_id="mcpl_1", error={"message": "401"})
    finding = only(found(session(tools=[DEEPWIKI]), bare), "mcp-tools-not-listed")
    assert "deepwiki" in finding.what
    assert "401" in finding.what


def test_listed_tools_are_fine() -> None:
    assert names(session(), listed("completed")) == []


# Approval.


def test_approval_that_nobody_gives_is_told() -> None:
    finding = only(found(session(), added(REQUEST), wait(31)), "mcp-approval-unanswered")
    assert finding.severity is Severity.WARNING
    assert "deepwiki.ask_question (mcpr_1)" in finding.what
    assert "approval_request_id is mcpr_1" in finding.todo


@pytest.mark.parametrize("approve", [True, False])
def test_approval_or_refusal_in_time_is_fine(approve: bool) -> None:  # noqa: FBT001 # a parameter of the test
    answer = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": approve}
    said = client("conversation.item.create", item=answer)
    assert names(session(), added(REQUEST), wait(20), said, wait(60)) == []


def test_approval_as_an_event_of_its_own_is_voice_lives_way() -> None:
    said = client("mcp_approval_response", approval_request_id="mcpr_1", approve=True)
    steps: list[Step] = [session(), added(REQUEST), wait(20), said, wait(60)]
    assert names(steps, upstream=VOICE_LIVE) == []


def test_end_of_a_file_is_no_silence() -> None:
    assert names(session(), added(REQUEST), wait(20), closed()) == []


# Outputs.


def test_output_for_an_mcp_call_is_an_error() -> None:
    steps: list[Step] = [session(), added(CALL), output("mcp_1", is_taken=False)]
    finding = only(found(steps), "output-for-mcp-call")
    assert finding.severity is Severity.ERROR
    assert "mcp_1" in finding.what


def test_output_for_a_function_call_is_fine() -> None:
    assert names(session(), function_call("f", call_id="call_1"), output("call_1")) == []


# Failures.


def ended(item: Json) -> list[Step]:
    return [
        server("conversation.item.done", previous_item_id=None, item=item),
        server("response.output_item.done", response_id="resp_1", output_index=0, item=item),
    ]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"type": "http_error", "code": 401, "message": "Unauthorized"}, "http_error 401: Unauth"),
        ({"type": "tool_execution_error", "message": "no such page"}, "tool_execution_error: no"),
        ("timed out", "failed: timed out"),
    ],
)
def test_failed_call_is_told_with_its_reason(error: object, words: str) -> None:
    failed = server("response.mcp_call.failed", item_id="mcp_1", output_index=0)
    steps: list[Step] = [
        session(),
        response_created("resp_1"),
        failed,
        ended({**CALL, "error": error}),
    ]
    finding = only(found(steps, response_done("resp_1")), "mcp-call-failed")
    assert finding.severity is Severity.WARNING
    assert "deepwiki.ask_question" in finding.what
    assert words in finding.what
    assert len(finding.events) == 2


def test_failure_without_a_reason_is_told_at_the_responses_end() -> None:
    failed = server("response.mcp_call.failed", item_id="mcp_1", output_index=0)
    steps: list[Step] = [
        session(),
        response_created("resp_1"),
        added(CALL),
        failed,
        response_done("resp_1"),
    ]
    assert "deepwiki.ask_question failed" in only(found(steps), "mcp-call-failed").what


def test_call_that_succeeds_is_fine() -> None:
    done = server("response.mcp_call.completed", item_id="mcp_1", output_index=0)
    item = {**CALL, "output": "It is a library.", "error": None}
    steps: list[Step] = [
        session(),
        response_created("resp_1"),
        done,
        ended(item),
        response_done("resp_1"),
    ]
    assert names(steps) == []


def test_junk_is_survived() -> None:
    kinds = sorted({kind for rule in mcp.RULES for kind in rule.kinds or ()})
    values = (*JUNK, assistant_message("x", []), {**CALL, "error": 7})
    junk: list[Step] = [
        say(kind, item_id=value, item=value, error=value, approval_request_id=value)
        for value in values
        for kind in kinds
        for say in (client, server)
    ]
    found(session(tools=[7]), junk, wait(60), junk, closed())
