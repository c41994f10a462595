"""Where a JSON text holds secrets by name: the spans of their values, and of all other scalars.

The text is cut into tokens, never rebuilt, so that what is no secret stays byte for byte, and
a name that occurs twice in an object is seen twice. Texts are bytes seen as latin-1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .escapes import Span, unescaped
from .secret_names import is_secret_member

# Colons and commas are left out: in an object names and values take turns without them.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^\s{}\[\]:,"]+', re.DOTALL)
_HARMLESS = frozenset({"null", "true", "false"})
_MCP_NAMES = frozenset({"server_url", "server_label", "connector_id"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, number or literal that stands as a value or as a member's name."""

    raw: str
    """As it is written, with a string's quotes."""
    span: Span

    @property
    def is_string(self) -> bool:
        """Whether it has quotes."""
        return self.raw.startswith('"')

    @property
    def value(self) -> str:
        """What a string says; another scalar as it is written."""
        return unescaped(self.raw[1:-1]) if self.is_string else self.raw


@dataclass(slots=True)
class _Container:
    """An object or array that is open."""

    is_object: bool
    name: str = ""
    """The name that it is the value of, in lower case; an array's elements have the array's."""
    guards: "tuple[_Container, ...]" = ()
    """The objects whose `headers` or `authorization` this is in."""
    member: str = ""
    """The name of the current member, in lower case."""
    awaits_name: bool = True
    names: set[str] = field(default_factory=set)
    """Names of the members that are scalars: a JSON schema's `server_url` is an object."""
    type: str = ""
    guarded: list[Scalar] = field(default_factory=list)
    """What is secret if this object turns out to be an MCP tool."""
    values: list[Scalar] = field(default_factory=list)
    """Strings named `value`: secret beside an `expires_at`, in the outermost object."""

    @property
    def is_mcp_tool(self) -> bool:
        """A tool object of `session.tools`, whatever the order of its members."""
        return self.type == "mcp" or not _MCP_NAMES.isdisjoint(self.names)


class Places:
    """The scalars of one JSON text.

    Attributes:
        secrets: Values that are secret by their name.
        others: All other scalars, names of members too.
    """

    def __init__(self, text: str) -> None:
        self.secrets: list[Scalar] = []
        self.others: list[Scalar] = []
        self._open: list[_Container] = []
        self._secret_spans: set[Span] = set()
        scalars = [scalar for scalar in self._scalars(text) if scalar.raw not in _HARMLESS]
        for scalar in scalars:
            is_secret = scalar.span in self._secret_spans
            (self.secrets if is_secret else self.others).append(scalar)

    def _scalars(self, text: str) -> Iterator[Scalar]:
        for token in _TOKEN.finditer(text):
            match token[0]:
                case "{" | "[" as bracket:
                    self._enter(is_object=bracket == "{")
                case "}" | "]":
                    self._leave()
                case raw:
                    scalar = Scalar(raw, token.span())
                    self._judge(scalar)
                    yield scalar

    def _enter(self, *, is_object: bool) -> None:
        if not self._open:
            self._open.append(_Container(is_object))
            return
        parent = self._open[-1]
        parent.awaits_name = True
        name = parent.member if parent.is_object else parent.name
        guards = parent.guards
        if parent.is_object and _is_guarded(name):
            guards = (*guards, parent)
        self._open.append(_Container(is_object, name, guards))

    def _leave(self) -> None:
        if not self._open:
            return
        container = self._open.pop()
        if container.is_mcp_tool:
            self._hide(container.guarded)
        if not self._open and "expires_at" in container.names:
            self._hide(container.values)

    def _hide(self, scalars: list[Scalar]) -> None:
        self._secret_spans.update(scalar.span for scalar in scalars)

    def _judge(self, scalar: Scalar) -> None:
        if not self._open:
            return
        container = self._open[-1]
        if container.is_object and container.awaits_name:
            container.member = scalar.value.lower()
            container.awaits_name = False
            return
        container.awaits_name = True
        name = container.member if container.is_object else container.name
        for guard in container.guards:
            guard.guarded.append(scalar)
        if container.is_object:
            container.names.add(name)
            if _is_guarded(name):
                container.guarded.append(scalar)
        if not scalar.is_string:
            return
        if name == "type" and container.is_object:
            container.type = scalar.value
        self._judge_string(container, name, scalar)

    def _judge_string(self, container: _Container, name: str, scalar: Scalar) -> None:
        is_ephemeral_key = name == "value" and (
            container.name == "client_secret"
            or (len(self._open) == 1 and scalar.value.startswith("ek_"))
        )
        if is_ephemeral_key or is_secret_member(name):
            self._hide([scalar])
        elif name == "value" and len(self._open) == 1:
            container.values.append(scalar)


def _is_guarded(name: str) -> bool:
    """Names of an MCP tool whose every value is a secret; xAI has `extra_headers`."""
    return name == "authorization" or name.endswith("headers")
