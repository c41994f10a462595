"""How the shadow server spells its events, so that a client cannot tell them from its server's.

The shadow thinks in GA terms. Whether GA's or the beta's names are used is the simulator's to know; what
xAI does otherwise is from recorded sessions: no `conversation.item.done`, a bare response, no content in
output items, `previous_item_id` in every event.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ...recordings.conversation import SessionState
from ...recordings.dialects import Dialect
from ...recordings.event import Json
from ...recordings.plain import number_of, object_of, objects_of, text_of
from ..simulator import beta
from ..simulator.dialect import Dialect as Spelling

SPELLINGS: Final[Mapping[Dialect, Spelling]] = {
    Dialect.GA: Spelling.GA,
    Dialect.XAI: Spelling.GA,
    Dialect.BETA: Spelling.BETA,
    Dialect.UNKNOWN: Spelling.GA,
}
"""What the simulator speaks for a session's dialect; the others have no responses."""

UNLIMITED: Final = 2**31
"""A limit of tokens that no response comes near."""

_LEFT_OUT: Final = frozenset({"rate_limits.updated"})
"""Nothing was used up, and an app that paces itself by what remains must not be misled."""

_LEFT_OUT_BY_XAI: Final = _LEFT_OUT | {"conversation.item.done"}

_XAI_RESPONSE: Final = ("object", "id", "status", "output", "metadata")

_BETA_TEMPERATURE: Final = 0.8
"""What the beta's servers said when nothing else was asked for."""


def event_to_client(event: Json, dialect: Dialect, session: SessionState) -> Json | None:
    """A GA event of the simulator as the session's server says it; None when it does not."""
    if event["type"] in (_LEFT_OUT_BY_XAI if dialect is Dialect.XAI else _LEFT_OUT):
        return None
    if response := object_of(event.get("response")):
        event = event | {"response": _unpaid(response, session)}
    match dialect:
        case Dialect.BETA:
            temperature = number_of(session.effective.get("temperature"))
            return beta.event_to_client(event, temperature=temperature or _BETA_TEMPERATURE)
        case Dialect.XAI:
            return _event_of_xai(event)
        case _:
            return event


def _unpaid(response: Json, session: SessionState) -> Json:
    """The response as one that cost nothing, under the session's limit where the app set no other."""
    limit = response["max_output_tokens"]
    if limit == UNLIMITED:
        limit = session.effective.get("max_output_tokens", "inf")
    return response | {"usage": _zeros(response["usage"]), "max_output_tokens": limit}


def _zeros(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _zeros(inner) for key, inner in value.items()}
    return 0 if isinstance(value, int) else value


# xAI.


def _event_of_xai(event: Json) -> Json:
    event.pop("obfuscation", None)
    if item := object_of(event.get("item")):
        is_listed = event["type"] == "conversation.item.added"
        event["item"] = _item_of_xai(item, is_listed=is_listed)
    if response := object_of(event.get("response")):
        event["response"] = _response_of_xai(response)
    if rewrite := _XAI_EVENTS.get(event["type"]):
        rewrite(event)
    event.setdefault("previous_item_id", None)
    return event


def _item_of_xai(item: Json, *, is_listed: bool) -> Json:
    """Calls and outputs have a role and each item is an `object`; a message has its content only
    where it is put into the conversation, where it is still empty."""
    item = {"id": item.pop("id"), "object": "realtime.item", **item}
    match item["type"]:
        case "function_call":
            return item | {"role": "tool" if is_listed else "user"}
        case "function_call_output":
            return item | {"role": "tool", "status": "completed"}
        case _ if not is_listed:
            return {key: value for key, value in item.items() if key != "content"}
        case _:
            return item


def _response_of_xai(response: Json) -> Json:
    """Few fields, the status details a bare word, and the words of each message."""
    kept = {key: response[key] for key in _XAI_RESPONSE if response.get(key) is not None}
    output = [_said_by_xai(item) for item in objects_of(response["output"])]
    return kept | {"output": output, "status_details": "unimplemented", "usage": {}}


def _said_by_xai(item: Json) -> Json:
    spoken = _item_of_xai(dict(item), is_listed=False)
    if item["type"] == "message":
        spoken["content"] = [
            part | {"type": text_of(part.get("type")).removeprefix("output_")}
            for part in objects_of(item.get("content"))
        ]
    return spoken


def _without(*names: str) -> Callable[[Json], None]:
    def remove(event: Json) -> None:
        for name in names:
            event.pop(name, None)

    return remove


def _with_usage(event: Json) -> None:
    """The id and the usage stand beside the response."""
    event["response_id"] = event["response"]["id"]
    event["usage"] = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}


_XAI_EVENTS: Final[Mapping[str, Callable[[Json], None]]] = {
    "response.content_part.done": _without("part"),
    "response.function_call_arguments.delta": _without("output_index"),
    "response.done": _with_usage,
}
