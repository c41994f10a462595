"""What an event does not say itself and the conversation knows: the function's name on argument deltas,
the item's text beside an `item_id`, the event that an error answers.

Joined values are shown as if they were fields, but marked as joined; nothing here changes an event.
"""

from dataclasses import dataclass

from .conversation import Call, Conversation, Item, Response, Seen
from .plain import object_of, objects_of, text_of

TEXT_LIMIT = 200
"""Characters of an item's text, or of a call's arguments, that a join shows."""
_INPUTS_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Joined:
    """One value that an event does not carry itself."""

    path: str
    """`call.name`, `call.arguments`, `item.role`, `item.text`, `response.id`, `response.cause`, `answers`."""
    value: object
    source_seq: int | None = None
    """The event that it comes from."""
    note: str | None = None
    """Said beside it: that it is a guess, and why."""


class Joiner:
    """Tells what the events of a session do not say themselves.

    Args:
        conversation: It must have taken an event before `join` is asked about it.
    """

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def join(self, seen: Seen) -> list[Joined]:
        """The joined values of an event, the most telling first."""
        if seen.kind == "error":
            return self._answers(seen)
        joined: list[Joined] = []
        call = self._call(seen)
        if call is not None:
            joined += _of_call(call, seen)
        elif name := self._name(seen):
            joined.append(Joined("call.name", name))
        if seen.kind == "response.create":
            joined += self._of_inputs(seen)
        item = self._conversation.items.get(seen.item_id) if seen.item_id else None
        if item is not None and call is None and not _has_item(seen):
            joined += _of_item(item)
        response = self._response(seen, item)
        if response is not None:
            joined += _of_response(response, seen)
        return joined

    # What an event is about.

    def _call(self, seen: Seen) -> Call | None:
        calls = self._conversation.calls
        if seen.call_id and (call := calls.get(seen.call_id)) is not None:
            return call
        if not seen.item_id:
            return None
        item = self._conversation.items.get(seen.item_id)
        return calls.by_item(seen.item_id) or (item.call if item is not None else None)

    def _name(self, seen: Seen) -> str:
        """The name of a call that is no longer kept."""
        name_of = self._conversation.calls.name_of
        by_call = name_of(seen.call_id) if seen.call_id else ""
        return by_call or (name_of(seen.item_id) if seen.item_id else "")

    def _response(self, seen: Seen, item: Item | None) -> Response | None:
        if seen.response_id:
            return self._conversation.responses.get(seen.response_id)
        if item is not None and item.response_id:
            return self._conversation.responses.get(item.response_id)
        return None

    # What is joined.

    def _answers(self, seen: Seen) -> list[Joined]:
        error = next(
            (each for each in reversed(self._conversation.errors) if each.seq == seen.seq), None
        )
        if error is None or error.answers_seq is None:
            return []
        note = f"guess: {error.reason}" if error.is_guess else None
        return [Joined("answers", error.answers_type, error.answers_seq, note)]

    def _of_inputs(self, seen: Seen) -> list[Joined]:
        """The functions of the outputs that a `response.create` brings along."""
        response = object_of(seen.fields.get("response"))
        joined = []
        for index, item in enumerate(objects_of(response.get("input"))[:_INPUTS_LIMIT]):
            is_output = text_of(item.get("type")) == "function_call_output"
            name = self._conversation.calls.name_of(text_of(item.get("call_id")))
            if is_output and name:
                joined.append(Joined(f"response.input[{index}].call.name", name))
        return joined


def _has_item(seen: Seen) -> bool:
    """Whether an event tells the item itself; audio events never do."""
    return not seen.is_audio and isinstance(seen.fields.get("item"), dict)


def _of_call(call: Call, seen: Seen) -> list[Joined]:
    joined = []
    if call.name:
        joined.append(Joined("call.name", call.name, call.announced_seq))
    item = object_of(seen.fields.get("item"))
    if text_of(item.get("type")) == "function_call_output" and call.arguments:
        source = call.arguments_seq or call.announced_seq
        joined.append(Joined("call.arguments", call.arguments[:TEXT_LIMIT], source))
    return joined


def _of_item(item: Item) -> list[Joined]:
    joined = []
    if item.role:
        joined.append(Joined("item.role", item.role, item.seq))
    if text := item.text or item.dropped_text:
        shown = text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT].rstrip() + "…"
        joined.append(Joined("item.text", shown, item.seq))
    return joined


def _of_response(response: Response, seen: Seen) -> list[Joined]:
    joined = []
    if not seen.response_id:
        joined.append(Joined("response.id", response.id, response.seq))
    cause = response.cause
    if cause.kind != "unknown":
        joined.append(Joined("response.cause", cause.kind, cause.seq))
    return joined
