"""Findings about what the client sends as such: frames that are no events, unknown types, ids twice.

What an event asks for, and whether the conversation allows it, is judged elsewhere.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Final

from ..catalogue import catalogue
from ..conversation import Conversation, Seen
from ..dialects import Dialect
from ..event import Form, Origin, Side
from ..jsontext import loads
from ..plain import object_of, text_of
from .finding import Finding, Severity
from .handshake import is_sideband
from .rule import Rule
from .suspicion import Suspicion
from .verdict import AwaitsVerdict, is_strict
from .wording import shown

_PARSED_BYTES: Final = 1_000_000
"""A frame of several lines is parsed up to this size, to see whether it is an event after all."""


class _Unacknowledged(AwaitsVerdict):
    """Watches events that the server has no acknowledgement for: only an error or silence follows."""

    kinds = None

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        if seen.side is Side.CLIENT:
            self._suspect(seen, state)
            return ()
        return super().receive(seen, state) if seen.kind == "error" else ()


class UnknownClientEvent(_Unacknowledged):
    """An event of a type that no Realtime server knows, or that only servers send."""

    slug = "unknown-client-event"
    severity = Severity.ERROR

    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        name = seen.type
        if not name or name in _client_types() or name in state.profile.own_client_types:
            return None
        is_of_server = name in _server_types()
        nearest = _nearest(name, state)
        todo = (
            f"did you mean `{nearest}`? as it is, the server ignores or refuses the event"
            if nearest
            else "see `realtap docs` for the events there are: the server ignores or refuses this one"
        )
        why = "which only servers send" if is_of_server else "which no Realtime server knows"
        return self.suspicion(
            seen,
            f"the client sent `{shown(name)}` at event {seen.seq}, {why}",
            todo,
            words=(f"'{name}'", f'"{name}"', f"`{name}`"),
            # Another server may have events of its own; a typing error is one everywhere.
            needs_error=not (is_strict(state) or is_of_server or _is_typo(name, nearest)),
        )


@cache
def _client_types() -> frozenset[str]:
    return catalogue().client_types


@cache
def _server_types() -> frozenset[str]:
    reference = catalogue()
    return frozenset(each.type for each in reference.events() if each.side is Side.SERVER)


def _nearest(name: str, state: Conversation) -> str:
    """The type that was probably meant; empty when none is near."""
    meant = _MEANT.get(name)
    if meant:
        return meant
    spoken = "beta" if state.dialect is Dialect.BETA else "ga"
    return _most_alike(
        name[:200], catalogue().types(spoken, "client") | state.profile.own_client_types
    )


@lru_cache(maxsize=256)
def _most_alike(name: str, known: frozenset[str]) -> str:
    """The name that looks most like it. An app sends the same wrong type again and again."""
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return near[0] if near else ""


_MEANT: Mapping[str, str] = {
    "conversation.item.added": "conversation.item.create",
    "input_audio.append": "input_audio_buffer.append",
    "response.cancelled": "response.cancel",
    "response.created": "response.create",
    "response.done": "response.cancel",
    "session.created": "session.update",
    "session.start": "session.update",
    "session.updated": "session.update",
    "user.message": "conversation.item.create",
}
"""What similarity alone would not find, or would find something else for."""


def _is_typo(name: str, nearest: str) -> bool:
    """Whether a type is a known one but for a letter or two."""
    return bool(nearest) and difflib.SequenceMatcher(None, name, nearest).ratio() > 0.93


class BinaryClientFrame(_Unacknowledged):
    """A binary WebSocket message of the client: audio that was to be base64 in a text message."""

    slug = "binary-client-frame"
    severity = Severity.ERROR

    def __init__(self) -> None:
        super().__init__()
        self._is_known = False

    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        if seen.event.is_text_frame or self._is_known:
            return None
        self._is_known = True
        return self.suspicion(
            seen,
            f"the client sent a binary message of {_size(seen)} bytes at event {seen.seq}; the "
            "Realtime API takes text messages only",
            "send JSON in text messages; audio goes as base64 into the `audio` of "
            "input_audio_buffer.append",
            codes=("invalid_event", "invalid_json"),
            words=("binary",),
            # xAI and others have a transport for raw audio.
            needs_error=not is_strict(state),
        )


def _size(seen: Seen) -> int:
    return len(seen.event.payload) if seen.event.size is None else seen.event.size


class ClientFrameNotAnEvent(Rule):
    """A text message of the client that is no JSON object with a `type`."""

    slug = "client-frame-not-an-event"
    severity = Severity.ERROR
    side = Side.CLIENT

    def receive(self, seen: Seen, state: Conversation) -> Iterator[Finding]:  # noqa: ARG002 # the frame says it all
        event = seen.event
        if seen.type or not event.is_text_frame or event.form is Form.DIGEST:
            return
        wrong = _what_is_wrong(event.payload, event.form)
        if wrong:
            yield self.finding(
                seen.at,
                (seen.seq,),
                f"the client's message at event {seen.seq} is no event: it {wrong}",
                'send one JSON object a message, with a string in "type"',
            )


def _what_is_wrong(payload: bytes, form: Form) -> str:
    """Why a message is no event, as words after "it"; empty when it is one."""
    if form is Form.BINARY:
        return "is not UTF-8"
    if len(payload) > _PARSED_BYTES:
        return ""
    try:
        value = loads(payload)
    except (ValueError, RecursionError):
        return "is not JSON"
    if not isinstance(value, dict):
        return f"is {_KINDS.get(type(value), 'a number')} and not an object"
    if "type" not in value:
        return "has no `type`"
    return (
        "" if isinstance(value["type"], str) and value["type"] else "has a `type` that is no name"
    )


_KINDS = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}


class OutputAudioBufferClearOnWebsocket(_Unacknowledged):
    """`output_audio_buffer.clear`, where the server has no playback to clear."""

    slug = "output-audio-buffer-clear-on-websocket"
    severity = Severity.ERROR

    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        if seen.type != "output_audio_buffer.clear" or is_sideband(state.header):
            return None
        return self.suspicion(
            seen,
            f"the client sent `output_audio_buffer.clear` at event {seen.seq}, which is for WebRTC "
            "and SIP: over a WebSocket the server plays nothing",
            "stop the playback in the client, and tell the server what was heard with "
            "conversation.item.truncate",
            words=("output_audio_buffer.clear",),
            needs_error=not is_strict(state),
        )


class DuplicateEventId(Rule):
    """Two events of the client have one `event_id`."""

    slug = "duplicate-event-id"
    severity = Severity.WARNING
    side = Side.CLIENT
    kept: Final = 1_000

    def __init__(self) -> None:
        self._told: dict[str, None] = {}

    def receive(self, seen: Seen, state: Conversation) -> Iterator[Finding]:
        event_id = seen.event_id
        if not event_id or event_id in self._told or seen.event.origin is not Origin.WIRE:
            return
        first = state.client_events.get(event_id)
        if first is None or first.seq == seen.seq:
            return
        self._told[event_id] = None
        if len(self._told) > self.kept:
            del self._told[next(iter(self._told))]
        yield self.finding(
            seen.at,
            (seen.seq, first.seq),
            f"the client's {shown(seen.type)} at event {seen.seq} has the event_id {shown(event_id)} of its "
            f"{shown(first.type)} at event {first.seq}",
            "give each event an event_id of its own: an error names the event that it answers by it",
        )


class RequiredFieldMissing(AwaitsVerdict):
    """An event of the client lacks a field without which it means nothing."""

    slug = "required-field-missing"
    severity = Severity.ERROR
    kinds = frozenset(
        {
            "conversation.item.create",
            "conversation.item.delete",
            "conversation.item.retrieve",
            "error",
            "session.update",
        }
    )

    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        path = _missing(seen)
        if not path:
            return None
        return self.suspicion(
            seen,
            f"the {seen.type} at event {seen.seq} has no `{path}`",
            f"add `{path}`: the server refuses the event without it",
            params=(path,),
            words=(f"'{path}'",),
            needs_error="." in path and not is_strict(state),
        )


def _missing(seen: Seen) -> str:
    """The path of the first field that is missing; empty when all are there."""
    fields = seen.fields
    if seen.kind == "session.update":
        return "" if isinstance(fields.get("session"), dict) else "session"
    if seen.kind != "conversation.item.create":
        return "" if text_of(fields.get("item_id")) else "item_id"
    if not isinstance(fields.get("item"), dict):
        return "item"
    item = object_of(fields["item"])
    needed = ("type", "role", "content") if item.get("type") == "message" else ("type",)
    return next((f"item.{name}" for name in needed if item.get(name) is None), "")


RULES: tuple[type[Rule], ...] = (
    UnknownClientEvent,
    BinaryClientFrame,
    ClientFrameNotAnEvent,
    OutputAudioBufferClearOnWebsocket,
    DuplicateEventId,
    RequiredFieldMissing,
)
