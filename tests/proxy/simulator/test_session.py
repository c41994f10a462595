"""Sessions: connecting, updating, and messages that are no events."""

import json

import pytest
from dialogue import Dialogue, error_of, one, types

from realtap.proxy.driver import Close
from realtap.proxy.simulator import defaults
from realtap.recordings.event import Json


def test_connecting_brings_one_session_created_with_all_defaults() -> None:
    dialogue = Dialogue(started_unix_s=1_000.4)
    (created,) = dialogue.greeting
    session = created["session"]
    assert created["type"] == "session.created"
    assert session["expires_at"] == 4_600
    assert session["instructions"] == defaults.INSTRUCTIONS
    assert session["audio"]["input"]["turn_detection"]["silence_duration_ms"] == 200


def test_update_changes_the_given_fields_only() -> None:
    dialogue = Dialogue()
    before = dialogue.greeting[0]["session"]
    (updated,) = dialogue.configure(
        instructions="Be brief.", audio={"input": {"turn_detection": {"type": "server_vad"}}}
    )
    assert updated["type"] == "session.updated"
    assert updated["session"] == before | {"instructions": "Be brief."}


def test_update_is_refused_as_a_whole_when_one_field_is_bad() -> None:
    dialogue = Dialogue()
    error = error_of(dialogue.configure(instructions="Be brief.", modalities=["text"]))
    assert error["code"] == "unknown_parameter"
    assert error["param"] == "session.modalities"
    (updated,) = dialogue.configure()
    assert updated["session"]["instructions"] == defaults.INSTRUCTIONS


def test_update_without_session_type_is_refused() -> None:
    error = error_of(Dialogue().say("session.update", session={"instructions": "x"}))
    assert error["code"] == "missing_required_parameter"
    assert error["message"] == "Missing required parameter: 'session.type'."


def test_empty_instructions_bring_the_default_prompt_back() -> None:
    dialogue = Dialogue()
    dialogue.configure(instructions="Be brief.")
    (updated,) = dialogue.configure(instructions="")
    assert updated["session"]["instructions"] == defaults.INSTRUCTIONS


def test_null_switches_turn_detection_and_transcription_off() -> None:
    dialogue = Dialogue()
    dialogue.configure(audio={"input": {"transcription": {"model": "whisper-1"}}})
    (updated,) = dialogue.configure(
        audio={"input": {"transcription": None, "turn_detection": None}}
    )
    assert updated["session"]["audio"]["input"]["transcription"] is None
    assert updated["session"]["audio"]["input"]["turn_detection"] is None


def test_semantic_turn_detection_has_no_threshold() -> None:
    detection = {"type": "semantic_vad", "eagerness": "low"}
    (updated,) = Dialogue().configure(audio={"input": {"turn_detection": detection}})
    assert updated["session"]["audio"]["input"]["turn_detection"] == {
        "type": "semantic_vad",
        "eagerness": "low",
        "create_response": True,
        "interrupt_response": True,
    }


def test_transcription_shows_the_fields_not_given_as_null() -> None:
    (updated,) = Dialogue().configure(audio={"input": {"transcription": {"model": "whisper-1"}}})
    assert updated["session"]["audio"]["input"]["transcription"] == {
        "model": "whisper-1",
        "language": None,
        "prompt": None,
    }


def test_lists_are_replaced_and_cleared() -> None:
    dialogue = Dialogue()
    tool = {"parameters": {"type": "object"}, "name": "a", "type": "function"}
    (updated,) = dialogue.configure(tools=[tool])
    assert list(updated["session"]["tools"][0]) == ["type", "name", "parameters"]
    (updated,) = dialogue.configure(tools=[])
    assert updated["session"]["tools"] == []


def test_model_cannot_change() -> None:
    error = error_of(Dialogue(model="gpt-realtime").configure(model="gpt-realtime-mini"))
    assert error["param"] == "session.model"


def test_same_model_may_be_repeated() -> None:
    assert types(Dialogue(model="gpt-realtime").configure(model="gpt-realtime")) == [
        "session.updated"
    ]


def test_voice_cannot_change_after_the_assistant_has_spoken() -> None:
    dialogue = Dialogue()
    dialogue.ask("Hello")
    error = error_of(dialogue.configure(audio={"output": {"voice": "cedar"}}))
    assert error["code"] == "cannot_update_voice"
    assert types(dialogue.configure(audio={"output": {"voice": "alloy"}})) == ["session.updated"]


def test_voice_may_change_before_that() -> None:
    (updated,) = Dialogue().configure(audio={"output": {"voice": "cedar"}})
    assert updated["session"]["audio"]["output"]["voice"] == "cedar"


def test_tracing_cannot_change_once_set() -> None:
    dialogue = Dialogue()
    dialogue.configure(tracing="auto")
    error = error_of(dialogue.configure(tracing={"workflow_name": "other"}))
    assert error["param"] == "session.tracing"


def test_speed_cannot_change_while_a_response_is_active() -> None:
    dialogue = Dialogue()
    dialogue.say("response.create")
    error = error_of(dialogue.configure(audio={"output": {"speed": 1.5}}))
    assert error["param"] == "session.audio.output.speed"


def test_forced_tool_must_be_declared() -> None:
    choice = {"type": "function", "name": "missing"}
    error = error_of(Dialogue().configure(tool_choice=choice))
    assert (error["code"], error["param"]) == ("invalid_value", "session.tool_choice")


def test_pcm_rate_below_24000_is_refused() -> None:
    format_ = {"type": "audio/pcm", "rate": 16_000}
    error = error_of(Dialogue().configure(audio={"input": {"format": format_}}))
    assert error["code"] == "integer_below_min_value"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("not json", "invalid_json"),
        (b"\x00\x01", "invalid_event"),
        ("[]", "invalid_type"),
        ('{"event_id": "mine"}', "missing_required_parameter"),
        ('{"type": "output_audio_buffer.clear"}', "invalid_value"),
    ],
)
def test_messages_that_are_no_events_get_an_error(message: str | bytes, code: str) -> None:
    dialogue = Dialogue()
    assert error_of(dialogue.send(message))["code"] == code
    assert types(dialogue.configure()) == ["session.updated"]


def test_unknown_event_type_names_the_accepted_ones() -> None:
    error = error_of(Dialogue().say("response.created"))
    assert (error["code"], error["param"]) == ("invalid_value", "type")
    assert "'conversation.item.create'" in error["message"]


def test_error_repeats_the_clients_event_id() -> None:
    dialogue = Dialogue()
    assert error_of(dialogue.say("response.cancel", event_id="a.1"))["event_id"] == "a.1"
    assert error_of(dialogue.say("response.cancel"))["event_id"] is None


def test_session_expires_with_an_error_and_close_1001() -> None:
    dialogue = Dialogue(max_duration_s=120)
    assert dialogue.wait(119.9) == []
    error = error_of(dialogue.wait(0.1))
    assert error["code"] == "session_expired"
    assert error["message"] == "Your session hit the maximum duration of 2 minutes."
    assert dialogue.close == Close(1001, error["message"])
    assert dialogue.session.is_closed
    assert dialogue.session.next_due_s is None


def test_closed_session_says_nothing_more() -> None:
    dialogue = Dialogue(max_duration_s=1)
    dialogue.wait(1)
    assert dialogue.say("response.create") == []


def test_server_event_ids_are_unique_and_repeatable() -> None:
    def spoken() -> list[Json]:
        dialogue = Dialogue(seed="same")
        dialogue.ask("Hello")
        return dialogue.heard

    first = spoken()
    ids = [event["event_id"] for event in first]
    assert len(set(ids)) == len(ids)
    assert json.dumps(first) == json.dumps(spoken())


def test_another_seed_gives_other_ids() -> None:
    first, second = Dialogue(seed="a"), Dialogue(seed="b")
    assert first.greeting[0]["event_id"] != second.greeting[0]["event_id"]


def test_transcription_session_by_intent_has_no_model_and_no_voice() -> None:
    session = one(Dialogue(is_transcription=True).greeting, "session.created")["session"]
    assert session["type"] == "transcription"
    assert session["object"] == "realtime.transcription_session"
    assert "output" not in session["audio"]


def test_fresh_session_can_become_a_transcription_session() -> None:
    dialogue = Dialogue()
    (updated,) = dialogue.say(
        "session.update",
        session={
            "type": "transcription",
            "audio": {"input": {"transcription": {"model": "whisper-1"}}},
        },
    )
    assert updated["session"]["type"] == "transcription"
    assert updated["session"]["id"] == dialogue.greeting[0]["session"]["id"]


def test_transcription_session_cannot_become_a_conversation() -> None:
    error = error_of(Dialogue(is_transcription=True).configure())
    assert "Passing a realtime session update event to a transcription" in error["message"]


def test_transcription_session_makes_no_responses() -> None:
    error = error_of(Dialogue(is_transcription=True).say("response.create"))
    assert "transcription session" in error["message"]
