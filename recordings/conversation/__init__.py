"""The conversation that a session's events make: items, responses, calls, audio, configuration."""

from .calls import CALL_TYPES, Call, Output
from .client_events import ClientEvent
from .conversation import Conversation
from .errors_seen import ErrorSeen
from .input_audio import Commit, InputAudio, Speech
from .interventions import Intervention
from .items import Item, Items, Part
from .responses import Cause, Create, Response, Responses
from .seen import Seen, sent_payload
from .session_state import (
    MISSING,
    Difference,
    Missing,
    SessionState,
    SessionUpdate,
    Tool,
    differences_between,
)

__all__ = [
    "CALL_TYPES",
    "MISSING",
    "Call",
    "Cause",
    "ClientEvent",
    "Commit",
    "Conversation",
    "Create",
    "Difference",
    "ErrorSeen",
    "InputAudio",
    "Intervention",
    "Item",
    "Items",
    "Missing",
    "Output",
    "Part",
    "Response",
    "Responses",
    "Seen",
    "SessionState",
    "SessionUpdate",
    "Speech",
    "Tool",
    "differences_between",
    "sent_payload",
]
