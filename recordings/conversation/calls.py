"""Function calls with their whole life: announced, arguments, output, `response.create`, answer."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..event import Fate, Json, Origin
from ..plain import encoded, text_of
from .bounded import BoundedDict
from .seen import Seen

if TYPE_CHECKING:
    from .responses import Response

ARGUMENTS_LIMIT = 1_000_000
"""Characters of arguments that are kept of one call."""
OUTPUT_LIMIT = 20_000
"""Characters of an output that are kept."""
OUTPUTS_LIMIT = 16
"""Outputs that are kept of one call: the second is a mistake already."""
_STRAY_KEPT = 100
_UNANSWERED_KEPT = 64
_NAMES_KEPT = 20_000
_OPEN_KEPT = 256
"""Calls that may wait for their output at once."""

CALL_TYPES = frozenset({"function_call", "mcp_call"})


@dataclass(slots=True)
class Output:
    """One `function_call_output`."""

    seq: int
    at: float
    call_id: str
    item_id: str
    """Empty until the server has told it, unless the client chose it."""
    text: str
    """What the function gave back, cut at 20,000 characters."""
    text_size: int
    by: Origin
    """Who sent it: the app (`wire`), or realtap in its place."""
    why: str = ""
    """Who made it or kept it back, in words: `mock get_weather`."""
    is_dropped: bool = False
    """Realtap kept it from the server."""
    event_id: str = ""
    ack_seq: int | None = None
    """The server's event that shows it in the conversation."""
    ack_at: float | None = None
    error_seq: int | None = None
    """The `error` that refused it."""

    @property
    def is_accepted(self) -> bool:
        """Whether the server has taken it."""
        return self.ack_seq is not None


@dataclass(slots=True)
class Call:
    """One call of a function, or of an MCP server's tool."""

    call_id: str
    """An MCP call has none: its item's id stands here."""
    item_id: str
    name: str
    response_id: str
    announced_seq: int
    announced_at: float
    is_mcp: bool = False
    server_label: str = ""
    """The MCP server."""
    status: str = ""
    """The item's: `in_progress`, `completed` or `incomplete`."""
    arguments_seq: int | None = None
    """The event that had the arguments complete."""
    arguments_at: float | None = None
    outputs: list[Output] = field(default_factory=list)
    dropped_outputs: list[Output] = field(default_factory=list)
    """What the app gave back and realtap kept from the server, to answer the call itself."""
    is_made_up: bool = False
    """Realtap made it up: the server knows nothing of it, nor of the output that the app gave."""
    made_up_by: str = ""
    """Who made it up, in words."""
    created_seq: int | None = None
    """The client's `response.create` after the output; the next one when that was refused."""
    is_create_refused: bool = False
    """The server answered that `response.create` with an error."""
    created_at: float | None = None
    answered_by: str = ""
    """The response that was made with the output in the conversation."""
    answer_at: float | None = None
    """When that response was created."""
    is_from_client: bool = False
    """The client put it into the conversation: history of an earlier session."""
    response: "Response | None" = field(default=None, repr=False, compare=False)
    """The response that made it, as long as it is kept."""
    mcp_output: str | None = None
    """What an MCP server's tool gave back, or its error as JSON."""
    _pieces: list[str] = field(default_factory=list, repr=False)
    _size: int = 0

    @property
    def arguments(self) -> str:
        """The arguments as far as they have come; the server's own final text once there is one."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def add_arguments(self, delta: str) -> None:
        """A piece of the arguments."""
        if delta and self._size < ARGUMENTS_LIMIT:
            self._pieces.append(delta)
            self._size += len(delta)

    def finish_arguments(self, text: str, seen: Seen) -> None:
        """The complete arguments."""
        if text:
            self._pieces = [text[:ARGUMENTS_LIMIT]]
            self._size = len(text)
        if self.arguments_seq is None:
            self.arguments_seq, self.arguments_at = seen.seq, seen.at

    def siblings(self) -> list["Call"]:
        """The other calls of the same response."""
        if self.response is None:
            return []
        return [each for each in self.response.calls if each is not self]

    @property
    def output(self) -> Output | None:
        """The output that counts: the first that was not refused."""
        return next((each for each in self.outputs if each.error_seq is None), None)

    @property
    def is_pending(self) -> bool:
        """Whether the model waits for its output."""
        needs_none = self.is_mcp or self.is_from_client or self.is_void or self.is_made_up
        return not needs_none and self.output is None

    @property
    def is_void(self) -> bool:
        """Whether it was cut off: nobody waits for its output."""
        return self.status == "incomplete"


class Calls:
    """All calls of a session: the pending ones, and the latest of the others.

    Args:
        keep: How many calls that are over stay in detail; None keeps all.
        are_made_up: They are realtap's, not the server's.
    """

    def __init__(self, keep: int | None, *, are_made_up: bool = False) -> None:
        self._keep = keep
        self._are_made_up = are_made_up
        self.made_up: Calls | None = None
        """The calls that realtap made up, once there are any; what is asked includes them."""
        self._by_call_id: dict[str, Call] = {}
        self._by_item_id: dict[str, Call] = {}
        self._open: OrderedDict[str, Call] = OrderedDict()
        self._closed: OrderedDict[str, Call] = OrderedDict()
        self._names: BoundedDict[str, str] = BoundedDict(_NAMES_KEPT)
        """Names by call id and by item id, also of calls that are no longer kept."""
        self.stray_outputs: deque[Output] = deque(maxlen=_STRAY_KEPT)
        """Outputs whose `call_id` no call has."""
        self.unanswered: OrderedDict[str, Call] = OrderedDict()
        """Calls with an output that no response has used yet."""

    # What is asked.

    def get(self, call_id: str) -> Call | None:
        """The call with this `call_id`."""
        call = self._by_call_id.get(call_id)
        return self.made_up.get(call_id) if call is None and self.made_up else call

    def by_item(self, item_id: str) -> Call | None:
        """The call whose item has this id."""
        call = self._by_item_id.get(item_id)
        return self.made_up.by_item(item_id) if call is None and self.made_up else call

    def knows(self, call_id: str) -> bool:
        """Whether there was a call with this id, also one that is no longer kept."""
        is_known = call_id in self._by_call_id or call_id in self._names
        return is_known or (self.made_up is not None and self.made_up.knows(call_id))

    def name_of(self, any_id: str) -> str:
        """The function's name by call id or item id, also of a call that is no longer kept."""
        call = self._by_call_id.get(any_id) or self._by_item_id.get(any_id)
        name = call.name if call and call.name else self._names.get(any_id, "")
        return self.made_up.name_of(any_id) if not name and self.made_up else name

    def all(self) -> list[Call]:
        """The calls that are kept, in the order in which they were announced."""
        kept = [*self._closed.values(), *self._open.values()]
        kept += self.made_up.all() if self.made_up else []
        return sorted(kept, key=lambda call: call.announced_seq)

    def pending(self) -> list[Call]:
        """The calls whose output the model waits for, oldest first."""
        return [call for call in self._open.values() if call.is_pending]

    # Taking events.

    def announce(self, item: Json, seen: Seen, *, item_id: str, response_id: str) -> Call | None:
        """A call's item was seen, in whatever event; None when it has no id at all."""
        is_mcp = item.get("type") == "mcp_call"
        call_id = item_id if is_mcp else text_of(item.get("call_id")) or item_id
        if not call_id:
            return None
        call = self._by_call_id.get(call_id) or self._by_item_id.get(item_id)
        if call is None:
            call = self._begin(call_id, item_id, seen, response_id=response_id)
            call.is_mcp = is_mcp
        self._link(call, item_id)
        self._name(call, text_of(item.get("name")))
        call.server_label = text_of(item.get("server_label")) or call.server_label
        call.response_id = call.response_id or response_id
        call.status = text_of(item.get("status")) or call.status
        arguments = text_of(item.get("arguments"))
        if arguments and call.status != "in_progress":
            call.finish_arguments(arguments, seen)
        if call.is_mcp and (result := item.get("output") or item.get("error")) is not None:
            text = result if isinstance(result, str) else encoded(result)
            call.mcp_output = text[:OUTPUT_LIMIT]
        self._settle(call)
        return call

    def about(self, seen: Seen) -> Call | None:
        """The call that an event with a `call_id` or an `item_id` is about, begun when unknown."""
        call = self._by_call_id.get(seen.call_id) or self._by_item_id.get(seen.item_id)
        if call is not None:
            return call
        call_id = seen.call_id or seen.item_id
        if not call_id or call_id in self._names:
            return None
        call = self._begin(call_id, seen.item_id, seen, response_id=seen.response_id)
        call.is_mcp = not seen.call_id
        self._link(call, seen.item_id)
        return call

    def receive_arguments(self, seen: Seen) -> Call | None:
        """A piece of a call's arguments, or the whole of them."""
        call = self.about(seen)
        if call is None:
            return None
        if seen.kind.endswith(".delta"):
            call.add_arguments(text_of(seen.fields.get("delta")))
        else:
            self._name(call, text_of(seen.fields.get("name")))
            call.finish_arguments(text_of(seen.fields.get("arguments")), seen)
        return call

    def set_status(self, call: Call, status: str) -> None:
        """An event tells how a call goes."""
        call.status = status or call.status
        self._settle(call)

    def receive_output(self, item: Json, seen: Seen) -> Output:
        """A `function_call_output`, from the client or first heard of from the server."""
        output = _output(item, seen)
        call = self._by_call_id.get(output.call_id)
        if call is None:
            self.stray_outputs.append(output)
            return output
        if len(call.outputs) < OUTPUTS_LIMIT:
            call.outputs.append(output)
        if not call.answered_by:
            self._await_answer(call)
        self._settle(call)
        return output

    def receive_dropped_output(self, item: Json, seen: Seen) -> bool:
        """An output of the app that realtap kept from the server; false when no real call has its id."""
        call = self._by_call_id.get(text_of(item.get("call_id")))
        if call is not None and len(call.dropped_outputs) < OUTPUTS_LIMIT:
            call.dropped_outputs.append(_output(item, seen))
        return call is not None

    def _await_answer(self, call: Call) -> None:
        self.unanswered[call.call_id] = call
        if len(self.unanswered) > _UNANSWERED_KEPT:
            self.unanswered.popitem(last=False)

    def acknowledge(self, item: Json, seen: Seen) -> None:
        """The server shows a `function_call_output` in the conversation."""
        call_id = text_of(item.get("call_id"))
        call = self._by_call_id.get(call_id)
        known = list(call.outputs if call else self.stray_outputs)
        output = next(
            (each for each in known if each.call_id == call_id and not each.is_accepted), None
        )
        if output is None:
            if call is None or call.outputs:
                return
            # Another connection of the same session sent it.
            output = self.receive_output(item, seen)
        output.item_id = text_of(item.get("id")) or output.item_id
        output.ack_seq, output.ack_at = seen.seq, seen.at
        output.error_seq = None

    def refuse_output(self, event_seq: int, error_seq: int) -> None:
        """An `error` answers the client's event that had an output."""
        sent = [output for call in self.unanswered.values() for output in call.outputs]
        for output in (*sent, *self.stray_outputs):
            if output.seq == event_seq and not output.is_accepted:
                output.error_seq = error_seq
                return

    def receive_create(self, seen: Seen) -> None:
        """The client asks for a response in the default conversation."""
        for call in self.unanswered.values():
            if call.created_seq is None or call.is_create_refused:
                call.created_seq, call.created_at = seen.seq, seen.at
                call.is_create_refused = False

    def refuse_create(self, event_seq: int) -> None:
        """An `error` answers a `response.create`: the outputs before it still wait for one."""
        for call in self.unanswered.values():
            if call.created_seq == event_seq:
                call.is_create_refused = True

    def answer(self, response_id: str, at: float, *, create_seq: int | None) -> None:
        """A response of the default conversation was created: it uses the outputs that are there."""
        for call in list(self.unanswered.values()):
            output = call.output
            is_there = output is not None and (
                output.is_accepted or (create_seq is not None and output.seq < create_seq)
            )
            if is_there and call.response_id != response_id:
                call.answered_by, call.answer_at = response_id, at
                del self.unanswered[call.call_id]
                self._settle(call)

    # How calls are kept.

    def _begin(self, call_id: str, item_id: str, seen: Seen, *, response_id: str) -> Call:
        call = Call(
            call_id=call_id,
            item_id=item_id,
            name=self._names.get(call_id, ""),
            response_id=response_id,
            announced_seq=seen.seq,
            announced_at=seen.at,
            is_from_client=seen.is_from_client,
            is_made_up=self._are_made_up,
            made_up_by=(seen.event.why or "") if self._are_made_up else "",
        )
        self._by_call_id[call_id] = call
        self._open[call_id] = call
        if len(self._open) > _OPEN_KEPT:
            self._retire(self._open.popitem(last=False)[1])
        return call

    def _link(self, call: Call, item_id: str) -> None:
        call.item_id = call.item_id or item_id
        if item_id and call.item_id == item_id:
            self._by_item_id[item_id] = call

    def _name(self, call: Call, name: str) -> None:
        if name:
            call.name = name
            self._names[call.call_id] = name
            if call.item_id:
                self._names[call.item_id] = name

    def _settle(self, call: Call) -> None:
        """Move a call that is over to those that may be dropped."""
        is_over = bool(call.answered_by) or call.is_from_client or call.is_void
        is_over = is_over or (call.is_mcp and call.status in {"completed", "failed"})
        if is_over and call.call_id in self._open:
            self._retire(self._open.pop(call.call_id))

    def _retire(self, call: Call) -> None:
        self._closed[call.call_id] = call
        if self._keep is not None and len(self._closed) > self._keep:
            self._forget(self._closed.popitem(last=False)[1])

    def _forget(self, call: Call) -> None:
        self._by_call_id.pop(call.call_id, None)
        if self._by_item_id.get(call.item_id) is call:
            del self._by_item_id[call.item_id]
        self.unanswered.pop(call.call_id, None)
        self._names.setdefault(call.call_id, call.name)
        call.response = None


def _output(item: Json, seen: Seen) -> Output:
    value = item.get("output")
    text = value if isinstance(value, str) else "" if value is None else encoded(value)
    return Output(
        seq=seen.seq,
        at=seen.at,
        call_id=text_of(item.get("call_id")),
        item_id=text_of(item.get("id")),
        text=text[:OUTPUT_LIMIT],
        text_size=len(text),
        by=seen.event.origin,
        why=seen.event.why or "",
        is_dropped=seen.event.fate is Fate.DROPPED,
        event_id=seen.event_id,
    )
