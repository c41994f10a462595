"""A call that a mock may answer: its arguments are complete."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ....recordings.conversation import Seen
from ....recordings.event import Json
from ....recordings.jsontext import loads
from ....recordings.plain import object_of, text_of
from ..ledger import Ledger

COMPLETING_KINDS: Final = frozenset(
    {"response.function_call_arguments.done", "response.output_item.done"}
)
"""The events that complete a call's arguments. Servers send both, mostly in this order."""


@dataclass(frozen=True)
class FunctionCall:
    """A function's name and arguments, as the model wrote them."""

    call_id: str
    name: str
    arguments: str

    @cached_property
    def fields(self) -> Json | None:
        """The arguments' JSON object; None when they are none. No text at all is no arguments."""
        if not self.arguments.strip():
            return {}
        try:
            value = loads(self.arguments.encode())
        except ValueError:  # as is a surrogate without its pair, which cannot be encoded
            return None
        return value if isinstance(value, dict) else None


def completed_call(seen: Seen, ledger: Ledger) -> FunctionCall | None:
    """The call that an event completes; None when it completes none.

    A beta server's `response.function_call_arguments.done` has no name: then the ledger knows it, or
    the item's own event tells it a moment later.
    """
    if seen.kind == "response.function_call_arguments.done":
        call = ledger.call(seen.call_id)
        name = text_of(seen.fields.get("name")) or (call.name if call else "")
        arguments = text_of(seen.fields.get("arguments"))
    else:
        item = object_of(seen.fields.get("item"))
        if item.get("type") != "function_call" or item.get("status") == "incomplete":
            return None
        name, arguments = text_of(item.get("name")), text_of(item.get("arguments"))
    return FunctionCall(seen.call_id, name, arguments) if seen.call_id and name else None
