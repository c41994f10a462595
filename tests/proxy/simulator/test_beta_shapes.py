"""The tables of the beta dialect: a flat session, its own content types and modalities."""

from typing import Any

import pytest

from realtap.proxy.simulator.dialect import Dialect
from realtap.proxy.simulator.validation import check_event

SESSION: dict[str, Any] = {
    "modalities": ["text", "audio"],
    "instructions": "Be brief.",
    "voice": "alloy",
    "input_audio_format": "pcm16",
    "output_audio_format": "g711_ulaw",
    "input_audio_transcription": {"model": "whisper-1"},
    "turn_detection": {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 200,
        "create_response": True,
    },
    "tools": [{"type": "function", "name": "get_weather", "parameters": {"type": "object"}}],
    "tool_choice": "auto",
    "temperature": 0.8,
    "max_response_output_tokens": "inf",
}


def refusal(event_type: str, **fields: Any) -> tuple[str | None, str | None] | None:
    """Code and param of the fault; None when the event is accepted."""
    fault = check_event({"type": event_type, **fields}, Dialect.BETA)
    return None if fault is None else (fault.code, fault.param)


def test_session_of_an_old_client_is_accepted() -> None:
    assert refusal("session.update", session=SESSION, event_id="evt_1") is None


@pytest.mark.parametrize("name", ["turn_detection", "input_audio_transcription", "tracing"])
def test_null_switches_off(name: str) -> None:
    assert refusal("session.update", session={name: None}) is None


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({"type": "realtime"}, "unknown_parameter", "session.type"),
        ({"audio": {}}, "unknown_parameter", "session.audio"),
        ({"output_modalities": ["text"]}, "unknown_parameter", "session.output_modalities"),
        ({"max_output_tokens": 1}, "unknown_parameter", "session.max_output_tokens"),
        ({"modalities": ["audio"]}, "invalid_value", "session.modalities"),
        ({"modalities": ["audio", "audio"]}, "invalid_value", "session.modalities"),
        ({"modalities": ["video"]}, "invalid_value", "session.modalities[0]"),
        ({"voice": "marin"}, "invalid_value", "session.voice"),
        ({"input_audio_format": {}}, "invalid_type", "session.input_audio_format"),
        ({"temperature": 1.3}, "decimal_above_max_value", "session.temperature"),
        (
            {"input_audio_transcription": {"model": "whisper-1", "enabled": True}},
            "unknown_parameter",
            "session.input_audio_transcription.enabled",
        ),
        (
            {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 5000}},
            "unknown_parameter",
            "session.turn_detection.idle_timeout_ms",
        ),
        ({"turn_detection": {"type": "none"}}, "invalid_value", "session.turn_detection.type"),
        (
            {"tools": [{"type": "function", "name": "a", "description": "x" * 1025}]},
            "string_above_max_length",
            "session.tools[0].description",
        ),
        ({"tools": [{"type": "mcp"}]}, "invalid_value", "session.tools[0].type"),
    ],
)
def test_session_field_that_beta_refuses(session: Any, code: str, param: str) -> None:
    assert refusal("session.update", session=session) == (code, param)


def test_modalities_message_names_the_combinations() -> None:
    event = {"type": "session.update", "session": {"modalities": ["audio"]}}
    fault = check_event(event, Dialect.BETA)
    assert fault is not None
    assert fault.message == (
        "Invalid modalities: ['audio']. Supported combinations are: ['text'] and ['audio', 'text']."
    )


def test_transcription_session_is_updated_by_its_own_event() -> None:
    session = {"input_audio_format": "pcm16", "input_audio_transcription": {"model": "whisper-1"}}
    assert refusal("transcription_session.update", session=session) is None
    assert refusal("transcription_session.update", session={"voice": "ash"}) == (
        "unknown_parameter",
        "session.voice",
    )


@pytest.mark.parametrize(
    ("role", "content"),
    [
        ("user", {"type": "input_text", "text": "a"}),
        ("user", {"type": "input_audio", "audio": "AAAA"}),
        ("system", {"type": "input_text", "text": "a"}),
        ("assistant", {"type": "text", "text": "a"}),
        ("assistant", {"type": "audio", "transcript": "a"}),
    ],
)
def test_message_is_accepted(role: str, content: Any) -> None:
    item = {"type": "message", "role": role, "content": [content]}
    assert refusal("conversation.item.create", item=item) is None


def test_ga_content_is_refused() -> None:
    item = {"type": "message", "role": "assistant", "content": [{"type": "output_text"}]}
    assert refusal("conversation.item.create", item=item) == (
        "invalid_value",
        "item.content[0].type",
    )


def test_response_takes_beta_names() -> None:
    response = {"modalities": ["text"], "voice": "ash", "max_response_output_tokens": 7}
    assert refusal("response.create", response=response) is None
    assert refusal("response.create", response={"output_modalities": ["text"]}) == (
        "unknown_parameter",
        "response.output_modalities",
    )


def test_reference_to_an_item_is_input_of_a_response() -> None:
    reference = {"type": "item_reference", "id": "item_1"}
    assert refusal("response.create", response={"input": [reference]}) is None
    assert refusal("conversation.item.create", item=reference) == ("invalid_value", "item.type")
