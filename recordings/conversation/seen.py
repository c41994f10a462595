"""One event of a session, looked at once: its name, its ids, how much audio it carries.

Audio is most of a session's bytes, so its events are not parsed: the few members that matter are
found, the base64 is measured and never decoded.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from ..audio import decoded_size
from ..dialects import normal_type
from ..event import Event, Fate, Form, Json, Side
from ..jsontext import loads
from ..plain import text_of


class Seen(msgspec.Struct, gc=False):
    """An event with what everybody asks of it; values are only as good as the wire's.

    Of a client's event that was edited on its way this tells what went out, since that is what the
    server answers; of a server's event, what the server said.
    """

    event: Event
    seq: int
    at: float
    """Seconds since the session started."""
    side: Side
    type: str
    """The wire's own name; empty for a message that is no event."""
    kind: str
    """The name in GA's spelling."""
    event_id: str = ""
    response_id: str = ""
    """Of `response_id` or of the response inside; empty when absent."""
    item_id: str = ""
    """Of `item_id` or of the item inside."""
    call_id: str = ""
    """Of `call_id` or of the item inside."""
    audio_bytes: int = 0
    """Decoded length of the audio in an event that carries some; 0 for all others."""
    is_audio: bool = False
    """It is an append or an audio delta; its `fields` are parsed when asked for."""
    parsed: Json | None = None
    """What `fields` gives, once it is known."""

    @classmethod
    def of(cls, event: Event) -> "Seen":
        """Look at an event. Nothing in it can make this raise."""
        # An edited event may have got another type.
        name = event.type if event.fate is not Fate.EDITED else None
        if name is not None and name in _AUDIO_MEMBER and event.form is Form.JSON:
            found = _audio_event(event, name)
            if found is not None:
                return found
        fields = _parse(event)
        if name is None:
            name = text_of(fields.get("type"))
        seen = cls(
            event=event,
            seq=event.seq,
            at=event.at,
            side=event.side,
            type=name,
            kind=normal_type(name),
            parsed=fields,
        )
        _read_ids(seen, fields)
        if name in _AUDIO_MEMBER:
            seen.is_audio = True
            seen.audio_bytes = decoded_size(text_of(fields.get(_AUDIO_MEMBER[name])))
        return seen

    @property
    def fields(self) -> Json:
        """The event's JSON object; an empty one for a message that is none."""
        if self.parsed is None:
            self.parsed = _parse(self.event)
        return self.parsed

    @property
    def is_from_client(self) -> bool:
        """Whether the client says it, or somebody in its place."""
        return self.side is Side.CLIENT


_AUDIO_MEMBER: Mapping[str, str] = {
    "input_audio_buffer.append": "audio",
    "response.output_audio.delta": "delta",
    "response.audio.delta": "delta",
    "session.input_audio_buffer.append": "audio",
    "session.input_audio.append": "audio",
    "session.output_audio.delta": "delta",
}
"""Events that carry audio, by their wire names, and the member that has it."""


class _AudioMembers(msgspec.Struct, gc=False):
    event_id: str = ""
    response_id: str = ""
    item_id: str = ""
    delta: msgspec.Raw = msgspec.Raw()
    audio: msgspec.Raw = msgspec.Raw()


_read_audio_members = msgspec.json.Decoder(_AudioMembers).decode


def _audio_event(event: Event, name: str) -> Seen | None:
    """An audio event without parsing it; None when one of its members is not what it should be."""
    try:
        found = _read_audio_members(sent_payload(event))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    base64 = memoryview(found.audio if _AUDIO_MEMBER[name] == "audio" else found.delta)
    length = len(base64)
    if length < 2 or base64[0] != 0x22:
        return None
    padding = 0
    tail = bytes(base64[-4:-1])
    if b"=" in tail:
        padding = len(tail) - len(tail.rstrip(b"="))
    # An escaped slash is legal JSON, and some encoders write it: then the length is not the text's.
    if b"\\" in event.payload:
        return None
    return Seen(
        event,
        event.seq,
        event.at,
        event.side,
        name,
        normal_type(name),
        found.event_id,
        found.response_id,
        found.item_id,
        "",
        (length - 2 - padding) * 3 // 4,
        is_audio=True,
    )


def sent_payload(event: Event) -> bytes:
    """What the server has of a client's event: its edited text if there is one."""
    if event.fate is Fate.EDITED and event.side is Side.CLIENT and event.sent is not None:
        return event.sent
    return event.payload


def _parse(event: Event) -> Json:
    if event.form is not Form.JSON:
        return {}
    try:
        value: Any = loads(sent_payload(event))
    except (ValueError, RecursionError):
        # A line that an older or another program wrote.
        return {}
    return value if isinstance(value, dict) else {}


def _read_ids(seen: Seen, fields: Json) -> None:
    item, response = fields.get("item"), fields.get("response")
    seen.event_id = text_of(fields.get("event_id"))
    seen.item_id = text_of(fields.get("item_id"))
    seen.call_id = text_of(fields.get("call_id"))
    seen.response_id = text_of(fields.get("response_id"))
    if isinstance(item, dict):
        seen.item_id = seen.item_id or text_of(item.get("id"))
        seen.call_id = seen.call_id or text_of(item.get("call_id"))
    if isinstance(response, dict):
        seen.response_id = seen.response_id or text_of(response.get("id"))
