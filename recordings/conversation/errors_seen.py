"""What an `error` answers: exactly by its event id, else by a guess that says why."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..event import Json
from ..plain import object_of, text_of
from .client_events import ClientEvent, ClientEvents
from .seen import Seen

_LAST_EVENT_S = 2.0
"""An error without any hint answers the client's last event, if that is not older than this."""
_SAME_KIND_S = 10.0
"""An error that names a kind of event answers one of that kind, if it is not older than this."""

_ALREADY_ACTIVE = "conversation_already_has_active_response"

_KIND_BY_CODE: Mapping[str, str] = {
    "cannot_update_voice": "session.update",
    _ALREADY_ACTIVE: "response.create",
    "input_audio_buffer_commit_empty": "input_audio_buffer.commit",
    "invalid_tool_call_id": "conversation.item.create",
    "item_create_duplicate_item_id": "conversation.item.create",
    "item_delete_invalid_item_id": "conversation.item.delete",
    "item_retrieve_invalid_item_id": "conversation.item.retrieve",
    "item_truncate_invalid_item_id": "conversation.item.truncate",
    "response_cancel_not_active": "response.cancel",
}
_KIND_BY_PARAM: Mapping[str, str] = {
    "session": "session.update",
    "response": "response.create",
    "item": "conversation.item.create",
    "previous_item_id": "conversation.item.create",
    "audio_end_ms": "conversation.item.truncate",
    "content_index": "conversation.item.truncate",
    "audio": "input_audio_buffer.append",
}
_KIND_BY_MESSAGE = (
    ("active response in progress", "response.create"),
    ("only model output audio messages can be truncated", "conversation.item.truncate"),
    ("is already shorter than", "conversation.item.truncate"),
    ("no active response found", "response.cancel"),
    ("tool call id", "conversation.item.create"),
    ("buffer too small", "input_audio_buffer.commit"),
)
_OF_THE_CONNECTION = frozenset(
    {
        "account_deactivated",
        "beta_api_shape_disabled",
        "billing_hard_limit_reached",
        "insufficient_quota",
        "invalid_api_key",
        "invalid_model",
        "missing_model",
        "session_expired",
    }
)
"""Codes that answer no event but the connection."""


@dataclass(frozen=True, slots=True)
class ErrorSeen:
    """One `error` of the server."""

    seq: int
    at: float
    code: str
    message: str
    param: str
    event_id: str
    """The client's event id that the server named; empty when it named none."""
    answers_seq: int | None
    """The client's event that it answers; None when nobody can tell."""
    answers_type: str
    """That event's type, as it was sent."""
    is_guess: bool
    reason: str
    """Why this event; a few words."""
    type: str = ""
    """`invalid_request_error`, `server_error`, …"""
    is_made_up: bool = False
    """Realtap made it up: the server never said it, and nothing was refused."""
    why: str = ""
    """Who made it up, in words."""


def error_seen(seen: Seen, client_events: ClientEvents) -> ErrorSeen:
    """An `error` event with what it answers."""
    error = object_of(seen.fields.get("error"))
    answered, is_guess, reason = _answered(seen, error, client_events)
    if answered is not None:
        answered.is_answered = True
    return ErrorSeen(
        seq=seen.seq,
        at=seen.at,
        code=text_of(error.get("code")),
        message=text_of(error.get("message")),
        param=text_of(error.get("param")),
        event_id=text_of(error.get("event_id")),
        answers_seq=answered.seq if answered else None,
        answers_type=answered.type if answered else "",
        is_guess=is_guess,
        reason=reason,
        type=text_of(error.get("type")),
        is_made_up=seen.event.origin.is_made_up,
        why=(seen.event.why or "") if seen.event.origin.is_made_up else "",
    )


type _Answer = tuple[ClientEvent | None, bool, str]


def _answered(seen: Seen, error: Json, client_events: ClientEvents) -> _Answer:
    if event_id := text_of(error.get("event_id")):
        exact = client_events.get(event_id)
        if exact is not None:
            return exact, False, "the error names its event_id"
    code = text_of(error.get("code"))
    if code in _OF_THE_CONNECTION:
        return None, False, "it is about the whole connection"
    kind, reason = _kind(code, error)
    if kind:
        found = _newest(kind, code, seen, client_events)
        return found, found is not None, reason if found else f"no {kind} waits for an answer"
    last = client_events.last_client_event
    if last is not None and not last.is_answered and last.at >= seen.at - _LAST_EVENT_S:
        return last, True, "it is the client's last event before the error"
    return None, False, "no event of the client just before it"


def _newest(kind: str, code: str, seen: Seen, client_events: ClientEvents) -> ClientEvent | None:
    if kind == "input_audio_buffer.append":
        return client_events.last_append
    found = client_events.newest(kind, since=seen.at - _SAME_KIND_S)
    if found is None and code == _ALREADY_ACTIVE:
        # Its answer seemed to have come: that was a response which somebody else had caused.
        found = client_events.newest(kind, since=seen.at - _LAST_EVENT_S, is_waiting=False)
    return found


def _kind(code: str, error: Json) -> tuple[str, str]:
    """The kind of event that an error speaks of, and by what."""
    if kind := _KIND_BY_CODE.get(code):
        return kind, f"the last {kind}, which is what {code} is about"
    param = text_of(error.get("param"))
    if kind := _KIND_BY_PARAM.get(param.partition(".")[0].partition("[")[0]):
        return kind, f"the last {kind}, which has the field {param[:80]}"
    message = text_of(error.get("message")).lower()
    for words, kind in _KIND_BY_MESSAGE:
        if words in message:
            return kind, f"the last {kind}, which is what the message is about"
    return "", ""
