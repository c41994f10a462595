"""Rules about `response.create` that comes when it must not: the default conversation has one
response at a time, and a second request is refused.

One look at each request decides which of three rules it belongs to, so that one mistake is told
once: several requests for parallel calls, a request before the calling response is done, or any
other request beside an active response.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..conversation import Conversation, Response, Seen
from ..conversation.bounded import BoundedDict
from ..event import Json, Side
from ..plain import object_of, objects_of, text_of
from . import wording
from .finding import Finding, Severity
from .rule import Rule
from .tool_silence import LOST_AFTER_S, is_default_create
from .verdict import is_strict

ACTIVE_RESPONSE = "conversation_already_has_active_response"
"""The code of the error that answers a `response.create` beside an active response."""

_KEPT = 64


class Clash(StrEnum):
    """Which mistake a request beside an active response is."""

    PARALLEL = "several-response-creates-for-parallel-calls"
    AFTER_TOOL = "response-create-while-active-after-tool"
    OTHER = "response-create-while-active"


@dataclass(frozen=True, slots=True)
class _Step:
    """A request or an output of the client, in their order."""

    seq: int
    at: float
    call_id: str = ""
    """Of an output; empty for a `response.create`."""
    response_id: str = ""
    """The response that made the call."""


@dataclass(frozen=True, slots=True)
class _Overlap:
    """A request that came when it must not."""

    clash: Clash
    seq: int
    events: tuple[int, ...]
    what: str
    todo: str


class _Requests:
    """Watches the client's requests and outputs."""

    kinds = frozenset({"response.create", "conversation.item.create", "response.cancel", "error"})

    def __init__(self) -> None:
        self._steps: BoundedDict[int, _Step] = BoundedDict(_KEPT)
        self._overlaps: BoundedDict[int, _Overlap] = BoundedDict(_KEPT)
        self._cancelled_at = float("-inf")

    def look(self, seen: Seen, state: Conversation) -> tuple[_Overlap, Severity] | None:
        """What this event shows of an overlap, and how sure that is."""
        if seen.side is Side.SERVER:
            return self._refused(seen, state) if seen.kind == "error" else None
        if seen.kind == "response.cancel":
            self._cancelled_at = seen.at
        elif seen.kind == "conversation.item.create":
            self._note_output(seen, state)
        elif is_default_create(seen):
            overlap = self._overlap(seen, state)
            self._steps[seen.seq] = _Step(seen.seq, seen.at)
            if overlap is not None:
                self._overlaps[seen.seq] = overlap
                # Whether a response that is being cancelled is over yet only the server knows.
                if not self._is_cancelling(state):
                    return overlap, Severity.ERROR if is_strict(state) else Severity.WARNING
        return None

    def _note_output(self, seen: Seen, state: Conversation) -> None:
        item = object_of(seen.fields.get("item"))
        if item.get("type") == "function_call_output":
            call = state.calls.get(seen.call_id)
            response_id = call.response_id if call else ""
            self._steps[seen.seq] = _Step(seen.seq, seen.at, seen.call_id, response_id)

    def _is_cancelling(self, state: Conversation) -> bool:
        return any(each.at <= self._cancelled_at for each in state.responses.active)

    def _refused(self, seen: Seen, state: Conversation) -> tuple[_Overlap, Severity] | None:
        """The server's own word: the error that a second request gets."""
        error = object_of(seen.fields.get("error"))
        if error.get("code") != ACTIVE_RESPONSE:
            return None
        asked = state.client_events.get(text_of(error.get("event_id")))
        seq = asked.seq if asked else self._newest_request(seen, state)
        known = self._overlaps.get(seq)
        if known is None:
            known = _Overlap(
                Clash.OTHER,
                seq,
                (seq, seen.seq) if seq else (seen.seq,),
                f"response.create in {wording.event(seq)} was refused in {wording.event(seen.seq)}: "
                f"{wording.shown(text_of(error.get('message')))}",
                _WAIT,
            )
            self._overlaps[seq] = known
        return known, Severity.ERROR

    def _newest_request(self, seen: Seen, state: Conversation) -> int:
        """The request that an error without `event_id` answers: the oldest that waits, if any."""
        waiting = [
            each.seq
            for each in state.creates
            if not each.is_out_of_band and each.error_seq is None and each.at <= seen.at
        ]
        if flagged := [seq for seq in waiting if seq in self._overlaps]:
            return flagged[0]
        return waiting[-1] if waiting else 0

    # Which mistake it is.

    def _overlap(self, seen: Seen, state: Conversation) -> _Overlap | None:
        active = state.responses.active[-1] if state.responses.active else None
        earlier = [
            each
            for each in state.creates
            if not each.is_out_of_band
            and each.error_seq is None
            and seen.at - each.at < LOST_AFTER_S
        ]
        if active is None and not earlier:
            return None
        if active is not None:
            beside = f"while the response {wording.shown(active.id)} is active ({_origin(active)})"
            events = (seen.seq, active.seq)
        else:
            beside = f"before the one in {wording.event(earlier[-1].seq)} was answered"
            events = (seen.seq, earlier[-1].seq)
        told = f"response.create in {wording.event(seen.seq)} came {beside}"
        if parallel := self._parallel_outputs():
            return _parallel(seen.seq, events, told, parallel)
        if active is not None and (output := self._output_of(active)) is not None:
            return _after_tool(seen.seq, events, told, active, output)
        return _other(seen.seq, events, told, active)

    def _parallel_outputs(self) -> tuple[_Step, _Step] | None:
        """An output before the previous request and one after it, both of one response's calls."""
        steps = list(self._steps.values())
        requests = [index for index, step in enumerate(steps) if not step.call_id]
        if not requests:
            return None
        before = [step for step in steps[: requests[-1]] if step.call_id]
        after = [step for step in steps[requests[-1] :] if step.call_id]
        for late in after:
            for early in reversed(before):
                is_sibling = early.response_id == late.response_id and early.call_id != late.call_id
                if late.response_id and is_sibling:
                    return early, late
        return None

    def _output_of(self, active: Response) -> _Step | None:
        """The output of a call of the active response, sent while it is active."""
        return next(
            (
                step
                for step in reversed(self._steps.values())
                if step.call_id and step.response_id == active.id and step.at >= active.at
            ),
            None,
        )


_WAIT = (
    "send response.create only when no response is active: wait for response.done, "
    "or send response.cancel and wait for its response.done"
)


def _parallel(
    seq: int, events: tuple[int, ...], told: str, outputs: tuple[_Step, _Step]
) -> _Overlap:
    early, late = outputs
    what = (
        f"{told}, and both are for parallel calls of the response {wording.shown(late.response_id)}: "
        f"the outputs of {wording.shown(early.call_id)} in {wording.event(early.seq)} and of "
        f"{wording.shown(late.call_id)} in {wording.event(late.seq)} each got their own"
    )
    todo = "send all the outputs first, then one response.create"
    return _Overlap(Clash.PARALLEL, seq, events, what, todo)


def _after_tool(
    seq: int, events: tuple[int, ...], told: str, active: Response, output: _Step
) -> _Overlap:
    what = (
        f"{told}, which is the one that called the function: the output of "
        f"{wording.shown(output.call_id)} in {wording.event(output.seq)} may come early, "
        "response.create may not"
    )
    todo = (
        f"wait for response.done of the calling response {wording.shown(active.id)} before "
        "response.create"
    )
    return _Overlap(Clash.AFTER_TOOL, seq, events, what, todo)


def _other(seq: int, events: tuple[int, ...], told: str, active: Response | None) -> _Overlap:
    todo = _WAIT
    if active is not None and active.cause.kind == "vad":
        todo = (
            "leave response.create out: the server answers the user's speech by itself; or set "
            "turn_detection.create_response to false and ask for each answer"
        )
    return _Overlap(
        Clash.OTHER, seq, events, f"{told}: the server refuses it with {ACTIVE_RESPONSE}", todo
    )


def _origin(response: Response) -> str:
    """Who made a response, in words."""
    cause = response.cause
    where = f"{wording.event(response.seq)}, "
    match cause.kind:
        case "client":
            return f"{where}asked for by response.create in {wording.event(cause.seq)}"
        case "vad":
            return f"{where}made by the server's turn detection for the user's speech"
        case "idle_timeout":
            return f"{where}made by the server's idle timeout"
        case _:
            return f"{where}not asked for in this recording"


class _Clashing(Rule):
    """A rule that tells one sort of overlap."""

    severity = Severity.ERROR
    blames_timing = True
    kinds = _Requests.kinds
    clash: Clash

    def __init__(self) -> None:
        self._requests = _Requests()

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """A request, or the error that it got."""
        look = self._requests.look(seen, state)
        if look is not None and look[0].clash is self.clash:
            overlap, severity = look
            yield self.finding(
                seen.at, overlap.events, overlap.what, overlap.todo, severity=severity
            )


class ResponseCreateWhileActive(_Clashing):
    """A response is asked for while another is active."""

    slug = "response-create-while-active"
    clash = Clash.OTHER


class ResponseCreateWhileActiveAfterTool(_Clashing):
    """A response is asked for before the response that called the function is done."""

    slug = "response-create-while-active-after-tool"
    clash = Clash.AFTER_TOOL


class SeveralResponseCreatesForParallelCalls(_Clashing):
    """Each output of parallel calls gets its own request."""

    slug = "several-response-creates-for-parallel-calls"
    clash = Clash.PARALLEL


class OutputWithoutItsCall(Rule):
    """A response's own input has an output, and not the call that it answers."""

    slug = "output-without-its-call"
    severity = Severity.ERROR
    kinds = frozenset({"response.create"})
    side = Side.CLIENT

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """`response.input` replaces the conversation: what it refers to has to be in it."""
        items = objects_of(object_of(seen.fields.get("response")).get("input"))
        calls = {text_of(each.get("call_id")) for each in items if _is(each, "function_call")}
        references = [text_of(each.get("id")) for each in items if _is(each, "item_reference")]
        for reference in references:
            call = state.calls.by_item(reference)
            if call is not None:
                calls.add(call.call_id)
            elif state.items.kind_of(reference) in {"", "function_call"}:
                # What this recording does not show may be the call.
                return
        for item in items:
            call_id = text_of(item.get("call_id"))
            if _is(item, "function_call_output") and call_id not in calls:
                known = state.calls.get(call_id)
                added = f", or an item_reference to {wording.shown(known.item_id)}" if known else ""
                yield self.finding(
                    seen.at,
                    [seen.seq, known.announced_seq if known else 0],
                    f"response.create in {wording.event(seen.seq)} has a function_call_output for "
                    f"{wording.shown(call_id)} in response.input, and not the function_call itself",
                    f"put the function_call item before its output into response.input{added}",
                )


def _is(item: Json, kind: str) -> bool:
    return item.get("type") == kind


RULES: tuple[type[Rule], ...] = (
    ResponseCreateWhileActive,
    ResponseCreateWhileActiveAfterTool,
    SeveralResponseCreatesForParallelCalls,
    OutputWithoutItsCall,
)
