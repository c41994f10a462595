"""Rules about the items that clients make for function calls: outputs, and the ids in them."""

import difflib
import re
from collections.abc import Iterable, Iterator

from ..conversation import Call, Conversation, Seen
from ..conversation.bounded import BoundedDict
from ..event import Json, Side
from ..plain import object_of, size, text_of
from . import wording
from .facts import is_late_joined
from .finding import Finding, Severity
from .json_schema import kind_of
from .rule import Rule
from .verdict import is_strict

LARGE_OUTPUT_BYTES = 32 * 1024
ITEM_ID_LIMIT = 32
"""OpenAI takes no longer `item.id` from a client."""
EVENT_ID_LIMIT = 512
"""The specification's limit of a client's `event_id`."""

_CALL_ID = re.compile(r"[a-zA-Z0-9_-]+")
"""What OpenAI takes as a `call_id`: the pattern is quoted in its error."""

UNKNOWN_CALL = "invalid_tool_call_id"
"""The code of the error that answers an output for a call that the server does not know."""

_NEAREST_OF = 200
_ENOUGH = 100
"""After so many unknown ids nobody reads on, and looking for the nearest costs time."""

_CREATE = frozenset({"conversation.item.create"})


def output_item(seen: Seen) -> Json | None:
    """The `function_call_output` that a client's event creates."""
    item = object_of(seen.fields.get("item"))
    return item if item.get("type") == "function_call_output" else None


class UnknownCallId(Rule):
    """An output for a call that nobody made."""

    slug = "unknown-call-id"
    severity = Severity.ERROR
    kinds = _CREATE | {"error"}

    def __init__(self) -> None:
        self._told: BoundedDict[str, Finding] = BoundedDict(_NEAREST_OF)
        self._count = 0

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """An output, or the error that one got."""
        if seen.kind == "error":
            if seen.side is Side.SERVER:
                yield from self._refused(seen, state)
            return
        item = output_item(seen)
        if item is None or seen.side is not Side.CLIENT:
            return
        call_id = text_of(item.get("call_id"))
        if not call_id or (state.calls.knows(call_id) and not _is_item_id(call_id, state)):
            return
        if state.items.kind_of(call_id) == "mcp_call" or self._count > _ENOUGH:
            return
        self._count += 1
        severity = Severity.WARNING if is_late_joined(state) else Severity.ERROR
        known = _meant(call_id, state)
        found = self.finding(
            seen.at,
            [seen.seq, known.announced_seq if known else 0],
            f"the function_call_output in {wording.event(seen.seq)} answers call_id "
            f"{wording.shown(call_id)}, {_what_it_is(call_id, known, state)}",
            _use_instead(known),
            severity=severity,
        )
        self._told[call_id] = found
        yield found

    def _refused(self, seen: Seen, state: Conversation) -> Iterator[Finding]:
        """What was only likely is certain when the server says so."""
        error = object_of(seen.fields.get("error"))
        if error.get("code") != UNKNOWN_CALL:
            return
        message = text_of(error.get("message"))
        for call_id, found in self._told.items():
            if call_id in message and found.severity is not Severity.ERROR:
                yield self.finding(seen.at, found.events, found.what, found.todo)
                return
        if any(call_id in message for call_id in self._told):
            return
        asked = state.client_events.get(text_of(error.get("event_id")))
        yield self.finding(
            seen.at,
            [asked.seq if asked else 0, seen.seq],
            f"the server knows no such call ({wording.event(seen.seq)}): {wording.shown(message)}",
            _use_instead(None),
        )


def _is_item_id(call_id: str, state: Conversation) -> bool:
    """Whether the id is only known as the id of a call's item."""
    return state.calls.get(call_id) is None and state.calls.by_item(call_id) is not None


def _meant(call_id: str, state: Conversation) -> Call | None:
    """The call that was probably meant: by its item's id, by a similar id, or the one that waits."""
    if (call := state.calls.by_item(call_id)) is not None:
        return call
    known = state.calls.all()[-_NEAREST_OF:]
    by_id = {each.call_id: each for each in known}
    nearest = difflib.get_close_matches(call_id[: wording.NAME_LIMIT], by_id, n=1, cutoff=0.75)
    if nearest:
        return by_id[nearest[0]]
    pending = [each for each in known if each.is_pending]
    return pending[-1] if pending else None


def _what_it_is(call_id: str, known: Call | None, state: Conversation) -> str:
    name = wording.call_named(known.name, known.call_id) if known else ""
    if known is not None and known.item_id == call_id:
        return f"which is the id of the item of {name}, not its call_id"
    if state.responses.knows(call_id):
        return "which is the id of a response"
    if state.items.knows(call_id):
        return "which is the id of an item, not of a call"
    if known is None:
        return "and no function call has that id"
    return f"and no function call has that id; the nearest is {name}"


def _use_instead(known: Call | None) -> str:
    if known is None:
        return (
            "copy call_id from response.function_call_arguments.done or from the function_call item"
        )
    return (
        f"use call_id {wording.shown(known.call_id)}: copy it from "
        "response.function_call_arguments.done, not item_id"
    )


class SecondOutputForCall(Rule):
    """A call that has its output gets another."""

    slug = "second-output-for-call"
    severity = Severity.WARNING
    kinds = _CREATE
    side = Side.CLIENT

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """An output for a call that has one which was not refused or deleted."""
        item = output_item(seen)
        call = state.calls.get(text_of(item.get("call_id"))) if item else None
        first = call.output if call is not None and not call.is_mcp else None
        if call is None or first is None:
            return
        kept = state.items.get(first.item_id)
        if kept is not None and kept.is_deleted:
            return
        name = wording.call_named(call.name, call.call_id)
        yield self.finding(
            seen.at,
            [seen.seq, first.seq],
            f"{name} got a second function_call_output in {wording.event(seen.seq)}; the first is "
            f"{wording.event(first.seq)}: the model reads both",
            "send one output for each call_id; to replace it, delete the first item before",
        )


class OutputForCancelledCall(Rule):
    """A function ran although its call was never finished."""

    slug = "output-for-cancelled-call"
    severity = Severity.WARNING
    blames_timing = True
    kinds = _CREATE
    side = Side.CLIENT

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """An output for a call that the model did not get to the end of."""
        item = output_item(seen)
        call = state.calls.get(text_of(item.get("call_id"))) if item else None
        if call is None or call.is_mcp or call.is_from_client:
            return
        response = call.response
        was_cut = (
            response is not None
            and response.done_seq is not None
            and response.status in {"cancelled", "failed", "incomplete"}
        )
        if call.status == "completed" or not (was_cut or call.status == "incomplete"):
            return
        name = wording.call_named(call.name, call.call_id)
        ending = (
            f"its response {wording.shown(response.id)} ended {response.status} in "
            f"{wording.event(response.done_seq)}"
            if response is not None and was_cut
            else "its item is incomplete"
        )
        yield self.finding(
            seen.at,
            [seen.seq, (response.done_seq if response is not None else 0) or 0],
            f"the function_call_output in {wording.event(seen.seq)} answers {name}, which the model "
            f"never finished: {ending}, and its arguments may be cut",
            "run a function only when its item is completed: response.function_call_arguments.done "
            "also comes for a call that was interrupted",
        )


class LargeOutput(Rule):
    """An output fills the model's context."""

    slug = "large-output"
    severity = Severity.WARNING
    kinds = _CREATE
    side = Side.CLIENT

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """The size of an output, as UTF-8."""
        item = output_item(seen)
        output = text_of(item.get("output")) if item else ""
        if len(output) * 4 <= LARGE_OUTPUT_BYTES:
            return
        length_bytes = len(output.encode("utf-8", "surrogatepass"))
        if length_bytes > LARGE_OUTPUT_BYTES:
            name = state.calls.name_of(seen.call_id)
            yield self.finding(
                seen.at,
                [seen.seq],
                f"the output of {wording.call_named(name, seen.call_id)} in "
                f"{wording.event(seen.seq)} has {size(length_bytes)}: all of it is input of every "
                "response from now on",
                "give the model the few facts that it needs, not the whole answer of a service",
            )


class MalformedFunctionCallOutput(Rule):
    """An output that is not what the protocol says."""

    slug = "malformed-function-call-output"
    severity = Severity.ERROR
    kinds = _CREATE
    side = Side.CLIENT

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """The members of an output."""
        item = output_item(seen)
        if item is None:
            return
        faults = list(_faults(item))
        extra = [name for name in ("role", "content") if name in item]
        if extra:
            faults.append(f"{wording.listed(extra)} do{'es' * (len(extra) == 1)} not belong there")
        if not faults:
            return
        is_broken = len(faults) > bool(extra)
        call_id = text_of(item.get("call_id"))
        name = state.calls.name_of(call_id)
        whose = f" for {wording.call_named(name, call_id)}" if call_id else ""
        yield self.finding(
            seen.at,
            [seen.seq],
            f"the function_call_output in {wording.event(seen.seq)}{whose} is malformed: "
            f"{wording.listed(faults)}",
            'send {"type": "function_call_output", "call_id": …, "output": "…"}, with the output as '
            "a string: json.dumps(result)",
            severity=Severity.ERROR if is_broken or is_strict(state) else Severity.WARNING,
        )


def _faults(item: Json) -> Iterator[str]:
    """What no server can take."""
    if not isinstance(item.get("call_id"), str):
        instead = " (`name` does not tell which call it is)" if "name" in item else ""
        yield f"call_id is {_kind(item, 'call_id')}{instead}"
    if not isinstance(item.get("output"), str):
        instead = " (the text is in `content`)" if "content" in item else ""
        yield f"output is {_kind(item, 'output')}{instead}, not a string"


def _kind(item: Json, name: str) -> str:
    return kind_of(item[name]) if name in item else "missing"


class IllegalId(Rule):
    """An id that the server does not take."""

    slug = "illegal-id"
    severity = Severity.ERROR
    kinds = None
    side = Side.CLIENT

    def __init__(self) -> None:
        self._has_told_empty = False

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """The ids of any event but audio."""
        if seen.fields.get("event_id") == "" and not self._has_told_empty:
            # A client that does this does it in each event.
            self._has_told_empty = True
            yield self.finding(
                seen.at,
                [seen.seq],
                f"{wording.shown(seen.type)} in {wording.event(seen.seq)} has an empty event_id: no "
                "error can name it",
                "give each event an event_id of its own, or leave the field out",
                severity=Severity.INFO,
            )
        severity = Severity.ERROR if is_strict(state) else Severity.WARNING
        for what in _illegal(seen, state):
            yield self.finding(
                seen.at,
                [seen.seq],
                f"{wording.shown(seen.type)} in {wording.event(seen.seq)}: {what}",
                "use ids of letters, digits, _ and -, at most 32 characters, or leave out those that "
                "the server makes by itself",
                severity=severity,
            )


def _illegal(seen: Seen, state: Conversation) -> Iterator[str]:
    if (length := len(seen.event_id)) > EVENT_ID_LIMIT:
        yield f"event_id has {length} characters, and {EVENT_ID_LIMIT} are allowed"
    if seen.fields.get("item_id") == "":
        yield "item_id is empty"
    if seen.kind != "conversation.item.create":
        return
    item = object_of(seen.fields.get("item"))
    item_id, call_id = item.get("id"), item.get("call_id")
    if item_id == "" or call_id == "":
        yield f"item.{'call_id' if call_id == '' else 'id'} is empty"
    # The ids of other servers are longer: xAI's own have 36 characters.
    if len(text_of(item_id)) > ITEM_ID_LIMIT and is_strict(state):
        length = len(text_of(item_id))
        shown = wording.shown(text_of(item_id))
        yield f"item.id {shown} has {length} characters, and {ITEM_ID_LIMIT} are allowed"
    if text_of(call_id) and not _CALL_ID.fullmatch(text_of(call_id)):
        call = state.calls.get(text_of(call_id))
        if call is None or call.is_from_client:
            shown = wording.shown(text_of(call_id))
            yield f"item.call_id {shown} has other characters than letters, digits, _ and -"


RULES: tuple[type[Rule], ...] = (
    UnknownCallId,
    SecondOutputForCall,
    OutputForCancelledCall,
    LargeOutput,
    MalformedFunctionCallOutput,
    IllegalId,
)
