"""How quickly the simulated server speaks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Waiting times of a session, in seconds.

    The defaults follow the one recorded session that has times (create to first output 0.3 s, first
    transcript to first audio 0.1 s, last audio to `response.done` 0.03 s), a little quicker.
    """

    thinking_s: float = 0.2
    """From `response.created` to the first output item."""
    token_s: float = 0.015
    """Between two text-like deltas."""
    audio_speed: float = 4.0
    """Seconds of assistant audio sent in one second; the real server is faster than speech, too."""
    closing_s: float = 0.03
    """From the last output item to `response.done`: the time in which an impatient client's
    `response.create` is refused."""
    rate_limits_s: float = 0.03
    """From `response.done` to `rate_limits.updated`."""
    recognition_s: float = 0.15
    """From the end of a spoken turn to its transcription, which begins before the answer does."""

    def audio_s(self, duration_ms: float) -> float:
        """How long to wait after a piece of audio of this duration."""
        return duration_ms / 1000 / self.audio_speed if self.audio_speed else 0.0


FAST = Pace(
    thinking_s=0.01,
    token_s=0,
    audio_speed=0,
    closing_s=0.01,
    rate_limits_s=0,
    recognition_s=0.01,
)
"""Everything that can be said is said at once. A response still takes a moment at both ends: a client
that sends `response.create` twice, or before `response.done`, must not get away with it."""
