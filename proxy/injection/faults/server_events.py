"""Events of the server that do not come, or come late."""

from typing import Annotated, Final

from msgspec import Meta

from ....recordings.conversation import Seen
from ....recordings.conversation.bounded import BoundedDict
from ....recordings.event import Json, Side
from ...schedule import Timer
from ..quota import Quota
from ..rule import Desk
from ..splicing import as_written
from ..verdict import Verdict, drop
from .fault import Fault
from .settings import Repeated

_ITEMS_KEPT: Final = 64
"""Spoken turns that may be transcribed at once."""


class LostSessionUpdated(Fault[Repeated]):
    """`session.updated` does not come, though the update is in force."""

    kinds = frozenset({"session.updated"})

    def __init__(self, name: str, settings: Repeated, sessions: Quota) -> None:
        super().__init__(name, settings, sessions)
        self._quota = Quota(settings.times or None, skip=settings.after)

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:  # noqa: ARG002 -- as the protocol has it
        """Drop it."""
        is_lost = seen.side is Side.SERVER and self._quota.take()
        return drop(self.name) if is_lost else None


class DelayedTranscriptSettings(Repeated, frozen=True, kw_only=True):
    """Of a transcript that comes late."""

    seconds: Annotated[float, Meta(ge=0, description="how much later it comes")] = 3.0


class DelayedTranscript(Fault[DelayedTranscriptSettings]):
    """What the user said is written down late.

    Only these events wait, as the server's transcription stands in no order with its responses: each
    is dropped, and sent again when its time has come. An occasion is a spoken turn.
    """

    kinds = frozenset({"conversation.item.input_audio_transcription.*"})

    def __init__(self, name: str, settings: DelayedTranscriptSettings, sessions: Quota) -> None:
        super().__init__(name, settings, sessions)
        self._quota = Quota(settings.times or None, skip=settings.after)
        self._is_late: BoundedDict[str, bool] = BoundedDict(_ITEMS_KEPT)
        self._waiting: dict[int, tuple[Timer, Json]] = {}

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """Send it later."""
        if seen.side is Side.CLIENT:
            return None
        is_late = self._is_late.get(seen.item_id)
        if is_late is None:
            is_late = self._is_late[seen.item_id] = self._quota.take()
        if not is_late:
            return None
        timer = desk.after(self.settings.seconds, lambda: self._send(seen.seq, desk))
        self._waiting[seen.seq] = timer, as_written(seen.event.payload)
        return drop(self.name)

    def stop(self, desk: Desk) -> None:
        """What waits is the server's own: it comes now."""
        for seq, (timer, _) in list(self._waiting.items()):
            timer.cancel()
            self._send(seq, desk)

    def _send(self, seq: int, desk: Desk) -> None:
        _, event = self._waiting.pop(seq)
        self.tell(desk, event)
