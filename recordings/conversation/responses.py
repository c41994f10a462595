"""Responses: who caused each, what it gave, how it ended; and the client's requests for them."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any, Literal

from ..audio import AudioFormat
from ..event import Json
from ..plain import object_of, text_of
from .bounded import BoundedDict
from .calls import Call
from .seen import Seen

type CauseKind = Literal["client", "vad", "idle_timeout", "unknown"]

_CREATES_KEPT = 100
_IDS_KEPT = 20_000
_OPEN_KEPT = 64
"""Responses that may be open at once: a real session has one, and a few out of band."""
_CHILDREN_KEPT = 1_000
_DOUBT_S = 2.0
"""An error answers a `response.create` sooner than this."""
_TURN_S = 10.0
"""A turn that has made no response after this time makes none."""
_TURN_BEFORE_CREATE_S = 1.5
"""The same when the client has asked for a response: the server answers turns at once."""


@dataclass(slots=True)
class Cause:
    """Why there is a response."""

    kind: CauseKind
    """`client` asked for it, `vad`: a turn ended, `idle_timeout`: nobody spoke."""
    seq: int | None = None
    """The event that caused it: `response.create`, `committed` or `timeout_triggered`."""
    event_id: str = ""
    """The `event_id` of the client's `response.create`, if it has one."""


@dataclass(slots=True)
class Create:
    """One `response.create` of the client."""

    seq: int
    at: float
    event_id: str
    response: Json
    """What it asks for; empty for the session's defaults."""
    is_out_of_band: bool
    answered_by: str = ""
    """The id of the response that it made."""
    error_seq: int | None = None
    """The `error` that refused it."""


@dataclass(slots=True)
class Response:
    """One response of the server."""

    id: str
    seq: int
    """`response.created`, or the first event that named it."""
    at: float
    cause: Cause
    was_created: bool = True
    """False when `response.created` was not seen."""
    status: str = ""
    status_details: Any = None
    """An object, null, or a bare string (xAI)."""
    output_item_ids: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list, repr=False)
    done_seq: int | None = None
    done_at: float | None = None
    usage: Json = field(default_factory=dict)
    is_out_of_band: bool = False
    """It does not write to the conversation."""
    is_made_up: bool = False
    """Realtap made it up: the server knows nothing of it."""
    is_lost: bool = False
    """The next response began before it was done: the server will not end it any more."""
    metadata: Json = field(default_factory=dict)
    create: Create | None = field(default=None, repr=False)
    """The client's request that made it."""
    cancel_seq: int | None = None
    """The client's `response.cancel` while it was active."""
    interrupted_seq: int | None = None
    """The `speech_started` while it was active."""
    first_delta_at: float | None = None
    first_audio_at: float | None = None
    last_event_at: float = 0.0
    audio_ms: float = 0.0
    text_size: int = 0
    """Characters of text and transcripts in its deltas."""
    audio_format: AudioFormat | None = None
    """Its own format, when it names one."""

    @property
    def is_active(self) -> bool:
        """Whether it is still being made."""
        return self.done_seq is None and not self.is_lost

    def receive_delta(self, at: float) -> None:
        """A piece of what it says."""
        if self.first_delta_at is None:
            self.first_delta_at = at

    def receive_audio(self, at: float, length_ms: float) -> None:
        """A piece of its audio."""
        self.last_event_at = at
        self.audio_ms += length_ms
        if self.first_audio_at is None:
            self.first_audio_at = at
            self.receive_delta(at)


@dataclass(slots=True)
class Turn:
    """A turn of the user that ended, or did not begin: what a response may come from."""

    kind: Literal["vad", "idle_timeout"]
    seq: int
    at: float


class Responses:
    """All responses of a session: the active ones, and the latest of the others.

    Args:
        keep: How many responses that are over stay in detail; None keeps all.
        are_made_up: They are realtap's, not the server's.
    """

    def __init__(self, keep: int | None, *, are_made_up: bool = False) -> None:
        self._keep = keep
        self._are_made_up = are_made_up
        self.made_up: Responses | None = None
        """The responses that realtap made up, once there are any. They can be asked for by id, and
        count neither as active nor as the last."""
        self._responses: dict[str, Response] = {}
        self._open: OrderedDict[str, None] = OrderedDict()
        self._closed: OrderedDict[str, None] = OrderedDict()
        self._kinds: BoundedDict[str, CauseKind] = BoundedDict(_IDS_KEPT)
        self.creates: list[Create] = []
        """The client's requests that no response and no error has answered yet, oldest first."""
        self.last_creates: deque[Create] = deque(maxlen=_CREATES_KEPT)
        """The latest requests, answered or not."""
        self.turn: Turn | None = None
        """The turn that the next response may come from."""
        self._doubted: tuple[Response, Create] | None = None
        self._has_conversation_id = False
        self.last: Response | None = None
        """The response that was created last, in or out of band."""
        self.count = 0

    # What is asked.

    def get(self, response_id: str) -> Response | None:
        """The response with this id, as long as it is kept."""
        response = self._responses.get(response_id)
        return self.made_up.get(response_id) if response is None and self.made_up else response

    def knows(self, response_id: str) -> bool:
        """Whether the server ever told this id."""
        is_known = response_id in self._responses or response_id in self._kinds
        return is_known or (self.made_up is not None and self.made_up.knows(response_id))

    def all(self) -> list[Response]:
        """The responses that are kept, in the order in which they began."""
        kept = dict(self._responses)
        if self.made_up is not None:
            # An event may be made up about a response of the server's.
            kept = {each.id: each for each in self.made_up.all()} | kept
        return sorted(kept.values(), key=lambda response: response.seq)

    @property
    def active(self) -> list[Response]:
        """Those of the conversation that are being made: one, at a server that keeps its rules."""
        return [
            response
            for response_id in self._open
            if not (response := self._responses[response_id]).is_out_of_band
        ]

    @property
    def active_out_of_band(self) -> list[Response]:
        """Those outside of the conversation that are being made."""
        return [
            response
            for response_id in self._open
            if (response := self._responses[response_id]).is_out_of_band
        ]

    # What the client asks for.

    def receive_create(self, seen: Seen) -> Create:
        """A `response.create`."""
        wanted = object_of(seen.fields.get("response"))
        create = Create(
            seq=seen.seq,
            at=seen.at,
            event_id=seen.event_id,
            response=wanted,
            is_out_of_band=wanted.get("conversation") == "none",
        )
        self.creates.append(create)
        self.last_creates.append(create)
        if len(self.creates) > _CREATES_KEPT:
            del self.creates[0]
        return create

    def refuse(self, event_seq: int, error_seq: int) -> None:
        """An `error` answers a `response.create`, if that is what the event was."""
        create = next((each for each in self.last_creates if each.seq == event_seq), None)
        if create is None:
            return
        create.error_seq = error_seq
        if create in self.creates:
            self.creates.remove(create)
        if self._doubted and self._doubted[1] is create:
            self._doubted = None
        response = self._responses.get(create.answered_by)
        if response is not None:
            # Somebody else's response came first and was taken for the answer.
            create.answered_by, response.create = "", None
            response.cause = Cause("unknown")

    def receive_cancel(self, seen: Seen) -> None:
        """A `response.cancel`: of one response, or of the active one."""
        named = text_of(seen.fields.get("response_id"))
        for response in [self._responses.get(named)] if named else self.active:
            if response is not None and response.is_active:
                response.cancel_seq = seen.seq

    def interrupt(self, seen: Seen) -> None:
        """The user begins to speak."""
        for response in self.active:
            if response.interrupted_seq is None:
                response.interrupted_seq = seen.seq

    # What the server tells.

    def receive_created(self, seen: Seen, *, echoes_conversation_id: bool) -> Response | None:
        """`response.created`; None when it has no id or is told again."""
        value = object_of(seen.fields.get("response"))
        response = self._responses.get(seen.response_id)
        if response is not None and response.was_created:
            return None
        if response is None:
            response = self._begin(seen)
        if response is None:
            return None
        response.was_created = True
        self._read(response, value)
        self._place(response, value, echoes_conversation_id=echoes_conversation_id)
        if not response.is_out_of_band:
            self._supersede(response)
        return response

    def begin_unseen(self, seen: Seen) -> Response | None:
        """An event of a response whose `response.created` was not seen; None when it is long over."""
        if self.knows(seen.response_id):
            return self._responses.get(seen.response_id)
        response = self._begin(seen)
        if response is not None:
            response.was_created = False
        return response

    def receive_done(self, seen: Seen) -> Response | None:
        """`response.done`, also of a response that was never created."""
        response = self.begin_unseen(seen)
        if response is None:
            return None
        value = object_of(seen.fields.get("response"))
        self._read(response, value)
        # xAI says the usage beside the response, and an empty one in it.
        usage = object_of(value.get("usage")) or object_of(seen.fields.get("usage"))
        response.usage = usage or response.usage
        if not response.was_created and "conversation_id" in value and self._has_conversation_id:
            response.is_out_of_band = value["conversation_id"] is None
        if response.done_seq is None:
            response.done_seq, response.done_at = seen.seq, seen.at
            self._close(response)
        if self._doubted and self._doubted[0] is response:
            self._believe()
        return response

    def end_turn(self, kind: Literal["vad", "idle_timeout"], seen: Seen) -> None:
        """A turn ended, and a response may come from it."""
        self.turn = Turn(kind, seen.seq, seen.at)

    def tick(self, now: float) -> None:
        """Time has passed: a request that no error has refused was the cause after all."""
        if self._doubted is not None and now - self._doubted[0].at > _DOUBT_S:
            self._believe()

    # Who caused it.

    def _place(self, response: Response, value: Json, *, echoes_conversation_id: bool) -> None:
        """Find out which conversation a new response is of, and who wanted it."""
        conversation = value.get("conversation_id", "")
        is_told = isinstance(conversation, str) and bool(conversation)
        self._has_conversation_id |= is_told
        response.is_out_of_band = conversation is None and (
            echoes_conversation_id or self._has_conversation_id
        )
        create = self._create_for(response, is_told=is_told)
        if not response.is_out_of_band and not response.metadata:
            turn, self.turn = self.turn, None
            patience = _TURN_S if create is None else _TURN_BEFORE_CREATE_S
            if turn is not None and response.at - turn.at <= patience:
                response.cause = Cause(turn.kind, turn.seq)
                # The turn's response comes at once. If the client asked too, an error will tell.
                self._doubted = (response, create) if create is not None else None
                return
        if create is not None:
            self._answer(create, response)

    def _create_for(self, response: Response, *, is_told: bool) -> Create | None:
        """The request that a response may answer; the server takes them in order."""
        echoed = next((each for each in self.creates if _is_echoed(each, response)), None)
        if echoed is not None:
            return echoed
        if is_told or response.is_out_of_band:
            wanted = [
                each for each in self.creates if each.is_out_of_band is response.is_out_of_band
            ]
        else:
            wanted = self.creates
        # A request with metadata should have had its echo: it is the last to be thought of.
        wanted = sorted(wanted, key=lambda each: bool(each.response.get("metadata")))
        return wanted[0] if wanted else None

    def _answer(self, create: Create, response: Response) -> None:
        create.answered_by = response.id
        if create in self.creates:
            self.creates.remove(create)
        response.create = create
        response.is_out_of_band |= create.is_out_of_band
        response.cause = Cause("client", create.seq, create.event_id)

    def _believe(self) -> None:
        """The client's request was the cause, not the turn: no error refused it."""
        assert self._doubted is not None
        response, create = self._doubted
        self._doubted = None
        if create.error_seq is None and not create.answered_by:
            self._answer(create, response)

    # How responses are kept.

    def _begin(self, seen: Seen) -> Response | None:
        response_id = seen.response_id
        if not response_id or response_id in self._kinds:
            return None
        response = Response(response_id, seen.seq, seen.at, Cause("unknown"))
        response.is_made_up = self._are_made_up
        response.last_event_at = seen.at
        self._responses[response_id] = response
        self._open[response_id] = None
        self.last = response
        self.count += 1
        if len(self._open) > _OPEN_KEPT:
            oldest = self._responses[next(iter(self._open))]
            oldest.is_lost = True
            self._close(oldest)
        return response

    def _read(self, response: Response, value: Json) -> None:
        response.status = text_of(value.get("status")) or response.status
        if "status_details" in value:
            response.status_details = value["status_details"]
        response.metadata = object_of(value.get("metadata")) or response.metadata
        audio = object_of(object_of(value.get("audio")).get("output"))
        own = AudioFormat.parse(audio.get("format", value.get("output_audio_format")))
        response.audio_format = own or response.audio_format

    def _supersede(self, newest: Response) -> None:
        """One response at a time writes to the conversation: an older one has lost its end."""
        for response in self.active:
            if response is not newest:
                response.is_lost = True
                self._close(response)

    def _close(self, response: Response) -> None:
        if response.id not in self._open:
            return
        del self._open[response.id]
        self._closed[response.id] = None
        if self._keep is not None and len(self._closed) > self._keep:
            self._forget(next(iter(self._closed)))

    def _forget(self, response_id: str) -> None:
        response = self._responses.pop(response_id)
        self._open.pop(response_id, None)
        self._closed.pop(response_id, None)
        self._kinds[response_id] = response.cause.kind
        for call in response.calls:
            call.response = None
        response.calls = []


def add_output(response: Response, item_id: str) -> None:
    """An output item of a response was announced."""
    if item_id not in response.output_item_ids[-8:] and (
        len(response.output_item_ids) < _CHILDREN_KEPT
    ):
        response.output_item_ids.append(item_id)


def add_call(response: Response, call: Call) -> None:
    """A call of a response was announced."""
    if call.response is None and len(response.calls) < _CHILDREN_KEPT:
        call.response = response
        response.calls.append(call)


def _is_echoed(create: Create, response: Response) -> bool:
    """Whether the response carries the metadata that the client gave its request."""
    wanted = object_of(create.response.get("metadata"))
    return bool(wanted) and wanted == response.metadata
