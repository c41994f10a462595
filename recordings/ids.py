"""Which ids an event carries: what joins it to its item, its response and its call."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from .event import Event, Form


@dataclass(frozen=True, slots=True)
class Ids:
    """The join keys of one event; an empty string where it has none.

    The event's own id is left out: each event has one, and it joins nothing.
    """

    item: str = ""
    call: str = ""
    response: str = ""
    session: str = ""

    @property
    def by_name(self) -> dict[str, str]:
        """Those that are there, under the names of the protocol."""
        named = {
            "item_id": self.item,
            "call_id": self.call,
            "response_id": self.response,
            "session_id": self.session,
        }
        return {name: value for name, value in named.items() if value}

    @property
    def nearest(self) -> str:
        """The one that tells most: the call's, else the item's, else the response's."""
        return self.call or self.item or self.response or self.session


def ids_of(event: Event) -> Ids:
    """The ids of an event, wherever they are nested."""
    if event.form is not Form.JSON:
        return Ids()
    try:
        fields = _fields(event.payload)
        item = _object(fields, "item")
        response = _object(fields, "response")
        session = _object(fields, "session")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # Another program wrote the line, or it is nested without end.
        return Ids()
    return Ids(
        item=_text(fields, "item_id") or _text(item, "id"),
        call=_text(fields, "call_id") or _text(item, "call_id"),
        response=_text(fields, "response_id") or _text(response, "id"),
        session=_text(session, "id"),
    )


type _Fields = Mapping[str, msgspec.Raw]

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
"""Members are found, not parsed: the audio of a delta is skipped without building a string."""
_value = msgspec.json.decode


def _object(fields: _Fields, name: str) -> _Fields:
    raw = bytes(fields.get(name, b""))
    return _fields(raw) if raw.startswith(b"{") else {}


def _text(fields: _Fields, name: str) -> str:
    raw = bytes(fields.get(name, b""))
    return str(_value(raw)) if raw.startswith(b'"') else ""
