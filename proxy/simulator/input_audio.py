"""The input audio buffer: what the client appended and nobody committed yet, and who speaks in it.

Positions are milliseconds in all audio that was appended in the session, as in `audio_start_ms` and
`audio_end_ms`; they never go back.
"""

from ...recordings.event import Json
from ..voice import resample
from .formats import AudioFormat
from .vad import SpeechStarted, SpeechStopped, VoiceActivity

type Speech = SpeechStarted | SpeechStopped

_SEMANTIC_SILENCE_MS = {"high": 500, "medium": 1000, "auto": 1000, "low": 2000}
"""How long a pause ends a turn with semantic_vad, which waits at most 2, 4 and 8 s; the real server
understands whether the sentence is complete, this one does not."""

_KEPT_SILENCE_MS = 10_000
"""With turn detection, silence older than this leaves the buffer: a session may last an hour."""


class InputAudio:
    """The buffer of one session, as PCM16 at the rate of the input format."""

    def __init__(self, format_: AudioFormat, turn_detection: Json | None) -> None:
        self._format = format_
        self._pcm = bytearray()
        self._end_ms = 0.0
        """Length of all audio appended so far."""
        self._turn_detection: Json | None = None
        self._activity: VoiceActivity | None = None
        self._activity_origin_ms = 0
        """The position at which the present detector began to listen."""
        self._detect(turn_detection)

    @property
    def end_ms(self) -> int:
        """The position behind the last appended sample."""
        return int(self._end_ms)

    @property
    def duration_ms(self) -> float:
        """How much audio waits in the buffer."""
        return len(self._pcm) / self._pcm_bytes_per_ms

    @property
    def is_speech_open(self) -> bool:
        """Somebody has begun to speak and not ended."""
        return self._activity is not None and self._activity.is_speaking

    def configure(self, format_: AudioFormat, turn_detection: Json | None) -> None:
        """Follow a `session.update`."""
        if format_.rate != self._format.rate:
            self._pcm = bytearray(resample(bytes(self._pcm), self._format.rate, format_.rate))
        has_changed = format_.rate != self._format.rate or turn_detection != self._turn_detection
        self._format = format_
        if has_changed:
            self._detect(turn_detection)

    def append(self, encoded: bytes) -> list[Speech]:
        """Take audio in; tells who began or ceased to speak in it."""
        pcm = self._format.decode(encoded)
        self._pcm += pcm
        self._end_ms += len(pcm) / self._pcm_bytes_per_ms
        if self._activity is None:
            return []
        origin_ms = self._activity_origin_ms
        speech: list[Speech] = [
            type(change)(change.audio_ms + origin_ms) for change in self._activity.receive(pcm)
        ]
        if not speech and not self.is_speech_open:
            self._drop_before(self.end_ms - _KEPT_SILENCE_MS)
        return speech

    def take(self, *, start_ms: int, end_ms: int) -> bytes:
        """Take a turn out of the buffer, encoded in the input format; what came before it goes."""
        self._drop_before(start_ms)
        size = round((end_ms - self._start_ms) * self._pcm_bytes_per_ms) // 2 * 2
        turn = bytes(self._pcm[:size])
        del self._pcm[:size]
        return self._format.encode(turn)

    def take_all(self) -> bytes:
        """Take everything out, encoded in the input format."""
        turn = self._format.encode(bytes(self._pcm))
        self.clear()
        return turn

    def clear(self) -> None:
        """Drop everything; a turn that was open is forgotten."""
        self._pcm.clear()
        if self._activity is not None:
            self._activity.reset()

    @property
    def _pcm_bytes_per_ms(self) -> int:
        return 2 * self._format.rate // 1000

    @property
    def _start_ms(self) -> float:
        return self._end_ms - self.duration_ms

    def _drop_before(self, position_ms: float) -> None:
        surplus = round((position_ms - self._start_ms) * self._pcm_bytes_per_ms) // 2 * 2
        if surplus > 0:
            del self._pcm[:surplus]

    def _detect(self, turn_detection: Json | None) -> None:
        self._turn_detection = turn_detection
        self._activity_origin_ms = self.end_ms
        if turn_detection is None:
            self._activity = None
        elif turn_detection["type"] == "semantic_vad":
            silence_ms = _SEMANTIC_SILENCE_MS[turn_detection["eagerness"]]
            self._activity = VoiceActivity(silence_duration_ms=silence_ms, rate=self._format.rate)
        else:
            self._activity = VoiceActivity(
                threshold=turn_detection["threshold"],
                prefix_padding_ms=turn_detection["prefix_padding_ms"],
                silence_duration_ms=turn_detection["silence_duration_ms"],
                rate=self._format.rate,
            )
