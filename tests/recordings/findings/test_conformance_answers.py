"""The server's answers: acknowledgements, and the fields that clients need."""

import pytest
from judged import RecordedDialogue, judged, judged_entries, slugs_of
from scenes import (
    Called,
    added,
    error,
    function_calls,
    open_function_calls,
    output,
    response_created,
    response_done,
    session,
    user_message,
)
from transcript import Step, client, closed, only, server, wait

from realtap.recordings.findings import conformance_answers
from realtap.recordings.findings.finding import Finding, Severity


def found(*steps: Step, **options: object) -> list[Finding]:
    return judged(conformance_answers, *steps, **options)


def names(*steps: Step, **options: object) -> list[str]:
    return slugs_of(found(*steps, **options))


ALIVE = server("rate_limits.updated", rate_limits=[])
REQUESTS = [
    client("conversation.item.create", item={"id": "item_9", "type": "message", "role": "user"}),
    client("conversation.item.delete", item_id="item_9"),
    client("conversation.item.retrieve", item_id="item_9"),
    client("conversation.item.truncate", item_id="item_9", content_index=0, audio_end_ms=9),
    client("input_audio_buffer.clear"),
    client("input_audio_buffer.commit"),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_request_without_answer_is_told(request_: Step) -> None:
    finding = only(found(session(), request_, wait(1), ALIVE, wait(6)), "missing-acknowledgement")
    assert finding.severity is Severity.WARNING
    assert "neither" in finding.what


def test_request_without_answer_is_told_once_a_kind() -> None:
    clear = client("input_audio_buffer.clear")
    steps: list[Step] = [session(), [clear, wait(1), ALIVE, wait(6)] * 3]
    assert names(steps) == ["missing-acknowledgement"]


def test_answered_request_is_fine() -> None:
    answered: list[Step] = [
        client("input_audio_buffer.clear"),
        server("input_audio_buffer.cleared"),
    ]
    assert names(session(), answered, user_message(), ALIVE, wait(20)) == []


def test_refused_request_is_answered() -> None:
    refused: list[Step] = [
        client("input_audio_buffer.clear", event_id="mine"),
        error("x", event_id="mine"),
    ]
    assert names(session(), refused, ALIVE, wait(20)) == []


def test_error_without_id_may_answer_any_request() -> None:
    both: list[Step] = [
        client("input_audio_buffer.clear"),
        client("input_audio_buffer.commit"),
        error("x"),
    ]
    assert names(session(), both, ALIVE, wait(20)) == []


def test_output_during_a_response_is_acknowledged_after_it() -> None:
    steps: list[Step] = [
        session(),
        open_function_calls(Called("f", {}, "call_1"), response_id="resp_1"),
        output("call_1", is_taken=False),
        wait(20),
        response_done("resp_1"),
        added({"id": "item_o", "type": "function_call_output", "call_id": "call_1"}),
        wait(20),
    ]
    assert names(steps) == []


def test_server_that_says_nothing_at_all_is_gone_not_negligent() -> None:
    assert names(session(), client("input_audio_buffer.clear"), wait(20)) == []


def test_end_of_a_file_is_no_silence() -> None:
    assert names(session(), client("input_audio_buffer.clear"), closed()) == []


def test_simulated_server_answers_everything() -> None:
    dialogue = RecordedDialogue()
    item_id = dialogue.write("Hello")[0]["item"]["id"]
    dialogue.say("conversation.item.retrieve", item_id=item_id)
    dialogue.say("conversation.item.delete", item_id=item_id)
    dialogue.say("input_audio_buffer.clear")
    dialogue.say("input_audio_buffer.commit")
    dialogue.ask("Hello")
    assert judged_entries(conformance_answers, dialogue.entries, until=60) == []


# Fields.


@pytest.mark.parametrize(
    ("event", "path"),
    [
        (server("response.created", response={"status": "in_progress"}), "response.id"),
        (server("response.done", response={"id": "resp_1"}), "response.status"),
        (server("conversation.item.added", item={"type": "message"}), "item.id"),
        (server("response.output_item.added", item={"id": "item_1"}), "item.type"),
        (server("response.output_text.delta", item_id="item_1", delta=7), "delta"),
        (server("input_audio_buffer.committed"), "item_id"),
        (server("error", error="bad"), "error.message"),
    ],
)
def test_field_that_clients_need_is_told_once(event: Step, path: str) -> None:
    finding = only(found(session(), [event] * 3), "server-field-missing")
    assert finding.severity is Severity.WARNING
    assert path in finding.what


def test_whole_events_are_fine() -> None:
    steps: list[Step] = [response_created("resp_1"), response_done("resp_1"), error("x", "y")]
    assert names(session(), steps, function_calls(Called("f", {}, "call_1"))) == []
