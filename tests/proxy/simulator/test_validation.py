"""What the simulated server refuses at first sight, and that it takes what real clients sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.proxy.simulator.dialect import Dialect
from realtap.proxy.simulator.validation import ACCEPTED_TYPES, check_event

WIRE = Path(__file__).parents[4] / "shared" / "wire"
"""Recorded sessions of real servers, where the repository has its neighbours."""

SESSION: dict[str, Any] = {
    "type": "realtime",
    "model": "gpt-realtime",
    "instructions": "Be brief.",
    "output_modalities": ["audio"],
    "audio": {
        "input": {
            "format": {"type": "audio/pcm", "rate": 24000},
            "noise_reduction": {"type": "near_field"},
            "transcription": {"model": "gpt-4o-transcribe", "language": None, "prompt": None},
            "turn_detection": {"type": "server_vad", "create_response": True},
        },
        "output": {"format": {"type": "audio/pcmu"}, "voice": "marin", "speed": 1.1},
    },
    "include": ["item.input_audio_transcription.logprobs"],
    "tools": [{"type": "function", "name": "get_weather", "parameters": {"type": "object"}}],
    "tool_choice": {"type": "function", "name": "get_weather"},
    "max_output_tokens": 4096,
    "parallel_tool_calls": True,
    "prompt": {"id": "pmpt_1", "variables": {"city": "Oslo"}},
    "reasoning": {"effort": "low"},
    "tracing": {"workflow_name": "demo", "group_id": None, "metadata": None},
    "truncation": {"type": "retention_ratio", "retention_ratio": 0.8},
}


def recorded_sessions() -> list[Path]:
    return [
        path
        for folder in ("openai-ga", "openai-ga-sideband", "azure-ga")
        for path in sorted((WIRE / folder).glob("*.jsonl"))
    ]


def events_from_client(path: Path) -> Iterator[Any]:
    for line in path.read_text().splitlines():
        message = json.loads(line)
        if message.get("from") == "client" and "event" in message:
            yield message["event"]


def refusal(event_type: str, **fields: Any) -> tuple[str | None, str | None] | None:
    """Code and param of the fault; None when the event is accepted."""
    fault = check_event({"type": event_type, **fields}, Dialect.GA)
    return None if fault is None else (fault.code, fault.param)


def session_refusal(**fields: Any) -> tuple[str | None, str | None] | None:
    return refusal("session.update", session={"type": "realtime", **fields})


def message_refusal(role: str, *content: Any) -> tuple[str | None, str | None] | None:
    item = {"type": "message", "role": role, "content": list(content)}
    return refusal("conversation.item.create", item=item)


@pytest.mark.skipif(not WIRE.exists(), reason="the recorded sessions are not beside the repository")
def test_every_event_of_real_clients_is_accepted() -> None:
    events = [event for path in recorded_sessions() for event in events_from_client(path)]
    assert len(events) > 100
    assert [fault for event in events if (fault := check_event(event, Dialect.GA))] == []


# The event as such.


@pytest.mark.parametrize("dialect", list(Dialect))
@given(
    event=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda values: (
            st.lists(values)
            | st.dictionaries(st.sampled_from(["type", "session", "item", "response"]), values)
        ),
        max_leaves=10,
    )
)
def test_no_json_breaks_the_check(dialect: Dialect, event: object) -> None:
    assert check_event(event, dialect) is not None


@pytest.mark.parametrize("event", [[], "session.update", 1, None])
def test_event_must_be_an_object(event: object) -> None:
    fault = check_event(event, Dialect.GA)
    assert fault is not None
    assert fault.code == "invalid_type"


def test_event_needs_a_type() -> None:
    fault = check_event({"event_id": "a"}, Dialect.GA)
    assert fault is not None
    assert (fault.code, fault.param) == ("missing_required_parameter", "type")


def test_type_must_be_a_string() -> None:
    fault = check_event({"type": 1}, Dialect.GA)
    assert fault is not None
    assert (fault.code, fault.param) == ("invalid_type", "type")


def test_unknown_type_is_answered_with_the_list_of_types() -> None:
    fault = check_event({"type": "response.created"}, Dialect.GA)
    assert fault is not None
    assert (fault.code, fault.param) == ("invalid_value", "type")
    assert fault.message == (
        "Invalid value: 'response.created'. Supported values are: 'session.update', "
        "'session.close', 'input_audio_buffer.append', 'session.input_audio_buffer.append', "
        "'input_audio_buffer.commit', 'input_audio_buffer.clear', 'conversation.item.create', "
        "'conversation.item.truncate', 'conversation.item.delete', "
        "'conversation.item.retrieve', 'response.create', and 'response.cancel'."
    )


@pytest.mark.parametrize("dialect", list(Dialect))
def test_playback_buffer_cannot_be_cleared_over_a_websocket(dialect: Dialect) -> None:
    fault = check_event({"type": "output_audio_buffer.clear"}, dialect)
    assert fault is not None
    assert (fault.code, fault.param) == ("invalid_value", "type")


def test_transcription_session_update_is_a_beta_event() -> None:
    assert refusal("transcription_session.update", session={}) == ("invalid_value", "type")


@pytest.mark.parametrize("event_type", ["session.close", "session.input_audio_buffer.append"])
def test_event_of_translation_sessions_is_refused(event_type: str) -> None:
    assert refusal(event_type) == ("invalid_value", "type")


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("name", ["input_audio_buffer.commit", "response.cancel"])
def test_event_id_is_any_text(dialect: Dialect, name: str) -> None:
    for event_id in ("my.event.1", "", None, "x" * 512):
        assert check_event({"type": name, "event_id": event_id}, dialect) is None
    fault = check_event({"type": name, "event_id": "x" * 513}, dialect)
    assert fault is not None
    assert (fault.code, fault.param) == ("string_above_max_length", "event_id")


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize(
    "name",
    [
        "input_audio_buffer.commit",
        "input_audio_buffer.clear",
        "response.create",
        "response.cancel",
    ],
)
def test_field_that_no_event_has_is_refused(dialect: Dialect, name: str) -> None:
    fault = check_event({"type": name, "session": "a"}, dialect)
    assert fault is not None
    assert (fault.code, fault.param) == ("unknown_parameter", "session")


@pytest.mark.parametrize("dialect", list(Dialect))
def test_every_listed_type_is_known(dialect: Dialect) -> None:
    """A listed type gets another answer than the list."""
    for name in ACCEPTED_TYPES[dialect]:
        fault = check_event({"type": name}, dialect)
        assert fault is None or "Supported values are" not in fault.message


# session.update.


def test_session_with_every_field_is_accepted() -> None:
    assert refusal("session.update", session=SESSION, event_id="a") is None


def test_session_with_nothing_but_its_type_is_accepted() -> None:
    assert session_refusal() is None


@pytest.mark.parametrize("name", ["instructions", "include", "prompt", "tracing", "reasoning"])
def test_null_clears(name: str) -> None:
    assert session_refusal(**{name: None}) is None


@pytest.mark.parametrize("name", ["transcription", "noise_reduction", "turn_detection"])
def test_null_switches_a_part_of_the_input_off(name: str) -> None:
    assert session_refusal(audio={"input": {name: None}}) is None


def test_session_update_needs_a_session() -> None:
    assert refusal("session.update") == ("missing_required_parameter", "session")
    assert refusal("session.update", session=None) == ("invalid_type", "session")


def test_session_needs_its_type_before_anything_else_is_looked_at() -> None:
    session = {"modalities": ["text"]}
    assert refusal("session.update", session=session) == (
        "missing_required_parameter",
        "session.type",
    )


def test_session_type_is_one_of_two() -> None:
    fault = check_event({"type": "session.update", "session": {"type": "live"}}, Dialect.GA)
    assert fault is not None
    assert fault.message == (
        "Invalid value: 'live'. Supported values are: 'realtime' and 'transcription'."
    )


@pytest.mark.parametrize(
    "name",
    [
        "modalities",
        "voice",
        "speed",
        "input_audio_format",
        "output_audio_format",
        "input_audio_transcription",
        "turn_detection",
        "input_audio_noise_reduction",
        "max_response_output_tokens",
        "temperature",
        "client_secret",
        "foo",
    ],
)
def test_beta_field_is_unknown(name: str) -> None:
    assert session_refusal(**{name: None}) == ("unknown_parameter", f"session.{name}")


@pytest.mark.parametrize("modalities", [["audio", "text"], ["text", "audio"], [], ["text"] * 2])
def test_only_one_modality_at_a_time(modalities: list[str]) -> None:
    assert session_refusal(output_modalities=modalities) == (
        "invalid_value",
        "session.output_modalities",
    )


@pytest.mark.parametrize("side", ["input", "output"])
@pytest.mark.parametrize(
    ("audio_format", "code", "param"),
    [
        ("pcm16", "invalid_type", ""),
        ({}, "missing_required_parameter", ".type"),
        ({"type": "g711_ulaw"}, "invalid_value", ".type"),
        ({"type": "audio/pcm"}, "missing_required_parameter", ".rate"),
        ({"type": "audio/pcm", "rate": 16000}, "integer_below_min_value", ".rate"),
        ({"type": "audio/pcm", "rate": 48000}, "integer_above_max_value", ".rate"),
        ({"type": "audio/pcm", "rate": "24000"}, "invalid_type", ".rate"),
        ({"type": "audio/pcmu", "rate": 8000}, "unknown_parameter", ".rate"),
    ],
)
def test_audio_format_is_checked(side: str, audio_format: Any, code: str, param: str) -> None:
    assert session_refusal(audio={side: {"format": audio_format}}) == (
        code,
        f"session.audio.{side}.format{param}",
    )


@pytest.mark.parametrize(
    ("output", "code", "param"),
    [
        ({"voice": "breeze"}, "invalid_value", "voice"),
        ({"voice": {"name": "alloy"}}, "missing_required_parameter", "voice.id"),
        ({"voice": 1}, "invalid_type", "voice"),
        ({"speed": 0.2}, "decimal_below_min_value", "speed"),
        ({"speed": 1.6}, "decimal_above_max_value", "speed"),
        ({"speed": "fast"}, "invalid_type", "speed"),
        ({"pitch": 1}, "unknown_parameter", "pitch"),
    ],
)
def test_audio_output_is_checked(output: Any, code: str, param: str) -> None:
    assert session_refusal(audio={"output": output}) == (code, f"session.audio.output.{param}")


def test_custom_voice_has_an_id() -> None:
    assert session_refusal(audio={"output": {"voice": {"id": "voice_1"}}}) is None


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({"transcription": {}}, "missing_required_parameter", "transcription.model"),
        (
            {"transcription": {"model": "whisper-1", "prompt": "x" * 1025}},
            "string_above_max_length",
            "transcription.prompt",
        ),
        ({"noise_reduction": "near_field"}, "invalid_type", "noise_reduction"),
        ({"noise_reduction": {"type": "speech"}}, "invalid_value", "noise_reduction.type"),
        ({"turn_detection": "server_vad"}, "invalid_type", "turn_detection"),
        ({"turn_detection": {}}, "missing_required_parameter", "turn_detection.type"),
        ({"sample_rate": 24000}, "unknown_parameter", "sample_rate"),
    ],
)
def test_audio_input_is_checked(given: Any, code: str, param: str) -> None:
    assert session_refusal(audio={"input": given}) == (code, f"session.audio.input.{param}")


def test_transcription_session_has_no_voice_and_no_tools() -> None:
    session: dict[str, Any] = {
        "type": "transcription",
        "audio": {"input": {"transcription": {"model": "gpt-4o-transcribe"}}},
    }
    assert refusal("session.update", session=session) is None
    session["audio"]["output"] = {}
    assert refusal("session.update", session=session) == (
        "unknown_parameter",
        "session.audio.output",
    )
    assert refusal("session.update", session={"type": "transcription", "tools": []}) == (
        "unknown_parameter",
        "session.tools",
    )


# conversation.item.*


@pytest.mark.parametrize(
    ("role", "content"),
    [
        ("system", {"type": "input_text", "text": "a"}),
        ("user", {"type": "input_text", "text": ""}),
        ("user", {"type": "input_audio", "audio": "AAAA", "transcript": None}),
        ("user", {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}),
        ("assistant", {"type": "output_text", "text": "a"}),
        ("assistant", {"type": "output_audio", "audio": None, "transcript": "a"}),
    ],
)
def test_message_is_accepted(role: str, content: Any) -> None:
    assert message_refusal(role, content) is None


@pytest.mark.parametrize(
    ("role", "content", "code", "param"),
    [
        ("user", {"type": "output_text", "text": "a"}, "invalid_value", "type"),
        ("user", {"type": "text", "text": "a"}, "invalid_value", "type"),
        ("system", {"type": "input_audio", "audio": "AAAA"}, "invalid_value", "type"),
        ("assistant", {"type": "text", "text": "a"}, "invalid_value", "type"),
        ("assistant", {"type": "input_text", "text": "a"}, "invalid_value", "type"),
        ("user", {"type": "input_text"}, "missing_required_parameter", "text"),
        ("user", {"text": "a"}, "missing_required_parameter", "type"),
        ("user", {"type": "input_text", "text": None}, "invalid_type", "text"),
        ("user", {"type": "input_audio"}, "missing_required_parameter", "audio"),
        ("user", {"type": "input_audio", "audio": "%%"}, "invalid_value", "audio"),
        ("user", {"type": "input_image"}, "missing_required_parameter", "image_url"),
        (
            "user",
            {"type": "input_image", "image_url": "https://example.org/a.png"},
            "invalid_value",
            "image_url",
        ),
    ],
)
def test_content_depends_on_the_role(role: str, content: Any, code: str, param: str) -> None:
    assert message_refusal(role, content) == (code, f"item.content[0].{param}")


@pytest.mark.parametrize(
    ("item", "code", "param"),
    [
        ({}, "missing_required_parameter", "item.type"),
        ({"type": "text"}, "invalid_value", "item.type"),
        ({"type": "item_reference", "id": "a"}, "invalid_value", "item.type"),
        ({"type": "message", "content": []}, "missing_required_parameter", "item.role"),
        ({"type": "message", "role": "tool", "content": []}, "invalid_value", "item.role"),
        ({"type": "message", "role": "user"}, "missing_required_parameter", "item.content"),
        ({"type": "message", "role": "user", "content": "hi"}, "invalid_type", "item.content"),
        ({"type": "function_call", "name": "a"}, "missing_required_parameter", "item.arguments"),
        (
            {"type": "function_call_output", "call_id": "call_1", "output": {"ok": True}},
            "invalid_type",
            "item.output",
        ),
    ],
)
def test_wrong_item_is_refused(item: Any, code: str, param: str) -> None:
    assert refusal("conversation.item.create", item=item) == (code, param)


@pytest.mark.parametrize(
    "item",
    [
        {"type": "function_call", "name": "a", "arguments": "{}", "call_id": "call_1"},
        {"type": "function_call_output", "call_id": "call_1", "output": "{}"},
        {"type": "mcp_approval_response", "approval_request_id": "m", "approve": True},
        {"type": "mcp_list_tools", "server_label": "docs", "tools": []},
        {"type": "mcp_approval_request", "server_label": "d", "name": "a", "arguments": "{}"},
        {
            "type": "mcp_call",
            "server_label": "docs",
            "name": "a",
            "arguments": "{}",
            "error": {"type": "http_error", "code": 500, "message": "down"},
        },
    ],
)
@pytest.mark.parametrize("previous_item_id", ["root", "item_1", None])
def test_item_of_every_type_is_accepted(item: Any, previous_item_id: str | None) -> None:
    event = {"item": item, "previous_item_id": previous_item_id}
    assert refusal("conversation.item.create", **event) is None


@pytest.mark.parametrize("name", ["delete", "retrieve"])
def test_item_is_named_by_its_id(name: str) -> None:
    assert refusal(f"conversation.item.{name}", item_id="item_1") is None
    assert refusal(f"conversation.item.{name}") == ("missing_required_parameter", "item_id")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"audio_end_ms": 0}, None),
        ({"audio_end_ms": -1}, ("integer_below_min_value", "audio_end_ms")),
        ({"audio_end_ms": 1200.5}, ("invalid_type", "audio_end_ms")),
        ({"content_index": -1}, ("integer_below_min_value", "content_index")),
        ({"content_index": None}, ("invalid_type", "content_index")),
    ],
)
def test_truncation_counts_in_whole_numbers(change: Any, expected: Any) -> None:
    fields = {"item_id": "item_1", "content_index": 0, "audio_end_ms": 1200} | change
    assert refusal("conversation.item.truncate", **fields) == expected


# input_audio_buffer.append and response.*


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"audio": "AAAA"}, None),
        ({}, ("missing_required_parameter", "audio")),
        ({"audio": ""}, ("invalid_value", "audio")),
        ({"audio": "AAA"}, ("invalid_value", "audio")),
        ({"audio": "data:audio/pcm;base64,AAAA"}, ("invalid_value", "audio")),
        ({"audio": [0, 0]}, ("invalid_type", "audio")),
        ({"audio": "AAAA", "encoding": "pcm16"}, ("unknown_parameter", "encoding")),
    ],
)
def test_appended_audio_is_base64(fields: Any, expected: Any) -> None:
    assert refusal("input_audio_buffer.append", **fields) == expected


@pytest.mark.parametrize(
    "response",
    [
        None,
        {},
        {"conversation": "none", "metadata": {"topic": "weather"}, "input": []},
        {"input": [{"type": "item_reference", "id": "item_1"}], "output_modalities": ["text"]},
        {"audio": {"output": {"voice": "ash", "format": {"type": "audio/pcma"}}}},
        {"instructions": "", "tool_choice": "none", "tools": [], "max_output_tokens": "inf"},
    ],
)
def test_response_is_accepted(response: Any) -> None:
    assert refusal("response.create", response=response) is None


def test_response_needs_no_parameters() -> None:
    assert refusal("response.create") is None


@pytest.mark.parametrize(
    ("response", "code", "param"),
    [
        ({"modalities": ["text"]}, "unknown_parameter", "modalities"),
        ({"voice": "ash"}, "unknown_parameter", "voice"),
        ({"temperature": 0.8}, "unknown_parameter", "temperature"),
        ({"conversation": "conv_1"}, "invalid_value", "conversation"),
        ({"metadata": {"n": 1}}, "invalid_type", "metadata.n"),
        ({"input": [{"type": "message"}]}, "missing_required_parameter", "input[0].role"),
        ({"audio": {"input": {}}}, "unknown_parameter", "audio.input"),
        ({"audio": {"output": {"speed": 1.0}}}, "unknown_parameter", "audio.output.speed"),
    ],
)
def test_wrong_response_is_refused(response: Any, code: str, param: str) -> None:
    assert refusal("response.create", response=response) == (code, f"response.{param}")


def test_cancel_may_name_its_response() -> None:
    assert refusal("response.cancel", response_id="resp_1") is None
    assert refusal("response.cancel", response_id=1) == ("invalid_type", "response_id")
