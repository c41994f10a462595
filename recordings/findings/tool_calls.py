"""Rules about the calls that the model makes: what it calls, with which arguments, how often."""

import difflib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import ClassVar

from ..conversation import Call, Conversation, Response, Seen
from ..conversation.bounded import BoundedDict
from ..event import Json, Side
from ..jsontext import loads
from ..plain import compact, object_of, objects_of, text_of
from . import wording
from .facts import is_late_joined, words_of
from .finding import Finding, Severity
from .json_schema import mismatches
from .rule import Rule
from .tool_silence import USER_TURN_KINDS, is_user_turn

SAME_CALLS = 3
"""So many equal calls without a word of the user in between are a loop."""

SAID_TWICE_OVERLAP = 0.6
"""Two texts that share more of their words than this say the same."""
SAID_TWICE_WORDS = 5
"""Shorter texts are alike by chance: "One moment"."""

_KEPT = 64
_NAME_LIMIT = 100
_SHOWN_MISMATCHES = 3
_DELTAS_LIMIT = 1_000_000
"""Characters of arguments that are put together to compare; longer ones are not judged."""

_ITEM_DONE = frozenset({"response.output_item.done", "response.done"})


def finished_calls(seen: Seen) -> list[Json]:
    """The function calls that the server says are completed, in either of the events that say so."""
    if seen.kind == "response.output_item.done":
        items = [object_of(seen.fields.get("item"))]
    else:
        items = objects_of(object_of(seen.fields.get("response")).get("output"))
    return [
        each
        for each in items
        if each.get("type") == "function_call" and each.get("status", "completed") == "completed"
    ]


class _JudgesCalls(Rule, ABC):
    """A rule about each completed call, once."""

    kinds = _ITEM_DONE
    side: ClassVar[Side | None] = Side.SERVER

    def __init__(self) -> None:
        self._judged: BoundedDict[str, None] = BoundedDict(_KEPT * 8)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """A call that is completed."""
        for item in finished_calls(seen):
            call_id = text_of(item.get("call_id")) or text_of(item.get("id"))
            if call_id not in self._judged:
                self._judged[call_id] = None
                yield from self.judge(item, seen, state)

    @abstractmethod
    def judge(self, item: Json, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """What is wrong with a completed call."""


class UnknownTool(_JudgesCalls):
    """The model calls a function that nobody declared."""

    slug = "unknown-tool"
    severity = Severity.ERROR
    kinds = _ITEM_DONE | {"session.created", "session.updated", "session.update", "response.create"}
    side = None

    def __init__(self) -> None:
        super().__init__()
        self._declared: BoundedDict[str, None] = BoundedDict(2_000)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """A declaration or a completed call."""
        if seen.kind in _ITEM_DONE:
            if seen.side is Side.SERVER:
                yield from super().receive(seen, state)
            return
        holder = "response" if seen.kind == "response.create" else "session"
        for tool in objects_of(object_of(seen.fields.get(holder)).get("tools")):
            # A tool of the server itself (xAI's web_search) has no name but its type.
            nested = text_of(object_of(tool.get("function")).get("name"))
            name = text_of(tool.get("name")) or nested or text_of(tool.get("type"))
            self._declared[name] = None

    def judge(self, item: Json, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Whether the name was ever declared on this connection."""
        name = text_of(item.get("name"))
        is_all_seen = state.session.is_known and not is_late_joined(state)
        if not name or name in self._declared or not is_all_seen:
            return
        if state.session.effective.get("prompt"):
            # A stored prompt can bring tools that no event shows.
            return
        call_id = text_of(item.get("call_id"))
        declared = [wording.shown(each) for each in self._declared if each]
        there = (
            f"declared are {wording.listed(declared)}" if declared else "no function is declared"
        )
        nearest = difflib.get_close_matches(name[:_NAME_LIMIT], list(self._declared)[-200:], n=1)
        hint = f" (did you mean {wording.shown(nearest[0])}?)" if nearest else ""
        yield self.finding(
            seen.at,
            [seen.seq],
            f"the model called {wording.call_named(name, call_id)} in {wording.event(seen.seq)}, and "
            f"no session.update or response.create of this session declares it{hint}: {there}",
            "answer with an output that says so, and look at how tools are declared: a session.update "
            "replaces the whole list",
        )


class ArgumentsNotJson(_JudgesCalls):
    """The arguments cannot be parsed."""

    slug = "arguments-not-json"
    severity = Severity.ERROR

    def judge(self, item: Json, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Whether the arguments are a JSON object; none at all are an empty one."""
        text = _arguments(item, state)
        if not text.strip():
            return
        try:
            value = loads(text.encode("utf-8", "surrogatepass"))
        except ValueError:
            fault = "are not JSON"
        else:
            if isinstance(value, dict):
                return
            fault = "are JSON, but no object"
        yield self.finding(
            seen.at,
            [seen.seq],
            f"the arguments of {_name(item)} in {wording.event(seen.seq)} {fault}: "
            f"{compact(text, 80)}",
            "parse arguments with care, and answer with an output that says what is wrong: the model "
            "then calls again",
        )


class ArgumentsDoNotMatchSchema(_JudgesCalls):
    """The arguments are not as the function's declaration says."""

    slug = "arguments-do-not-match-schema"
    severity = Severity.WARNING

    def judge(self, item: Json, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Compare with the schema in force."""
        schema = _schema(item, seen, state)
        try:
            text = _arguments(item, state).strip() or "{}"
            value = loads(text.encode("utf-8", "surrogatepass"))
        except ValueError:
            return
        if not schema or not isinstance(value, dict):
            return
        faults = list(islice(mismatches(value, schema), _SHOWN_MISMATCHES))
        if faults:
            yield self.finding(
                seen.at,
                [seen.seq],
                f"the arguments of {_name(item)} in {wording.event(seen.seq)} are not as its "
                f"declaration says: {wording.listed(faults)}",
                "check the arguments before use, and answer with an output that says what is wrong; a "
                "description of each parameter helps the model",
            )


def _schema(item: Json, seen: Seen, state: Conversation) -> Json:
    """The declared parameters of a call's function: of its response's own tools, or the session's."""
    name = text_of(item.get("name"))
    response = state.responses.get(seen.response_id)
    if response is not None and response.create is not None:
        for tool in objects_of(response.create.response.get("tools")):
            if tool.get("name") == name:
                return object_of(tool.get("parameters"))
    tool_in_force = state.session.tools().get(name)
    return tool_in_force.parameters if tool_in_force else {}


def _arguments(item: Json, state: Conversation) -> str:
    call = state.calls.get(text_of(item.get("call_id")))
    return text_of(item.get("arguments")) or (call.arguments if call else "")


def _name(item: Json) -> str:
    return wording.call_named(text_of(item.get("name")), text_of(item.get("call_id")))


class SameCallAgainAndAgain(Rule):
    """The model calls the same function over and over, and the user says nothing in between."""

    slug = "same-call-again-and-again"
    severity = Severity.WARNING
    kinds = _ITEM_DONE | USER_TURN_KINDS

    def __init__(self) -> None:
        self._judged: BoundedDict[str, None] = BoundedDict(_KEPT * 8)
        self._forget()

    def _forget(self) -> None:
        self._seqs: BoundedDict[str, list[int]] = BoundedDict(_KEPT)
        self._calling: BoundedDict[str, int] = BoundedDict(_KEPT)
        self._is_told = False

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """A completed call, or a turn of the user."""
        if seen.kind not in _ITEM_DONE:
            if is_user_turn(seen):
                self._forget()
            return
        if seen.side is not Side.SERVER:
            return
        for item in finished_calls(seen):
            call_id = text_of(item.get("call_id"))
            if call_id in self._judged or self._is_told:
                continue
            self._judged[call_id] = None
            self._calling.setdefault(seen.response_id, seen.seq)
            yield from self._count(item, seen, state)

    def _count(self, item: Json, seen: Seen, state: Conversation) -> Iterator[Finding]:
        key = f"{item.get('name')} {_canonical(_arguments(item, state))}"
        seqs = self._seqs.get(key, [])
        self._seqs[key] = seqs = [*seqs, seen.seq]
        choice = state.session.effective.get("tool_choice")
        is_forced = choice == "required" or isinstance(choice, dict)
        if len(seqs) >= SAME_CALLS:
            what, numbers = "with the same arguments", seqs
        elif is_forced and len(self._calling) >= SAME_CALLS:
            what, numbers = "in one response after another", list(self._calling.values())
        else:
            return
        self._is_told = True
        forced = (
            f"; the session's tool_choice is {compact(choice, 60)}, so every response has to call"
            if is_forced
            else ""
        )
        todo = (
            'send the follow-up response.create with "tool_choice": "auto", or leave it auto in the '
            "session"
            if is_forced
            else "make the output say what the model needs to go on, and count such calls in the app"
        )
        yield self.finding(
            seen.at,
            numbers,
            f"the model called {_name(item)} {len(numbers)} times {what} without a word of the user "
            f"({wording.events(numbers)}){forced}",
            todo,
        )


def _canonical(arguments: str) -> str:
    """Arguments that mean the same, spelled the same: the model changes their white space."""
    try:
        value = loads(arguments.encode("utf-8", "surrogatepass"))
        return json.dumps(value, sort_keys=True)
    except (ValueError, RecursionError):
        return arguments


class ArgumentDeltasDiffer(Rule):
    """The deltas of a call's arguments, put together, are not its arguments."""

    slug = "argument-deltas-differ"
    severity = Severity.WARNING
    kinds = frozenset(
        {
            "response.output_item.added",
            "response.output_item.done",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
        }
    )
    side = Side.SERVER

    def __init__(self) -> None:
        self._pieces: BoundedDict[str, list[str]] = BoundedDict(_KEPT)
        self._differing: BoundedDict[str, tuple[int, str, str]] = BoundedDict(_KEPT)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # the events say all
        """One of the four events of a call."""
        item_id = seen.item_id
        match seen.kind:
            case "response.output_item.added":
                if object_of(seen.fields.get("item")).get("type") == "function_call":
                    # Only of an item that was seen to begin are all deltas known.
                    self._pieces[item_id] = []
            case "response.function_call_arguments.delta":
                self._add(item_id, text_of(seen.fields.get("delta")))
            case "response.function_call_arguments.done":
                self._compare(item_id, seen)
            case _:
                yield from self._tell(item_id, seen)

    def _add(self, item_id: str, delta: str) -> None:
        pieces = self._pieces.get(item_id)
        if pieces is not None:
            pieces.append(delta)
            if len(pieces) > _DELTAS_LIMIT // 100:
                del self._pieces[item_id]

    def _compare(self, item_id: str, seen: Seen) -> None:
        pieces = self._pieces.pop(item_id, [])
        together, whole = "".join(pieces), seen.fields.get("arguments")
        if pieces and isinstance(whole, str) and together != whole:
            self._differing[item_id] = (seen.seq, together, whole)

    def _tell(self, item_id: str, seen: Seen) -> Iterator[Finding]:
        """An item that was cut off may well differ: its end tells whether it was."""
        self._pieces.pop(item_id, None)
        seq, together, whole = self._differing.pop(item_id, (0, "", ""))
        if not seq or not finished_calls(seen):
            return
        call = _name(object_of(seen.fields.get("item")))
        yield self.finding(
            seen.at,
            [seq, seen.seq],
            f"the argument deltas of {call} give {len(together)} characters, "
            f"response.function_call_arguments.done in {wording.event(seq)} has {len(whole)}, and "
            f"they differ: {compact(together, 60)} against {compact(whole, 60)}",
            "trust the arguments of the done event; a delta was lost, or the server does not conform",
        )


class SaidTwice(Rule):
    """The model says before the call what it says again after it."""

    slug = "said-twice"
    severity = Severity.INFO
    kinds = frozenset({"response.done"})
    side = Side.SERVER

    def __init__(self) -> None:
        self._calling_id = ""

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """A response ends: it called a function, or it is the answer to one."""
        response = state.responses.get(seen.response_id)
        if response is None or response.is_out_of_band:
            return
        if any(not call.is_mcp for call in response.calls):
            self._calling_id = response.id
            return
        calling = state.responses.get(self._calling_id)
        self._calling_id = ""
        if calling is None or not any(_is_answer(response, call) for call in calling.calls):
            return
        before, after = words_of(_text(calling, state)), words_of(_text(response, state))
        if min(len(before), len(after)) < SAID_TWICE_WORDS:
            return
        if len(before & after) / len(before | after) > SAID_TWICE_OVERLAP:
            yield self.finding(
                seen.at,
                [seen.seq, calling.done_seq or calling.seq],
                f"the response {wording.shown(response.id)} says again what "
                f"{wording.shown(calling.id)} said beside its call: "
                f"{compact(_text(response, state), 80)}",
                "tell the model in the instructions to say nothing, or only that it looks it up, "
                "before it calls a function",
            )


def _is_answer(response: Response, call: Call) -> bool:
    return call.answered_by == response.id


def _text(response: Response, state: Conversation) -> str:
    items = (state.items.get(each) for each in response.output_item_ids[:_KEPT])
    return " ".join(item.text for item in items if item is not None and item.kind == "message")


RULES: tuple[type[Rule], ...] = (
    UnknownTool,
    ArgumentsNotJson,
    ArgumentsDoNotMatchSchema,
    SameCallAgainAndAgain,
    ArgumentDeltasDiffer,
    SaidTwice,
)
