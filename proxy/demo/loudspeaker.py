"""Plays the assistant's audio, as far as its clock goes: a demo needs no sound card."""

import base64
from dataclasses import dataclass

BYTES_PER_MS = 48
"""`audio/pcm`: 24,000 samples of 16 bits a second, mono."""


@dataclass(slots=True)
class _Track:
    item_id: str
    content_index: int
    starts_at: float
    received_bytes: int = 0

    @property
    def received_ms(self) -> int:
        return self.received_bytes // BYTES_PER_MS


@dataclass(frozen=True, slots=True)
class Heard:
    """How much of an item the user has heard: what `conversation.item.truncate` wants to know."""

    item_id: str
    content_index: int
    played_ms: int


class Loudspeaker:
    """Knows what has been played at a given time, in seconds of the caller's clock.

    The server generates faster than real time, so what was played is less than what was received.
    """

    def __init__(self) -> None:
        self._track: _Track | None = None

    def play(self, item_id: str, content_index: int, audio: str, *, at: float) -> None:
        """Append base64 audio of an item; a new item begins when the one before it has ended."""
        track = self._track
        if track is None or track.item_id != item_id:
            starts_at = at + self.left_s(at)
            track = self._track = _Track(item_id, content_index, starts_at)
        track.received_bytes += len(base64.b64decode(audio))

    def left_s(self, at: float) -> float:
        """How long it would go on playing."""
        if self._track is None:
            return 0.0
        return max(0.0, self._track.starts_at + self._track.received_ms / 1000 - at)

    def stop(self, at: float) -> Heard | None:
        """Fall silent; tells what was heard when something was still playing."""
        track = self._track
        if track is None or self.left_s(at) == 0:
            return None
        self._track = None
        played_ms = int((at - track.starts_at) * 1000)
        return Heard(track.item_id, track.content_index, min(max(played_ms, 0), track.received_ms))
