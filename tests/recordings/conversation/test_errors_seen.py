"""What an error answers: exactly by its event id, else a guess that says why."""

import pytest
from reduced import reduced
from scenes import error, session, session_update
from transcript import Said, client, wait

from realtap.recordings.conversation import ErrorSeen


def error_after(*steps: Said | object) -> ErrorSeen:
    return reduced(*steps).errors[-1]  # type: ignore[arg-type] # steps in any nesting


def item(**fields: object) -> Said:
    return client("conversation.item.create", item=fields)


def test_event_id_tells_exactly() -> None:
    seen = error_after(
        client("response.cancel", event_id="one"),
        client("response.cancel", event_id="two"),
        error("response_cancel_not_active", event_id="one"),
    )
    assert (seen.answers_seq, seen.answers_type, seen.is_guess) == (1, "response.cancel", False)


def test_appended_audio_is_found_by_its_event_id() -> None:
    appends = [client("input_audio_buffer.append", event_id=f"a{n}", audio="") for n in range(5)]
    seen = error_after(appends, error("invalid_value", event_id="a1"))
    assert (seen.answers_seq, seen.is_guess) == (2, False)


@pytest.mark.parametrize(
    ("code", "fields", "type_"),
    [
        ("conversation_already_has_active_response", {}, "response.create"),
        ("input_audio_buffer_commit_empty", {}, "input_audio_buffer.commit"),
        ("invalid_tool_call_id", {}, "conversation.item.create"),
        ("unknown_parameter", {"param": "session.voice"}, "session.update"),
        ("invalid_value", {"param": "item.content[0].type"}, "conversation.item.create"),
        ("invalid_value", {"param": "response.modalities"}, "response.create"),
        (None, {"message": "Conversation already has an active response in progress"}, "response.create"),
        ("x", {"message": "Audio content of 900ms is already shorter than 5000ms"}, "conversation.item.truncate"),
    ],
)  # fmt: skip
def test_error_without_id_is_guessed_by_what_it_speaks_of(
    code: str | None, fields: dict[str, str], type_: str
) -> None:
    said = [
        client("session.update", session={}),
        item(type="message"),
        client("conversation.item.truncate", item_id="a"),
        client("response.create"),
        client("input_audio_buffer.commit"),
        client("conversation.item.retrieve", item_id="a"),
    ]
    seen = error_after(said, error(code, **fields))
    assert (seen.answers_type, seen.is_guess) == (type_, True)
    assert type_ in seen.reason


def test_error_without_any_hint_answers_the_last_event() -> None:
    seen = error_after(client("response.cancel"), client("bogus"), error("odd"))
    assert (seen.answers_type, seen.is_guess) == ("bogus", True)


def test_old_events_are_not_guessed() -> None:
    assert error_after(client("bogus"), wait(5), error("odd")).answers_seq is None
    late = error_after(client("response.create"), wait(20), error(None, param="response.x"))
    assert late.answers_seq is None
    assert late.reason == "no response.create waits for an answer"


def test_answered_events_are_not_guessed_again() -> None:
    seen = error_after(session(), session_update(), error("x", param="session.voice"))
    assert seen.answers_seq is None
    twice = [client("response.create"), error("x", param="response.a")]
    assert error_after(twice, error("x", param="response.a")).answers_seq is None


def test_two_errors_answer_two_events() -> None:
    conversation = reduced(
        client("response.cancel"),
        client("response.cancel"),
        error("response_cancel_not_active"),
        error("response_cancel_not_active"),
    )
    assert {each.answers_seq for each in conversation.errors} == {1, 2}


def test_error_of_the_connection_answers_no_event() -> None:
    seen = error_after(client("session.update", session={}), error("beta_api_shape_disabled"))
    assert (seen.answers_seq, seen.is_guess) == (None, False)


def test_error_keeps_what_the_server_said() -> None:
    seen = error_after(error("invalid_value", "Wrong.", param="type", type="server_error"))
    assert (seen.code, seen.message, seen.param, seen.type) == (
        "invalid_value",
        "Wrong.",
        "type",
        "server_error",
    )


def test_an_unknown_event_id_falls_back_to_a_guess() -> None:
    seen = error_after(client("response.create"), error("x", param="response.a", event_id="other"))
    assert (seen.answers_seq, seen.is_guess) == (1, True)


def test_error_about_audio_answers_the_last_append() -> None:
    append = client("input_audio_buffer.append", audio="x")
    seen = error_after(append, append, client("response.create"), error("x", param="audio"))
    assert (seen.answers_seq, seen.is_guess) == (2, True)
