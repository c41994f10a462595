"""Connections that are slow: nothing comes for a while, or audio comes slower than it is played."""

import math
from typing import Annotated, Final, Literal

from msgspec import Meta

from ....recordings.conversation import Seen
from ....recordings.conversation.bounded import BoundedDict
from ....recordings.event import Side
from ..quota import Quota
from ..rule import Desk
from ..verdict import Verdict, hold
from .fault import Fault
from .moment import Moment
from .settings import Repeated

_RESPONSES_KEPT: Final = 64


class StallSettings(Repeated, frozen=True, kw_only=True):
    """Of a connection on which nothing comes for a while."""

    seconds: Annotated[float, Meta(ge=0, description="how long nothing comes")] = 5.0
    side: Annotated[
        Literal["server", "client", "both"], Meta(description="whose messages wait")
    ] = "server"
    when: Annotated[
        str, Meta(description="the event at which it begins: a type, a pattern, audio or any")
    ] = "any"


class Stall(Fault[StallSettings]):
    """Nothing comes for some seconds; then everything does, in its order."""

    kinds = None

    def __init__(self, name: str, settings: StallSettings, sessions: Quota) -> None:
        super().__init__(name, settings, sessions)
        self._sides = set(Side) if settings.side == "both" else {Side(settings.side)}
        pattern_side = None if settings.side == "both" else Side(settings.side)
        self._moment = Moment(settings.when, pattern_side=pattern_side)
        self._quota = Quota(settings.times or None, skip=settings.after)
        self._until = -math.inf

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """Begin at the moment, and hold what is said until the end."""
        is_over = desk.now >= self._until
        if is_over and self._moment.has_come(seen) and self._quota.take():
            self._until = desk.now + self.settings.seconds
        if seen.side in self._sides and desk.now < self._until:
            return hold(self.name, self._until)
        return None


class SlowAudioSettings(Repeated, frozen=True, kw_only=True):
    """Of audio that comes slowly. An occasion is a response."""

    factor: Annotated[
        float, Meta(ge=0, description="a delta takes so many times the time that it plays")
    ] = 2.0
    ms: Annotated[
        float, Meta(ge=0, description="milliseconds from delta to delta in place of that; 0: not")
    ] = 0.0


class SlowAudio(Fault[SlowAudioSettings]):
    """The deltas of a response's audio come slowly, and all behind them, as on a thin line."""

    kinds = frozenset({"response.output_audio.delta"})

    def __init__(self, name: str, settings: SlowAudioSettings, sessions: Quota) -> None:
        super().__init__(name, settings, sessions)
        self._quota = Quota(settings.times or None, skip=settings.after)
        self._is_slow: BoundedDict[str, bool] = BoundedDict(_RESPONSES_KEPT)
        self._next_s = -math.inf
        """When the next delta may go."""

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """Hold a delta until the one before it has had its time."""
        is_slow = self._is_slow.get(seen.response_id)
        if is_slow is None:
            is_slow = self._is_slow[seen.response_id] = self._quota.take()
        if not is_slow:
            return None
        goes_s = max(desk.now, self._next_s)
        self._next_s = goes_s + self._length_s(seen, desk)
        return hold(self.name, goes_s) if goes_s > desk.now else None

    def _length_s(self, seen: Seen, desk: Desk) -> float:
        if self.settings.ms:
            return self.settings.ms / 1000
        conversation = desk.ledger.conversation
        response = conversation.responses.get(seen.response_id)
        audio_format = (response and response.audio_format) or conversation.session.output_format
        return audio_format.duration_s(seen.audio_bytes) * self.settings.factor
