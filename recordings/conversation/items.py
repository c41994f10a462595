"""The items of the conversation in its order, with their content put together from deltas.

No audio is kept, only its length. What is over is kept for a while and then forgotten but for its
id and kind.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ..event import Json, Origin
from ..plain import number_of, object_of, objects_of, text_of
from .bounded import BoundedDict
from .calls import Call
from .seen import Seen

TEXT_LIMIT = 20_000
"""Characters of an item's text that are kept."""
_PARTS_LIMIT = 64
_IDS_KEPT = 20_000
_OPEN_FACTOR = 8
_CREATES_KEPT = 256


@dataclass(slots=True)
class Part:
    """One part of an item's content."""

    type: str = ""
    """The wire's own: `input_text`, `output_audio`, beta's `audio`."""
    text: str = ""
    """Its text, or the transcript of its audio, cut at 20,000 characters."""
    text_size: int = 0
    """Characters of the whole text."""
    is_done: bool = False
    """The text is the server's own final one."""
    is_dropped: bool = False
    """The server forgot the text when the audio was truncated."""

    def add(self, delta: str) -> None:
        """A piece of the text."""
        if self.is_done:
            return
        if self.text_size < TEXT_LIMIT:
            self.text += delta[: TEXT_LIMIT - self.text_size]
        self.text_size += len(delta)

    def finish(self, text: object, *, is_final: bool = True) -> None:
        """The whole text, if it is one."""
        if isinstance(text, str):
            self.text, self.text_size = text[:TEXT_LIMIT], len(text)
            self.is_dropped = False
            self.is_done = is_final


@dataclass(slots=True)
class Item:
    """One item of the conversation, or of a response outside of it."""

    id: str
    seq: int
    """The event that its id was first seen in."""
    at: float
    kind: str = ""
    """`message`, `function_call`, `function_call_output`, …; empty as long as it is not known."""
    role: str = ""
    status: str = ""
    previous_id: str | None = None
    """What `conversation.item.added` said."""
    response_id: str = ""
    parts: dict[int, Part] = field(default_factory=dict)
    """By `content_index`."""
    transcript_done: bool = False
    """The transcript of its audio is complete."""
    transcript_error: Json | None = None
    """Why the transcription of the user's audio failed."""
    audio_ms: float = 0.0
    """Assistant audio that has come from the server."""
    first_audio_at: float | None = None
    last_audio_at: float | None = None
    is_listed: bool = False
    """It is in the conversation; false for items of out-of-band responses, and before they are added."""
    is_done: bool = False
    """It will not change any more, but for a late transcript."""
    done_seq: int | None = None
    is_deleted: bool = False
    truncated_ms: float | None = None
    """Where its audio was cut."""
    dropped_text: str = ""
    """The text that the server forgot at the cut: what the model had wanted to say."""
    by: Literal["client", "server"] = "server"
    """Who put it there; the user's speech is put there by the server."""
    injected: bool = False
    """Realtap put it there, not the app."""
    is_made_up: bool = False
    """Realtap made it up: the server knows nothing of it."""
    why: str = ""
    """Who injected it or made it up, in words."""
    create_seq: int | None = None
    """The client's `conversation.item.create`."""
    call: Call | None = field(default=None, repr=False, compare=False)
    """The call that it is, or whose output it is."""
    output: str = ""
    """Of a `function_call_output`, cut at 20,000 characters."""
    tools: tuple[str, ...] = ()
    """Names of the tools of an `mcp_list_tools`."""

    @property
    def text(self) -> str:
        """What it says: texts and transcripts, as far as they have come."""
        if len(self.parts) == 1:
            (part,) = self.parts.values()
            return part.text
        return "\n".join(self.parts[index].text for index in sorted(self.parts))

    @property
    def text_size(self) -> int:
        """Characters of the whole text, also of what is cut."""
        return sum(part.text_size for part in self.parts.values())

    @property
    def content_types(self) -> list[str]:
        """The types of its parts, as the wire has them."""
        return [self.parts[index].type for index in sorted(self.parts)]

    @property
    def has_audio(self) -> bool:
        """Whether it was spoken."""
        return any("audio" in part.type for part in self.parts.values()) or self.audio_ms > 0

    def receive_audio(self, at: float, length_ms: float, response_id: str) -> None:
        """A piece of assistant audio."""
        self.audio_ms += length_ms
        self.last_audio_at = at
        if self.first_audio_at is None:
            self.first_audio_at = at
            self.response_id = self.response_id or response_id

    def part(self, index: object) -> Part:
        """The part at a `content_index`, made when it is new; 0 when the index is none."""
        number = index if isinstance(index, int) and not isinstance(index, bool) else 0
        known = self.parts.get(number)
        if known is None:
            if len(self.parts) >= _PARTS_LIMIT:
                return next(reversed(self.parts.values()))
            known = self.parts[number] = Part()
        return known


@dataclass(slots=True)
class _Creation:
    """A `conversation.item.create` that the server has not shown yet."""

    seq: int
    item_id: str
    kind: str
    key: str
    """The role of a message, the `call_id` of the others: to tell one creation from another."""
    is_first: bool
    """`previous_item_id` was `root`."""
    injected: bool
    why: str
    event_id: str


class Items:
    """All items of a session: the open ones, and the latest of the others.

    Args:
        keep: How many items that are over stay in detail; None keeps all.
        are_made_up: They are realtap's, not the server's.
    """

    def __init__(self, keep: int | None, *, are_made_up: bool = False) -> None:
        self._keep = keep
        self._are_made_up = are_made_up
        self.made_up: Items | None = None
        """The items that realtap made up, once there are any. They can be asked for by id, and stand
        in their time's place between the others."""
        self._items: dict[str, Item] = {}
        self._order = _Order()
        self._open: OrderedDict[str, None] = OrderedDict()
        self._closed: OrderedDict[str, None] = OrderedDict()
        self._kinds: BoundedDict[str, str] = BoundedDict(_IDS_KEPT)
        self._creations: OrderedDict[int, _Creation] = OrderedDict()
        self.count = 0
        """Items that were ever listed in the conversation."""

    # What is asked.

    def get(self, item_id: str) -> Item | None:
        """The item with this id, as long as it is kept."""
        item = self._items.get(item_id)
        return self.made_up.get(item_id) if item is None and self.made_up else item

    def in_order(self) -> list[Item]:
        """The items of the conversation in its order, the deleted ones too, as long as kept."""
        items = [self._items[item_id] for item_id in self._order]
        if self.made_up is not None:
            made_up = [each for each in self.made_up.in_order() if each.id not in self._items]
            return _with_made_up(items, made_up)
        return items

    def knows(self, item_id: str) -> bool:
        """Whether the server ever told this id, also only in `speech_started`."""
        is_known = item_id in self._items or item_id in self._kinds
        return is_known or (self.made_up is not None and self.made_up.knows(item_id))

    def kind_of(self, item_id: str) -> str:
        """The kind of an item, also of one that is no longer kept."""
        item = self.get(item_id)
        return item.kind if item else self._kinds.get(item_id, "")

    @property
    def last(self) -> Item | None:
        """The last item of the conversation."""
        return self._items.get(self._order.last) if self._order.last else None

    # What the client puts there.

    def receive_create(self, seen: Seen) -> None:
        """A `conversation.item.create` of the client."""
        item = object_of(seen.fields.get("item"))
        self._creations[seen.seq] = _Creation(
            seq=seen.seq,
            item_id=text_of(item.get("id")),
            kind=text_of(item.get("type")),
            key=text_of(item.get("role")) or text_of(item.get("call_id")),
            is_first=seen.fields.get("previous_item_id") == "root",
            injected=seen.event.origin is not Origin.WIRE,
            why=seen.event.why or "",
            event_id=seen.event_id,
        )
        if len(self._creations) > _CREATES_KEPT:
            self._creations.popitem(last=False)

    def refuse(self, event_seq: int) -> None:
        """An `error` answers a `conversation.item.create`."""
        self._creations.pop(event_seq, None)

    def _creation_of(self, item: Json) -> _Creation | None:
        """The client's creation that an added item answers: the server shows them in order."""
        item_id, kind = text_of(item.get("id")), text_of(item.get("type"))
        key = text_of(item.get("role")) if kind == "message" else text_of(item.get("call_id"))
        for creation in self._creations.values():
            is_named = bool(creation.item_id)
            if is_named and creation.item_id == item_id:
                return creation
            if not is_named and creation.kind == kind and creation.key == key:
                return creation
        return None

    # What the server tells.

    def announce(self, item_id: str, seen: Seen) -> Item | None:
        """An id is told, maybe before there is an item; None for ids of items long gone."""
        item = self._items.get(item_id)
        if item is not None or not item_id or item_id in self._kinds:
            return item
        item = self._items[item_id] = Item(item_id, seen.seq, seen.at)
        if self._are_made_up:
            item.is_made_up, item.why = True, seen.event.why or ""
        self._open[item_id] = None
        if self._keep is not None and len(self._open) > self._keep * _OPEN_FACTOR:
            self._forget(self._open.popitem(last=False)[0])
        return item

    def add(self, value: Json, seen: Seen) -> Item | None:
        """`conversation.item.added`: the item is in the conversation from now on."""
        item = self.announce(text_of(value.get("id")), seen)
        if item is None:
            return None
        self.update(item, value, seen)
        creation = None if item.response_id else self._creation_of(value)
        if creation is not None:
            del self._creations[creation.seq]
            item.by, item.injected, item.create_seq = "client", creation.injected, creation.seq
            item.why = creation.why or item.why
        previous = seen.fields.get("previous_item_id")
        item.previous_id = previous if isinstance(previous, str) else None
        is_first = creation is not None and creation.is_first and item.previous_id is None
        self.place(item, is_first=is_first)
        return item

    def place(self, item: Item, *, is_first: bool = False) -> None:
        """Put an item where its predecessor says: after it, at the end when there is none."""
        if not item.is_listed:
            item.is_listed = True
            self.count += 1
        elif item.previous_id is None:
            return
        self._order.insert(item.id, after=self._predecessor(item), is_first=is_first)

    def _predecessor(self, item: Item) -> str | None:
        """What an item comes after: behind its predecessor, deleted items are still shown here."""
        after = item.previous_id
        while after and (follower := self._order.follower(after)) and follower != item.id:
            if not self._items[follower].is_deleted:
                break
            after = follower
        return after

    def update(self, item: Item, value: Json, seen: Seen, *, is_final: bool = False) -> None:
        """Take what an event tells of an item as a whole."""
        item.kind = text_of(value.get("type")) or item.kind
        item.role = text_of(value.get("role")) or item.role
        item.status = text_of(value.get("status")) or item.status
        item.response_id = item.response_id or seen.response_id
        content = objects_of(value.get("content"))
        for index, part in enumerate(content[:_PARTS_LIMIT]):
            self._update_part(item, index, part, is_final=is_final)
        if "output" in value:
            item.output = text_of(value.get("output"))[:TEXT_LIMIT]
        if item.kind == "mcp_list_tools":
            names = [text_of(tool.get("name")) for tool in objects_of(value.get("tools"))]
            item.tools = tuple(names[:_PARTS_LIMIT])
        if is_final or item.status in {"completed", "incomplete"} or item.kind in _WHOLE_KINDS:
            self.close(item, seen)

    def _update_part(self, item: Item, index: int, value: Json, *, is_final: bool) -> None:
        part = item.part(index)
        part.type = text_of(value.get("type")) or part.type
        text = text_of(value.get("text")) or text_of(value.get("transcript"))
        # An empty text in a whole item says nothing: xAI and Voice Live leave it out there.
        if text and item.truncated_ms is None:
            is_waiting = item.role == "user" and "audio" in part.type and not is_final
            part.finish(text, is_final=not is_waiting)

    def close(self, item: Item, seen: Seen) -> None:
        """The item is over; it may be forgotten when there are many younger ones."""
        if item.is_done:
            return
        item.is_done, item.done_seq = True, seen.seq
        self._open.pop(item.id, None)
        self._closed[item.id] = None
        if self._keep is not None and len(self._closed) > self._keep:
            self._forget(self._closed.popitem(last=False)[0])

    def delete(self, item_id: str) -> None:
        """`conversation.item.deleted`: it is marked and stays to be shown."""
        if item := self._items.get(item_id):
            item.is_deleted = True

    def truncate(self, seen: Seen) -> None:
        """`conversation.item.truncated`: the server forgets the transcript of the part."""
        item = self._items.get(seen.item_id)
        if item is None:
            return
        item.truncated_ms = number_of(seen.fields.get("audio_end_ms")) or 0
        part = item.part(seen.fields.get("content_index"))
        item.dropped_text = part.text or item.dropped_text
        part.text, part.text_size, part.is_done, part.is_dropped = "", 0, True, True

    def _forget(self, item_id: str) -> None:
        item = self._items.pop(item_id)
        self._order.remove(item_id)
        self._kinds[item_id] = item.kind
        item.call = None


def _with_made_up(items: list[Item], made_up: list[Item]) -> list[Item]:
    """Both lists in one: a made-up item stands before the first other one that is younger."""
    merged: list[Item] = []
    waiting = deque(made_up)
    for item in items:
        while waiting and waiting[0].seq < item.seq:
            merged.append(waiting.popleft())
        merged.append(item)
    return [*merged, *waiting]


_WHOLE_KINDS = frozenset({"function_call_output", "mcp_approval_response"})
"""Kinds that have no status and come whole."""


class _Order:
    """The ids of a list in which each says what it comes after: a linked list, so that each place is
    found at once."""

    def __init__(self) -> None:
        self._after: dict[str, str] = {}
        self._before: dict[str, str] = {}
        self.first = ""
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        item_id = self.first
        while item_id:
            yield item_id
            item_id = self._after.get(item_id, "")

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._before

    def follower(self, item_id: str) -> str:
        """The id behind an id; empty when it is the last, or not there."""
        return self._after.get(item_id, "")

    def insert(self, item_id: str, *, after: str | None, is_first: bool) -> None:
        """Put an id after another; at the end when that is unknown, or in front of all."""
        if after == item_id or (after and item_id in self and self._before[item_id] == after):
            return
        self.remove(item_id)
        before = after if after is not None and after in self else self.last
        if is_first:
            before = ""
        behind = self._after.get(before, "") if before else self.first
        self._link(before, item_id)
        self._link(item_id, behind)

    def remove(self, item_id: str) -> None:
        """Take an id out; its neighbours join hands."""
        if item_id not in self:
            return
        before, behind = self._before.pop(item_id), self._after.pop(item_id)
        self._link(before, behind)

    def _link(self, before: str, behind: str) -> None:
        if before:
            self._after[before] = behind
        else:
            self.first = behind
        if behind:
            self._before[behind] = before
        else:
            self.last = before
