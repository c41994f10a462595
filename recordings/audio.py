"""How long audio is, told from its length in bytes; nothing is decoded.

Knows the formats of the Realtime API and which one is in force: sessions name them, a response may
name its own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .event import Json

PCM_RATE_HZ = 24_000
"""The rate of `pcm16`, and of `audio/pcm` without a rate."""

G711_RATE_HZ = 8_000

_SHORT_S = 0.1
_PCM_NAME = re.compile(r"pcm(?:16)?(?:[-_](\d{4,6})hz)?", re.IGNORECASE)
_MAX_RATE_HZ = 768_000


class Encoding(StrEnum):
    """How a sample is written, in the words of GA's `format.type`."""

    PCM = "audio/pcm"
    """16 bits, little endian, one channel."""
    PCMU = "audio/pcmu"
    """G.711 mu-law, one byte a sample."""
    PCMA = "audio/pcma"
    """G.711 A-law, one byte a sample."""


_BETA_NAMES = {
    "g711_ulaw": Encoding.PCMU,
    "g711_alaw": Encoding.PCMA,
    Encoding.PCMU.value: Encoding.PCMU,
    Encoding.PCMA.value: Encoding.PCMA,
}


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """An audio format of the Realtime API; the default is what a session begins with."""

    encoding: Encoding = Encoding.PCM
    rate_hz: int = PCM_RATE_HZ

    @classmethod
    def parse(cls, value: object) -> "AudioFormat | None":
        """The format that a session names; None when it is none that we know.

        Args:
            value: GA's object `{"type": "audio/pcm", "rate": 24000}`, or a name: beta's `pcm16`,
                `g711_ulaw`, `g711_alaw`, Voice Live's `pcm16-8000hz`.
        """
        rate: object = None
        if isinstance(value, Mapping):
            rate = value.get("rate")
            value = value.get("type")
        if not isinstance(value, str):
            return None
        if encoding := _BETA_NAMES.get(value.lower()):
            return cls(encoding, G711_RATE_HZ)
        named = _PCM_NAME.fullmatch(value.lower().removeprefix("audio/"))
        if named is None:
            return None
        rate_hz = int(named[1]) if named[1] else rate
        if not isinstance(rate_hz, int) or not 0 < rate_hz <= _MAX_RATE_HZ:
            rate_hz = PCM_RATE_HZ
        return cls(Encoding.PCM, rate_hz)

    @property
    def bytes_per_ms(self) -> float:
        """Bytes of one millisecond: 48 for PCM at 24 kHz, 8 for G.711."""
        sample_bytes = 2 if self.encoding is Encoding.PCM else 1
        return self.rate_hz * sample_bytes / 1000

    def duration_s(self, size_bytes: int) -> float:
        """How long so many bytes sound, in seconds."""
        return size_bytes / self.bytes_per_ms / 1000


def decoded_size(base64_text: str) -> int:
    """How many bytes a base64 text decodes to, with or without its padding."""
    return len(base64_text.rstrip("=")) * 3 // 4


def describe_duration(duration_s: float) -> str:
    """`audio 3.4 s`; what is shorter than 0.1 s has three decimals."""
    decimals = 3 if 0 < duration_s < _SHORT_S else 1
    return f"audio {duration_s:.{decimals}f} s"


_SESSION_TYPES = (
    "session.created",
    "session.updated",
    "transcription_session.created",
    "transcription_session.updated",
)


class AudioFormats:
    """The formats in force in one session, learned from its events in order."""

    def __init__(self) -> None:
        self.input = AudioFormat()
        """What `input_audio_buffer.append` carries."""
        self._output = AudioFormat()
        self._by_response: dict[str, AudioFormat] = {}

    def output(self, response_id: object) -> AudioFormat:
        """What the audio deltas of this response carry."""
        if isinstance(response_id, str):
            return self._by_response.get(response_id, self._output)
        return self._output

    def observe(self, fields: Json) -> None:
        """Learn from an event of the server. A client's `session.update` counts when it is accepted."""
        session, response = fields.get("session"), fields.get("response")
        if fields.get("type") in _SESSION_TYPES and isinstance(session, Mapping):
            self.input = _format(session, "input") or self.input
            self._output = _format(session, "output") or self._output
        elif isinstance(response, Mapping) and isinstance(response_id := response.get("id"), str):
            if fields.get("type") == "response.done":
                self._by_response.pop(response_id, None)
            elif found := _format(response, "output"):
                self._by_response[response_id] = found


def _format(holder: Mapping[str, object], direction: str) -> AudioFormat | None:
    """The format in a session or a response: GA's nested one, else beta's flat one."""
    audio = holder.get("audio")
    side = audio.get(direction) if isinstance(audio, Mapping) else None
    if isinstance(side, Mapping) and (found := AudioFormat.parse(side.get("format"))):
        return found
    found = AudioFormat.parse(holder.get(f"{direction}_audio_format"))
    # Azure Voice Live says the rate of `pcm16` beside it.
    rate = holder.get(f"{direction}_audio_sampling_rate")
    if found and found.encoding is Encoding.PCM and rate:
        return AudioFormat.parse({"type": "audio/pcm", "rate": rate})
    return found
