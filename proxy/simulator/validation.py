"""What an event alone shows to be wrong with it, before any session is asked.

`check_event` is as strict as the real server: an unknown field, a missing one, a value out of range
and a word from the other dialect are faults, and the first one refuses the whole event. The tables
stand in `ga_shapes` and `beta_shapes`. Ids that must exist, the running response and the length of
the buffered audio are the session's to check.
"""

from . import faults
from .beta_shapes import BETA_EVENTS
from .dialect import Dialect
from .faults import Fault
from .ga_shapes import GA_EVENTS
from .schema import String, kind_of

_TRANSLATION_EVENTS = ("session.close", "session.input_audio_buffer.append")

ACCEPTED_TYPES = {
    Dialect.GA: (
        "session.update",
        "session.close",
        "input_audio_buffer.append",
        "session.input_audio_buffer.append",
        "input_audio_buffer.commit",
        "input_audio_buffer.clear",
        "conversation.item.create",
        "conversation.item.truncate",
        "conversation.item.delete",
        "conversation.item.retrieve",
        "response.create",
        "response.cancel",
    ),
    Dialect.BETA: (
        "session.update",
        "transcription_session.update",
        "input_audio_buffer.append",
        "input_audio_buffer.commit",
        "input_audio_buffer.clear",
        "conversation.item.create",
        "conversation.item.truncate",
        "conversation.item.delete",
        "conversation.item.retrieve",
        "response.create",
        "response.cancel",
    ),
}
"""The types that the server lists when it meets another one, in its order.

`output_audio_buffer.clear` is not among them: over a WebSocket the client owns the playback.
"""

_EVENTS = {Dialect.GA: GA_EVENTS, Dialect.BETA: BETA_EVENTS}


def check_event(event: object, dialect: Dialect) -> Fault | None:
    """The first fault of a client's event, or None when a session may act on it."""
    if not isinstance(event, dict):
        return faults.not_an_object(kind_of(event))
    if "type" not in event:
        return faults.missing_required_parameter("type")
    event_type = event["type"]
    if fault := String().check(event_type, "type"):
        return fault
    shape = _EVENTS[dialect].get(event_type)
    if shape is not None:
        return shape.check_content(event, "")
    if dialect is Dialect.GA and event_type in _TRANSLATION_EVENTS:
        return faults.translation_event(event_type)
    return faults.unsupported_value("type", event_type, ACCEPTED_TYPES[dialect])
