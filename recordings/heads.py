"""The beginning of an event's line: number, time, side and type, without parsing the event.

The writer puts these keys first and the event last. Looking at them costs the same for a long frame
of audio as for a short one: that is what makes a list of a million events quick.
"""

import re
from typing import NamedTuple

from .event import Event, Side

_HEAD = re.compile(
    rb'\{"seq":(\d{1,15}),"at":(\d{1,12}(?:\.\d{1,9})?),"from":"(client|server)"'
    rb'(?:,"type":"([^"\\]*)")?(,"event":)?'
)
_SIDES = {b"client": Side.CLIENT, b"server": Side.SERVER}


class Head(NamedTuple):
    """What an event's line begins with."""

    seq: int
    at: float
    side: Side
    type: str
    """The wire's own name; empty when the message has none."""
    payload_start: int | None
    """Where the event's JSON begins, when nothing stands between it and the head: then the event was
    forwarded as it came. None when the line must be decoded to know."""


def head_of(line: bytes) -> Head | None:
    """The head of an event's line; None when it is another line or was written by another hand."""
    found = _HEAD.match(line)
    if found is None:
        return None
    seq, at, side, type_, is_next = found.groups()
    if type_ is None and not is_next:
        # No JSON, or written by another hand that puts its keys in another order.
        return None
    try:
        name = type_.decode() if type_ else ""
    except UnicodeDecodeError:
        return None
    return Head(int(seq), float(at), _SIDES[side], name, found.end() if is_next else None)


def head_of_event(event: Event) -> Head:
    """The head that the event's line would have."""
    return Head(event.seq, event.at, event.side, event.type or "", None)
