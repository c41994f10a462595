"""The beta dialect's client events, as tables: a flat session, `text` and `audio` content."""

from .ga_shapes import SHARED_EVENTS, client_event
from .parts import (
    BETA_TOOLS,
    BETA_TURN_DETECTION,
    FUNCTION_CALL_ITEM,
    FUNCTION_CALL_OUTPUT_ITEM,
    INPUT_AUDIO,
    INPUT_TEXT,
    ITEM_REFERENCE,
    MAX_OUTPUT_TOKENS,
    METADATA,
    NOISE_REDUCTION,
    SPEED,
    SPOKEN,
    TEXT,
    TOOL_CHOICE,
    TRACING,
    Modalities,
    content_parts,
    message_item,
)
from .schema import (
    Array,
    Enum,
    Field,
    Integer,
    Number,
    Object,
    OneOf,
    Schema,
    nullable,
    required,
)

VOICES = ("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse")


_MODALITIES = Modalities((("text",), ("audio", "text")))
"""Text alone, or audio together with its text, in any order."""

_AUDIO_FORMAT = Enum("pcm16", "g711_ulaw", "g711_alaw")

_TRANSCRIPTION = Object({"model": TEXT, "language": nullable(TEXT), "prompt": nullable(TEXT)})

_SHARED_BY_SESSION_AND_RESPONSE: dict[str, Schema | Field] = {
    "instructions": nullable(TEXT),
    "max_response_output_tokens": MAX_OUTPUT_TOKENS,
    "modalities": _MODALITIES,
    "output_audio_format": _AUDIO_FORMAT,
    "temperature": Number(0.6, 1.2),
    "tool_choice": TOOL_CHOICE,
    "tools": BETA_TOOLS,
    "voice": Enum(*VOICES),
}

_SHARED_BY_SESSIONS: dict[str, Schema | Field] = {
    "input_audio_format": _AUDIO_FORMAT,
    "input_audio_noise_reduction": nullable(NOISE_REDUCTION),
    "input_audio_transcription": nullable(_TRANSCRIPTION),
    "turn_detection": nullable(BETA_TURN_DETECTION),
}

_SESSION = Object(
    _SHARED_BY_SESSION_AND_RESPONSE
    | _SHARED_BY_SESSIONS
    | {
        "model": TEXT,
        "speed": SPEED,
        "tracing": nullable(TRACING),
        "client_secret": nullable(
            Object(
                {
                    "expires_after": Object(
                        {"anchor": required(Enum("created_at")), "seconds": Integer(10, 7_200)}
                    )
                }
            )
        ),
    }
)

_TRANSCRIPTION_SESSION = Object(
    _SHARED_BY_SESSIONS
    | {
        "include": nullable(Array(TEXT)),
        "modalities": _MODALITIES,
        "client_secret": nullable(
            Object(
                {
                    "expires_at": Object(
                        {"anchor": Enum("created_at"), "seconds": Integer(10, 7_200)}
                    )
                }
            )
        ),
    }
)

_REFERENCED: dict[str, Schema | Field] = {"id": required(TEXT)}

_MESSAGE = OneOf(
    "role",
    {
        "system": message_item("system", content_parts(input_text=INPUT_TEXT)),
        "user": message_item(
            "user",
            content_parts(
                input_text=INPUT_TEXT, input_audio=INPUT_AUDIO, item_reference=_REFERENCED
            ),
        ),
        "assistant": message_item(
            "assistant", content_parts(text=INPUT_TEXT, audio=SPOKEN, item_reference=_REFERENCED)
        ),
    },
)

_ITEMS: dict[str, Schema] = {
    "message": _MESSAGE,
    "function_call": FUNCTION_CALL_ITEM,
    "function_call_output": FUNCTION_CALL_OUTPUT_ITEM,
}

_RESPONSE = Object(
    _SHARED_BY_SESSION_AND_RESPONSE
    | {
        "conversation": Enum("auto", "none"),
        "input": nullable(Array(OneOf("type", _ITEMS | {"item_reference": ITEM_REFERENCE}))),
        "metadata": nullable(METADATA),
    }
)

BETA_EVENTS: dict[str, Object] = SHARED_EVENTS | {
    "session.update": client_event("session.update", {"session": required(_SESSION)}),
    "transcription_session.update": client_event(
        "transcription_session.update", {"session": required(_TRANSCRIPTION_SESSION)}
    ),
    "conversation.item.create": client_event(
        "conversation.item.create",
        {"item": required(OneOf("type", _ITEMS)), "previous_item_id": nullable(TEXT)},
    ),
    "response.create": client_event("response.create", {"response": nullable(_RESPONSE)}),
}
