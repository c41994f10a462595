"""The objects that both dialects share: tools, turn detection, limits of text, items.

Tables in the words of `schema`. A field that is not marked `required` may be left out.
"""

from dataclasses import dataclass

from . import faults
from .faults import Fault
from .schema import (
    Anything,
    Array,
    Base64,
    Boolean,
    Either,
    Enum,
    Field,
    Integer,
    Map,
    Nullable,
    Number,
    Object,
    OneOf,
    Schema,
    String,
    nullable,
    required,
)

MAX_AUDIO_BYTES = 15 * 1024 * 1024
"""Audio that one event may carry, decoded."""

AUDIO = Base64(MAX_AUDIO_BYTES)

TEXT = String()

CALL_ID = String(pattern="^[a-zA-Z0-9_-]+$")

ITEM_ID = String(max_length=32, may_be_empty=False)
"""An item's id when the client chooses it."""

EVENT_ID = String(max_length=512)
"""Any text: clients use dots, and uuids with a prefix."""

MAX_OUTPUT_TOKENS = Either(Integer(1, 4096), Enum("inf"))

METADATA = Map(String(max_length=512), max_properties=16, max_key_length=64)

SPEED = Number(0.25, 1.5)

INCLUDE = Array(Enum("item.input_audio_transcription.logprobs"))

TRACING = Either(
    Enum("auto"),
    Object(
        {
            "workflow_name": nullable(TEXT),
            "group_id": nullable(TEXT),
            "metadata": nullable(Map(Anything())),
        }
    ),
)

NOISE_REDUCTION = Object(
    {"type": required(Enum("near_field", "far_field")), "strength": Number(0.0, 1.0)}
)


@dataclass(frozen=True, slots=True)
class Modalities(Schema):
    """A list of modalities, in one of the combinations that the dialect offers."""

    combinations: tuple[tuple[str, ...], ...]
    """Each sorted."""

    expected = "an array of strings"

    def fits(self, value: object) -> bool:
        return isinstance(value, list)

    def check_content(self, value: object, path: str) -> Fault | None:
        if fault := Array(Enum("text", "audio")).check(value, path):
            return fault
        modalities = value if isinstance(value, list) else []
        if tuple(sorted(modalities)) in self.combinations:
            return None
        return faults.unsupported_modalities(path, modalities, self.combinations)


# Turn detection.

_SERVER_VAD: dict[str, Schema | Field] = {
    "type": required(Enum("server_vad")),
    "threshold": Number(0.0, 1.0),
    "prefix_padding_ms": Integer(0),
    "silence_duration_ms": Integer(0),
    "create_response": Boolean(),
    "interrupt_response": Boolean(),
}

SEMANTIC_VAD = Object(
    {
        "type": required(Enum("semantic_vad")),
        "eagerness": Enum("low", "medium", "high", "auto"),
        "create_response": Boolean(),
        "interrupt_response": Boolean(),
    }
)

TURN_DETECTION = OneOf(
    "type",
    {
        "server_vad": Object(_SERVER_VAD | {"idle_timeout_ms": nullable(Integer(5_000, 30_000))}),
        "semantic_vad": SEMANTIC_VAD,
    },
)

BETA_TURN_DETECTION = OneOf(
    "type", {"server_vad": Object(_SERVER_VAD), "semantic_vad": SEMANTIC_VAD}
)
"""Beta had no idle timeout."""

# Tools.


def function_tool(description: Schema) -> Object:
    """A function tool; the dialects differ in how much may be said about it."""
    return Object(
        {
            "type": required(Enum("function")),
            "name": required(String(max_length=64, pattern="^[a-zA-Z0-9_-]+$", may_be_empty=False)),
            "description": description,
            "parameters": Map(Anything()),
        }
    )


FUNCTION_TOOL = function_tool(TEXT)

_TOOL_FILTER = Object({"tool_names": Array(TEXT), "read_only": Boolean()})

MCP_TOOL = Object(
    {
        "type": required(Enum("mcp")),
        "server_label": required(TEXT),
        "server_url": TEXT,
        "connector_id": Enum(
            "connector_dropbox",
            "connector_gmail",
            "connector_googlecalendar",
            "connector_googledrive",
            "connector_microsoftteams",
            "connector_outlookcalendar",
            "connector_outlookemail",
            "connector_sharepoint",
        ),
        "tunnel_id": TEXT,
        "server_description": TEXT,
        "authorization": nullable(TEXT),
        "headers": nullable(Map(TEXT)),
        "allowed_tools": nullable(Either(Array(TEXT), _TOOL_FILTER)),
        "allowed_callers": nullable(Array(Enum("direct", "programmatic"))),
        "defer_loading": Boolean(),
        "require_approval": nullable(
            Either(Enum("always", "never"), Object({"always": _TOOL_FILTER, "never": _TOOL_FILTER}))
        ),
    }
)

TOOLS = Array(OneOf("type", {"function": FUNCTION_TOOL, "mcp": MCP_TOOL}))

BETA_TOOLS = Array(OneOf("type", {"function": function_tool(String(max_length=1024))}))
"""Beta had no MCP tools in its reference, and short descriptions."""

TOOL_CHOICE = Either(
    Enum("none", "auto", "required"),
    OneOf(
        "type",
        {
            "function": Object({"type": required(Enum("function")), "name": required(TEXT)}),
            "mcp": Object(
                {
                    "type": required(Enum("mcp")),
                    "server_label": required(TEXT),
                    "name": nullable(TEXT),
                }
            ),
        },
    ),
)

# Items.

ITEM_BASE: dict[str, Schema | Field] = {
    "id": nullable(ITEM_ID),
    "object": Enum("realtime.item"),
    "status": nullable(Enum("completed", "incomplete", "in_progress")),
}
"""What every item may have. A `status` from the client has no effect."""


def message_item(role: str, content: Schema) -> Object:
    """A message of one role, with the content parts that the role may have."""
    return Object(
        ITEM_BASE
        | {
            "type": required(Enum("message")),
            "role": required(Enum(role)),
            "content": required(Array(content)),
        }
    )


def content_parts(**shapes: dict[str, Schema | Field]) -> OneOf:
    """Content parts by their type, each with its fields beside `type`."""
    return OneOf(
        "type",
        {name: Object({"type": required(Enum(name))} | fields) for name, fields in shapes.items()},
    )


INPUT_TEXT: dict[str, Schema | Field] = {"text": required(TEXT)}

INPUT_AUDIO: dict[str, Schema | Field] = {
    "audio": required(AUDIO),
    "transcript": nullable(TEXT),
}

SPOKEN: dict[str, Schema | Field] = {"audio": nullable(AUDIO), "transcript": nullable(TEXT)}
"""What an assistant said, as a client gives it back: the server has no use for the sound."""

FUNCTION_CALL_ITEM = Object(
    ITEM_BASE
    | {
        "type": required(Enum("function_call")),
        "name": required(TEXT),
        "arguments": required(TEXT),
        "call_id": Nullable(CALL_ID),
    }
)

FUNCTION_CALL_OUTPUT_ITEM = Object(
    ITEM_BASE
    | {
        "type": required(Enum("function_call_output")),
        "call_id": required(CALL_ID),
        "output": required(TEXT),
    }
)
"""`output` is a string: an object in its place is the commonest mistake of all."""

MCP_APPROVAL_RESPONSE_ITEM = Object(
    ITEM_BASE
    | {
        "type": required(Enum("mcp_approval_response")),
        "approval_request_id": required(TEXT),
        "approve": required(Boolean()),
        "reason": nullable(TEXT),
    }
)

MCP_APPROVAL_REQUEST_ITEM = Object(
    ITEM_BASE
    | {
        "type": required(Enum("mcp_approval_request")),
        "server_label": required(TEXT),
        "name": required(TEXT),
        "arguments": required(TEXT),
    }
)

MCP_LIST_TOOLS_ITEM = Object(
    ITEM_BASE
    | {
        "type": required(Enum("mcp_list_tools")),
        "server_label": required(TEXT),
        "tools": required(
            Array(
                Object(
                    {
                        "name": required(TEXT),
                        "input_schema": required(Anything()),
                        "description": nullable(TEXT),
                        "annotations": nullable(Anything()),
                    }
                )
            )
        ),
    }
)

_MCP_ERROR_WITH_CODE: dict[str, Schema | Field] = {
    "code": required(Integer()),
    "message": required(TEXT),
}

MCP_CALL_ITEM = Object(
    ITEM_BASE
    | {
        "type": required(Enum("mcp_call")),
        "server_label": required(TEXT),
        "name": required(TEXT),
        "arguments": required(TEXT),
        "approval_request_id": nullable(TEXT),
        "output": nullable(TEXT),
        "error": nullable(
            content_parts(
                protocol_error=_MCP_ERROR_WITH_CODE,
                tool_execution_error={"message": required(TEXT)},
                http_error=_MCP_ERROR_WITH_CODE,
            )
        ),
    }
)

ITEM_REFERENCE = Object({"type": required(Enum("item_reference")), "id": required(TEXT)})
"""Only in `response.input`: an item that the conversation has."""
