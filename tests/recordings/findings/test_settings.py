"""What was asked for, held against what is in force and what is allowed."""

import pytest

from realtap.recordings.event import Json
from realtap.recordings.findings.settings import differences, out_of_range, tool_names


def paths(requested: Json, effective: Json) -> list[str]:
    return [each.path for each in differences(requested, effective)]


@pytest.mark.parametrize(
    ("requested", "effective"),
    [
        ({"instructions": "Be  brief.\n"}, {"instructions": "Be brief."}),
        ({"output_modalities": ["text", "audio"]}, {"output_modalities": ["audio"]}),
        ({"max_output_tokens": "inf"}, {"max_output_tokens": None}),
        ({"audio": {"output": {"speed": 1}}}, {"audio": {"output": {"speed": 1.0}}}),
        ({"temperature": 0.8}, {"temperature": 0.800000011920929}),
        (
            {"audio": {"output": {"voice": "alloy"}}},
            {"audio": {"output": {"voice": {"name": "alloy"}}}},
        ),
        (
            {"audio": {"input": {"turn_detection": None}}},
            {"audio": {"input": {"turn_detection": {"type": None}}}},
        ),
        ({"audio": {"input": {"noise_reduction": None}}}, {"audio": {"input": {}}}),
        (
            {"audio": {"input": {"format": {"type": "audio/pcm"}}}},
            {"audio": {"input": {"format": "not specified"}}},
        ),
        (
            {"audio": {"input": {"transcription": {"model": "gpt-4o-transcribe"}}}},
            {
                "audio": {
                    "input": {
                        "transcription": {"model": "gpt-4o-transcribe-2025-01-01", "language": None}
                    }
                }
            },
        ),
        (
            {"tool_choice": {"type": "function", "name": "a"}},
            {"tool_choice": {"function": {"name": "a"}}},
        ),
        ({"tools": [{"name": "a"}]}, {"tools": [{"name": "a", "type": "function"}]}),
        (
            {"tracing": "auto", "model": "x", "type": "realtime"},
            {"tracing": {}, "model": "y", "type": "z"},
        ),
        ({"truncation": "auto"}, {}),
        ({"temperature": 0.8}, {"temperature": -1.0}),
        ({"reasoning": ["a"]}, {"reasoning": "a"}),
        ({"prompt_ids": ["a"]}, {"prompt_ids": ["a"]}),
        ({"output_modalities": "audio"}, {"output_modalities": ["audio"]}),
        ({"parallel_tool_calls": False}, {"parallel_tool_calls": None}),
    ],
)
def test_what_a_server_only_writes_otherwise_is_no_difference(
    requested: Json, effective: Json
) -> None:
    assert paths(requested, effective) == []


@pytest.mark.parametrize(
    ("requested", "effective", "path"),
    [
        ({"instructions": ""}, {"instructions": "Be nice."}, "instructions"),
        ({"output_modalities": ["text"]}, {"output_modalities": ["audio"]}, "output_modalities"),
        ({"max_output_tokens": 100}, {"max_output_tokens": 50}, "max_output_tokens"),
        ({"tools": [{"name": "a"}, {"name": "b"}]}, {"tools": [{"name": "a"}]}, "tools"),
        ({"tools": []}, {"tools": [{"name": "a"}]}, "tools"),
        ({"tool_choice": "required"}, {"tool_choice": "auto"}, "tool_choice"),
        ({"tool_choice": {"name": "a"}}, {"tool_choice": "auto"}, "tool_choice"),
        (
            {"audio": {"input": {"turn_detection": {"type": "semantic_vad"}}}},
            {"audio": {"input": {"turn_detection": {"type": "server_vad"}}}},
            "audio.input.turn_detection.type",
        ),
        (
            {"audio": {"input": {"turn_detection": {"type": "server_vad"}}}},
            {"audio": {"input": {"turn_detection": None}}},
            "audio.input.turn_detection",
        ),
        (
            {"audio": {"input": {"turn_detection": {"create_response": False}}}},
            {"audio": {"input": {"turn_detection": {"create_response": True}}}},
            "audio.input.turn_detection.create_response",
        ),
        (
            {"audio": {"input": {"transcription": {"model": "whisper-1"}}}},
            {"audio": {"input": {"transcription": None}}},
            "audio.input.transcription",
        ),
    ],
)
def test_what_a_server_has_otherwise_is_a_difference(
    requested: Json, effective: Json, path: str
) -> None:
    assert paths(requested, effective) == [path]


def test_difference_is_told_with_both_values() -> None:
    (found,) = differences({"instructions": "a"}, {"instructions": "b"})
    assert found.in_words("instructions") == '`instructions` is "b" and not "a"'


def test_nothing_breaks_on_deep_or_odd_values() -> None:
    deep: Json = {}
    inner = deep
    for _ in range(100):
        inner["x"] = {}
        inner = inner["x"]
    assert paths({"a": deep}, {"a": deep}) == []
    odd: Json = {
        "tools": 3,
        "tool_choice": [],
        "audio": {"output": {"voice": 5}},
        "instructions": 1,
    }
    assert paths(odd, {"tools": [], "tool_choice": 1, "audio": 7, "instructions": []}) == []


def test_names_of_tools_are_found_in_any_form() -> None:
    tools = [{"name": "a"}, {"function": {"name": "b"}}, {"server_label": "c"}, {}, 5]
    assert tool_names(tools) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"output_modalities": ["audio", "text"]}, "output_modalities"),
        (
            {"audio": {"output": {"format": {"type": "audio/pcm", "rate": 8000}}}},
            "audio.output.format.rate",
        ),
        ({"audio": {"output": {"speed": 0.1}}}, "audio.output.speed"),
        (
            {
                "audio": {
                    "input": {"turn_detection": {"type": "semantic_vad", "idle_timeout_ms": 6000}}
                }
            },
            "audio.input.turn_detection.idle_timeout_ms",
        ),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"max_output_tokens": "many"}, "max_output_tokens"),
    ],
)
def test_value_outside_its_range_is_found(body: Json, path: str) -> None:
    assert [each.path for each in out_of_range(body)] == [path]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"output_modalities": ["audio"], "max_output_tokens": "inf"},
        {"audio": {"input": {"format": {"type": "audio/pcmu", "rate": 8000}}}},
        {"audio": {"input": {"turn_detection": {"eagerness": "auto", "threshold": 0}}}},
        {"audio": [], "output_modalities": "audio", "max_output_tokens": None},
        {"output_modalities": [{}, []]},
    ],
)
def test_value_in_its_range_or_of_an_odd_shape_is_not_found(body: Json) -> None:
    assert out_of_range(body) == []
