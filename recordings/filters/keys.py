"""The keys of the filter language: each with what it means and which values it takes."""

from dataclasses import dataclass
from enum import StrEnum

from ..event import Fate, Origin, Side

SEVERITIES = {
    "error": "what is broken",
    "warning": "what is likely to be wrong",
    "info": "what is good to know",
}


class Kind(StrEnum):
    """What the values of a key are."""

    PATTERN = "pattern"
    """Text; `*` and `?` stand for any characters and for one."""
    CHOICE = "choice"
    """One of a few words."""
    NUMBER = "number"
    """A number, or a range `10..20`."""
    TEXT = "text"
    """Words to be found."""


@dataclass(frozen=True, slots=True)
class Key:
    """A word that stands before a colon."""

    name: str
    kind: Kind
    meaning: str
    example: str
    choices: tuple[tuple[str, str], ...] = ()
    """Values with their meaning, for CHOICE; for others those that are worth proposing."""
    paths: tuple[str, ...] = ()
    """Where in the event the values lie, for those that stand for several fields."""


KEYS = {
    key.name: key
    for key in (
        Key("type", Kind.PATTERN, "the event's type, as it is on the wire", "type:response.*"),
        Key(
            "kind",
            Kind.PATTERN,
            "the event's type in GA's words, whatever the dialect",
            "kind:response.output_audio.delta",
        ),
        Key(
            "from",
            Kind.CHOICE,
            "who said it",
            "from:server",
            (
                (Side.CLIENT.value, "the app"),
                (Side.SERVER.value, "the API"),
            ),
        ),
        Key(
            "name",
            Kind.PATTERN,
            "the function's name, on every event of its call",
            "name:get_weather",
            paths=(
                "name",
                "item.name",
                "response.output[].name",
                "call.name",
                "response.input[].call.name",
            ),
        ),
        Key(
            "call",
            Kind.PATTERN,
            "the call's id, wherever it stands",
            "call:call_123",
            paths=(
                "call_id",
                "item.call_id",
                "response.output[].call_id",
                "response.input[].call_id",
            ),
        ),
        Key(
            "item",
            Kind.PATTERN,
            "the item's id, wherever it stands",
            "item:item_123",
            paths=("item_id", "item.id", "response.output[].id", "response.input[].id"),
        ),
        Key(
            "response",
            Kind.PATTERN,
            "the response's id",
            "response:resp_123",
            paths=("response_id", "response.id"),
        ),
        Key(
            "event",
            Kind.PATTERN,
            "the event's own id, and the one that an error answers",
            "event:event_123",
            paths=("event_id", "error.event_id"),
        ),
        Key("text", Kind.TEXT, "words anywhere in the event, audio left out", 'text:"Paris"'),
        Key("seq", Kind.NUMBER, "the event's number", "seq:10..20"),
        Key("at", Kind.NUMBER, "seconds since the session's start", "at>12.5"),
        Key("size", Kind.NUMBER, "bytes of the message", "size>10000"),
        Key(
            "origin",
            Kind.CHOICE,
            "who made the event",
            "origin:injected",
            (
                (Origin.WIRE.value, "the app or the server itself"),
                (Origin.INJECTED.value, "a person, through realtap"),
                (Origin.MOCK.value, "a mock"),
                (Origin.FAULT.value, "a fault that was asked for"),
                (Origin.REPLAY.value, "a replay"),
            ),
        ),
        Key(
            "fate",
            Kind.CHOICE,
            "what became of the event",
            "fate:dropped",
            (
                (Fate.FORWARDED.value, "it reached the other side as it was"),
                (Fate.DROPPED.value, "it did not"),
                (Fate.EDITED.value, "another text went out in its place"),
                (Fate.HELD.value, "it waited"),
            ),
        ),
        Key(
            "finding",
            Kind.PATTERN,
            "what is wrong with it: a finding's name or its severity",
            "finding:error",
            (*SEVERITIES.items(), ("*", "any finding")),
        ),
    )
}
"""By name, in the order in which they are told."""

JOINED_FIELDS = {
    "call.name": "the name of the function that is called; joined",
    "call.arguments": "the arguments of the call whose output this is; joined",
    "item.role": "the role of the item that the event only names; joined",
    "item.text": "the beginning of that item's text; joined",
    "response.id": "the response that the event's item belongs to; joined",
    "response.cause": "who caused the response: client, vad or idle_timeout; joined",
    "answers": "the type of the event that an error answers; joined",
}
"""Paths of fields that other events tell, with what they mean: see `joins`."""
