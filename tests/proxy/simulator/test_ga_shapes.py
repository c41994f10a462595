"""The tables of the GA dialect, compared with the reference and with what it leaves unsaid."""

import json
from pathlib import Path
from typing import Any

import pytest

from realtap.proxy.simulator import beta_shapes, ga_shapes, parts
from realtap.proxy.simulator.schema import Array, Nullable, Object, OneOf, Schema

REFERENCE = Path(__file__).parents[4] / "shared" / "events.json"
"""The objects of OpenAI's SDK, where the repository has its neighbours."""

TABLES: list[tuple[str, str, Schema]] = [
    ("ga", "RealtimeSessionCreateRequest", ga_shapes._REALTIME_SESSION),
    ("ga", "RealtimeTranscriptionSessionCreateRequest", ga_shapes._TRANSCRIPTION_SESSION),
    ("ga", "RealtimeAudioConfigInput", ga_shapes._AUDIO_INPUT),
    ("ga", "AudioTranscription", ga_shapes._TRANSCRIPTION),
    ("ga", "ResponsePrompt", ga_shapes._PROMPT),
    ("ga", "RealtimeReasoning", ga_shapes._REASONING),
    ("ga", "RealtimeResponseCreateParams", ga_shapes._RESPONSE),
    ("ga", "NoiseReduction", parts.NOISE_REDUCTION),
    ("ga", "ServerVad", parts.TURN_DETECTION.shapes["server_vad"]),
    ("ga", "SemanticVad", parts.TURN_DETECTION.shapes["semantic_vad"]),
    ("ga", "RealtimeFunctionTool", parts.FUNCTION_TOOL),
    ("ga", "Mcp", parts.MCP_TOOL),
    ("ga", "RealtimeConversationItemFunctionCall", parts.FUNCTION_CALL_ITEM),
    ("ga", "RealtimeConversationItemFunctionCallOutput", parts.FUNCTION_CALL_OUTPUT_ITEM),
    ("ga", "RealtimeMcpApprovalResponse", parts.MCP_APPROVAL_RESPONSE_ITEM),
    ("ga", "RealtimeMcpApprovalRequest", parts.MCP_APPROVAL_REQUEST_ITEM),
    ("ga", "RealtimeMcpListTools", parts.MCP_LIST_TOOLS_ITEM),
    ("ga", "RealtimeMcpToolCall", parts.MCP_CALL_ITEM),
    ("beta", "SessionUpdateEvent.Session", beta_shapes._SESSION),
    ("beta", "TranscriptionSessionUpdate.Session", beta_shapes._TRANSCRIPTION_SESSION),
    ("beta", "SessionInputAudioTranscription", beta_shapes._TRANSCRIPTION),
    ("beta", "SessionTool", parts.FUNCTION_TOOL),
    ("beta", "Response", beta_shapes._RESPONSE),
]


@pytest.fixture(scope="module")
def reference() -> Any:
    if not REFERENCE.exists():
        pytest.skip("the reference of all events is not beside the repository")
    return json.loads(REFERENCE.read_text())


@pytest.mark.parametrize(("dialect", "name", "table"), TABLES, ids=lambda value: str(value)[:40])
def test_table_knows_every_field_of_the_reference(
    reference: Any, dialect: str, name: str, table: Schema
) -> None:
    assert isinstance(table, Object)
    fields = {field["name"] for field in reference["objects"][dialect][name]["fields"]}
    ours = set(table.fields) - ({"id", "object", "status"} - fields)
    assert ours == fields


@pytest.mark.parametrize(
    ("dialect", "events"), [("ga", ga_shapes.GA_EVENTS), ("beta", beta_shapes.BETA_EVENTS)]
)
def test_events_are_those_of_the_reference(
    reference: Any, dialect: str, events: dict[str, Object]
) -> None:
    """All but the one that the server refuses over a WebSocket."""
    expected = {
        event["type"]: {field["name"] for field in event["by_dialect"][dialect]["fields"]}
        for event in reference["events"].values()
        if event["direction"] == "client" and dialect in event["by_dialect"]
    }
    del expected["output_audio_buffer.clear"]
    assert {name: set(event.fields) for name, event in events.items()} == expected


def test_content_parts_of_each_role_are_those_of_the_protocol() -> None:
    accepted: dict[str, list[str]] = {}
    for role, message in ga_shapes._MESSAGE.shapes.items():
        assert isinstance(message, Object)
        content = message.fields["content"]
        assert isinstance(content, Array)
        assert isinstance(content.items, OneOf)
        accepted[role] = list(content.items.shapes)
    assert accepted == {
        "system": ["input_text"],
        "user": ["input_text", "input_audio", "input_image"],
        "assistant": ["output_text", "output_audio"],
    }


def test_reference_to_an_item_stands_only_in_a_response() -> None:
    given = ga_shapes._RESPONSE.fields["input"]
    assert isinstance(given, Nullable)
    assert isinstance(given.schema, Array)
    assert isinstance(given.schema.items, OneOf)
    assert set(given.schema.items.shapes) - set(ga_shapes._ITEMS) == {"item_reference"}
