"""Writes events of ours as a message's text: on one line, whatever a person, a mock or a rule has put in."""

import json
import math

import msgspec

from ...recordings.event import Json


def payload_of(event: Json) -> bytes:
    """The event's text.

    Half an emoji, which no UTF-8 can hold, is written as JSON's escape, and a number that JSON has not
    as null. A `msgspec.Raw` stays the text that it is: see `splicing.as_written`.
    """
    try:
        return msgspec.json.encode(event)
    except (UnicodeEncodeError, OverflowError):
        return _spelled(event).encode()


def _spelled(value: object) -> str:
    match value:
        case msgspec.Raw():
            return bytes(value).decode()
        case dict():
            members = (f"{json.dumps(name)}:{_spelled(each)}" for name, each in value.items())
            return f"{{{','.join(members)}}}"
        case list() | tuple():
            return f"[{','.join(map(_spelled, value))}]"
        case float() if not math.isfinite(value):
            return "null"
    return json.dumps(value)
