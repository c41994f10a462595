"""The edge of a beta session: client events into GA terms, server events out of them.

Names and shapes are mapped by `dialect`; here they are put together for whole events.
"""

from ...recordings.event import Json
from . import dialect as names
from .dialect import Dialect

_SESSION_EVENTS = ("session.created", "session.updated")


def event_from_client(event: Json) -> Json:
    """A checked event of a beta client as a GA client would have sent it."""
    match event["type"]:
        case "session.update":
            return event | {"session": names.nest_session(event["session"])}
        case "transcription_session.update":
            session = names.nest_session(event["session"], type="transcription")
            return event | {"type": "session.update", "session": session}
        case "conversation.item.create":
            return event | {"item": names.item_from_wire(event["item"], Dialect.BETA)}
        case "response.create" if event.get("response"):
            return event | {"response": names.nest_response(event["response"])}
        case _:
            return event


def event_to_client(event: Json, *, temperature: float) -> Json | None:
    """A server event in beta spelling; None when beta has no such event."""
    type_ = names.wire_name(event["type"], Dialect.BETA)
    if type_ is None:
        return None
    event = event | {"type": type_}
    # Deltas were padded only later, in the GA time.
    event.pop("obfuscation", None)
    if event["type"] in _SESSION_EVENTS:
        return _session_event(event, temperature)
    if "item" in event:
        event["item"] = names.item_to_wire(event["item"], Dialect.BETA)
    if "response" in event:
        response = names.flatten_response(event["response"])
        event["response"] = response | {"temperature": temperature}
    return event


def _session_event(event: Json, temperature: float) -> Json:
    session = event["session"]
    is_transcription = session["type"] == "transcription"
    flat = names.flatten_session(session)
    flat.pop("truncation", None)
    if is_transcription:
        return event | {"type": f"transcription_{event['type']}", "session": flat}
    return event | {"session": flat | {"temperature": temperature, "client_secret": None}}
