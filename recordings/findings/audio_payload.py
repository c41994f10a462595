"""Rules about the text of appended audio: is it base64, of bare samples, in pieces that are taken.

Each append is looked at in passing: its length and a few characters at both ends; whole only while
the session is young. What the samples sound like is judged by `audio_signal`.
"""

import re
from abc import ABC, abstractmethod
from binascii import Error, a2b_base64
from collections.abc import Iterable
from typing import ClassVar

from ..audio import Encoding
from ..conversation import Conversation, Seen
from ..event import Form, Side
from ..plain import cut, size
from .audio_text import base64_of
from .facts import ChunkSizes
from .finding import Finding, Severity
from .rule import Rule
from .suspicion import Suspicion, Suspicions

_APPENDS = frozenset({"input_audio_buffer.append", "session.input_audio_buffer.append"})


class AudioHasFileHeader(Rule):
    """An append that begins as a file of some format does: the server takes raw samples."""

    slug = "audio-has-file-header"
    severity = Severity.ERROR
    kinds = _APPENDS
    side = Side.CLIENT
    wants_audio = True

    MAGIC: ClassVar[tuple[tuple[bytes, str], ...]] = (
        (b"UklGR", "a WAV file (RIFF)"),
        (b"T2dnU", "an Ogg file (OggS)"),
        (b"SUQzA", "an MP3 file (ID3)"),
        (b"SUQzB", "an MP3 file (ID3)"),
        (b"ZkxhQ", "a FLAC file (fLaC)"),
        (b"GkXfo", "a WebM file (EBML)"),
    )
    """The first letters of files' magic numbers in base64, 30 bits of them."""
    LOOKED_AT: ClassVar[int] = 20
    """The first appends of a session, and the first of each turn."""

    def __init__(self) -> None:
        self._count = 0
        self._is_told = False

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Look at the first letters."""
        self._count += 1
        if self._is_told or (self._count > self.LOOKED_AT and state.input_audio.uncommitted_ms):
            return ()
        begin = base64_of(seen)[:5]
        name = next((name for magic, name in self.MAGIC if begin == magic), None)
        if name is None:
            return ()
        self._is_told = True
        wanted = _described(state)
        what = (
            f"the audio of this append begins as {name}: the server takes its header, and its "
            f"compressed data if it has some, for samples of {wanted}"
        )
        todo = f"decode the file and append bare samples of {wanted}, without a header"
        return (self.finding(seen.at, (seen.seq,), what, todo),)


class _RefusedAppend(Rule, ABC):
    """An append that the server will probably refuse: told once, when it does or keeps silent.

    Speech that the server hears in the audio shows that it is good as the server got it: what is in
    the recording was then replaced by somebody, to keep it small or private.
    """

    severity = Severity.ERROR
    kinds = _APPENDS | {
        "error",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.committed",
    }
    wants_audio = True

    def __init__(self) -> None:
        self._appends = Suspicions()
        self._suspected: set[str] = set()
        self._is_heard = False

    @abstractmethod
    def suspect(self, seen: Seen, state: Conversation) -> tuple[str, str] | None:
        """What is wrong with an append and what to do; None when nothing is. For rules to say."""

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Judge an append, then hear the server."""
        if self._is_heard:
            return ()
        if seen.side is Side.CLIENT:
            if fault := self.suspect(seen, state):
                self._add(seen, *fault)
        elif seen.kind == "error":
            append = self._appends.convict(seen)
            return (self._told(append, seen),) if append else ()
        else:
            self._is_heard = True
            self._appends = Suspicions()
        return ()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # what waits has all that it needs
        """Tell of appends that were never refused."""
        return [self._told(each) for each in self._appends.overdue(now)]

    def finish(self, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # what waits has all that it needs
        """Tell of appends that will never be refused."""
        return [self._told(each) for each in self._appends.remaining()]

    def _add(self, seen: Seen, what: str, todo: str) -> None:
        # A client that does it wrong does it wrong in every append.
        if todo in self._suspected:
            return
        self._suspected.add(todo)
        words = ("base64", "invalid 'audio'")
        self._appends.add(
            Suspicion(seen.seq, seen.at, seen.event_id, what, todo, params=("audio",), words=words)
        )

    def _told(self, append: Suspicion, error: Seen | None = None) -> Finding:
        numbers = (append.seq, error.seq if error else 0)
        return self.finding(error.at if error else append.at, numbers, append.what, append.todo)


class AudioNotBase64(_RefusedAppend):
    """An append whose `audio` is empty, or not base64."""

    slug = "audio-not-base64"

    WHOLE: ClassVar[int] = 10
    """So many appends are checked letter by letter: what encodes wrongly does it from the first one
    on, and 10 kB cost 10 us."""
    EVERY: ClassVar[int] = 16
    """Of later ones only every sixteenth is looked at, and only its ends."""
    ENDS: ClassVar[int] = 32

    _BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    def suspect(self, seen: Seen, state: Conversation) -> tuple[str, str] | None:  # noqa: ARG002 # the event says it all
        """Look at the letters."""
        if seen.event.form is not Form.JSON or seen.event.redacted:
            return None
        self._count += 1
        if self._count > self.WHOLE and self._count % self.EVERY and seen.audio_bytes:
            return None
        text = base64_of(seen)
        if not text:
            return _empty(seen)
        if self._count > self.WHOLE:
            text = text[: self.ENDS] + text[-self.ENDS - len(text) % 4 :]
        if self._BASE64.fullmatch(text) and (len(text) % 4 == 0 or self._is_unpadded(text)):
            return None
        return _broken(text)

    @staticmethod
    def _is_unpadded(text: bytes) -> bool:
        """Base64 without its padding: servers differ, and nothing is lost."""
        return len(text) % 4 > 1 and b"=" not in text


def _empty(seen: Seen) -> tuple[str, str]:
    value = seen.fields.get("audio")
    if value is None:
        what = "an append has no audio: the field audio is missing or null"
    elif value == "":
        what = "an append has no audio: the field audio is an empty string"
    else:
        what = f"the audio of an append is of the JSON type {_type_name(value)}, not a string"
    return what, "send the base64 of at least one sample in audio, or no append at all"


def _broken(text: bytes) -> tuple[str, str]:
    start = cut(text[:24].decode(errors="replace"), 24)
    if text.startswith(b"data:"):
        what = f"the audio of an append begins with a data URI's prefix ({start})"
        return what, "send only what follows the comma of the data URI"
    if _URL_SAFE.fullmatch(text):
        what = "the audio of an append is in the URL-safe alphabet of base64 (- and _)"
        return what, "encode with the standard alphabet of base64 (+ and /)"
    if _BROKEN_LINES.fullmatch(text):
        what = "the audio of an append is base64 with line breaks or spaces in it"
        return what, "encode base64 without line breaks"
    what = f'the audio of an append is not base64; it begins with "{start}"'
    return what, "encode the bytes of the samples with base64, once"


_URL_SAFE = re.compile(rb"[A-Za-z0-9_-]*={0,2}")
_BROKEN_LINES = re.compile(rb"[A-Za-z0-9+/\s]*={0,2}\s*")


class AudioOddBytes(_RefusedAppend):
    """An append of 16-bit samples that ends in the middle of one."""

    slug = "audio-odd-bytes"

    def suspect(self, seen: Seen, state: Conversation) -> tuple[str, str] | None:
        """Look at the length."""
        if not seen.audio_bytes & 1:
            return None
        audio_format, audio = state.session.input_format, state.input_audio
        sizes = ChunkSizes(audio.appends + 1, audio.bytes_total + seen.audio_bytes)
        if audio_format.encoding is not Encoding.PCM or not sizes.are_plausible(audio_format):
            return None
        if not self._is_base64(seen):
            return None
        what = (
            f"an append has {seen.audio_bytes} bytes of 16-bit PCM: an odd number, so a sample is cut "
            "in two"
        )
        todo = (
            "cut the stream of samples at even offsets: a byte lost turns all the rest into noise"
        )
        return what, todo

    @staticmethod
    def _is_base64(seen: Seen) -> bool:
        """What is not even base64 has another finding."""
        try:
            return len(a2b_base64(base64_of(seen))) == seen.audio_bytes
        except Error:
            return False


class AppendTooLarge(Rule):
    """More audio in one append than the server takes."""

    slug = "append-too-large"
    severity = Severity.ERROR
    kinds = _APPENDS
    side = Side.CLIENT
    wants_audio = True

    LIMIT_BYTES: ClassVar[int] = 15 * 1024 * 1024
    """ "Maximum 15 MiB of audio": the reference of `input_audio_buffer.append`."""

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # the event says it all
        """Look at the length."""
        if seen.audio_bytes <= self.LIMIT_BYTES:
            return ()
        what = f"an append has {size(seen.audio_bytes)} of audio; the server takes at most 15 MiB"
        todo = "append pieces of 20 to 200 ms, as they are recorded"
        return (self.finding(seen.at, (seen.seq,), what, todo),)


def _described(state: Conversation) -> str:
    audio_format = state.session.input_format
    return f"{audio_format.encoding.value} at {audio_format.rate_hz:,} Hz"


def _type_name(value: object) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case list():
            return "array"
        case _:
            return "object"


RULES: tuple[type[Rule], ...] = (AudioHasFileHeader, AudioNotBase64, AudioOddBytes, AppendTooLarge)
