"""A beta session: old names, flat session, no `conversation.item.done`."""

import pytest
from dialogue import Dialogue, error_of, one, types

from realtap.proxy.simulator.dialect import Dialect
from realtap.recordings.event import Json

TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "Weather of a city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


def _beta(script: str = "", **session: object) -> Dialogue:
    dialogue = Dialogue(script=script, dialect=Dialect.BETA)
    if session:
        dialogue.say("session.update", session=session)
    return dialogue


def test_connecting_brings_a_flat_session_and_the_conversation() -> None:
    created, conversation = _beta().greeting
    session = created["session"]
    assert session["modalities"] == ["audio", "text"]
    assert session["input_audio_format"] == "pcm16"
    assert session["turn_detection"]["type"] == "server_vad"
    assert session["temperature"] == 0.8
    assert session["max_response_output_tokens"] == "inf"
    assert not {"type", "audio", "output_modalities", "max_output_tokens"} & set(session)
    assert conversation["type"] == "conversation.created"
    assert conversation["conversation"]["object"] == "realtime.conversation"


def test_flat_update_is_merged_and_shown_flat() -> None:
    dialogue = _beta()
    (updated,) = dialogue.say(
        "session.update",
        session={"voice": "echo", "temperature": 0.7, "input_audio_format": "g711_ulaw"},
    )
    session = updated["session"]
    assert (session["voice"], session["temperature"]) == ("echo", 0.7)
    assert session["input_audio_format"] == "g711_ulaw"
    assert session["output_audio_format"] == "pcm16"


def test_ga_fields_are_refused() -> None:
    error = error_of(_beta().say("session.update", session={"output_modalities": ["text"]}))
    assert error["code"] == "unknown_parameter"


def test_text_turn_has_the_old_names() -> None:
    events = _beta(modalities=["text"]).ask("Hello")
    assert types(events) == [
        "conversation.item.created",
        "response.created",
        "response.output_item.added",
        "conversation.item.created",
        "response.content_part.added",
        "response.text.delta",
        "response.text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]
    item = one(events, "response.output_item.done")["item"]
    assert item["object"] == "realtime.item"
    assert item["content"][0]["type"] == "text"
    response = one(events, "response.done")["response"]
    assert response["modalities"] == ["text"]
    assert response["temperature"] == 0.8
    assert response["output"] == [item]
    assert not any("obfuscation" in event for event in events)


def test_audio_turn_has_the_old_names() -> None:
    order = types(_beta().ask("Hello"))
    assert {"response.audio.delta", "response.audio.done", "response.audio_transcript.done"} <= (
        set(order)
    )


def test_arguments_done_has_the_name_as_on_the_wire() -> None:
    events = _beta(modalities=["text"], tools=[TOOL]).ask("Weather in Rome?")
    assert one(events, "response.function_call_arguments.done")["name"] == "get_weather"


def test_spoken_turn_is_answered() -> None:
    dialogue = _beta(input_audio_transcription={"model": "whisper-1"})
    events = [*dialogue.speak(), *dialogue.settle()]
    assert types(events)[:5] == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.created",
        "response.created",
    ]
    assert one(events, "conversation.item.input_audio_transcription.completed")


def test_request_is_translated() -> None:
    response: Json = {
        "modalities": ["text"],
        "max_response_output_tokens": 50,
        "output_audio_format": "g711_alaw",
    }
    (created,) = _beta().say("response.create", response=response)
    assert created["response"]["modalities"] == ["text"]
    assert created["response"]["max_output_tokens"] == 50
    assert created["response"]["output_audio_format"] == "g711_alaw"


@pytest.mark.parametrize(("part", "is_fine"), [("text", True), ("output_text", False)])
def test_assistant_history_is_spelled_the_old_way(part: str, is_fine: bool) -> None:  # noqa: FBT001 - a column of the table
    content = [{"type": part, "text": "Hi"}]
    item = {"type": "message", "role": "assistant", "content": content}
    events = _beta().say("conversation.item.create", item=item)
    assert types(events) == (["conversation.item.created"] if is_fine else ["error"])
    if is_fine:
        assert events[0]["item"]["content"] == content


def test_transcription_session_has_its_own_events() -> None:
    (updated,) = _beta().say(
        "transcription_session.update",
        session={"input_audio_transcription": {"model": "whisper-1"}},
    )
    assert updated["type"] == "transcription_session.updated"
    assert updated["session"]["input_audio_transcription"]["model"] == "whisper-1"
