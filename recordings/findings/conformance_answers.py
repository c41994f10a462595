"""Rules about the server's answers: is each request acknowledged, is what clients need in an event.

As all of `conformance`, this is about servers, not about the app.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from ..conversation import Conversation, Seen
from ..event import Json, Side
from ..plain import cut, object_of, safe, text_of
from .facts import NOT_YOURS, say_s
from .finding import Finding, Severity
from .rule import Rule


@dataclass(frozen=True, slots=True)
class _Request:
    seq: int
    at: float
    type: str
    kind: str
    key: str
    event_id: str


_ACKNOWLEDGED_BY = {
    "conversation.item.create": "conversation.item.added",
    "conversation.item.delete": "conversation.item.deleted",
    "conversation.item.retrieve": "conversation.item.retrieved",
    "conversation.item.truncate": "conversation.item.truncated",
    "input_audio_buffer.clear": "input_audio_buffer.cleared",
    "input_audio_buffer.commit": "input_audio_buffer.committed",
}


class MissingAcknowledgement(Rule):
    """A request that the server neither acknowledges nor refuses, while it says other things."""

    slug = "missing-acknowledgement"
    severity = Severity.WARNING
    kinds = frozenset({*_ACKNOWLEDGED_BY, *_ACKNOWLEDGED_BY.values(), "error", "response.done"})

    PATIENCE_S: ClassVar[float] = 5.0
    KEPT: ClassVar[int] = 200

    def __init__(self) -> None:
        self._waiting: dict[int, _Request] = {}
        self._idle_since = float("-inf")
        self._told_kinds: set[str] = set()

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # the event says it all
        """Requests wait in order; an answer takes the oldest that it fits."""
        if seen.kind in _ACKNOWLEDGED_BY and seen.side is Side.CLIENT:
            if len(self._waiting) < self.KEPT:
                self._waiting[seen.seq] = _request(seen)
        elif seen.kind == "error":
            self._refuse(object_of(seen.fields.get("error")))
        elif seen.kind == "response.done":
            self._idle_since = seen.at
        else:
            self._acknowledge(seen)
        return ()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:
        """Tell of what waited long, once a kind."""
        # An item that is created during a response is acknowledged after it.
        if not self._waiting or state.responses.active:
            return ()
        late = [
            each
            for each in self._waiting.values()
            if now - max(each.at, self._idle_since) >= self.PATIENCE_S
        ]
        for each in late:
            del self._waiting[each.seq]
        # A server that has said nothing since is not negligent but gone.
        return [
            found for each in late if state.last_at > each.at for found in self._told(each, now)
        ]

    def _told(self, request: _Request, now: float) -> Iterable[Finding]:
        if request.kind in self._told_kinds:
            return
        self._told_kinds.add(request.kind)
        answer = _ACKNOWLEDGED_BY[request.kind]
        about = f" of {request.key}" if request.key else ""
        what = (
            f"{request.type}{about} got neither {answer} nor an error within "
            f"{say_s(now - request.at)}"
        )
        todo = f"do not wait for {answer} at this server; {NOT_YOURS}"
        yield self.finding(now, (request.seq,), what, todo)

    def _refuse(self, error: Json) -> None:
        event_id = text_of(error.get("event_id"))
        named = [each.seq for each in self._waiting.values() if each.event_id == event_id != ""]
        # Without an id the error may be about any of them.
        for seq in named or list(self._waiting):
            del self._waiting[seq]

    def _acknowledge(self, seen: Seen) -> None:
        for request in self._waiting.values():
            if _ACKNOWLEDGED_BY[request.kind] == seen.kind and request.key in {"", seen.item_id}:
                del self._waiting[request.seq]
                return


def _request(seen: Seen) -> _Request:
    return _Request(seen.seq, seen.at, seen.type, seen.kind, cut(seen.item_id, 80), seen.event_id)


_REQUIRED = {
    "response.created": ("response.id",),
    "response.done": ("response.id", "response.status"),
    "response.output_item.added": ("item.id", "item.type"),
    "response.output_item.done": ("item.id", "item.type"),
    "conversation.item.added": ("item.id", "item.type"),
    "conversation.item.done": ("item.id", "item.type"),
    "response.function_call_arguments.done": ("item_id", "call_id", "arguments"),
    "input_audio_buffer.committed": ("item_id",),
    "input_audio_buffer.speech_started": ("item_id",),
    "error": ("error.message",),
    "response.output_text.delta": ("item_id", "delta"),
    "response.output_audio_transcript.delta": ("item_id", "delta"),
    "response.function_call_arguments.delta": ("item_id", "delta"),
}
"""Fields that every recorded server sends, and that clients cannot do without."""


class ServerFieldMissing(Rule):
    """An event of the server lacks what clients need: told once for each field."""

    slug = "server-field-missing"
    severity = Severity.WARNING
    kinds = frozenset(_REQUIRED)
    side = Side.SERVER

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # the event says it all
        """Each of the fields is a string."""
        return [found for path in _REQUIRED[seen.kind] for found in self._check(seen, path)]

    def _check(self, seen: Seen, path: str) -> Iterable[Finding]:
        outer, _, inner = path.partition(".")
        value = seen.fields.get(outer)
        if inner:
            value = object_of(value).get(inner)
        if isinstance(value, str) or (seen.kind, path) in self._told:
            return
        self._told.add((seen.kind, path))
        how = "is missing" if value is None else f"is no string but {safe(type(value).__name__)}"
        what = f"the field {path} of {seen.type} {how}; clients rely on it"
        yield self.finding(seen.at, (seen.seq,), what, f"check for it before use; {NOT_YOURS}")


RULES: tuple[type[Rule], ...] = (MissingAcknowledgement, ServerFieldMissing)
