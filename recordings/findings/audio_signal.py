"""Rules about the sound of appended audio: silence, no speech found, clipped, not the declared samples.

Only a few windows of an append are decoded, and only while a rule is undecided: in a session that
works these rules soon look at nothing any more. But for silence, which is exact, all is statistics,
so it is information and no warning.
"""

import math
import sys
from array import array
from binascii import Error, a2b_base64
from collections.abc import Iterable
from itertools import pairwise
from typing import ClassVar

from ..audio import AudioFormat, Encoding
from ..conversation import Conversation, Seen
from ..event import Side
from ..plain import object_of, text_of
from .audio_text import base64_of
from .facts import is_vad_on, say_s
from .finding import Finding, Severity
from .g711 import MU_LAW
from .rule import Rule

_FULL_SCALE = 32_768
_WINDOW = 128
"""Letters of base64 in a window: 96 bytes, 2 ms of PCM at 24 kHz."""
_WINDOWS = 3

_G711_SILENCE = {Encoding.PCMU: b"\xff\x7f", Encoding.PCMA: b"\xd5\x55"}


class AudioIsSilence(Rule):
    """All the audio since the start is zeros: a muted microphone, or the wrong track."""

    slug = "audio-is-silence"
    severity = Severity.WARNING
    kinds = frozenset({"input_audio_buffer.append", "input_audio_buffer.speech_started"})
    wants_audio = True

    LONG_MS: ClassVar[float] = 10_000

    def __init__(self) -> None:
        self._first_seq = 0
        self._silent_ms = 0.0
        self._is_decided = False

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Look for a sample that is not zero; one in the whole session is enough."""
        if self._is_decided:
            return ()
        if seen.side is Side.SERVER:
            self._is_decided = True
            return ()
        audio_format = state.session.input_format
        if not _is_silence(base64_of(seen), audio_format):
            self._is_decided = True
            return ()
        self._first_seq = self._first_seq or seen.seq
        self._silent_ms += seen.audio_bytes / audio_format.bytes_per_ms
        if self._silent_ms < self.LONG_MS:
            return ()
        self._is_decided = True
        what = (
            f"all of the first {say_s(self._silent_ms / 1000)} of audio is digital silence: every "
            "sample is zero"
        )
        todo = "check that the microphone is not muted, and that its track is the one you read"
        return (self.finding(seen.at, (self._first_seq, seen.seq), what, todo),)


def _is_silence(text: bytes, audio_format: AudioFormat) -> bool:
    if audio_format.encoding is Encoding.PCM:
        # Zeros are the letter A in base64; a sound ends this search at its first letter.
        return not text.strip(b"A=")
    try:
        return not a2b_base64(text).strip(_G711_SILENCE[audio_format.encoding])
    except Error:
        return False


class NoSpeechDetected(Rule):
    """There is sound for seconds, turn detection is on, and it finds no speech."""

    slug = "no-speech-detected"
    severity = Severity.INFO
    kinds = frozenset({"input_audio_buffer.append", "input_audio_buffer.speech_started"})
    wants_audio = True

    LOUD: ClassVar[float] = 10 ** (-30 / 20)
    """-30 dBFS: a voice at a microphone, not a room."""
    LONG_MS: ClassVar[float] = 5_000
    GRACE_S: ClassVar[float] = 3.0
    """A file may be appended in a burst; the server needs a moment for it."""

    def __init__(self) -> None:
        self._first_seq = self._last_seq = 0
        self._loud_ms = 0.0
        self._loud_since = 0.0
        self._is_decided = False

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Sum up what is loud, until the first speech."""
        if self._is_decided:
            return ()
        if seen.side is Side.SERVER:
            self._is_decided = True
            return ()
        audio_format = state.session.input_format
        if self._loud_ms >= self.LONG_MS or _rms(_sample(seen), audio_format) < self.LOUD:
            return ()
        self._first_seq, self._last_seq = self._first_seq or seen.seq, seen.seq
        self._loud_ms += seen.audio_bytes / audio_format.bytes_per_ms
        self._loud_since = seen.at
        return ()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:
        """Tell when the server has had time to find the speech."""
        if (
            self._is_decided
            or self._loud_ms < self.LONG_MS
            or now - self._loud_since < self.GRACE_S
        ):
            return ()
        self._is_decided = True
        if is_vad_on(state) is not True:
            return ()
        detection = object_of(state.session.turn_detection)
        mode = text_of(detection.get("type"))
        threshold = detection.get("threshold")
        setting = f" (threshold {threshold})" if isinstance(threshold, int | float) else ""
        what = (
            f"{say_s(self._loud_ms / 1000)} of loud audio was appended and {mode}{setting} found no "
            "speech in it"
        )
        todo = (
            "check that the samples are in the declared format and at its rate; if they are, lower "
            "turn_detection.threshold"
        )
        return (self.finding(now, (self._first_seq, self._last_seq), what, todo),)


class AudioIsClipped(Rule):
    """The audio hits full scale most of the time."""

    slug = "audio-is-clipped"
    severity = Severity.INFO
    kinds = frozenset({"input_audio_buffer.append"})
    side = Side.CLIENT
    wants_audio = True

    LONG_MS: ClassVar[float] = 5_000
    LEVEL: ClassVar[int] = 32_600
    SHARE: ClassVar[float] = 0.3
    """Of the samples. A voice that is merely too loud has 5 %."""

    def __init__(self) -> None:
        self._first_seq = 0
        self._heard_ms = 0.0
        self._samples = self._clipped = 0

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Count samples at full scale in the first seconds that have sound."""
        audio_format = state.session.input_format
        if self._heard_ms >= self.LONG_MS or audio_format.encoding is not Encoding.PCM:
            return ()
        samples = _pcm(_sample(seen))
        if not any(samples):
            return ()
        self._first_seq = self._first_seq or seen.seq
        self._heard_ms += seen.audio_bytes / audio_format.bytes_per_ms
        self._samples += len(samples)
        self._clipped += sum(not -self.LEVEL < sample < self.LEVEL for sample in samples)
        if self._heard_ms < self.LONG_MS or self._clipped < self.SHARE * self._samples:
            return ()
        share = self._clipped / self._samples
        what = f"{share:.0%} of the samples looked at are at full scale: the audio is clipped"
        todo = (
            "lower the microphone's gain; if it sounds like noise, the samples are not 16-bit little "
            "endian"
        )
        return (self.finding(seen.at, (self._first_seq, seen.seq), what, todo),)


class AudioLooksMisencoded(Rule):
    """What is declared as 16-bit little endian PCM looks smooth only when it is read otherwise."""

    slug = "audio-looks-misencoded"
    severity = Severity.INFO
    kinds = frozenset({"input_audio_buffer.append"})
    side = Side.CLIENT
    wants_audio = True

    ENOUGH: ClassVar[int] = 30
    """Appends with sound in them that are looked at; then the verdict is spoken."""
    SHARE: ClassVar[float] = 0.7
    """So many of them have to look alike."""

    def __init__(self) -> None:
        self._first_seq = 0
        self._looks: list[str] = []
        self._is_decided = False

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Look at one window of each of the first appends."""
        if self._is_decided:
            return ()
        if state.session.input_format.encoding is not Encoding.PCM:
            return ()
        data = _sample(seen)
        if len(data) < _WINDOW // 4 * 3 or not data.strip(b"\0"):
            return ()
        self._first_seq = self._first_seq or seen.seq
        self._looks.append(_look(data[: _WINDOW // 4 * 3]))
        if len(self._looks) < self.ENOUGH:
            return ()
        self._is_decided = True
        name = max(set(self._looks), key=self._looks.count)
        if not name or self._looks.count(name) < self.SHARE * self.ENOUGH:
            return ()
        what = (
            f"the appended audio is declared as 16-bit little-endian PCM, but it looks like {name}"
        )
        todo = _REMEDIES[name]
        return (self.finding(seen.at, (self._first_seq, seen.seq), what, todo),)


_FLOAT, _SWAPPED, _MU_LAW = "32-bit floats", "big-endian samples", "G.711 mu-law"
_REMEDIES = {
    _FLOAT: "convert the floats to 16-bit integers: round(x * 32767), clamped",
    _SWAPPED: "swap the two bytes of each sample",
    _MU_LAW: "declare audio.input.format audio/pcmu, or decode to 16-bit PCM at 24 kHz",
}
_FLOAT_ENDS = frozenset((*range(0x36, 0x40), *range(0xB6, 0xC0), 0x00, 0x80))
"""The highest byte of little-endian floats between 2^-19 and 1, either sign, and of zero."""


def _look(data: bytes) -> str:
    """What the window looks like if it does not look like PCM; else nothing."""
    if _float_share(data[3::4]) >= 0.95 and _float_share(data[1::4]) < 0.6:
        return _FLOAT
    native = _pcm(data)
    level, roughness = _mean(native), _roughness(native)
    if level < 2_000:
        return ""
    if roughness >= 1.0:
        native.byteswap()
        if _roughness(native) < 0.4 * roughness:
            return _SWAPPED
    # Pairs of mu-law bytes read as samples are loud, whatever the sound: near half of full scale.
    if level < 10_000 or roughness < 0.35:
        return ""
    mu_law = [MU_LAW[byte] for byte in data]
    return _MU_LAW if _roughness(mu_law) < 0.9 * roughness else ""


def _float_share(column: bytes) -> float:
    return sum(byte in _FLOAT_ENDS for byte in column) / len(column)


def _roughness(samples: "array[int] | list[int]") -> float:
    """How far neighbours are apart, as a share of their mean: noise has 1.3, a voice less than 0.7."""
    mean = _mean(samples)
    steps = sum(abs(one - next_) for one, next_ in pairwise(samples))
    return steps / (len(samples) - 1) / mean if mean else 0.0


def _mean(samples: "array[int] | list[int]") -> float:
    return sum(abs(sample) for sample in samples) / len(samples)


# Samples.


def _sample(seen: Seen) -> bytes:
    """Some windows of an append, decoded: from its middle, its beginning and its end."""
    text = base64_of(seen)
    length = len(text) // 4 * 4
    if length <= _WINDOW * _WINDOWS:
        starts = [0]
        width = length
    else:
        # Whole groups of 16 letters: 12 bytes, so that no sample of 2 or 4 bytes is cut.
        starts = [length // 2 // 16 * 16, 0, (length - _WINDOW) // 16 * 16]
        width = _WINDOW
    try:
        return b"".join(a2b_base64(text[start : start + width]) for start in starts)
    except Error:
        return b""


def _pcm(data: bytes) -> "array[int]":
    samples = array("h")
    samples.frombytes(data[: len(data) // 2 * 2])
    if sys.byteorder == "big":  # pragma: no cover - no such machine runs the tests
        samples.byteswap()
    return samples


def _rms(data: bytes, audio_format: AudioFormat) -> float:
    """Root mean square as a share of full scale."""
    if audio_format.encoding is Encoding.PCM:
        samples: array[int] | list[int] = _pcm(data)
    else:
        # A-law is near enough to mu-law for a question of loud or not, once its bits are put right.
        flip = 0xD5 ^ 0xFF if audio_format.encoding is Encoding.PCMA else 0
        samples = [MU_LAW[byte ^ flip] for byte in data]
    if not samples:
        return 0.0
    return math.sqrt(math.sumprod(samples, samples) / len(samples)) / _FULL_SCALE


RULES: tuple[type[Rule], ...] = (
    AudioIsSilence,
    NoSpeechDetected,
    AudioIsClipped,
    AudioLooksMisencoded,
)
