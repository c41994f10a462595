"""The audio encodings of the wire: their sizes and their way to and from PCM."""

from enum import Enum

from ...recordings.event import Json
from .. import voice


class AudioFormat(Enum):
    """An encoding, by its GA name. All are mono."""

    PCM = "audio/pcm"
    """16 bits, little endian, 24,000 samples a second."""
    PCMU = "audio/pcmu"
    """G.711 mu-law, 8,000 samples a second."""
    PCMA = "audio/pcma"
    """G.711 A-law, 8,000 samples a second."""

    @classmethod
    def of(cls, format_: Json) -> "AudioFormat":
        """The encoding of a `format` object."""
        return cls(format_["type"])

    @property
    def rate(self) -> int:
        """Samples a second."""
        return 24_000 if self is AudioFormat.PCM else 8_000

    @property
    def bytes_per_ms(self) -> int:
        """Encoded size of a millisecond."""
        return 48 if self is AudioFormat.PCM else 8

    def encode(self, pcm: bytes) -> bytes:
        """Encode PCM16 of this format's rate."""
        match self:
            case AudioFormat.PCM:
                return pcm
            case AudioFormat.PCMU:
                return voice.encode_ulaw(pcm)
            case AudioFormat.PCMA:
                return voice.encode_alaw(pcm)

    def decode(self, data: bytes) -> bytes:
        """PCM16 of this format's rate."""
        match self:
            case AudioFormat.PCM:
                return data
            case AudioFormat.PCMU:
                return voice.decode_ulaw(data)
            case AudioFormat.PCMA:
                return voice.decode_alaw(data)
