"""The reference: every event of the Realtime API, with every nested field and what it means.

The data is `catalogue.json`, made by `tools/make_catalogue.py` from the types of the `openai`
package and from words of our own. Here it is only read: on first use, in a few milliseconds.
Paths are written as people write them, with or without indices: `item.content[0].transcript`,
`item.content[].transcript` and `item.content.transcript` are the same field.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from .event import Side
from .jsontext import loads

_DATA = Path(__file__).with_name("catalogue.json")

BASE_DIALECTS = {"transcription": "ga", "xai": "ga", "voice-live": "beta"}
"""Dialects that are another one with differences."""
ANY_NAME = "*"
"""The name of a field that stands for each entry of a map."""


class Field(msgspec.Struct, frozen=True):
    """A field of an event, or of an object in it."""

    name: str
    """As on the wire; `*` for each entry of a map."""
    types: tuple[str, ...]
    """JSON types; `string[]` is an array of strings."""
    meaning: str
    """A short sentence or two."""
    values: tuple[str, ...] = ()
    """What a string may be, or with `has_other_values` usually is."""
    has_other_values: bool = msgspec.field(default=False, name="open")
    is_required: bool = msgspec.field(default=False, name="required")
    """From the server: always there. From the client: must be sent."""
    only: tuple[str, ...] = ()
    """The kinds of its object (values of `type`, or a dialect) that have it; empty for all."""
    dialects: tuple[str, ...] = ()
    """Where it exists, when not in all dialects of what it is in."""
    joins: str = ""
    """Which ids it joins to what."""
    beta: str = ""
    """What the beta dialect calls it."""
    ga: str = ""
    """What GA calls it."""
    is_wire_only: bool = msgspec.field(default=False, name="wire")
    """Servers send it, although the models of the `openai` package lack it."""
    own_fields: tuple["Field", ...] = msgspec.field(default=(), name="fields")
    object: str = ""
    """The object of the catalogue that the field holds; `own_fields` is empty then."""

    @property
    def is_array(self) -> bool:
        """Whether it holds, or may hold, an array."""
        return any(each.endswith("[]") for each in self.types)


class EventReference(msgspec.Struct, frozen=True):
    """What is known of one type of event."""

    type: str
    side: Side
    """Who sends it."""
    family: str
    dialects: tuple[str, ...]
    """Among `ga`, `beta` and `translation`."""
    summary: str
    """One sentence."""
    example: str
    """The event as one line of JSON."""
    fields: tuple[Field, ...]
    ga: tuple[str, ...] = ()
    """What a beta event is called in GA."""
    beta: tuple[str, ...] = ()
    """What a GA event was called in the beta."""
    transport: str = ""
    """Where it exists, when not on a WebSocket."""
    notes: tuple[str, ...] = ()
    """What is good to know: order, traps, differences between servers."""
    unmodelled: tuple[str, ...] = ()
    """Dialects that have it though the `openai` package has no model for it there."""


class ServerEvent(msgspec.Struct, frozen=True):
    """An event that another server has added to the protocol."""

    type: str
    side: Side
    dialect: str
    """`xai`, `voice-live`, `live`, …"""
    summary: str


class Found(msgspec.Struct, frozen=True):
    """A field that a search has found."""

    event: str
    path: str
    field: Field


class _Document(msgspec.Struct, frozen=True):
    made_from: str
    families: dict[str, str]
    servers: tuple[ServerEvent, ...]
    common: dict[str, str]
    objects: dict[str, tuple[Field, ...]]
    events: tuple[EventReference, ...]


_decode_document = msgspec.json.Decoder(_Document).decode
"""Made once, here: msgspec learns a type when it first meets it, and two threads must not do that at
the same time (it has crashed the interpreter)."""


class Catalogue:
    """All events. Ask `catalogue()` for the one that ships."""

    def __init__(self, data: bytes) -> None:
        self._document = _decode_document(data)
        self._by_type = {event.type: event for event in self._document.events}
        self._meanings: dict[tuple[str, str], list[Field]] = {}

    @property
    def made_from(self) -> str:
        """The package whose types the catalogue was made from, with its version."""
        return self._document.made_from

    @property
    def families(self) -> dict[str, str]:
        """The families of events in reading order, each with its title."""
        return self._document.families

    def events(self) -> Sequence[EventReference]:
        """Every event, family by family."""
        return self._document.events

    def server_events(self) -> Sequence[ServerEvent]:
        """The events that other servers have added."""
        return self._document.servers

    def event(self, name: str) -> EventReference | None:
        """The event of that type."""
        return self._by_type.get(name)

    def fields_of(self, field: Field) -> tuple[Field, ...]:
        """The fields of the object, or of each object of the array, that a field holds."""
        return self._document.objects[field.object] if field.object else field.own_fields

    def walk(self, event: EventReference) -> Iterator[tuple[str, Field]]:
        """Every field at every depth with its path, such as `item.content[].text`."""
        yield from self._walk(event.fields, "")

    def _walk(self, fields: Sequence[Field], before: str) -> Iterator[tuple[str, Field]]:
        for field in fields:
            path = f"{before}{field.name}"
            yield path, field
            inner = self.fields_of(field)
            yield from self._walk(inner, f"{path}{'[]' if field.is_array else ''}.")

    def as_json(self, event: EventReference) -> dict[str, Any]:
        """The event as JSON values, with the fields of every object written out."""
        told: dict[str, Any] = msgspec.to_builtins(event)
        told["fields"] = self._fields_as_json(event.fields)
        return {name: value for name, value in told.items() if value}

    def _fields_as_json(self, fields: Sequence[Field]) -> list[dict[str, Any]]:
        written = []
        for field in fields:
            told: dict[str, Any] = msgspec.to_builtins(field)
            inner = self.fields_of(field)
            del told["object"]
            told["fields"] = self._fields_as_json(inner)
            written.append({name: value for name, value in told.items() if value})
        return written

    def search(self, text: str) -> Iterator[Found]:
        """The fields whose path or meaning has every word of the text in it, case ignored.

        Fields named so come first, then those with it elsewhere in the path, then in the meaning;
        within each, those nearer to the top of their event.
        """
        words = text.casefold().split()
        ranked: list[tuple[tuple[int, int], Found]] = []
        for event in self.events():
            seen = set()
            for path, field in self.walk(event):
                rank = _rank(words, path, field)
                if rank is not None and (path, field.meaning) not in seen:
                    seen.add((path, field.meaning))
                    ranked.append(((rank, path.count(".")), Found(event.type, path, field)))
        ranked.sort(key=lambda pair: pair[0])
        yield from (found for _, found in ranked)

    def field(self, event_type: str, path: str, kinds: Collection[str] = ()) -> Field | None:
        """The field of an event at a path.

        Args:
            kinds: values of `type` of the objects on the way; they choose between fields that
                share a name, such as the call_id of a function_call and of its output.
        """
        names = _names(path)
        fields = self._fields_at(event_type, names)
        if not fields:
            return None
        return next((field for field in fields if not set(field.only).isdisjoint(kinds)), fields[0])

    def meaning(self, event_type: str, path: str, kinds: Collection[str] = ()) -> str | None:
        """What a field means, as `field` finds it.

        The fields that many events have (`event_id`, `item_id`, …) are explained also where the
        catalogue does not expect them: in other servers' own events.
        """
        if field := self.field(event_type, path, kinds):
            return field.meaning
        return self._document.common.get(path)

    def _fields_at(self, event_type: str, path: str) -> list[Field]:
        key = (event_type, path)
        if key not in self._meanings:
            event = self._by_type.get(event_type)
            found = self._descend(event.fields, path.split(".")) if event else []
            if not found:
                # Not kept: paths that the catalogue lacks are without number.
                return found
            self._meanings[key] = found
        return self._meanings[key]

    def _descend(self, fields: Sequence[Field], names: list[str]) -> list[Field]:
        here = [field for field in fields if field.name in (names[0], ANY_NAME)]
        if len(names) == 1:
            return here
        return [
            found for field in here for found in self._descend(self.fields_of(field), names[1:])
        ]

    def types(self, dialect: str, side: str) -> frozenset[str]:
        """The events that a side may send in a dialect; an unknown dialect has all of them.

        Args:
            dialect: `ga`, `beta`, `transcription`, `translation`, `xai`, `voice-live`, `live`, …
            side: `client` or `server`.
        """
        base = BASE_DIALECTS.get(dialect, dialect)
        modelled = {each.type: each.dialects for each in self.events() if each.side == side}
        added = {each.type: each.dialect for each in self.server_events() if each.side == side}
        known = {name for name, dialects in modelled.items() if base in dialects}
        known |= {name for name, server in added.items() if server == dialect}
        return frozenset(known or {*modelled, *added})

    @property
    def client_types(self) -> frozenset[str]:
        """Everything that a client may send to the Realtime API in any dialect."""
        return frozenset(each.type for each in self.events() if each.side is Side.CLIENT)

    def template(self, event_type: str) -> dict[str, Any] | None:
        """An event to start from: the example, with the type and what is required first."""
        event = self._by_type.get(event_type)
        if event is None:
            return None
        example: dict[str, Any] = loads(event.example.encode())
        return _ordered(example, event.fields, self)


def _ordered(
    value: dict[str, Any], fields: Sequence[Field], catalogue: Catalogue
) -> dict[str, Any]:
    required = [field.name for field in fields if field.is_required and field.name != "type"]
    names = dict.fromkeys(["type", *required, *value])
    inner = {field.name: catalogue.fields_of(field) for field in fields}
    return {
        name: _ordered(value[name], inner.get(name, ()), catalogue)
        if isinstance(value[name], dict)
        else value[name]
        for name in names
        if name in value
    }


def _rank(words: list[str], path: str, field: Field) -> int | None:
    """How well a field fits a search; None when it does not."""
    if words == [field.name.casefold()]:
        return 0
    told = path.casefold()
    if all(word in told for word in words):
        return 1
    told = f"{told} {field.meaning} {field.joins} {' '.join(field.values)}".casefold()
    return 2 if all(word in told for word in words) else None


def _names(path: str) -> str:
    """The path without its indices."""
    if "[" not in path:
        return path
    return ".".join(name.partition("[")[0] for name in path.split("."))


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships, read once."""
    return Catalogue(_DATA.read_bytes())
