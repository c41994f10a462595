"""The server's errors: shape, codes, wording, and which of them end the connection."""

import pytest

from realtap.proxy.simulator import faults
from realtap.proxy.simulator.faults import Fault


def test_error_event_has_the_shape_of_the_wire() -> None:
    fault = Fault("unknown_parameter", "Unknown parameter: 'session.foo'.", "session.foo")
    assert fault.event("event_1", "mine.1") == {
        "type": "error",
        "event_id": "event_1",
        "error": {
            "type": "invalid_request_error",
            "code": "unknown_parameter",
            "message": "Unknown parameter: 'session.foo'.",
            "param": "session.foo",
            "event_id": "mine.1",
        },
    }


def test_error_event_says_null_where_it_knows_nothing() -> None:
    error = Fault(None, "no").event("event_1")["error"]
    assert (error["code"], error["param"], error["event_id"]) == (None, None, None)


@pytest.mark.parametrize(
    ("fault", "code", "part_of_message"),
    [
        (faults.invalid_json(), "invalid_json", "failed to parse JSON"),
        (faults.binary_frame(), "invalid_event", "binary frames are not supported."),
        (faults.missing_required_parameter("a.b"), "missing_required_parameter", ": 'a.b'."),
        (faults.commit_empty(0), "input_audio_buffer_commit_empty", "only has 0.00ms of audio."),
        (faults.commit_empty(96.5), "input_audio_buffer_commit_empty", "only has 96.50ms of"),
        (
            faults.active_response("resp_1"),
            "conversation_already_has_active_response",
            "in progress: resp_1.",
        ),
        (faults.response_cancel_not_active(), "response_cancel_not_active", "no active response"),
        (
            faults.invalid_tool_call_id("call_1"),
            "invalid_tool_call_id",
            "Tool call ID 'call_1' not found in conversation.",
        ),
        (faults.duplicate_item_id("i"), "item_create_duplicate_item_id", "'i' already exists"),
        (faults.unknown_item_to_truncate("i"), "item_truncate_invalid_item_id", "truncating"),
        (faults.unknown_item_to_delete("i"), "item_delete_invalid_item_id", "deleting"),
        (faults.unknown_item_to_retrieve("i"), "item_retrieve_invalid_item_id", "retrieving"),
        (
            faults.unknown_previous_item("i"),
            "item_create_invalid_previous_item_id",
            "previous item with id 'i' does not exist",
        ),
        (
            faults.truncate_beyond_audio(9_250, 57_340),
            "invalid_value",
            "Audio content of 9250ms is already shorter than 57340ms",
        ),
        (
            faults.truncate_unsupported(),
            "unsupported_content_type",
            "Only model output audio messages can be truncated",
        ),
        (faults.cannot_update_voice(), "cannot_update_voice", "if assistant audio is present."),
        (faults.cannot_update_model(), "cannot_update_model", "model"),
        (
            faults.session_type_mismatch("realtime", "transcription"),
            "invalid_parameter",
            "Passing a transcription session update event to a realtime session",
        ),
        (faults.turn_detection_unsupported(), "invalid_value", "for this transcription model."),
        (faults.unknown_item_reference("response.input[0].id", "i"), "invalid_value", "'i'"),
    ],
)
def test_fault_of_a_running_session_leaves_it_open(
    fault: Fault, code: str, part_of_message: str
) -> None:
    assert fault.code == code
    assert part_of_message in fault.message
    assert fault.close_code is None


@pytest.mark.parametrize(
    ("fault", "close_code", "reason"),
    [
        (faults.invalid_api_key("sk-1234567890"), 3000, "invalid_request_error.invalid_api_key"),
        (faults.missing_api_key(), 3000, "invalid_request_error"),
        (faults.missing_model(), 4000, "invalid_request_error.missing_model"),
        (faults.invalid_model("gpt-4"), 4000, "invalid_request_error.invalid_model"),
        (faults.model_in_transcription_query(), 4000, "invalid_request_error.invalid_model"),
        (
            faults.beta_api_shape_disabled(),
            4000,
            "invalid_request_error.beta_api_shape_disabled",
        ),
        (
            faults.session_expired(60),
            1001,
            "Your session hit the maximum duration of 60 minutes.",
        ),
    ],
)
def test_fault_that_ends_the_connection_tells_code_and_reason(
    fault: Fault, close_code: int, reason: str
) -> None:
    assert (fault.close_code, fault.close_reason) == (close_code, reason)
    assert len(reason.encode()) <= 123  # what a close frame can carry


@pytest.mark.parametrize("key", ["sk-proj-abcdefghijklmnop", "short", ""])
def test_refused_key_is_not_repeated(key: str) -> None:
    message = faults.invalid_api_key(key).message
    assert key[3:] == "" or key[3:] not in message


def test_words_are_listed_as_the_server_lists_them() -> None:
    assert faults.listed("a") == "'a'"
    assert faults.listed("ab") == "'a' and 'b'"
    assert faults.listed("abc") == "'a', 'b', and 'c'"


@pytest.mark.parametrize("code", faults.RESPONSE_FAILURE_CODES)
def test_failed_response_tells_its_error(code: str) -> None:
    details = faults.response_failure(code).status_details()
    assert details["type"] == "failed"
    assert details["error"]["code"] == code
    assert details["error"]["message"]


def test_failure_of_an_unknown_code_is_a_server_error() -> None:
    error = faults.response_failure("odd").status_details()["error"]
    assert (error["type"], error["code"]) == ("server_error", "odd")
