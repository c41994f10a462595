"""What the app has put into the conversation since it last asked for a response: what its next
`response.create` is for."""

from collections.abc import Mapping
from typing import Final

from ...recordings.conversation import Seen
from ...recordings.conversation.bounded import BoundedDict
from ...recordings.plain import object_of
from .groups import Group
from .ledger import Ledger

BELATED_S: Final = 10.0
"""The app asks for the answer to its outputs within this time; later it means something else."""

_KEPT: Final = 64
_NEVER: Final = -1.0
_WRITING: Final = frozenset({"conversation.item.create", "input_audio_buffer.commit"})


class AppSide:
    """Fed the app's events of one session; those that were kept from the server too."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._touched: BoundedDict[str, float] = BoundedDict(_KEPT)
        """When the app gave an output, or tried to, by the keys of the groups."""
        self._wrote_at = _NEVER
        """When it last put something in that is no output and wants an answer."""

    def take(self, seen: Seen, *, is_dropped: bool) -> None:
        """An event of the app, whatever became of it."""
        if seen.kind == "response.create":
            if not is_out_of_band(seen):
                self.forget()
        elif is_output(seen):
            self._touch(seen)
        elif seen.kind in _WRITING and not is_dropped:
            self._wrote_at = seen.at

    def _touch(self, seen: Seen) -> None:
        call = self._ledger.call(seen.call_id)
        if call is not None:
            key = call.response_id or call.call_id
            self._touched.pop(key, None)
            self._touched[key] = seen.at

    def forget(self) -> None:
        """It has asked for a response."""
        self._touched.clear()
        self._wrote_at = _NEVER

    def groups(self, known: Mapping[str, Group]) -> list[Group]:
        """The groups of ours that its request would be for, the latest last."""
        touched = ((known.get(key), at) for key, at in self._touched.items())
        return [
            group
            for group, at in touched
            if group is not None
            and group.wants_response
            and (group.is_open or not self._is_belated(group, at))
        ]

    def _is_belated(self, group: Group, at: float) -> bool:
        response = self._ledger.conversation.responses.get(group.key)
        done_at = response.done_at if response is not None else None
        return self._ledger.now > max(at, done_at or 0.0) + BELATED_S

    def read_groups(self) -> tuple[Group, ...]:
        """The groups, whosoever's, of which a response that reads them is all that it wants; none
        when it wrote something else too."""
        return () if self._wrote_at >= 0 else tuple(Group(key) for key in self._touched)

    def has_written_since(self, at: float) -> bool:
        """Whether its request is for something that it wrote after this time."""
        return self._wrote_at > at


def is_output(seen: Seen) -> bool:
    """Whether an event of the app gives a call its output."""
    item = object_of(seen.fields.get("item"))
    is_create = seen.kind == "conversation.item.create"
    return is_create and item.get("type") == "function_call_output"


def is_out_of_band(seen: Seen) -> bool:
    """Whether a `response.create` is for a response outside of the conversation."""
    return object_of(seen.fields.get("response")).get("conversation") == "none"
