"""Rules about interruptions: truncation, cancelling, and what is heard of the assistant's speech.

Over a WebSocket the server does not know what was played: it sends faster than real time, and the
client has to stop its loudspeaker and tell with `conversation.item.truncate` how far it came.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from ..conversation import Conversation, Seen
from ..conversation.bounded import BoundedDict
from ..conversation.items import Item
from ..event import Side
from ..plain import compact, number_of, object_of, text_of
from .facts import ChunkSizes, did_you_mean, is_late_joined, say_s, turn_detection
from .finding import Finding, Severity
from .rule import Rule
from .suspicion import SUSPECTED, Suspicion, Suspicions
from .verdict import is_strict


@dataclass(frozen=True, slots=True)
class _Unheard:
    """An item that was playing when the user interrupted it."""

    item_id: str
    seq: int
    """The event that interrupted it."""
    at: float
    played_ms: float
    received_ms: float


class MissingTruncate(Rule):
    """The user interrupts what the assistant is saying, and the server is not told how far it came."""

    slug = "missing-truncate"
    severity = Severity.WARNING
    blames_timing = True
    kinds = frozenset(
        {
            "input_audio_buffer.speech_started",
            "response.cancel",
            "conversation.item.truncate",
            "conversation.item.truncated",
            "conversation.item.delete",
            "response.created",
        }
    )

    PATIENCE_S: ClassVar[float] = 3.0
    LEAST_UNHEARD_S: ClassVar[float] = 0.5
    """Less than that is a matter of buffers and of when exactly playing began."""

    def __init__(self) -> None:
        self._unheard: dict[str, _Unheard] = {}
        self._responses: deque[str] = deque(maxlen=3)
        """The latest: nobody plays what is older."""

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """An interruption makes the playing item wait for its truncation."""
        if seen.kind.startswith("conversation.item."):
            self._unheard.pop(seen.item_id, None)
        elif seen.kind == "response.created":
            self._responses.append(seen.response_id)
        elif _is_cut_by_client(state):
            playing = _playing(_spoken(self._responses, state), seen)
            if playing is not None and playing.item_id not in self._unheard:
                self._unheard[playing.item_id] = playing
        return ()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # what waits has all that it needs
        """Tell of items that waited in vain."""
        late = [each for each in self._unheard.values() if now - each.at >= self.PATIENCE_S]
        for each in late:
            del self._unheard[each.item_id]
        return [self._told(each, now) for each in late]

    def _told(self, unheard: _Unheard, now: float) -> Finding:
        what = (
            f"{unheard.item_id} was interrupted about {unheard.played_ms:.0f} ms into its "
            f"{unheard.received_ms:.0f} ms of audio and no conversation.item.truncate followed: the "
            "model believes that the user heard all of it"
        )
        todo = (
            "stop playing and send conversation.item.truncate with content_index 0 and the "
            "milliseconds that were played as audio_end_ms"
        )
        return self.finding(now, (unheard.seq,), what, todo)


def _is_cut_by_client(state: Conversation) -> bool:
    """Whether an interruption is the client's to report: not over WebRTC, not if nothing is cut."""
    detection = turn_detection(state)
    return (
        not (state.header is not None and state.header.via == "sideband")
        and detection.get("interrupt_response") is not False
        # Voice Live can truncate by itself.
        and detection.get("auto_truncate") is not True
    )


def _playing(items: Iterable[Item], seen: Seen) -> _Unheard | None:
    """The item that a client which plays what it gets, as it gets it, is playing now."""
    end_at = float("-inf")
    for item in items:
        start_at = max(end_at, item.first_audio_at or 0.0)
        end_at = start_at + item.audio_ms / 1000
        if start_at <= seen.at and end_at - seen.at >= MissingTruncate.LEAST_UNHEARD_S:
            played_ms = (seen.at - start_at) * 1000
            return _Unheard(item.id, seen.seq, seen.at, played_ms, item.audio_ms)
    return None


def _spoken(response_ids: Iterable[str], state: Conversation) -> Iterator[Item]:
    """The items of responses that have audio and were not cut, in their order."""
    for response_id in response_ids:
        response = state.responses.get(response_id)
        if response is None or response.is_out_of_band:
            continue
        for item_id in response.output_item_ids[-16:]:
            item = state.items.get(item_id)
            if item is not None and item.audio_ms and item.truncated_ms is None:
                yield item


type _Kind = Literal["wrong item", "at zero", "beyond"]


class _TruncateRule(Rule):
    """What the rules about one truncate have in common: the server's answer settles it."""

    severity = Severity.ERROR
    kinds = frozenset(
        {
            "conversation.item.truncate",
            "conversation.item.truncated",
            "response.output_audio.delta",
            "error",
        }
    )
    wants_audio = True
    about: ClassVar[_Kind]

    def __init__(self) -> None:
        self._deltas = ChunkSizes()
        self._truncates = Suspicions()
        self._left = SUSPECTED

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Judge a truncate by what is known of its item, then hear the server."""
        match seen.kind:
            case "response.output_audio.delta":
                self._deltas.add(seen.audio_bytes)
            case "conversation.item.truncate":
                self._judge(seen, state)
            case "conversation.item.truncated":
                self._truncates.acquit(seen.item_id)
            case "error" if truncate := self._truncates.convict(seen):
                return (self._told(truncate, seen),)
        return ()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # what waits has all that it needs
        """Tell of truncates that were never answered."""
        return [self._told(each) for each in self._truncates.overdue(now)]

    def finish(self, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # what waits has all that it needs
        """Tell of truncates that will never be answered."""
        return [self._told(each) for each in self._truncates.remaining()]

    def _judge(self, seen: Seen, state: Conversation) -> None:
        fault = _fault_of_truncate(seen, state) if self._left else None
        if fault is None or fault.kind != self.about:
            return
        self._left -= 1
        is_trusted = (
            not is_late_joined(state)
            and (is_strict(state) or fault.kind != "at zero")
            and (not fault.needs_sizes or self._deltas.are_plausible(state.session.output_format))
        )
        self._truncates.add(
            Suspicion(
                seen.seq,
                seen.at,
                seen.event_id,
                fault.what,
                fault.todo,
                key=seen.item_id,
                codes=frozenset({"item_truncate_invalid_item_id", "unsupported_content_type"}),
                words=("can be truncated", "already shorter than", "truncating item"),
                params=("item_id", "content_index", "audio_end_ms"),
                needs_error=not is_trusted,
            )
        )

    def _told(self, truncate: Suspicion, error: Seen | None = None) -> Finding:
        numbers = (truncate.seq, error.seq if error else 0)
        at = error.at if error else truncate.at
        return self.finding(at, numbers, truncate.what, truncate.todo)


class TruncateBeyondAudio(_TruncateRule):
    """More is said to be played than was received."""

    slug = "truncate-beyond-audio"
    about = "beyond"


class TruncateWrongItem(_TruncateRule):
    """What is truncated is not the assistant's speech."""

    slug = "truncate-wrong-item"
    about = "wrong item"


class TruncateAtZero(_TruncateRule):
    """Nothing of the item was played: the server refuses to truncate at 0 ms."""

    slug = "truncate-at-zero"
    severity = Severity.WARNING
    about = "at zero"


@dataclass(frozen=True, slots=True)
class _Fault:
    kind: _Kind
    what: str
    todo: str
    needs_sizes: bool = False
    """It was computed from the length of audio deltas."""


def _fault_of_truncate(seen: Seen, state: Conversation) -> _Fault | None:
    """What is wrong with a `conversation.item.truncate`, as far as the session shows."""
    item = state.items.get(seen.item_id)
    if wrong := _malformed(seen) or (_wrong_item(seen, item) if item is not None else ""):
        todo = (
            "truncate only the assistant's message that is playing, with its item_id, content_index 0 "
            "and audio_end_ms"
        )
        return _Fault("wrong item", wrong, todo)
    if item is None:
        # What is known without its detail is long over.
        is_known = state.items.knows(seen.item_id)
        return None if is_known else _unknown_item(seen.item_id, state)
    end_ms = number_of(seen.fields.get("audio_end_ms"))
    return None if end_ms is None else _wrong_end(item, end_ms)


def _wrong_end(item: Item, end_ms: float) -> _Fault | None:
    """What is wrong with the place where the item is to be cut."""
    if end_ms == 0:
        what = (
            f"conversation.item.truncate of {item.id} has audio_end_ms 0, which the server refuses"
        )
        todo = "delete the item with conversation.item.delete if nothing of it was played"
        return _Fault("at zero", what, todo)
    if not item.audio_ms:
        what = (
            f"conversation.item.truncate of {item.id} came before any of its audio, so there is "
            "nothing to truncate"
        )
        return _Fault("wrong item", what, _WAIT_TODO, needs_sizes=True)
    is_whole = isinstance(end_ms, int) or end_ms.is_integer()
    # A client that counts samples may round up.
    if 0 <= end_ms <= item.audio_ms + 1 and is_whole:
        return None
    what = (
        f"conversation.item.truncate of {item.id} has audio_end_ms {compact(end_ms, 20)}, but only "
        f"{item.audio_ms:.0f} ms of its audio were received"
    )
    todo = (
        "count the milliseconds that the loudspeaker has played of this item, as a whole number: "
        "not the time since it began, nor the audio of other items"
    )
    return _Fault("beyond", what, todo, needs_sizes=True)


def _unknown_item(item_id: str, state: Conversation) -> _Fault:
    what = f"conversation.item.truncate names {item_id}, which is no item of this session"
    todo = "use the item_id of the audio deltas that are playing"
    return _Fault("wrong item", what + did_you_mean(item_id, state), todo)


_WAIT_TODO = "truncate only what was played; cancel the response with response.cancel instead"


def _malformed(seen: Seen) -> str:
    """What the truncate lacks; empty when it has all that it needs."""
    missing = [
        name for name in ("item_id", "content_index", "audio_end_ms") if name not in seen.fields
    ]
    if missing:
        return f"conversation.item.truncate lacks {' and '.join(missing)}"
    index = seen.fields["content_index"]
    if index != 0:
        shown = compact(index, 20)
        return f"conversation.item.truncate of {seen.item_id} has content_index {shown}, not 0"
    return ""


def _wrong_item(seen: Seen, item: Item) -> str:
    """Why the truncate cannot be meant for this item; empty when it can."""
    named = f"conversation.item.truncate names {item.id}"
    if item.kind not in {"message", ""}:
        return f"{named}, a {item.kind}"
    if item.role not in {"assistant", ""}:
        return f"{named}, a message of the {item.role}"
    if item.is_done and item.parts and not item.has_audio:
        return f"{named}, which is text and has no audio"
    end_ms = number_of(seen.fields.get("audio_end_ms"))
    if item.truncated_ms is not None and end_ms is not None and end_ms > item.truncated_ms:
        return f"{named} at {end_ms} ms, which was truncated at {item.truncated_ms:.0f} ms before"
    return ""


class CancelWithoutResponse(Rule):
    """A cancel when no response is being made."""

    slug = "cancel-without-response"
    severity = Severity.INFO
    blames_timing = True
    kinds = frozenset({"response.cancel"})
    side = Side.CLIENT

    RACE_S: ClassVar[float] = 0.5
    """So shortly after `response.done` the client did not have it yet."""
    TURN_S: ClassVar[float] = 2.0
    """So shortly after a turn its response may be on its way."""
    OFTEN: ClassVar[int] = 3

    def __init__(self) -> None:
        self._count = 0

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Look for something to cancel."""
        named = text_of(seen.fields.get("response_id"))
        target = state.responses.get(named)
        if (target is not None and target.is_active) or self._may_be_coming(seen, state):
            return ()
        if not named and (state.responses.active or state.responses.active_out_of_band):
            return ()
        done_at = target.done_at if target is not None else _last_done_at(state)
        if done_at is not None and seen.at - done_at < self.RACE_S:
            return ()
        self._count += 1
        what = "response.cancel was sent and no response is active"
        if target is not None:
            what = f"response.cancel names {named}, which has ended already"
        elif named and not state.responses.knows(named):
            what = f"response.cancel names {named}, which no response.created told"
        if turn_detection(state).get("interrupt_response") is True:
            what += "; turn detection interrupts responses by itself"
        todo = "send response.cancel only between response.created and response.done"
        severity = Severity.WARNING if self._count >= self.OFTEN else None
        return (self.finding(seen.at, (seen.seq,), what, todo, severity=severity),)

    def _may_be_coming(self, seen: Seen, state: Conversation) -> bool:
        stopped_at = state.input_audio.speech_stopped_at
        return (
            is_late_joined(state)
            or bool(state.creates)
            or (stopped_at is not None and seen.at - stopped_at < self.TURN_S)
        )


def _last_done_at(state: Conversation) -> float | None:
    last = state.responses.last
    return last.done_at if last is not None else None


class AudioAfterCancel(Rule):
    """Audio of a response goes on after the client cancelled it."""

    slug = "audio-after-cancel"
    severity = Severity.WARNING
    kinds = frozenset({"response.cancel", "response.output_audio.delta", "response.done", "error"})
    wants_audio = True

    GRACE_S: ClassVar[float] = 0.5

    def __init__(self) -> None:
        self._cancelled: BoundedDict[str, tuple[int, float]] = BoundedDict(16)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Time runs from the cancel; or from the response's end, if it was cancelled."""
        if seen.kind == "response.output_audio.delta":
            return self._late(seen) if self._cancelled else ()
        if seen.kind == "response.cancel":
            named = text_of(seen.fields.get("response_id"))
            for response in state.responses.active:
                if named in {"", response.id}:
                    self._cancelled.setdefault(response.id, (seen.seq, seen.at))
        elif seen.kind == "response.done":
            status = text_of(object_of(seen.fields.get("response")).get("status"))
            if status == "cancelled":
                self._cancelled.setdefault(seen.response_id, (seen.seq, seen.at))
            else:
                # It came to its end before the cancel did.
                self._cancelled.pop(seen.response_id, None)
        else:
            code = text_of(object_of(seen.fields.get("error")).get("code"))
            if code == "response_cancel_not_active":
                self._cancelled.clear()
        return ()

    def _late(self, seen: Seen) -> Iterable[Finding]:
        seq, at = self._cancelled.get(seen.response_id, (0, seen.at))
        if seen.at - at <= self.GRACE_S:
            return ()
        self._cancelled[seen.response_id] = (seq, float("inf"))
        what = (
            f"audio of {seen.response_id} still came {(seen.at - at) * 1000:.0f} ms after the response "
            "was cancelled"
        )
        todo = "drop audio deltas of a response once it is cancelled, and empty the playback queue"
        return (self.finding(seen.at, (seq, seen.seq), what, todo),)


class PlaybackStalled(Rule):
    """The assistant's audio comes more slowly than it sounds: whoever plays it at once runs dry."""

    slug = "playback-stalled"
    severity = Severity.INFO
    kinds = frozenset({"response.output_audio.delta"})
    side = Side.SERVER
    wants_audio = True

    LATE_S: ClassVar[float] = 0.3

    def __init__(self) -> None:
        self._item_id = ""
        self._response_id = ""
        self._first_at = 0.0
        self._bytes = 0
        self._is_told = False
        self._deltas = ChunkSizes()

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Compare the audio that came with the time since its first piece."""
        self._deltas.add(seen.audio_bytes)
        if seen.item_id != self._item_id:
            self._item_id, self._first_at = seen.item_id, seen.at
            self._bytes, self._is_told = 0, False
        if self._is_told:
            return ()
        audio_format = state.session.output_format
        late_s = seen.at - self._first_at - self._bytes / audio_format.bytes_per_ms / 1000
        self._bytes += seen.audio_bytes
        if late_s <= self.LATE_S or not self._deltas.are_plausible(audio_format):
            return ()
        self._is_told = True
        heard_s = seen.at - self._first_at - late_s
        what = (
            f"the audio of {seen.item_id or 'an item'} ran dry {say_s(heard_s)} after its beginning: "
            f"the next piece came {late_s * 1000:.0f} ms too late to be played without a gap"
        )
        todo = "play with a buffer of 200 to 500 ms, and look at the network between here and the server"
        return (self.finding(seen.at, (seen.seq,), what, todo),)


RULES: tuple[type[Rule], ...] = (
    MissingTruncate,
    TruncateBeyondAudio,
    TruncateWrongItem,
    TruncateAtZero,
    CancelWithoutResponse,
    AudioAfterCancel,
    PlaybackStalled,
)
