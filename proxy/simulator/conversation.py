"""The conversation: items, their order, and how they look on the wire.

It knows nothing of events; who adds an item also announces it.
"""

import copy
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...recordings.event import Json

AUDIO_PARTS = ("input_audio", "output_audio")
"""Content parts that have bytes."""


@dataclass(slots=True)
class Item:
    """One item, with what the server knows beyond the wire."""

    id: str
    type: str
    body: Json
    """What follows id, type and status on the wire: role and content, name and arguments, …"""
    status: str | None = "completed"
    """None where the wire has no status: function_call_output."""
    audio: dict[int, bytearray] = field(default_factory=dict)
    """The bytes of audio parts by content_index, encoded as on the wire; only
    `conversation.item.retrieved` ever shows them."""
    audio_ms: float = 0.0
    """Duration of the audio; a truncation shortens it."""
    is_truncated: bool = False
    """The client cut unheard audio off; which words remain no one knows, so none are kept."""
    heard: str = ""
    """What the model understood of user audio, also when no transcription is asked for."""

    def wire(self) -> Json:
        """The item as events carry it: without audio bytes."""
        status = {} if self.status is None else {"status": self.status}
        return {"id": self.id, "type": self.type, **status, **copy.deepcopy(self.body)}

    def wire_with_audio(self) -> Json:
        """The item as `conversation.item.retrieved` carries it."""
        item = self.wire()
        for index, part in enumerate(item.get("content", ())):
            if part["type"] in AUDIO_PARTS:
                part["audio"] = b64encode(self.audio.get(index, b"")).decode()
        return item

    @property
    def role(self) -> str | None:
        """`system`, `user` or `assistant`; None for items that are no message."""
        role = self.body.get("role")
        return role if isinstance(role, str) else None

    @property
    def content(self) -> list[Json]:
        """The parts of a message; empty for other items."""
        content: list[Json] = self.body.get("content", [])
        return content

    @property
    def text(self) -> str:
        """What a message says in words, spoken or written."""
        words = [part.get("text") or part.get("transcript") or "" for part in self.content]
        return " ".join(word for word in words if word) or self.heard


class Conversation:
    """Items in order."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._by_id: dict[str, Item] = {}

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def get(self, item_id: str) -> Item | None:
        """The item of this id, if it is in the conversation."""
        return self._by_id.get(item_id)

    def add(self, item: Item, *, previous_item_id: str | None = None) -> str | None:
        """Insert an item and return the id of the one before it.

        Args:
            previous_item_id: `root` for the front, None for the end; otherwise an item's id.
        """
        if previous_item_id is None:
            position = len(self._items)
        elif previous_item_id == "root":
            position = 0
        else:
            position = self._items.index(self._by_id[previous_item_id]) + 1
        self._items.insert(position, item)
        self._by_id[item.id] = item
        return self._items[position - 1].id if position else None

    def remove(self, item: Item) -> None:
        """Take an item out."""
        self._items.remove(item)
        del self._by_id[item.id]

    def id_before(self, item: Item) -> str | None:
        """The id of the item before this one; None for the first and for a removed one."""
        if item.id not in self._by_id:
            return None
        position = self._items.index(item)
        return self._items[position - 1].id if position else None

    def has_call(self, call_id: str) -> bool:
        """Whether a function call with this call_id is in the conversation."""
        return any(
            item.type == "function_call" and item.body["call_id"] == call_id for item in self._items
        )

    def has_assistant_audio(self) -> bool:
        """Whether the assistant has spoken; from then on the voice is fixed."""
        return any(item.role == "assistant" and item.audio_ms > 0 for item in self._items)
