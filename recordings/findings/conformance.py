"""Rules about the server: does its stream keep what the protocol promises.

Clients break on what is missing here. The servers that we know were recorded; what one of them does
differently is no finding (see `profiles`). None of this is a mistake of the app.
"""

from collections.abc import Iterable
from typing import ClassVar
from zlib import crc32

from ..conversation import Conversation, Seen
from ..conversation.bounded import BoundedDict
from ..dialects import BETA_EVENTS, Dialect, dialect_of
from ..event import Side
from ..plain import cut, object_of, text_of
from . import conformance_answers
from .facts import NOT_YOURS, is_late_joined
from .finding import Finding, Severity
from .rule import Rule

STREAMS = {
    "response.output_text": "text",
    "response.output_audio_transcript": "transcript",
    "response.function_call_arguments": "arguments",
    "response.mcp_call_arguments": "arguments",
}
"""What comes in deltas and then whole: the events' common name, and the field of the whole."""

DELTAS = frozenset(f"{name}.delta" for name in STREAMS)
_DONES = frozenset(f"{name}.done" for name in STREAMS)
_ARGUMENTS = frozenset(
    {"response.function_call_arguments.delta", "response.function_call_arguments.done"}
)

_OPEN_LIMIT = 1_000


def _stream_key(seen: Seen) -> tuple[str, str, int, str]:
    """What the deltas of one part have in common."""
    index = seen.fields.get("content_index")
    number = index if isinstance(index, int) else 0
    return (seen.response_id, seen.item_id, number, seen.kind.rpartition(".")[0])


class DeltasDifferFromDone(Rule):
    """The pieces of a text, put together, are not what the server says the whole is."""

    slug = "deltas-differ-from-done"
    severity = Severity.WARNING
    # A call's arguments are compared by the rules about tools.
    kinds = (DELTAS | _DONES | {"response.done"}) - _ARGUMENTS
    side = Side.SERVER

    def __init__(self) -> None:
        self._open: BoundedDict[tuple[str, str, int, str], tuple[int, int]] = BoundedDict(
            _OPEN_LIMIT
        )
        """Checksum and length so far: a text may be long, and there may be many."""
        self._wrong: BoundedDict[str, list[Finding]] = BoundedDict(100)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Add up pieces; compare at the end of each; tell at the end of the response."""
        if seen.kind == "response.done":
            found = self._wrong.pop(seen.response_id, [])
            status = object_of(seen.fields.get("response")).get("status")
            # What was cut off may end anywhere.
            return found if status == "completed" else ()
        key = _stream_key(seen)
        if seen.kind in DELTAS:
            checksum, length = self._open.get(key, (0, 0))
            piece = _utf16(seen.fields.get("delta"))
            self._open[key] = (crc32(piece, checksum), length + len(piece))
            return ()
        pieces = self._open.pop(key, None)
        field = STREAMS[key[3]]
        whole = _utf16(seen.fields.get(field))
        response = state.responses.get(seen.response_id)
        if pieces is None or not whole or response is None or not response.was_created:
            return ()
        if pieces != (crc32(whole), len(whole)):
            found = self._wrong.setdefault(seen.response_id, [])
            if len(found) < 100:
                found.append(self._told(seen, pieces[1] // 2, len(whole) // 2))
        return ()

    def _told(self, seen: Seen, got: int, said: int) -> Finding:
        how = f"{got} characters against {said}" if got != said else "other characters"
        what = f"the deltas of {seen.item_id or 'an item'} put together are not what {seen.type} says: {how}"
        todo = "take the text of the done event; a piece was lost, or the server does not conform"
        return self.finding(seen.at, (seen.seq,), what, todo)


def _utf16(text: object) -> bytes:
    """A text so that an emoji cut in two between deltas comes out whole."""
    return text.encode("utf-16-le", "surrogatepass") if isinstance(text, str) else b""


class UnannouncedItem(Rule):
    """An event speaks of an item that nothing has introduced."""

    slug = "unannounced-item"
    severity = Severity.WARNING
    kinds = DELTAS | _DONES | {"response.content_part.added", "response.content_part.done"}
    side = Side.SERVER

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Look up the item; the first event that tells it makes it known."""
        if not seen.item_id or state.items.knows(seen.item_id):
            return ()
        response = state.responses.get(seen.response_id)
        if response is None or not response.was_created:
            # Whoever joined in the middle of a response has missed the announcement.
            return ()
        what = (
            f"{seen.type} speaks of the item {seen.item_id}, which no response.output_item.added and no "
            "conversation.item.added has announced"
        )
        todo = f"make the item when its first event comes; {NOT_YOURS}"
        return (self.finding(seen.at, (seen.seq,), what, todo),)


class EventAfterDone(Rule):
    """A piece of a part after its end, or an event of a response after `response.done`."""

    slug = "event-after-done"
    severity = Severity.WARNING
    kinds = None
    side = Side.SERVER
    wants_audio = True

    def __init__(self) -> None:
        self._responses: BoundedDict[str, int] = BoundedDict(200)
        """Ended responses, and where; 0 when it was told."""
        self._parts: BoundedDict[tuple[str, str, int, str], int] = BoundedDict(_OPEN_LIMIT)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # the event says it all
        """Remember ends, and look for what comes behind them."""
        if not seen.response_id or not seen.kind.startswith("response."):
            return ()
        if seen.kind == "response.done":
            self._responses.setdefault(seen.response_id, seen.seq)
            return ()
        if seen.response_id in self._responses:
            return self._after_response(seen)
        if seen.kind in _DONES:
            self._parts[_stream_key(seen)] = seen.seq
        elif seen.kind in DELTAS and (ended := self._parts.pop(_stream_key(seen), 0)):
            name = seen.type.removesuffix("delta") + "done"
            return (self._told(seen, ended, f"this part of {seen.item_id} had ended with {name}"),)
        return ()

    def _after_response(self, seen: Seen) -> Iterable[Finding]:
        ended = self._responses[seen.response_id]
        self._responses[seen.response_id] = 0
        what = f"{seen.response_id} had ended with response.done"
        return (self._told(seen, ended, what),) if ended else ()

    def _told(self, seen: Seen, ended: int, what: str) -> Finding:
        todo = f"ignore events of what has ended; {NOT_YOURS}"
        return self.finding(seen.at, (seen.seq, ended), f"{seen.type} came after {what}", todo)


class OutputItemNeverDone(Rule):
    """A completed response whose item was begun and never ended."""

    slug = "output-item-never-done"
    severity = Severity.WARNING
    kinds = frozenset({"response.output_item.added", "response.output_item.done", "response.done"})
    side = Side.SERVER

    def __init__(self) -> None:
        self._open: BoundedDict[tuple[str, str], int] = BoundedDict(_OPEN_LIMIT)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # the event says it all
        """Items are opened and closed within their response."""
        if seen.kind == "response.output_item.added":
            if seen.item_id:
                self._open[seen.response_id, seen.item_id] = seen.seq
            return ()
        if seen.kind == "response.output_item.done":
            self._open.pop((seen.response_id, seen.item_id), None)
            return ()
        left = [key for key in self._open if key[0] == seen.response_id]
        numbers = [(key[1], self._open.pop(key)) for key in left]
        if object_of(seen.fields.get("response")).get("status") != "completed":
            return ()
        todo = f"take the items of response.done as final; {NOT_YOURS}"
        return [
            self.finding(
                seen.at,
                (seq, seen.seq),
                f"{seen.response_id} is completed, but its item {item_id} got a "
                "response.output_item.added and no response.output_item.done",
                todo,
            )
            for item_id, seq in numbers
        ]


class CallWithoutName(Rule):
    """A GA server leaves the function's name, or the item's announcement, out of a call."""

    slug = "call-without-name"
    severity = Severity.WARNING
    kinds = frozenset({"conversation.item.added", "response.function_call_arguments.done"})
    side = Side.SERVER

    def __init__(self) -> None:
        self._shown: BoundedDict[str, None] = BoundedDict(_OPEN_LIMIT)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Look at what clients need to dispatch a call."""
        if seen.kind == "conversation.item.added":
            self._shown[seen.item_id] = None
            return ()
        response = state.responses.get(seen.response_id)
        if state.dialect is Dialect.BETA or response is None or not response.was_created:
            return ()
        name = cut(seen.call_id or seen.item_id, 80)
        if not text_of(seen.fields.get("name")):
            what = f"{seen.type} of {name} has no name, which the GA protocol requires"
            todo = f"take the name from response.output_item.done; {NOT_YOURS}"
            return (self.finding(seen.at, (seen.seq,), what, todo),)
        if seen.item_id in self._shown or response.is_out_of_band:
            return ()
        what = f"the arguments of {name} are done before conversation.item.added showed the call"
        todo = f"take the call from response.output_item.done; {NOT_YOURS}"
        return (self.finding(seen.at, (seen.seq,), what, todo),)


class MetadataNotEchoed(Rule):
    """The metadata of a `response.create` does not come back in its response."""

    slug = "metadata-not-echoed"
    severity = Severity.WARNING
    kinds = frozenset({"response.done"})
    side = Side.SERVER

    TURN_S: ClassVar[float] = 10.0
    """A response that begins so shortly after a turn of the user may be the turn detection's."""

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Compare, where it is plain which request made the response."""
        response = state.responses.get(seen.response_id)
        create = response.create if response is not None else None
        if response is None or create is None or not response.was_created:
            return ()
        wanted = object_of(create.response.get("metadata"))
        told = object_of(object_of(seen.fields.get("response")).get("metadata"))
        if not wanted or response.metadata or told:
            return ()
        stopped_at = state.input_audio.speech_stopped_at
        if stopped_at is not None and response.at - stopped_at < self.TURN_S:
            return ()
        names = cut(", ".join(wanted), 100)
        what = (
            f"response.create set metadata ({names}) and {response.id}, which answers it, came without: "
            "clients that find their response by it wait in vain"
        )
        todo = f"do not tie requests to responses by metadata at this server; {NOT_YOURS}"
        return (self.finding(seen.at, (response.seq, create.seq), what, todo),)


class DuplicateServerEventId(Rule):
    """Two events of the server with one `event_id`."""

    slug = "duplicate-server-event-id"
    severity = Severity.WARNING
    kinds = None
    side = Side.SERVER

    def __init__(self) -> None:
        self._numbers: BoundedDict[str, int] = BoundedDict(10_000)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # the event says it all
        """Each id is new."""
        if not seen.event_id:
            return ()
        number = self._numbers.setdefault(seen.event_id, seen.seq)
        if number == seen.seq:
            return ()
        what = f"the server used the event_id {cut(seen.event_id, 80)} twice"
        todo = f"events came twice, or the server makes ids anew: do not count by them; {NOT_YOURS}"
        return (self.finding(seen.at, (seen.seq, number), what, todo),)


class UnknownPreviousItem(Rule):
    """An item is said to come after one that nobody has seen."""

    slug = "unknown-previous-item"
    severity = Severity.WARNING
    # Not conversation.item.done: its previous_item_id is null where item.added had one (17 of 17).
    kinds = frozenset({"conversation.item.added"})
    side = Side.SERVER

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Look up the predecessor."""
        previous = text_of(seen.fields.get("previous_item_id"))
        if not previous or state.items.knows(previous) or is_late_joined(state):
            return ()
        what = (
            f"{seen.type} puts {seen.item_id or 'an item'} after {cut(previous, 80)}, an item that was "
            "never shown: the order of the conversation cannot be known"
        )
        todo = f"append items whose predecessor is unknown at the end; {NOT_YOURS}"
        return (self.finding(seen.at, (seen.seq,), what, todo),)


class MixedDialects(Rule):
    """One server speaks both beta and GA."""

    slug = "mixed-dialects"
    severity = Severity.INFO
    kinds = frozenset({*BETA_EVENTS.values(), "conversation.item.done"})
    side = Side.SERVER

    def __init__(self) -> None:
        self._first: dict[bool, tuple[int, str]] = {}

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # the event says it all
        """Look for a name that only one of the two has."""
        is_beta = seen.type in BETA_EVENTS
        if len(self._first) == 2 or seen.kind.startswith("session.") or is_beta in self._first:
            return ()
        self._first[is_beta] = (seen.seq, seen.type)
        if len(self._first) < 2:
            return ()
        (beta_seq, beta), (ga_seq, ga) = self._first[True], self._first[False]
        what = f"the server speaks two dialects in one session: {beta} of the beta and {ga} of GA"
        todo = "take events by their names one by one, not by a dialect of the whole session"
        return (self.finding(seen.at, (beta_seq, ga_seq), what, todo),)


_EXTENSIONS = (
    "response.animation_",
    "response.audio_timestamp.",
    "response.audio_transcript.annotation.",
    "response.invocation.",
    "response.video.",
    "response.file_search_call.",
    "response.web_search_call.",
    "session.avatar.",
    "warning",
    "conversation.item.speaker",
    "conversation.item.sound_detection",
    "extension.",
)
"""Own events of Azure Voice Live, LocalAI and Azure's sample middle tier, by how they begin."""


class UnknownServerEvent(Rule):
    """An event that neither the protocol nor a known extension has: told once a name."""

    slug = "unknown-server-event"
    severity = Severity.INFO
    kinds = None
    side = Side.SERVER

    NAMES: ClassVar[int] = 200
    """The protocol has 72; a server that invents a new one each time is not followed for ever."""

    def __init__(self) -> None:
        self._looked_up: set[str] = set()

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # the event says it all
        """Look up the name."""
        name = seen.type
        if not name or name in self._looked_up or len(self._looked_up) >= self.NAMES:
            return ()
        self._looked_up.add(name)
        is_known = dialect_of(name, seen.fields, seen.side) is not Dialect.UNKNOWN
        if is_known or name.startswith(_EXTENSIONS):
            return ()
        what = f'the server sent "{cut(name, 100)}", which is no event of the protocol that we know'
        todo = "ignore events that you do not know, as every client should: servers add new ones"
        return (self.finding(seen.at, (seen.seq,), what, todo),)


RULES: tuple[type[Rule], ...] = (
    DeltasDifferFromDone,
    UnannouncedItem,
    EventAfterDone,
    OutputItemNeverDone,
    CallWithoutName,
    MetadataNotEchoed,
    DuplicateServerEventId,
    UnknownPreviousItem,
    MixedDialects,
    UnknownServerEvent,
    *conformance_answers.RULES,
)
