"""Sound without a microphone: a voice-like signal, silence, G.711 and resampling.

Everything is mono PCM16 little-endian in and out, in plain Python: the simulator and the demo must
speak on a machine that has nothing but the standard library (`audioop` is gone since Python 3.13).
Nothing here knows events, sessions or base64.
"""

import math
import random
import sys
from array import array
from functools import lru_cache

PCM_RATE = 24_000
"""Samples per second of `audio/pcm`, the protocol's only PCM rate."""

G711_RATE = 8_000
"""Samples per second of `audio/pcmu` and `audio/pcma`; one byte a sample."""

FULL_SCALE = 32_768

# Three formants (Hz) of five vowels of a male voice, and what each carries beside the first.
_VOWELS = (
    (730.0, 1090.0, 2440.0),
    (530.0, 1840.0, 2480.0),
    (270.0, 2290.0, 3010.0),
    (570.0, 840.0, 2410.0),
    (300.0, 870.0, 2240.0),
)
_FORMANT_GAINS = (1.0, 0.5, 0.25)
_FORMANT_BANDWIDTHS_HZ = (80.0, 100.0, 140.0)

_PITCH_HZ = 122.0
_PITCH_STEP = 2 ** (1 / 12)
"""Pitch moves in semitones: a dozen wave tables a vowel, which no ear takes for steps."""

_LOUDNESS_STEPS = 16
_SYLLABLE_LEVEL = 5_600.0
"""RMS of a vowel at its loudest; with envelope and pauses the whole comes to -20 dBFS."""

_NOISE_SAMPLES = 8_192


def synthesise_voice(duration_s: float, *, rate: int = PCM_RATE, seed: int = 0) -> bytes:
    """A signal that a voice activity detector takes for one utterance; not words.

    A glottal pulse train with falling pitch excites three formants; syllables open with a breath of
    noise, swell and fade, and no pause reaches 200 ms. The same arguments give the same bytes. It is
    glued from one wave table for each (vowel, pitch, loudness), because filtering sample by sample
    costs about 1 s for 10 s of sound in Python, and this takes 10 ms.
    """
    count = round(duration_s * rate)
    chance = random.Random(seed)  # noqa: S311 -- a repeatable voice, no secret
    samples = array("h")
    while len(samples) < count:
        samples.extend(_word(chance, rate))
    del samples[count:]
    _fade_out(samples, rate // 100)
    return _to_pcm(samples)


def silence(duration_s: float, rate: int = PCM_RATE) -> bytes:
    """Digital silence."""
    return bytes(2 * round(duration_s * rate))


def rms(pcm: bytes) -> float:
    """Root mean square as a share of full scale: 0.0 is silence, 0.1 is -20 dBFS."""
    samples = to_samples(pcm)
    if not samples:
        return 0.0
    return math.sqrt(math.sumprod(samples, samples) / len(samples)) / FULL_SCALE


def resample(pcm: bytes, from_rate: int, to_rate: int) -> bytes:
    """The same sound at another rate; each call stands alone.

    Going up it interpolates linearly; going down it averages each stretch first, so that what the
    lower rate cannot carry does not come back as a whistle.
    """
    if from_rate == to_rate:
        return pcm
    samples = to_samples(pcm)
    stretch = from_rate // to_rate
    if stretch > 1:
        samples = _averaged(samples, stretch)
    step = from_rate / max(stretch, 1) / to_rate
    return _to_pcm(samples if step == 1 else _interpolated(samples, step))


def encode_ulaw(pcm: bytes) -> bytes:
    """PCM16 to G.711 mu-law (`audio/pcmu`, `g711_ulaw`)."""
    table = _ulaw_codes()
    return bytes([table[sample >> 2] for sample in to_samples(pcm)])


def decode_ulaw(data: bytes) -> bytes:
    """G.711 mu-law to PCM16."""
    return _to_pcm(array("h", map(_ulaw_samples().__getitem__, data)))


def encode_alaw(pcm: bytes) -> bytes:
    """PCM16 to G.711 A-law (`audio/pcma`, `g711_alaw`)."""
    table = _alaw_codes()
    return bytes([table[sample >> 3] for sample in to_samples(pcm)])


def decode_alaw(data: bytes) -> bytes:
    """G.711 A-law to PCM16."""
    return _to_pcm(array("h", map(_alaw_samples().__getitem__, data)))


def to_samples(pcm: bytes) -> "array[int]":
    """The samples of PCM16 little-endian; a last odd byte is no sample yet and is left out."""
    samples = array("h")
    samples.frombytes(pcm[: len(pcm) & ~1])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _to_pcm(samples: "array[int]") -> bytes:
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return samples.tobytes()


# The voice.


def _word(chance: random.Random, rate: int) -> "array[int]":
    """One to four syllables, pitch falling over them, and the pause behind."""
    samples = array("h")
    syllables = chance.randint(1, 4)
    for index in range(syllables):
        semitones = 3 - 5 * index // syllables + chance.randint(-1, 1)
        samples.extend(_breath(chance, rate))
        samples.extend(_syllable(chance, rate, semitones))
    pause_s = chance.uniform(0.02, 0.09)
    samples.extend(array("h", bytes(2 * int(pause_s * rate))))
    return samples


def _breath(chance: random.Random, rate: int) -> "array[int]":
    """The consonant in front: 15 to 35 ms of noise."""
    length = int(chance.uniform(0.015, 0.035) * rate)
    start = chance.randrange(_NOISE_SAMPLES - length) if length < _NOISE_SAMPLES else 0
    return _noise()[start : start + length]


def _syllable(chance: random.Random, rate: int, semitones: int) -> "array[int]":
    """One vowel of 110 to 230 ms: quick swell, slow fade, pitch sinking by two semitones."""
    vowel = chance.randrange(len(_VOWELS))
    length = int(chance.uniform(0.11, 0.23) * rate)
    samples = array("h")
    while len(samples) < length:
        done = len(samples) / length
        swell = min(1.0, 0.3 + 4 * done) * (1.0 - 0.75 * done * done)
        loudness = max(1, round(swell * _LOUDNESS_STEPS))
        samples.extend(_period(vowel, semitones - round(2 * done), loudness, rate))
    return samples


@lru_cache(maxsize=4096)
def _period(vowel: int, semitones: int, loudness: int, rate: int) -> "array[int]":
    """One glottal pulse through the formants, from one closing of the glottis to the next."""
    gain = loudness / _LOUDNESS_STEPS * _SYLLABLE_LEVEL
    return array("h", [int(gain * value) for value in _pulse(vowel, semitones, rate)])


@lru_cache(maxsize=1024)
def _pulse(vowel: int, semitones: int, rate: int) -> list[float]:
    """The period's shape with an RMS of 1: three damped sines, brought to zero at the end."""
    length = round(rate / (_PITCH_HZ * _PITCH_STEP**semitones))
    shape = [0.0] * length
    for formant_hz, gain, bandwidth_hz in zip(
        _VOWELS[vowel], _FORMANT_GAINS, _FORMANT_BANDWIDTHS_HZ, strict=True
    ):
        if formant_hz * 2 > rate:
            continue  # above what this rate can carry
        turn = 2 * math.pi * formant_hz / rate
        decay = math.pi * bandwidth_hz / rate
        for index in range(length):
            shape[index] += gain * math.exp(-decay * index) * math.sin(turn * index)
    tail = length // 6
    for index in range(tail):
        shape[-1 - index] *= index / tail
    level = math.sqrt(math.sumprod(shape, shape) / length)
    return [value / level for value in shape]


@lru_cache(maxsize=1)
def _noise() -> "array[int]":
    chance = random.Random(7)  # noqa: S311 -- noise that is the same in every run
    return array("h", [int(chance.gauss(0, 900)) for _ in range(_NOISE_SAMPLES)])


def _fade_out(samples: "array[int]", length: int) -> None:
    """Take the last samples to zero, so that a cut vowel ends without a click."""
    length = min(length, len(samples))
    for index in range(length):
        samples[-1 - index] = samples[-1 - index] * index // length


# Resampling.


def _averaged(samples: "array[int]", stretch: int) -> "array[int]":
    """One sample, the mean, for each stretch of samples; an incomplete last stretch is left out."""
    whole = len(samples) // stretch * stretch
    lanes = [samples[lane:whole:stretch] for lane in range(stretch)]
    return array("h", [sum(values) // stretch for values in zip(*lanes, strict=True)])


def _interpolated(samples: "array[int]", step: float) -> "array[int]":
    """Samples read every `step` of a sample, on straight lines between neighbours."""
    if not samples:
        return samples
    last = len(samples) - 1
    padded = samples + samples[-1:]
    positions = [min(index * step, last) for index in range(round(len(samples) / step))]
    return array(
        "h",
        [
            int(padded[left] + (padded[left + 1] - padded[left]) * (position - left))
            for position, left in zip(positions, map(int, positions), strict=True)
        ],
    )


# G.711 (ITU-T). The encoders' tables are indexed by the sample's upper 14 (mu-law) or 13 (A-law)
# bits as Python counts: the entries of negative values stand at the end, where index -1 finds them.


@lru_cache(maxsize=1)
def _ulaw_codes() -> bytes:
    return bytes(map(_ulaw_code, [*range(8192), *range(-8192, 0)]))


@lru_cache(maxsize=1)
def _alaw_codes() -> bytes:
    return bytes(map(_alaw_code, [*range(4096), *range(-4096, 0)]))


@lru_cache(maxsize=1)
def _ulaw_samples() -> tuple[int, ...]:
    return tuple(map(_ulaw_sample, range(256)))


@lru_cache(maxsize=1)
def _alaw_samples() -> tuple[int, ...]:
    return tuple(map(_alaw_sample, range(256)))


def _ulaw_code(value: int) -> int:
    """The code of a 14-bit value: sign, segment, step; all bits inverted."""
    mask = 0xFF if value >= 0 else 0x7F
    biased = min(abs(value), 8158) + 33
    segment = biased.bit_length() - 6
    return (segment << 4 | (biased >> (segment + 1)) & 0x0F) ^ mask


def _ulaw_sample(code: int) -> int:
    inverted = ~code & 0xFF
    segment, step = (inverted >> 4) & 7, inverted & 0x0F
    value = (((step << 3) + 0x84) << segment) - 0x84
    return -value if inverted & 0x80 else value


def _alaw_code(value: int) -> int:
    """The code of a 13-bit value: sign, segment, step; every second bit inverted."""
    mask = 0xD5 if value >= 0 else 0x55
    size = value if value >= 0 else -value - 1
    segment = max(0, size.bit_length() - 5)
    step = size >> max(1, segment)
    return (segment << 4 | step & 0x0F) ^ mask


def _alaw_sample(code: int) -> int:
    plain = code ^ 0x55
    segment, step = (plain >> 4) & 7, plain & 0x0F
    value = (step << 4) + 8 if segment == 0 else ((step << 4) + 0x108) << (segment - 1)
    return value if plain & 0x80 else -value
