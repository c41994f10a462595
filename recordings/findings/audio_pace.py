"""Rules about the speed at which audio is appended: a wrong sample rate, or far too fast.

A burst is legal: files are appended at once, and after a pause comes what was kept. So only a steady
stream is judged, as a microphone makes it. It is steady when its audio, at a certain rate, keeps in
step with the clock for seconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from ..audio import AudioFormat, Encoding
from ..conversation import Conversation, Seen
from ..event import Side
from .facts import say_s
from .finding import Finding, Severity
from .rule import Rule

_DEVICE_RATES_HZ = (8_000, 16_000, 24_000, 44_100, 48_000)
"""What sound cards, telephones and browsers run at."""


@dataclass(slots=True)
class _Pace:
    """One guess at what the stream really is, and how well it keeps in step with the clock."""

    bytes_per_s: float
    name: str
    """What the guess is, in words; empty for what was declared."""
    began_at: float = 0.0
    count: int = 0
    total_bytes: int = 0
    least_lead_s: float = field(default=0.0)
    most_lead_s: float = field(default=0.0)

    SLACK_S: ClassVar[float] = 0.25
    """Jitter of a network and a sound card's buffer; 5 % of the shortest time that is judged."""

    def add(self, at: float, size_bytes: int) -> None:
        """Take a chunk; begin anew with it when it is out of step."""
        self.count += 1
        self.total_bytes += size_bytes
        lead = self.total_bytes / self.bytes_per_s - (at - self.began_at)
        self.least_lead_s = min(self.least_lead_s, lead)
        self.most_lead_s = max(self.most_lead_s, lead)
        if self.most_lead_s - self.least_lead_s > self.SLACK_S or self.count == 1:
            self.began_at, self.count, self.total_bytes = at, 1, 0
            self.least_lead_s = self.most_lead_s = 0.0

    def has_kept_step(self, now: float, for_s: float) -> bool:
        """Whether it has been in step for so long, in pieces that a microphone makes."""
        return self.count >= 20 and now - self.began_at >= for_s


class AudioRateMismatch(Rule):
    """A steady stream that brings 0.33, 0.67, 1.84 or 2 times real time: the rate is not as declared."""

    slug = "audio-rate-mismatch"
    severity = Severity.WARNING
    kinds = frozenset({"input_audio_buffer.append"})
    side = Side.CLIENT
    wants_audio = True

    SURE_S: ClassVar[float] = 5.0
    SURE_WHEN_FASTER_S: ClassVar[float] = 10.0
    """A file may be played at double speed on purpose; hardly for so long."""
    SMALLEST_BYTES: ClassVar[int] = 80
    """10 ms of G.711. Less at a time is no microphone, or audio that was cut out of a recording."""
    PATIENCE: ClassVar[int] = 3_000
    """After so many appends without a verdict it is no steady stream, and looked at no more."""

    def __init__(self) -> None:
        self._format: AudioFormat | None = None
        self._paces: list[_Pace] = []
        self._left = 0
        self._first_seq = 0

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Compare the stream with the clock under each guess."""
        audio_format = state.session.input_format
        if audio_format != self._format:
            self._format, self._paces = audio_format, _guesses(audio_format)
            self._left, self._first_seq = self.PATIENCE, seen.seq
        if not self._left:
            return ()
        self._left -= 1
        if seen.audio_bytes < self.SMALLEST_BYTES:
            return ()
        for pace in self._paces:
            pace.add(seen.at, seen.audio_bytes)
        return self._verdict(seen, audio_format)

    def _verdict(self, seen: Seen, declared: AudioFormat) -> Iterable[Finding]:
        for pace in self._paces:
            ratio = pace.bytes_per_s / declared.bytes_per_ms / 1000
            long_enough_s = self.SURE_S if ratio < 1.1 else self.SURE_WHEN_FASTER_S
            if not pace.has_kept_step(seen.at, long_enough_s):
                continue
            self._left = 0
            if not pace.name:
                return ()
            length = say_s(seen.at - pace.began_at)
            what = (
                f"for {length} the appended audio has come steadily at {ratio:.2f} times real time for "
                f"{declared.encoding.value} at {declared.rate_hz:,} Hz: it is probably {pace.name}"
            )
            todo = (
                f"resample to {declared.rate_hz:,} Hz mono before appending, or declare the format "
                "that it has in audio.input.format"
            )
            return (self.finding(seen.at, (self._first_seq, seen.seq), what, todo),)
        return ()


def _guesses(declared: AudioFormat) -> list[_Pace]:
    """What the stream may be: first as declared, then what is plainly not that."""
    declared_bytes_per_s = declared.bytes_per_ms * 1000
    paces = [_Pace(declared_bytes_per_s, "")]
    named = [(rate * 2, f"16-bit PCM at {rate:,} Hz") for rate in _DEVICE_RATES_HZ]
    if declared.encoding is Encoding.PCM:
        named.append((8_000, "G.711 at 8,000 Hz"))
    for bytes_per_s, name in named:
        if abs(bytes_per_s / declared_bytes_per_s - 1) > 0.1:
            is_double = bytes_per_s == 2 * declared_bytes_per_s
            is_stereo = is_double and declared.encoding is Encoding.PCM
            also = ", or stereo, or 32-bit samples" if is_stereo else ""
            paces.append(_Pace(bytes_per_s, name + also))
    return paces


class AppendTooFast(Rule):
    """Audio is appended at more than 20 times real time for long."""

    slug = "append-too-fast"
    severity = Severity.WARNING
    kinds = frozenset({"input_audio_buffer.append"})
    side = Side.CLIENT
    wants_audio = True

    TIMES: ClassVar[int] = 20
    LONG_S: ClassVar[float] = 30.0
    LONGEST_GAP_S: ClassVar[float] = 1.0

    def __init__(self) -> None:
        self._began_at = self._last_at = float("-inf")
        self._first_seq = 0
        self._audio_ms = 0.0

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Sum up a stretch without a gap."""
        if seen.at - self._last_at > self.LONGEST_GAP_S:
            self._began_at, self._first_seq, self._audio_ms = seen.at, seen.seq, 0.0
        self._last_at = seen.at
        self._audio_ms += seen.audio_bytes / state.session.input_format.bytes_per_ms
        elapsed_s = seen.at - self._began_at
        if elapsed_s < self.LONG_S:
            return ()
        audio_s = self._audio_ms / 1000
        first_seq = self._first_seq
        self._began_at, self._first_seq, self._audio_ms = seen.at, seen.seq, 0.0
        if audio_s < self.TIMES * elapsed_s:
            return ()
        what = (
            f"{audio_s:.0f} s of audio was appended within {elapsed_s:.0f} s: more than {self.TIMES} "
            "times real time"
        )
        todo = "append audio at about the speed at which it sounds, or transcribe the file instead"
        return (self.finding(seen.at, (first_seq, seen.seq), what, todo),)


RULES: tuple[type[Rule], ...] = (AudioRateMismatch, AppendTooFast)
