"""Server voice activity detection by energy: where in the appended audio somebody speaks.

It hears PCM16 in pieces of any size and tells the positions that `input_audio_buffer.speech_started`
and `speech_stopped` carry. It makes no events, ids or commits: that is the session's work. Time is
the audio's own, never a clock.
"""

import math
from dataclasses import dataclass

from ..voice import FULL_SCALE, to_samples

WINDOW_MS = 20

ONSET_WINDOWS = 5
"""Loud windows in a row that make speech: a click shorter than 60 ms can touch four of them."""

_QUIETEST_DBFS = -60.0
_LOUDEST_DBFS = -10.0
"""What `threshold` 0.0 and 1.0 stand for. The default 0.5 is -35 dBFS: room noise stays below,
a voice at arm's length is around -20."""

_RELEASE_DB = 6.0
"""How much softer speech may get before it counts as silence: the ends of words are soft."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Speech began."""

    audio_ms: int
    """Position in all audio of the session, prefix padding included: `audio_start_ms`."""


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """Speech ended."""

    audio_ms: int
    """Position in all audio of the session, the silence that ended it included: `audio_end_ms`."""


type Change = SpeechStarted | SpeechStopped


class VoiceActivity:
    """The detector of one session. Cut the audio as you like: the changes are the same."""

    def __init__(
        self,
        *,
        threshold: float = 0.5,
        prefix_padding_ms: int = 300,
        silence_duration_ms: int = 500,
        rate: int = 24_000,
    ) -> None:
        """Listen with the settings of `turn_detection`, to samples at `rate` a second."""
        self._prefix_padding_ms = prefix_padding_ms
        self._silence_duration_ms = silence_duration_ms
        self._rate = rate
        self._window_bytes = 2 * rate * WINDOW_MS // 1000
        level_dbfs = _QUIETEST_DBFS + threshold * (_LOUDEST_DBFS - _QUIETEST_DBFS)
        self._onset_power = _power(level_dbfs)
        self._release_power = _power(level_dbfs - _RELEASE_DB)
        self._received_bytes = 0
        self._heard_bytes = 0
        """Where the next window begins."""
        self._pending = b""
        self._loud_windows = 0
        """Loud windows in a row, while nobody speaks yet."""
        self._loud_until_ms = 0
        """End of the last loud window."""
        self._earliest_start_ms = 0
        """Audio before this belongs to an earlier turn."""
        self._is_speaking = False

    @property
    def position_ms(self) -> int:
        """Length of all audio received since the session began."""
        return self._ms(self._received_bytes)

    @property
    def is_speaking(self) -> bool:
        """Speech has started and not stopped."""
        return self._is_speaking

    def receive(self, pcm: bytes) -> list[Change]:
        """Hear the next piece of audio; what began or ended in it, in order."""
        self._received_bytes += len(pcm)
        audio = self._pending + pcm
        size = self._window_bytes
        whole = len(audio) // size * size
        self._pending = audio[whole:]
        changes: list[Change] = []
        for start in range(0, whole, size):
            change = self._hear_window(audio[start : start + size])
            if change is not None:
                changes.append(change)
        return changes

    def reset(self) -> None:
        """Forget the present turn, as after `input_audio_buffer.clear`; positions count on."""
        self._pending = b""
        self._heard_bytes = self._received_bytes
        self._loud_windows = 0
        self._earliest_start_ms = self.position_ms
        self._is_speaking = False

    def _hear_window(self, window: bytes) -> Change | None:
        self._heard_bytes += len(window)
        power = _mean_power(window)
        if self._is_speaking:
            return self._hear_speaking(is_loud=power >= self._release_power)
        return self._hear_waiting(is_loud=power >= self._onset_power)

    def _hear_waiting(self, *, is_loud: bool) -> SpeechStarted | None:
        self._loud_windows = self._loud_windows + 1 if is_loud else 0
        if self._loud_windows < ONSET_WINDOWS:
            return None
        now_ms = self._ms(self._heard_bytes)
        self._is_speaking = True
        self._loud_windows = 0
        self._loud_until_ms = now_ms
        start_ms = now_ms - ONSET_WINDOWS * WINDOW_MS - self._prefix_padding_ms
        return SpeechStarted(max(start_ms, self._earliest_start_ms))

    def _hear_speaking(self, *, is_loud: bool) -> SpeechStopped | None:
        now_ms = self._ms(self._heard_bytes)
        if is_loud:
            self._loud_until_ms = now_ms
            return None
        stop_ms = self._loud_until_ms + self._silence_duration_ms
        if now_ms < stop_ms:
            return None
        self._is_speaking = False
        self._earliest_start_ms = stop_ms
        return SpeechStopped(stop_ms)

    def _ms(self, size_bytes: int) -> int:
        return size_bytes // 2 * 1000 // self._rate


def _power(level_dbfs: float) -> float:
    """Mean square of samples at this level."""
    return float(FULL_SCALE**2 * math.pow(10, level_dbfs / 10))


def _mean_power(window: bytes) -> float:
    """Mean square around the mean: a microphone's constant offset is not sound."""
    samples = to_samples(window)
    count = len(samples)
    mean = sum(samples) / count
    return math.sumprod(samples, samples) / count - mean * mean
