"""Rules about tools of MCP servers, which the Realtime server calls by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from ..conversation import Conversation, Seen
from ..conversation.bounded import BoundedDict
from ..event import Json, Side
from ..plain import compact, cut, object_of, text_of
from .facts import say_s
from .finding import Finding, Severity
from .rule import Rule

_ITEM_EVENTS = frozenset(
    {
        "conversation.item.added",
        "conversation.item.done",
        "response.output_item.added",
        "response.output_item.done",
    }
)
_NAME_LIMIT = 80


def _name(item: Json) -> str:
    """The tool as people call it: `deepwiki.ask_question`."""
    label = cut(text_of(item.get("server_label")), _NAME_LIMIT)
    return f"{label}.{cut(text_of(item.get('name')), _NAME_LIMIT)}".strip(".") or "a tool"


class McpToolsNotListed(Rule):
    """An MCP server's tools could not be fetched."""

    slug = "mcp-tools-not-listed"
    severity = Severity.WARNING
    kinds = frozenset({"mcp_list_tools.failed", *_ITEM_EVENTS})
    side = Side.SERVER

    def __init__(self) -> None:
        self._labels: BoundedDict[str, str] = BoundedDict(200)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """The item tells the server's label, where one came; the session tells it else."""
        if seen.kind in _ITEM_EVENTS:
            item = object_of(seen.fields.get("item"))
            if item.get("type") == "mcp_list_tools":
                self._labels[seen.item_id] = text_of(item.get("server_label"))
            return ()
        label = self._labels.get(seen.item_id, "") or _only_label(state)
        server = f"the MCP server {cut(label, _NAME_LIMIT)}" if label else "an MCP server"
        error = object_of(seen.fields.get("error"))
        reason = f": {compact(error, 200)}" if error else ""
        what = f"the tools of {server} could not be listed{reason}; the model cannot call them"
        todo = (
            "check server_url, authorization and headers of the tool, and that the server answers"
        )
        return (self.finding(seen.at, (seen.seq,), what, todo),)


def _only_label(state: Conversation) -> str:
    """The label of the only MCP server in the session's tools; empty when there are more."""
    tools = state.session.effective.get("tools")
    labels = {
        text_of(tool.get("server_label"))
        for tool in (tools if isinstance(tools, list) else ())
        if isinstance(tool, dict) and tool.get("type") == "mcp"
    }
    return labels.pop() if len(labels) == 1 else ""


@dataclass(frozen=True, slots=True)
class _Approval:
    seq: int
    at: float
    name: str


class McpApprovalUnanswered(Rule):
    """The model wants a tool of an MCP server, and nobody says yes or no."""

    slug = "mcp-approval-unanswered"
    severity = Severity.WARNING
    blames_timing = True
    kinds = frozenset({*_ITEM_EVENTS, "conversation.item.create", "mcp_approval_response"})

    PATIENCE_S: ClassVar[float] = 30.0

    def __init__(self) -> None:
        self._waiting: BoundedDict[str, _Approval] = BoundedDict(200)
        self._answered: BoundedDict[str, None] = BoundedDict(200)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # the event says it all
        """A request waits from its item to an answer that names it."""
        item = object_of(seen.fields.get("item"))
        kind = text_of(item.get("type"))
        # Voice Live takes the answer also as an event of its own.
        answer = item if kind == "mcp_approval_response" else seen.fields
        if kind == "mcp_approval_request" and seen.item_id not in self._answered:
            self._waiting.setdefault(seen.item_id, _Approval(seen.seq, seen.at, _name(item)))
        elif request_id := text_of(answer.get("approval_request_id")):
            self._waiting.pop(request_id, None)
            self._answered[request_id] = None
        return ()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # what waits has all that it needs
        """Tell of those that waited long."""
        if not self._waiting:
            return ()
        late = [
            item_id for item_id, each in self._waiting.items() if now - each.at >= self.PATIENCE_S
        ]
        for item_id in late:
            self._answered[item_id] = None
        return [self._told(item_id, self._waiting.pop(item_id), now) for item_id in late]

    def _told(self, item_id: str, approval: _Approval, now: float) -> Finding:
        what = (
            f"the model asked for approval to call {approval.name} ({item_id}) and has had no answer "
            f"for {say_s(now - approval.at)}"
        )
        todo = (
            "send conversation.item.create with a mcp_approval_response whose approval_request_id is "
            f"{item_id}, or set require_approval to never"
        )
        return self.finding(now, (approval.seq,), what, todo)


class OutputForMcpCall(Rule):
    """The client returns an output for a call that the server makes itself."""

    slug = "output-for-mcp-call"
    severity = Severity.ERROR
    kinds = frozenset({"conversation.item.create"})
    side = Side.CLIENT

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Look up the call."""
        item = object_of(seen.fields.get("item"))
        call_id = text_of(item.get("call_id"))
        if item.get("type") != "function_call_output" or not call_id:
            return ()
        call = state.calls.get(call_id)
        is_mcp = call.is_mcp if call is not None else state.items.kind_of(call_id) == "mcp_call"
        if not is_mcp:
            return ()
        name = call.name if call is not None else ""
        of_tool = f" of {cut(call.server_label, 60)}.{cut(name, 60)}" if call is not None else ""
        what = (
            f"a function_call_output was sent for {cut(call_id, _NAME_LIMIT)}, which is an MCP call"
            f"{of_tool}: the server runs it and has its result already"
        )
        todo = "return outputs only for items of the type function_call"
        return (self.finding(seen.at, (seen.seq,), what, todo),)


class McpCallFailed(Rule):
    """A tool of an MCP server failed."""

    slug = "mcp-call-failed"
    severity = Severity.WARNING
    kinds = frozenset(
        {
            "response.mcp_call.failed",
            "conversation.item.done",
            "response.output_item.done",
            "response.done",
        }
    )
    side = Side.SERVER

    def __init__(self) -> None:
        self._failed: BoundedDict[str, tuple[int, float]] = BoundedDict(200)
        self._told_items: BoundedDict[str, None] = BoundedDict(200)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """The item tells why; where none does, the failure alone is told with the response's end."""
        if seen.kind == "response.mcp_call.failed":
            self._failed[seen.item_id] = (seen.seq, seen.at)
            return ()
        if seen.kind == "response.done":
            left = [(item_id, *self._failed.pop(item_id)) for item_id in list(self._failed)]
            return [
                self._told(at, (seq,), _named(item_id, state), None)
                for item_id, seq, at in left
                if item_id not in self._told_items
            ]
        item = object_of(seen.fields.get("item"))
        if item.get("type") != "mcp_call" or not item.get("error"):
            return ()
        if seen.item_id in self._told_items:
            return ()
        self._told_items[seen.item_id] = None
        seq, _ = self._failed.pop(seen.item_id, (0, 0.0))
        return (self._told(seen.at, (seen.seq, seq), _name(item), item["error"]),)

    def _told(self, at: float, numbers: tuple[int, ...], name: str, error: object) -> Finding:
        what = f"the MCP call {name} failed{_reason(error)}"
        todo = "look at the MCP server's log; the model goes on with the error as the call's result"
        return self.finding(at, numbers, what, todo)


def _named(item_id: str, state: Conversation) -> str:
    call = state.calls.get(item_id)
    return f"{call.server_label}.{call.name}".strip(".") if call is not None else item_id


def _reason(error: object) -> str:
    """The error laid flat: ` with http_error 401: Unauthorized`."""
    if isinstance(error, str):
        return f": {cut(error, 200)}"
    facts = object_of(error)
    if not facts:
        return ""
    kind = cut(text_of(facts.get("type")) or "an error", _NAME_LIMIT)
    code = facts.get("code")
    number = f" {compact(code, 40)}" if isinstance(code, int | str) else ""
    message = cut(text_of(facts.get("message")), 200)
    return f" with {kind}{number}{f': {message}' if message else ''}"


RULES: tuple[type[Rule], ...] = (
    McpToolsNotListed,
    McpApprovalUnanswered,
    OutputForMcpCall,
    McpCallFailed,
)
