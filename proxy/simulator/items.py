"""The client's requests about items: create, delete, retrieve, truncate."""

import copy
from base64 import b64decode

from ...recordings.event import Json
from . import faults
from .conversation import AUDIO_PARTS, Item
from .faults import Fault
from .state import SessionState


class Items:
    """Answers `conversation.item.*`; the events' own form was checked before."""

    def __init__(self, state: SessionState) -> None:
        self._state = state

    def create(self, event: Json) -> Fault | None:
        """Add an item where the client wants it."""
        conversation = self._state.conversation
        fields = event["item"]
        item_id = fields.get("id")
        if item_id and conversation.get(item_id) is not None:
            return faults.duplicate_item_id(item_id)
        # An empty string counts as absent, as clients of the real server found out.
        previous = event.get("previous_item_id") or None
        if previous not in (None, "root") and conversation.get(previous) is None:
            return faults.unknown_previous_item(previous)
        if fields["type"] == "function_call_output" and not conversation.has_call(
            fields["call_id"]
        ):
            return faults.invalid_tool_call_id(fields["call_id"])
        item = item_from_client(fields, self._state)
        self._state.announce(item, previous_item_id=previous)
        return None

    def delete(self, event: Json) -> Fault | None:
        """Take an item out of the conversation."""
        item = self._state.conversation.get(event["item_id"])
        if item is None:
            return faults.unknown_item_to_delete(event["item_id"])
        self._state.conversation.remove(item)
        self._state.outbox.send("conversation.item.deleted", item_id=item.id)
        return None

    def retrieve(self, event: Json) -> Fault | None:
        """Show an item with all its audio: the largest event of the protocol."""
        item = self._state.conversation.get(event["item_id"])
        if item is None:
            return faults.unknown_item_to_retrieve(event["item_id"])
        self._state.outbox.send("conversation.item.retrieved", item=item.wire_with_audio())
        return None

    def truncate(self, event: Json) -> Fault | None:
        """Forget what the user has not heard of the assistant's speech."""
        item = self._state.conversation.get(event["item_id"])
        if item is None:
            return faults.unknown_item_to_truncate(event["item_id"])
        index, end_ms = event["content_index"], event["audio_end_ms"]
        if item.role != "assistant" or index not in item.audio or not end_ms:
            return faults.truncate_unsupported()
        if end_ms > item.audio_ms:
            return faults.truncate_beyond_audio(int(item.audio_ms), end_ms)
        kept = round(len(item.audio[index]) * end_ms / item.audio_ms) // 2 * 2
        del item.audio[index][kept:]
        item.audio_ms = end_ms
        item.is_truncated = True
        for part in item.content:
            part["transcript"] = None
        self._state.outbox.send(
            "conversation.item.truncated",
            item_id=item.id,
            content_index=index,
            audio_end_ms=end_ms,
        )
        return None


_OWN_FIELDS = ("id", "type", "status", "object")


def item_from_client(fields: Json, state: SessionState) -> Item:
    """An item as the server keeps it: with an id, in the server's key order, without audio."""
    item_id = fields.get("id") or state.ids.item()
    body = {key: value for key, value in fields.items() if key not in _OWN_FIELDS}
    match fields["type"]:
        case "message":
            item = Item(item_id, "message", {"role": body.pop("role"), "content": []} | body)
            item.body["content"] = _content(item, body["content"], state)
            return item
        case "function_call":
            call_id = body.get("call_id") or state.ids.call()
            call = {"name": body["name"], "call_id": call_id, "arguments": body["arguments"]}
            return Item(item_id, "function_call", call)
        case "function_call_output":
            output = {"call_id": body["call_id"], "output": body["output"]}
            return Item(item_id, "function_call_output", output, status=None)
        case type_:
            return Item(item_id, type_, copy.deepcopy(body), status=None)


def _content(item: Item, parts: list[Json], state: SessionState) -> list[Json]:
    """The parts as events show them; their audio goes to `Item.audio`."""
    content: list[Json] = []
    for index, part in enumerate(parts):
        if part["type"] not in AUDIO_PARTS:
            content.append(dict(part))
            continue
        audio = b64decode(part.get("audio") or "")
        item.audio[index] = bytearray(audio)
        item.audio_ms += len(audio) / state.configuration.input_format.bytes_per_ms
        content.append({"type": part["type"], "transcript": part.get("transcript")})
        if item.role == "user" and not part.get("transcript"):
            item.heard = state.actor.hear(item.audio_ms).text
    return content
