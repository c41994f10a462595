"""The GA dialect's client events, as tables.

Beyond the published reference they say what the server really insists on: the `rate` of `audio/pcm`,
the `model` of a transcription, one modality at a time.
"""

from collections.abc import Mapping

from .parts import (
    AUDIO,
    EVENT_ID,
    FUNCTION_CALL_ITEM,
    FUNCTION_CALL_OUTPUT_ITEM,
    INCLUDE,
    INPUT_AUDIO,
    INPUT_TEXT,
    ITEM_REFERENCE,
    MAX_OUTPUT_TOKENS,
    MCP_APPROVAL_REQUEST_ITEM,
    MCP_APPROVAL_RESPONSE_ITEM,
    MCP_CALL_ITEM,
    MCP_LIST_TOOLS_ITEM,
    METADATA,
    NOISE_REDUCTION,
    SPEED,
    SPOKEN,
    TEXT,
    TOOL_CHOICE,
    TOOLS,
    TRACING,
    TURN_DETECTION,
    Modalities,
    content_parts,
    message_item,
)
from .schema import (
    Array,
    Boolean,
    Either,
    Enum,
    Field,
    Integer,
    Map,
    Number,
    Object,
    OneOf,
    Schema,
    String,
    nullable,
    required,
)

VOICES = (
    "alloy",
    "ash",
    "ballad",
    "coral",
    "echo",
    "sage",
    "shimmer",
    "verse",
    "marin",
    "cedar",
)

PCM_RATE = Integer(24_000, 24_000)


_MODALITIES = Modalities((("text",), ("audio",)))
"""One of them: audio brings its transcript."""

_AUDIO_FORMAT = OneOf(
    "type",
    {
        "audio/pcm": Object({"type": required(Enum("audio/pcm")), "rate": required(PCM_RATE)}),
        "audio/pcmu": Object({"type": required(Enum("audio/pcmu"))}),
        "audio/pcma": Object({"type": required(Enum("audio/pcma"))}),
    },
)

_VOICE = Either(Enum(*VOICES), Object({"id": required(TEXT)}))

_TRANSCRIPTION = Object(
    {
        "model": required(TEXT),
        "language": nullable(TEXT),
        "languages": nullable(Array(TEXT)),
        "prompt": nullable(String(max_length=1024)),
        "keywords": nullable(Array(TEXT)),
        "delay": nullable(Enum("minimal", "low", "medium", "high", "xhigh")),
    }
)

_AUDIO_INPUT = Object(
    {
        "format": _AUDIO_FORMAT,
        "noise_reduction": nullable(NOISE_REDUCTION),
        "transcription": nullable(_TRANSCRIPTION),
        "turn_detection": nullable(TURN_DETECTION),
    }
)

_CACHE_BREAKPOINT = Object({"mode": required(Enum("explicit")), "ttl": Enum("30m", "12h")})

_PROMPT = Object(
    {
        "id": required(TEXT),
        "version": nullable(TEXT),
        "variables": nullable(
            Map(
                Either(
                    TEXT,
                    content_parts(
                        input_text=INPUT_TEXT | {"prompt_cache_breakpoint": _CACHE_BREAKPOINT},
                        input_image={
                            "detail": Enum("low", "high", "auto", "original"),
                            "file_id": nullable(TEXT),
                            "image_url": nullable(TEXT),
                            "prompt_cache_breakpoint": _CACHE_BREAKPOINT,
                        },
                        input_file={
                            "detail": Enum("auto", "low", "high"),
                            "file_data": TEXT,
                            "file_id": nullable(TEXT),
                            "file_url": TEXT,
                            "filename": TEXT,
                            "prompt_cache_breakpoint": _CACHE_BREAKPOINT,
                        },
                    ),
                )
            )
        ),
    }
)

_REASONING = Object({"effort": Enum("minimal", "low", "medium", "high", "xhigh")})

_TRUNCATION = Either(
    Enum("auto", "disabled"),
    Object(
        {
            "type": required(Enum("retention_ratio")),
            "retention_ratio": required(Number(0.0, 1.0)),
            "token_limits": nullable(Object({"post_instructions": Integer(0)})),
        }
    ),
)

_SHARED_BY_SESSION_AND_RESPONSE: dict[str, Schema | Field] = {
    "instructions": nullable(TEXT),
    "max_output_tokens": MAX_OUTPUT_TOKENS,
    "output_modalities": _MODALITIES,
    "parallel_tool_calls": nullable(Boolean()),
    "prompt": nullable(_PROMPT),
    "reasoning": nullable(_REASONING),
    "tool_choice": TOOL_CHOICE,
    "tools": TOOLS,
}

_REALTIME_SESSION = Object(
    _SHARED_BY_SESSION_AND_RESPONSE
    | {
        "type": required(Enum("realtime")),
        "model": TEXT,
        "include": nullable(INCLUDE),
        "tracing": nullable(TRACING),
        "truncation": _TRUNCATION,
        "audio": Object(
            {
                "input": _AUDIO_INPUT,
                "output": Object({"format": _AUDIO_FORMAT, "voice": _VOICE, "speed": SPEED}),
            }
        ),
    }
)

_TRANSCRIPTION_SESSION = Object(
    {
        "type": required(Enum("transcription")),
        "include": nullable(INCLUDE),
        "audio": Object({"input": _AUDIO_INPUT}),
    }
)

_IMAGE = String(pattern="^data:image/(png|jpe?g);base64,[A-Za-z0-9+/]+=*$")
"""A data URI; the server fetches nothing."""

_MESSAGE = OneOf(
    "role",
    {
        "system": message_item("system", content_parts(input_text=INPUT_TEXT)),
        "user": message_item(
            "user",
            content_parts(
                input_text=INPUT_TEXT,
                input_audio=INPUT_AUDIO,
                input_image={
                    "image_url": required(_IMAGE),
                    "detail": nullable(Enum("auto", "low", "high")),
                },
            ),
        ),
        "assistant": message_item(
            "assistant", content_parts(output_text=INPUT_TEXT, output_audio=SPOKEN)
        ),
    },
)

_ITEMS: dict[str, Schema] = {
    "message": _MESSAGE,
    "function_call": FUNCTION_CALL_ITEM,
    "function_call_output": FUNCTION_CALL_OUTPUT_ITEM,
    "mcp_approval_response": MCP_APPROVAL_RESPONSE_ITEM,
    "mcp_list_tools": MCP_LIST_TOOLS_ITEM,
    "mcp_call": MCP_CALL_ITEM,
    "mcp_approval_request": MCP_APPROVAL_REQUEST_ITEM,
}

_RESPONSE = Object(
    _SHARED_BY_SESSION_AND_RESPONSE
    | {
        "audio": Object({"output": Object({"format": _AUDIO_FORMAT, "voice": _VOICE})}),
        "conversation": Enum("auto", "none"),
        "input": nullable(Array(OneOf("type", _ITEMS | {"item_reference": ITEM_REFERENCE}))),
        "metadata": nullable(METADATA),
    }
)


def client_event(name: str, fields: Mapping[str, Schema | Field] | None = None) -> Object:
    """An event's table: its own fields beside `type` and `event_id`."""
    base: dict[str, Schema | Field] = {
        "type": required(Enum(name)),
        "event_id": nullable(EVENT_ID),
    }
    return Object(base | dict(fields or {}))


SHARED_EVENTS: dict[str, Object] = {
    "input_audio_buffer.append": client_event(
        "input_audio_buffer.append", {"audio": required(AUDIO)}
    ),
    "input_audio_buffer.commit": client_event("input_audio_buffer.commit"),
    "input_audio_buffer.clear": client_event("input_audio_buffer.clear"),
    "conversation.item.truncate": client_event(
        "conversation.item.truncate",
        {
            "item_id": required(TEXT),
            "content_index": required(Integer(0)),
            "audio_end_ms": required(Integer(0)),
        },
    ),
    "conversation.item.delete": client_event(
        "conversation.item.delete", {"item_id": required(TEXT)}
    ),
    "conversation.item.retrieve": client_event(
        "conversation.item.retrieve", {"item_id": required(TEXT)}
    ),
    "response.cancel": client_event("response.cancel", {"response_id": nullable(TEXT)}),
}
"""Events that look the same in both dialects."""

GA_EVENTS: dict[str, Object] = SHARED_EVENTS | {
    "session.update": client_event(
        "session.update",
        {
            "session": required(
                OneOf(
                    "type",
                    {"realtime": _REALTIME_SESSION, "transcription": _TRANSCRIPTION_SESSION},
                )
            )
        },
    ),
    "conversation.item.create": client_event(
        "conversation.item.create",
        {"item": required(OneOf("type", _ITEMS)), "previous_item_id": nullable(TEXT)},
    ),
    "response.create": client_event("response.create", {"response": nullable(_RESPONSE)}),
}
