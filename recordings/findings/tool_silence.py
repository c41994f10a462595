"""Rules about what does not follow a function call: its output, its `response.create`, its siblings."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from ..conversation import Call, Conversation, Output, Response, Seen
from ..conversation.bounded import BoundedDict
from ..event import Side
from ..plain import object_of, text_of
from . import wording
from .closing import is_theirs
from .finding import Finding, Severity
from .rule import Rule

UNREAD_WARNING_S = 3.0
UNREAD_ERROR_S = 10.0
"""How long an output may wait for its `response.create`."""

ACKNOWLEDGED_WITHIN_S = 2.0
"""An output that the server does not show in the conversation counts as taken after so long."""

UNANSWERED_WARNING_S = 15.0
"""How long a call may wait for its output: many functions ask another service."""

LEFT_AFTER_S = 2.0
"""An app that closes sooner than this after a call may just have been about to go on."""

LOST_AFTER_S = 5.0
"""A `response.create` that nothing has answered for so long will not be answered."""

SLOW_TOOL_S = 5.0

_WATCHED = 64
"""Silences are looked for in so many of the latest calls."""

_ENDING = re.compile(
    r"(?<![a-z])(?:hang_?up|good_?bye"
    r"|(?:end|close|finish|terminate|disconnect)_?(?:the_?)?(?:call|chat|conversation|session)"
    r"|transfer_?(?:the_?)?(?:to_?)?(?:an?_?)?(?:call|caller|human|agent|operator))",
    re.IGNORECASE,
)
"""Functions whose names say that the conversation is over with them: nothing has to follow."""


def ends_the_session(name: str) -> bool:
    """Whether a function's name says that nothing will be said after it: `hang_up`, `end_call`."""
    return bool(_ENDING.search(name))


def is_user_turn(seen: Seen) -> bool:
    """Whether the user says something by this event, in writing or aloud."""
    if seen.kind == "conversation.item.create":
        item = object_of(seen.fields.get("item"))
        return item.get("type") == "message" and item.get("role") == "user"
    return seen.kind in {"input_audio_buffer.committed", "input_audio_buffer.speech_started"}


USER_TURN_KINDS = frozenset(
    {
        "conversation.item.create",
        "input_audio_buffer.committed",
        "input_audio_buffer.speech_started",
    }
)


def is_default_create(seen: Seen) -> bool:
    """Whether an event asks for a response in the default conversation."""
    if seen.kind != "response.create" or seen.side is not Side.CLIENT:
        return False
    return object_of(seen.fields.get("response")).get("conversation") != "none"


# Outputs that no response reads.


@dataclass(frozen=True, slots=True)
class Unread:
    """The outputs of one response's calls, all there, and no response was asked for since."""

    calls: tuple[Call, ...]
    ready_at: float
    """Since then the app could have sent `response.create`."""
    last_output: Output


def unread_outputs(state: Conversation, now: float) -> Iterator[Unread]:
    """What waits to be read, of the latest calls, each response once."""
    told: set[str] = set()
    for call in islice(reversed(state.calls.unanswered.values()), _WATCHED):
        if call.call_id in told:
            continue
        family = [call, *call.siblings()]
        told.update(each.call_id for each in family)
        unread = _unread(family, state, now)
        if unread is not None:
            yield unread


def _unread(family: list[Call], state: Conversation, now: float) -> Unread | None:
    calls = [each for each in family if _needs_output(each)]
    outputs = [each.output for each in calls if each.output is not None]
    response = family[0].response
    if not calls or len(outputs) < len(calls) or not _is_over(response):
        return None
    if any(each.created_seq or each.answered_by or ends_the_session(each.name) for each in calls):
        return None
    last = max(outputs, key=lambda each: each.at)
    if _has_response_since(state, last.at, now):
        return None
    ready_at = max(_taken_at(each) for each in outputs)
    if response is not None and response.done_at is not None:
        ready_at = max(ready_at, response.done_at)
    if now < ready_at:
        return None
    return Unread(tuple(sorted(calls, key=lambda each: each.announced_seq)), ready_at, last)


def _needs_output(call: Call) -> bool:
    return not (call.is_mcp or call.is_from_client or call.status == "incomplete")


def _is_over(response: Response | None) -> bool:
    """Whether a call's response ended; one that is not known any more did long ago."""
    return response is None or (response.done_at is not None and not response.is_out_of_band)


def _taken_at(output: Output) -> float:
    return output.at + ACKNOWLEDGED_WITHIN_S if output.ack_at is None else output.ack_at


def _has_response_since(state: Conversation, at: float, now: float) -> bool:
    """Whether any response of the conversation began after this time, or will begin now."""
    last = state.responses.last
    if last is not None and not last.is_out_of_band and last.at > at:
        return True
    return any(
        not create.is_out_of_band and now - create.at < LOST_AFTER_S for create in state.creates
    )


class _Quiet:
    """Since when nobody speaks: neither a response is active nor the user's speech."""

    def __init__(self) -> None:
        self.since = float("-inf")

    def is_now(self, now: float, state: Conversation) -> bool:
        """Look, and remember until when it was not so."""
        if state.responses.active or state.input_audio.speech:
            self.since = now
            return False
        return True


class MissingResponseCreate(Rule):
    """A function's output is in the conversation, and nobody asks for a response."""

    slug = "missing-response-create"
    severity = Severity.ERROR
    blames_timing = True
    kinds = frozenset()

    def __init__(self) -> None:
        self._quiet = _Quiet()
        self._told: BoundedDict[int, Severity] = BoundedDict(_WATCHED)

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:
        """Look at the clock."""
        if not self._quiet.is_now(now, state) or not state.calls.unanswered:
            return
        for unread in unread_outputs(state, now):
            since = max(unread.ready_at, self._quiet.since)
            if now - since >= UNREAD_ERROR_S:
                yield from self._tell(unread, since + UNREAD_ERROR_S, since, Severity.ERROR)
            elif now - since >= UNREAD_WARNING_S:
                yield from self._tell(unread, since + UNREAD_WARNING_S, since, Severity.WARNING)

    def finish(self, state: Conversation) -> Iterable[Finding]:
        """An app that gives up says that it waited for an answer."""
        closed = state.closed
        if closed is None or not is_theirs(closed, Side.CLIENT):
            return
        if not self._quiet.is_now(closed.at, state):
            return
        for unread in unread_outputs(state, closed.at):
            since = max(unread.ready_at, self._quiet.since)
            if closed.at - since >= LEFT_AFTER_S:
                yield from self._tell(unread, closed.at, since, Severity.ERROR)

    def _tell(
        self, unread: Unread, at: float, since: float, severity: Severity
    ) -> Iterator[Finding]:
        if self._told.get(unread.last_output.seq) in {severity, Severity.ERROR}:
            return
        self._told[unread.last_output.seq] = severity
        done = unread.calls[0].response.done_seq if unread.calls[0].response else None
        seqs = [each.output.seq for each in unread.calls if each.output is not None]
        names = wording.listed([_name(each) for each in unread.calls])
        plural = len(seqs) > 1
        yield self.finding(
            at,
            [unread.last_output.seq, *seqs, *(each.announced_seq for each in unread.calls)],
            f"{'the outputs' if plural else 'the output'} of {names} went to the server in "
            f"{wording.events(sorted(seqs))}, and no response.create followed within "
            f"{wording.seconds(at - since)}: the model does not read {'them' if plural else 'it'}, "
            "and the user hears nothing",
            'send {"type": "response.create"} after the output'
            + (f", once response.done ({wording.event(done)}) has come" if done else "")
            + ": the server never goes on by itself after a function_call_output",
            severity=severity,
        )


class AnsweredLate(Rule):
    """An output is read only because the user happened to speak again."""

    slug = "answered-late"
    severity = Severity.INFO
    blames_timing = True
    kinds = frozenset({"response.created"})
    side = Side.SERVER

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """A response that the client did not ask for reads what waited."""
        response = object_of(seen.fields.get("response"))
        is_outside = response.get("conversation_id", "") is None
        if state.creates or (is_outside and state.profile.echoes_conversation_id):
            return
        for unread in unread_outputs(state, seen.at):
            late_s = seen.at - unread.ready_at
            if late_s < UNREAD_WARNING_S:
                continue
            names = wording.listed([_name(each) for each in unread.calls])
            yield self.finding(
                seen.at,
                [unread.last_output.seq, seen.seq],
                f"the output of {names} in {wording.event(unread.last_output.seq)} was read only "
                f"{wording.seconds(late_s)} later, by the response {wording.shown(seen.response_id)} "
                "that the server made for the user's next turn",
                "send response.create after the output, so that the answer does not wait for the user",
            )


# Calls without an output.


@dataclass(slots=True)
class _Waiting:
    """A response that ended with calls, and what happened since."""

    response_id: str
    done_seq: int
    done_at: float
    is_told: bool = False
    has_user_turn: bool = False
    """The user went on: the app may have left a slow function behind on purpose."""


class _FinishedCalls:
    """The latest responses that ended with function calls."""

    kinds = USER_TURN_KINDS | {"response.done", "response.create"}

    def __init__(self) -> None:
        self.waiting: BoundedDict[str, _Waiting] = BoundedDict(_WATCHED)

    def note(self, seen: Seen, state: Conversation) -> None:
        """Remember what matters of an event, before the conversation has it."""
        if seen.kind == "response.done" and seen.side is Side.SERVER:
            status = text_of(object_of(seen.fields.get("response")).get("status"))
            response = state.responses.get(seen.response_id)
            is_asking = response is not None and not response.is_out_of_band and response.calls
            if is_asking and status in {"completed", ""}:
                self.waiting[seen.response_id] = _Waiting(seen.response_id, seen.seq, seen.at)
        elif is_user_turn(seen):
            for each in self.waiting.values():
                each.has_user_turn = True

    def open_calls(self, each: _Waiting, state: Conversation) -> tuple[list[Call], list[Call]]:
        """Those of its calls that wait for an output, and those that got one."""
        response = state.responses.get(each.response_id)
        calls = [call for call in response.calls if _needs_output(call)] if response else []
        pending = [
            call
            for call in calls
            if call.is_pending and not _is_astray(call, state) and not ends_the_session(call.name)
        ]
        return pending, [call for call in calls if not call.is_pending]

    def unanswered(self, state: Conversation) -> Iterator[tuple[_Waiting, list[Call], list[Call]]]:
        """The responses with calls that wait; those that are settled are forgotten."""
        for each in list(self.waiting.values()):
            pending, answered = self.open_calls(each, state)
            if pending:
                yield each, pending, answered
            else:
                del self.waiting[each.response_id]


def _is_astray(call: Call, state: Conversation) -> bool:
    """Whether the app did answer: the output was refused, or has an id that is no call's.

    That is another mistake, and has a finding of its own.
    """
    strays = state.calls.stray_outputs
    return bool(call.outputs) or bool(strays and strays[-1].seq > call.announced_seq)


class CallNeverAnswered(Rule):
    """The model calls a function and gets no output."""

    slug = "call-never-answered"
    severity = Severity.WARNING
    blames_timing = True
    kinds = _FinishedCalls.kinds

    def __init__(self) -> None:
        self._finished = _FinishedCalls()

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """A `response.create` without any output shows that the app overlooked the call."""
        if is_default_create(seen):
            for each, pending, answered in self._finished.unanswered(state):
                if not each.has_user_turn and not answered:
                    yield self._found(
                        seen.at,
                        each,
                        pending,
                        f"and the client sent response.create in {wording.event(seen.seq)} without it",
                        severity=Severity.ERROR,
                    )
                self._finished.waiting.pop(each.response_id, None)
        self._finished.note(seen, state)

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:
        """Look at the clock."""
        if not self._finished.waiting:
            return
        for each, pending, _ in self._finished.unanswered(state):
            due_at = each.done_at + UNANSWERED_WARNING_S
            if now >= due_at and not each.is_told:
                each.is_told = True
                text = f"and got no output within {UNANSWERED_WARNING_S:g} s"
                yield self._found(due_at, each, pending, text, severity=Severity.WARNING)

    def finish(self, state: Conversation) -> Iterable[Finding]:
        """An app that leaves after a while had forgotten the call."""
        closed = state.closed
        if closed is None or not is_theirs(closed, Side.CLIENT):
            return
        for each, pending, _ in self._finished.unanswered(state):
            waited_s = closed.at - each.done_at
            if waited_s >= LEFT_AFTER_S and not each.has_user_turn:
                is_long = waited_s >= UNANSWERED_WARNING_S
                text = f"and the client closed {wording.seconds(waited_s)} later without an output"
                severity = Severity.ERROR if is_long else Severity.WARNING
                yield self._found(closed.at, each, pending, text, severity=severity)

    def _found(
        self, at: float, waiting: _Waiting, pending: list[Call], text: str, *, severity: Severity
    ) -> Finding:
        names = wording.listed([_name(each) for each in pending])
        call_id = wording.shown(pending[0].call_id)
        return self.finding(
            at,
            [*(each.announced_seq for each in pending), waiting.done_seq],
            f"the model called {names} in {wording.event(pending[0].announced_seq)}, {text}: it waits "
            "for what the function gives back",
            f"send conversation.item.create with a function_call_output for {call_id}, then "
            "response.create; an error of the function is an output too",
            severity=severity,
        )


class ParallelCallsPartlyAnswered(Rule):
    """The answer is asked for before all the calls of one response have their outputs."""

    slug = "parallel-calls-partly-answered"
    severity = Severity.WARNING
    blames_timing = True
    kinds = _FinishedCalls.kinds

    def __init__(self) -> None:
        self._finished = _FinishedCalls()

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """A `response.create` after some of several outputs."""
        if is_default_create(seen):
            for each, pending, answered in self._finished.unanswered(state):
                if answered and not each.has_user_turn:
                    yield self._found(seen, pending, answered)
                self._finished.waiting.pop(each.response_id, None)
        self._finished.note(seen, state)

    def _found(self, seen: Seen, pending: list[Call], answered: list[Call]) -> Finding:
        missing = wording.listed([_name(each) for each in pending])
        there = wording.listed([_name(each) for each in answered])
        return self.finding(
            seen.at,
            [seen.seq, *(each.announced_seq for each in pending)],
            f"response.create in {wording.event(seen.seq)} came when {there} had an output and "
            f"{missing} of the same response had none: the model answers without "
            f"{'it' if len(pending) == 1 else 'them'}",
            "send a function_call_output for each call of the response, then one response.create",
        )


class SlowTool(Rule):
    """A function takes long, and the user hears nothing meanwhile."""

    slug = "slow-tool"
    severity = Severity.WARNING
    blames_timing = True
    kinds = frozenset({"conversation.item.create", "response.created"})

    def __init__(self) -> None:
        self._last_created_at = float("-inf")

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """An output tells how long its function took."""
        if seen.kind == "response.created":
            self._last_created_at = seen.at
            return
        item = object_of(seen.fields.get("item"))
        call = state.calls.get(seen.call_id)
        if call is None or item.get("type") != "function_call_output" or call.outputs:
            return
        if call.is_from_client or call.arguments_at is None or call.arguments_seq is None:
            return
        if seen.event.origin.is_made_up:
            # A mock is as slow as it was told to be.
            return
        silent_since = _silent_since(call)
        is_silence = self._last_created_at <= silent_since
        took_s = seen.at - silent_since
        if took_s > SLOW_TOOL_S and is_silence:
            yield self.finding(
                seen.at,
                [seen.seq, call.arguments_seq],
                f"{_name(call)} got its arguments in {wording.event(call.arguments_seq)} and its "
                f"output in {wording.event(seen.seq)}: for {wording.seconds(took_s)} nothing was said",
                "make it quicker, or let the model say something first: a short response "
                "before the call's output keeps the user on the line",
            )


def _silent_since(call: Call) -> float:
    """When the model had said all that it says before the output."""
    response = call.response
    if call.arguments_at is None or (response is not None and response.done_at is None):
        return float("inf")
    done_at = response.done_at if response is not None else None
    return max(call.arguments_at, done_at or 0.0)


def _name(call: Call) -> str:
    return wording.call_named(call.name, call.call_id)


RULES: tuple[type[Rule], ...] = (
    MissingResponseCreate,
    AnsweredLate,
    CallNeverAnswered,
    ParallelCallsPartlyAnswered,
    SlowTool,
)
