"""Events to start from, for a live session: with its own ids, spelled as it spells them.

All knowledge is the proxy's; here a recording is read for what the session has said so far. That may
take a moment in a long one: call it from a thread. The running proxy is not asked: what a file tells is
read from the file, and once it was read a form opens in the moment in which its type is chosen, so that
the keys typed next are its own.
"""

from dataclasses import dataclass
from pathlib import Path

from ...proxy.injection.ledger import LEDGER_KINDS, Ledger
from ...proxy.injection.templates import Choice, OptionalField, choices, template
from ...proxy.past import past
from ...recordings.conversation.session_state import Tool
from ...recordings.dialects import normal_type
from ...recordings.event import Json, Side
from ...recordings.plain import object_of, text_of
from ...recordings.reader import Recording


@dataclass(frozen=True, slots=True)
class Draft:
    """An event to be filled in."""

    side: Side
    """Who would say it."""
    event: Json
    optional: tuple[OptionalField, ...] = ()
    """Fields that may be added."""


class Drafts:
    """What can be sent into one session.

    Args:
        recording: The session's.

    Raises:
        RecordingError: It cannot be read.
    """

    def __init__(self, recording: Path) -> None:
        self._ledger = Ledger(Recording(recording).header)
        for seen in past(recording, lambda kind: normal_type(kind) in LEDGER_KINDS):
            self._ledger.receive(seen)

    @property
    def types(self) -> list[Choice]:
        """The types of events that each side may send, the client's first."""
        dialect = self._ledger.dialect
        return [each for side in Side for each in choices(side, dialect)]

    def draft(self, type_: str, side: Side) -> Draft:
        """An event of a type to start from."""
        made = template(type_, side, self._ledger.dialect, ledger=self._ledger)
        # It gets one when it is sent.
        made.event.pop("event_id", None)
        return Draft(side, made.event, made.optional)

    @property
    def tools(self) -> dict[str, Json]:
        """The functions that the session declares, each with arguments to start from."""
        return {name: _arguments(tool) for name, tool in self._ledger.tools().items()}


def _arguments(tool: Tool) -> Json:
    """Every argument that a function declares, with an empty value of its type."""
    declared = object_of(tool.parameters.get("properties"))
    return {name: _empty(object_of(schema)) for name, schema in declared.items()}


def _empty(schema: Json) -> object:
    """A value to be replaced; one of a list is the first of it."""
    if isinstance(options := schema.get("enum"), list) and options:
        return options[0]
    by_type: dict[str, object] = {
        "string": "",
        "integer": 0,
        "number": 0,
        "boolean": False,
        "array": [],
        "object": {},
    }
    return by_type.get(text_of(schema.get("type")))
