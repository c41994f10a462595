"""How loud audio was, as a row of blocks."""

import base64
import binascii
import sys
from array import array
from collections.abc import Iterable

from ...recordings.audio import AudioFormat, Encoding
from ...recordings.conversation import Seen
from ...recordings.event import Event
from ...recordings.findings.g711 import MU_LAW
from ...recordings.plain import text_of

FULL_SCALE = 32_768
SAMPLES_A_CELL = 64
"""More samples than these of one cell change nothing that can be seen."""


def audio_in(events: Iterable[Event]) -> bytes:
    """The audio of some events, decoded and put together; what is no base64 is left out."""
    pieces = []
    for event in events:
        fields = Seen.of(event).fields
        text = text_of(fields.get("audio")) or text_of(fields.get("delta"))
        try:
            pieces.append(base64.b64decode(text, validate=False))
        except (binascii.Error, ValueError):
            continue
    return b"".join(pieces)


def waveform(audio: bytes, format_: AudioFormat, width: int, blocks: str) -> str:
    """One character for each stretch of the audio, higher where it is louder.

    Args:
        audio: Decoded.
        format_: How a sample is written.
        width: In cells.
        blocks: From silence to full loudness.
    """
    samples = _samples(audio, format_)
    if not samples or width <= 0:
        return ""
    stretch = max(len(samples) / width, 1.0)
    cells = min(width, len(samples))
    peaks = [
        _peak(samples, round(cell * stretch), round((cell + 1) * stretch)) for cell in range(cells)
    ]
    loudest = max(*peaks, FULL_SCALE // 8) if len(peaks) > 1 else FULL_SCALE
    steps = len(blocks) - 1
    return "".join(blocks[min(round(peak / loudest * steps), steps)] for peak in peaks)


def _peak(samples: array[int], start: int, stop: int) -> int:
    step = max((stop - start) // SAMPLES_A_CELL, 1)
    part = samples[start:stop:step]
    return max(map(abs, part), default=0)


def _samples(audio: bytes, format_: AudioFormat) -> array[int]:
    if format_.encoding is Encoding.PCM:
        samples = array("h", audio[: len(audio) // 2 * 2])
        if sys.byteorder == "big":
            samples.byteswap()
        return samples
    table = MU_LAW if format_.encoding is Encoding.PCMU else _A_LAW
    return array("h", (table[each] for each in audio))


def _level(byte: int) -> int:
    """One byte of A-law as a 16-bit sample: every second bit inverted, then as G.711 has it."""
    byte ^= 0x55
    mantissa, segment = (byte & 0x0F) << 4, byte >> 4 & 0x07
    magnitude = mantissa + 8 if segment == 0 else (mantissa + 0x108) << (segment - 1)
    return magnitude if byte & 0x80 else -magnitude


_A_LAW = tuple(_level(byte) for byte in range(256))
