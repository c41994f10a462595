"""Rules about how functions are declared and chosen, in `session.update` and `response.create`.

The server's answer decides (see `verdict`): one that takes a declaration is right, whatever we
believe about it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from ..conversation import Conversation, Seen
from ..event import Json, Side
from ..plain import compact, object_of, objects_of, text_of
from . import wording
from .facts import is_late_joined
from .finding import Finding, Severity
from .rule import Rule
from .suspicion import Suspicion
from .verdict import AwaitsVerdict, is_strict

KNOWN_KEYS = frozenset({"type", "name", "description", "parameters"})
"""All that the declaration of a function may have."""

CHOICES = frozenset({"auto", "none", "required"})
"""The words that `tool_choice` may be."""

_SHOWN = 3
_TOOLS_LIMIT = 1_000


def _holder(seen: Seen) -> str:
    """The member that has the settings."""
    return "response" if seen.kind == "response.create" else "session"


class MalformedTool(AwaitsVerdict):
    """A function is declared in another shape than this API's."""

    slug = "malformed-tool"
    severity = Severity.ERROR

    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        """The declarations in an event of the client."""
        holder = _holder(seen)
        tools = object_of(seen.fields.get(holder)).get("tools")
        if tools is None:
            return None
        faults = list(_faults(tools, f"{holder}.tools"))
        if not faults:
            return None
        shown = [*faults[:_SHOWN], *([f"{len(faults) - _SHOWN} more"] if faults[_SHOWN:] else [])]
        return self.suspicion(
            seen,
            f"{seen.type} in {wording.event(seen.seq)} declares tools in a wrong shape: "
            f"{wording.listed(shown)}; the server drops the whole {seen.type}",
            'declare {"type": "function", "name": …, "description": …, "parameters": {"type": '
            '"object", "properties": …}}, with name and parameters on top',
            words=[f"{holder}.tools", f"{holder}.tool"],
            needs_error=not is_strict(state),
        )


def _faults(tools: object, path: str) -> Iterator[str]:
    if not isinstance(tools, list):
        yield f"{path} is no array"
        return
    for index, tool in enumerate(tools[:_TOOLS_LIMIT]):
        if isinstance(tool, dict):
            yield from _faults_of_one(tool, f"{path}[{index}]")
        else:
            yield f"{path}[{index}] is no object"


def _faults_of_one(tool: Json, path: str) -> Iterator[str]:
    name = text_of(tool.get("name")) or text_of(object_of(tool.get("function")).get("name"))
    label = f"{path} ({wording.shown(name)})" if name else path
    if tool.get("type", "function") != "function":
        # MCP servers, and the own tools of other servers: not ours to know.
        return
    if "type" not in tool:
        yield f"{label} has no type"
    if isinstance(tool.get("function"), dict):
        yield f"{label} has its name and parameters inside `function`, as chat completions want them"
        return
    if not text_of(tool.get("name")):
        yield f"{label} has no name"
    parameters = tool.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        yield f"{label} has parameters that are no JSON schema"
    elif isinstance(parameters, dict) and parameters.get("type", "object") != "object":
        kind = compact(parameters["type"], 40)
        yield f"{label} has parameters of type {kind}, not object"
    if unknown := [wording.shown(key) for key in tool if key not in KNOWN_KEYS]:
        yield f"{label} has {wording.listed(unknown)}, which the API does not know"


class DuplicateTool(Rule):
    """Two functions of one name: the model can mean only one of them."""

    slug = "duplicate-tool"
    severity = Severity.WARNING
    kinds = frozenset({"session.update", "response.create"})
    side = Side.CLIENT

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # the event says all
        """The names in one list."""
        tools = objects_of(object_of(seen.fields.get(_holder(seen))).get("tools"))[:_TOOLS_LIMIT]
        counts = Counter(text_of(tool.get("name")) for tool in tools)
        twice = sorted(name for name, count in counts.items() if name and count > 1)
        if twice:
            shown = wording.listed([wording.shown(name) for name in twice])
            yield self.finding(
                seen.at,
                [seen.seq],
                f"{wording.shown(seen.type)} in {wording.event(seen.seq)} declares {shown} more than "
                "once",
                "give each function a name of its own",
            )


class MalformedToolChoice(AwaitsVerdict):
    """The choice of a function is in another shape than this API's, or names none that exists."""

    slug = "malformed-tool-choice"
    severity = Severity.ERROR

    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        """The choice in an event of the client."""
        holder = _holder(seen)
        settings = object_of(seen.fields.get(holder))
        fault = _fault(settings.get("tool_choice"), _names(settings, state))
        if not fault:
            return None
        return self.suspicion(
            seen,
            f"{holder}.tool_choice of {seen.type} in {wording.event(seen.seq)} {fault}",
            'choose "auto", "none", "required", or {"type": "function", "name": …} with the name of '
            "a declared function",
            words=["tool_choice", "tool choice"],
            needs_error=not is_strict(state),
        )


def _names(settings: Json, state: Conversation) -> set[str] | None:
    """The functions that can be chosen; None when they are not all known."""
    if isinstance(settings.get("tools"), list):
        return {text_of(each.get("name")) for each in objects_of(settings["tools"])}
    effective = state.session.effective
    if not state.session.is_known or is_late_joined(state) or effective.get("prompt"):
        return None
    asked = {text_of(each.get("name")) for each in objects_of(state.session.requested.get("tools"))}
    return asked | set(state.session.tools())


def _fault(choice: object, names: set[str] | None) -> str:
    """What is wrong with a choice; empty when nothing is."""
    if isinstance(choice, str):
        return "" if choice in CHOICES else f"is {wording.shown(choice)}, which is no choice"
    if not isinstance(choice, dict) or choice.get("type", "function") != "function":
        return ""
    name = choice.get("name")
    if not isinstance(name, str):
        nested = isinstance(choice.get("function"), dict)
        where = ": it is inside `function`, as chat completions want it" if nested else ""
        return f"has no name{where}"
    if names is not None and name not in names:
        return f"forces {wording.shown(name)}, which is not declared"
    return ""


RULES: tuple[type[Rule], ...] = (MalformedTool, DuplicateTool, MalformedToolChoice)
