"""The objects of both dialects: tools, turn detection, limits of text, items."""

import base64
from typing import Any

import pytest

from realtap.proxy.simulator import parts
from realtap.proxy.simulator.schema import Schema


def refusal(schema: Schema, value: object) -> tuple[str | None, str | None] | None:
    """Code and param of the fault; None when the value is accepted."""
    fault = schema.check(value, "x")
    return None if fault is None else (fault.code, fault.param)


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "name": "get_weather"},
        {"type": "function", "name": "a-B_9" * 12, "description": "", "parameters": {}},
        {"type": "mcp", "server_label": "docs", "server_url": "https://mcp.example"},
        {
            "type": "mcp",
            "server_label": "mail",
            "connector_id": "connector_gmail",
            "authorization": None,
            "allowed_tools": ["search"],
            "require_approval": {"never": {"tool_names": ["search"]}},
        },
    ],
)
def test_tool_is_accepted(tool: Any) -> None:
    assert refusal(parts.TOOLS, [tool]) is None


@pytest.mark.parametrize(
    ("tool", "code", "param"),
    [
        ({"name": "a"}, "missing_required_parameter", "x[0].type"),
        ({"type": "function"}, "missing_required_parameter", "x[0].name"),
        (
            {"type": "function", "function": {"name": "a"}},
            "missing_required_parameter",
            "x[0].name",
        ),
        ({"type": "function", "name": "a", "strict": True}, "unknown_parameter", "x[0].strict"),
        ({"type": "function", "name": "get weather"}, "invalid_value", "x[0].name"),
        ({"type": "function", "name": ""}, "empty_string", "x[0].name"),
        ({"type": "function", "name": "a" * 65}, "string_above_max_length", "x[0].name"),
        (
            {"type": "function", "name": "a", "parameters": "{}"},
            "invalid_type",
            "x[0].parameters",
        ),
        ({"type": "web_search", "name": "a"}, "invalid_value", "x[0].type"),
        ({"type": "mcp"}, "missing_required_parameter", "x[0].server_label"),
    ],
)
def test_wrong_tool_is_refused(tool: Any, code: str, param: str) -> None:
    assert refusal(parts.TOOLS, [tool]) == (code, param)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", None),
        ("required", None),
        ({"type": "function", "name": "get_weather"}, None),
        ({"type": "mcp", "server_label": "docs"}, None),
        ("get_weather", ("invalid_value", "x")),
        ({"type": "function", "function": {}}, ("missing_required_parameter", "x.name")),
        (["auto"], ("invalid_type", "x")),
    ],
)
def test_tool_choice_is_a_word_or_a_named_tool(choice: Any, expected: Any) -> None:
    assert refusal(parts.TOOL_CHOICE, choice) == expected


@pytest.mark.parametrize(
    ("detection", "expected"),
    [
        ({"type": "server_vad"}, None),
        ({"type": "server_vad", "threshold": 1, "idle_timeout_ms": 5_000}, None),
        ({"type": "server_vad", "idle_timeout_ms": None}, None),
        ({"type": "semantic_vad", "eagerness": "high", "create_response": False}, None),
        ({}, ("missing_required_parameter", "x.type")),
        ({"type": "none"}, ("invalid_value", "x.type")),
        ({"type": "server_vad", "threshold": 1.1}, ("decimal_above_max_value", "x.threshold")),
        (
            {"type": "server_vad", "idle_timeout_ms": 4_999},
            ("integer_below_min_value", "x.idle_timeout_ms"),
        ),
        (
            {"type": "server_vad", "idle_timeout_ms": 30_001},
            ("integer_above_max_value", "x.idle_timeout_ms"),
        ),
        (
            {"type": "server_vad", "silence_duration_ms": -1},
            ("integer_below_min_value", "x.silence_duration_ms"),
        ),
        (
            {"type": "server_vad", "create_response": None},
            ("invalid_type", "x.create_response"),
        ),
        ({"type": "server_vad", "eagerness": "low"}, ("unknown_parameter", "x.eagerness")),
        ({"type": "semantic_vad", "threshold": 0.5}, ("unknown_parameter", "x.threshold")),
        ({"type": "semantic_vad", "eagerness": "eager"}, ("invalid_value", "x.eagerness")),
    ],
)
def test_turn_detection_has_the_fields_of_its_type(detection: Any, expected: Any) -> None:
    assert refusal(parts.TURN_DETECTION, detection) == expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, None),
        ({str(i): "" for i in range(16)}, None),
        ({"k" * 64: "v" * 512}, None),
        ({str(i): "" for i in range(17)}, ("object_above_max_properties", "x")),
        ({"k" * 65: ""}, ("string_above_max_length", "x")),
        ({"k": "v" * 513}, ("string_above_max_length", "x.k")),
        ({"k": 1}, ("invalid_type", "x.k")),
    ],
)
def test_metadata_has_16_pairs_of_short_text(metadata: Any, expected: Any) -> None:
    assert refusal(parts.METADATA, metadata) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, None),
        (4096, None),
        ("inf", None),
        (0, ("integer_below_min_value", "x")),
        (4097, ("integer_above_max_value", "x")),
        ("infinite", ("invalid_value", "x")),
        (1.5, ("invalid_type", "x")),
    ],
)
def test_token_limit_is_a_number_or_inf(limit: Any, expected: Any) -> None:
    assert refusal(parts.MAX_OUTPUT_TOKENS, limit) == expected


def test_audio_may_have_15_mib() -> None:
    full = base64.b64encode(bytes(parts.MAX_AUDIO_BYTES)).decode()
    assert refusal(parts.AUDIO, full) is None
    assert refusal(parts.AUDIO, full + "AAAA") == ("string_above_max_length", "x")


OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "12 degrees"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"id": "i" * 32, "status": "completed", "object": "realtime.item"}, None),
        ({"id": None, "output": ""}, None),
        ({"output": {"degrees": 12}}, ("invalid_type", "x.output")),
        ({"output": ["12"]}, ("invalid_type", "x.output")),
        ({"output": None}, ("invalid_type", "x.output")),
        ({"call_id": "call 1"}, ("invalid_value", "x.call_id")),
        ({"call_id": "call.1"}, ("invalid_value", "x.call_id")),
        ({"call_id": ""}, ("invalid_value", "x.call_id")),
        ({"call_id": None}, ("invalid_type", "x.call_id")),
        ({"role": "user"}, ("unknown_parameter", "x.role")),
        ({"content": []}, ("unknown_parameter", "x.content")),
        ({"name": "get_weather"}, ("unknown_parameter", "x.name")),
        ({"id": "i" * 33}, ("string_above_max_length", "x.id")),
        ({"id": ""}, ("empty_string", "x.id")),
        ({"status": "done"}, ("invalid_value", "x.status")),
    ],
)
def test_function_call_output_is_checked(change: Any, expected: Any) -> None:
    assert refusal(parts.FUNCTION_CALL_OUTPUT_ITEM, OUTPUT | change) == expected


@pytest.mark.parametrize("name", ["call_id", "output"])
def test_function_call_output_needs_both_fields(name: str) -> None:
    item = {key: value for key, value in OUTPUT.items() if key != name}
    expected = ("missing_required_parameter", f"x.{name}")
    assert refusal(parts.FUNCTION_CALL_OUTPUT_ITEM, item) == expected


def test_pattern_is_named_in_the_message() -> None:
    fault = parts.CALL_ID.check("call 1", "item.call_id")
    assert fault is not None
    assert fault.message == (
        "Invalid 'item.call_id': string does not match pattern. "
        "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
    )
