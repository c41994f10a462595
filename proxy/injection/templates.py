"""An event to start from, for every type: what is required first, with values of the session at hand.

The shapes are the catalogue's examples, spelled as the session spells them. Ids that must exist are
those that the next event of this type would most likely name: the pending call, the last item, the
active response. Ids of what would be new are made, and marked.
"""

import copy
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ...recordings.catalogue import catalogue
from ...recordings.dialects import Dialect
from ...recordings.errors import InjectionError
from ...recordings.event import Json, Side
from ...recordings.plain import objects_of, quoted
from .ids import MadeIds
from .shapes import base_of, optional_fields

if TYPE_CHECKING:
    from ...recordings.conversation import Call
    from .ledger import Ledger


class Choice(msgspec.Struct, frozen=True):
    """A type of event that can be sent."""

    type: str
    side: Side
    summary: str


class OptionalField(msgspec.Struct, frozen=True):
    """A field that may be added to a template."""

    path: str
    types: tuple[str, ...]
    """JSON types; `string[]` is an array of strings."""
    meaning: str
    values: tuple[str, ...] = ()


class Template(msgspec.Struct, frozen=True):
    """An event to be filled in."""

    event: Json
    optional: tuple[OptionalField, ...]
    """What could be added, in the objects that the event has."""


def choices(side: Side, dialect: Dialect) -> list[Choice]:
    """The types that a side may send in a dialect, family by family."""
    known = catalogue()
    types = known.types(dialect, side)
    summaries = {event.type: event.summary for event in known.server_events()}
    summaries = {event.type: event.summary for event in known.events()} | summaries
    return [Choice(name, side, told) for name, told in summaries.items() if name in types]


def template(
    type_: str, side: Side, dialect: Dialect, *, ledger: "Ledger | None" = None
) -> Template:
    """An event of a type to start from.

    Args:
        type_: The wire's own name of the event.
        side: Who would say it.
        dialect: The session's.
        ledger: The session at hand; without one the ids are only examples.

    Raises:
        InjectionError: The side has no such event in this dialect; the nearest are told.
    """
    types = catalogue().types(dialect, side)
    if type_ not in types:
        near = get_close_matches(type_, types, n=3) or sorted(types)[:3]
        what = f"{quoted(type_, 60)} is no event of the {side} in the {dialect} dialect"
        raise InjectionError(f"{what}; the nearest are {', '.join(near)}")
    event = catalogue().template(type_)
    if event is None:
        return Template({"type": type_}, ())
    event = _spelled(event, side, dialect)
    _Filling(ledger).fill(event, side)
    return Template(event, _optional(event, dialect))


def _optional(event: Json, dialect: Dialect) -> tuple[OptionalField, ...]:
    reference = catalogue().event(event["type"])
    if reference is None:
        return ()
    found = dict(optional_fields(event, reference.fields, base_of(dialect)))
    return tuple(
        OptionalField(path, field.types, field.meaning, field.values)
        for path, field in found.items()
    )


def _spelled(event: Json, side: Side, dialect: Dialect) -> Json:
    """An example of the catalogue, which has GA's shapes, in the shapes of the dialect."""
    if dialect is not Dialect.BETA:
        return event
    from ..simulator import beta  # noqa: PLC0415 -- the simulator is loaded only on demand
    from ..simulator import dialect as names  # noqa: PLC0415 -- see above

    if side is Side.SERVER:
        if isinstance(session := event.get("session"), dict) and "type" not in session:
            # The beta's own events are written in its shapes already.
            return event
        return beta.event_to_client(copy.deepcopy(event), temperature=0.8) or event
    if event["type"] == "session.update":
        return event | {"session": names.flatten_session(event["session"])}
    return event


# Values of the session at hand.

_NEW_ITEMS: Final = frozenset(
    {"conversation.item.added", "conversation.item.created", "response.output_item.added"}
)
"""Events that introduce the item in them."""


class _Filling:
    """Puts ids and names of a session where the examples have their own."""

    def __init__(self, ledger: "Ledger | None") -> None:
        self._ids = MadeIds()
        self._ledger = ledger
        pending = ledger.pending_calls() if ledger is not None else []
        self._call: Call | None = pending[0] if pending else None
        self._by_name: Mapping[str, Callable[[Json, str], Any]] = {
            "event_id": lambda _event, _type: self._ids.event(),
            "previous_item_id": lambda event, _type: (
                self._last_item_id or event["previous_item_id"]
            ),
            "response_id": lambda event, _type: self._response_id or event["response_id"],
            "item_id": self._item_id,
            "call_id": self._call_id,
            "name": self._name,
        }

    def fill(self, event: Json, side: Side) -> None:
        """Fill in what is known."""
        type_ = event["type"]
        self._fill(event, type_)
        if isinstance(item := event.get("item"), dict):
            self._fill(item, type_)
            if side is Side.SERVER and "id" in item:
                is_new = type_ in _NEW_ITEMS
                item["id"] = self._ids.item() if is_new else self._item_id(item, type_)
        if isinstance(response := event.get("response"), dict) and "id" in response:
            is_new = type_ == "response.created"
            new_id = self._ids.response()
            response["id"] = new_id if is_new else self._response_id or response["id"]
            self._fill_output(response)
        if isinstance(session := event.get("session"), dict) and "model" in session:
            session["model"] = self._model or session["model"]
        if type_ == "conversation.item.truncate":
            self._fill_truncate(event)

    def _fill(self, holder: Json, type_: str) -> None:
        for name in holder:
            if (find := self._by_name.get(name)) is not None:
                holder[name] = find(holder, type_)

    def _fill_output(self, response: Json) -> None:
        """A response's output is the pending call."""
        for item in objects_of(response.get("output")):
            self._fill(item, "")
            if self._call is not None:
                item["id"] = self._call.item_id or item["id"]

    def _fill_truncate(self, event: Json) -> None:
        """The assistant's last speech, at its end: shorten it to what was heard."""
        items = self._ledger.conversation.items.in_order() if self._ledger else []
        spoken = [item for item in items if item.role == "assistant" and not item.is_deleted]
        if spoken:
            event["item_id"] = spoken[-1].id
            event["audio_end_ms"] = int(spoken[-1].audio_ms) or event["audio_end_ms"]

    @property
    def _last_item_id(self) -> str:
        return self._ledger.last_item_id if self._ledger is not None else ""

    @property
    def _model(self) -> str | None:
        return self._ledger.conversation.session.model if self._ledger is not None else None

    @property
    def _response_id(self) -> str:
        """The active response's, else the last one's."""
        if self._ledger is None:
            return ""
        responses = self._ledger.conversation.responses
        last = responses.active[-1:] or ([responses.last] if responses.last else [])
        return last[0].id if last else ""

    def _item_id(self, holder: Json, type_: str) -> str:
        example = str(holder.get("item_id") or holder.get("id") or "")
        if self._call is not None and "arguments" in type_:
            return self._call.item_id or example
        return self._last_item_id or example

    def _call_id(self, holder: Json, _type: str) -> str:
        return self._call.call_id if self._call is not None else str(holder["call_id"])

    def _name(self, holder: Json, _type: str) -> Any:
        """The function's name beside its call's id."""
        is_call = self._call is not None and "call_id" in holder
        return self._call.name if self._call is not None and is_call else holder["name"]
