"""What a value of an event is, and how a person reads it: quoted text, audio as its length.

Nothing that comes out has a control character or base64 in it: see `plain`.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from .audio import AudioFormat, AudioFormats, Encoding, decoded_size
from .event import Json
from .plain import cut, encoded, number_of, quoted, size, text_of

TEXT_LIMIT = 400
"""A longer text is cut, unless told otherwise; so much of a row is told on a pipe too."""

_BASE64_START = re.compile(r"[A-Za-z0-9+/_\s-]{1,256}={0,2}")
_DATA_URI = re.compile(r"data:[\w/.+-]{0,80}(?:;[\w=.+-]{1,80})*;base64,")
_APPENDS = frozenset(
    {"input_audio_buffer.append", "session.input_audio_buffer.append", "session.input_audio.append"}
)
_ENCODINGS = {Encoding.PCM: "pcm16", Encoding.PCMU: "g711 mu-law", Encoding.PCMA: "g711 a-law"}


class FieldKind(StrEnum):
    """What a value is."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"
    OBJECT = "object"
    ARRAY = "array"
    JSON = "json"
    """A string that holds an object or an array as JSON: its members are the field's children."""
    AUDIO = "audio"
    """Base64 of sound."""
    DATA = "data"
    """Base64 of something else, as an image."""
    LONG_TEXT = "long text"
    """A string that is cut where it is shown."""
    OBFUSCATION = "obfuscation"
    """Random characters that hide how long a delta is."""
    MORE = "more"
    """Stands for the elements that are too many to be listed."""


def describe_format(format_: AudioFormat) -> str:
    """`pcm16 24 kHz`."""
    return f"{_ENCODINGS[format_.encoding]} {format_.rate_hz / 1000:g} kHz"


def describe_audio(base64_text: str, format_: AudioFormat) -> str:
    """`audio 3.42 s, pcm16 24 kHz, 164 kB`: as long as the format in force makes it."""
    size_bytes = decoded_size(base64_text)
    duration_s = format_.duration_s(size_bytes)
    decimals = 2 if duration_s >= 1 else 3
    return f"audio {duration_s:.{decimals}f} s, {describe_format(format_)}, {size(size_bytes)}"


def scalar_kind(value: object) -> FieldKind:
    """The kind of a value that is no string, object or array."""
    match value:
        case None:
            return FieldKind.NULL
        case bool():
            return FieldKind.BOOLEAN
        case int():
            return FieldKind.INTEGER
    return FieldKind.NUMBER


def show_scalar(value: object) -> str:
    """A number or a literal as JSON writes it."""
    try:
        return encoded(value)
    except ValueError:
        # Python writes no integer of more than 4,300 digits.
        return "a very long number"


def show_text(text: str, limit: int) -> tuple[FieldKind, str]:
    """A string in quotes; a long one is cut and says how long it is, base64 says its size."""
    if found := _DATA_URI.match(text):
        media = found[0].removeprefix("data:").split(";")[0] or "data"
        return FieldKind.DATA, f"{cut(media, limit)}, {size(decoded_size(text[found.end() :]))}"
    if len(text) <= limit:
        return FieldKind.STRING, quoted(text, limit)
    return FieldKind.LONG_TEXT, f"{quoted(text, limit)} {len(text):,} characters"


class AudioFinder:
    """Knows which strings of one event are audio, and in which format.

    Args:
        event_type: The wire's own name.
        fields: The event.
        formats: The formats in force.
    """

    def __init__(self, event_type: str, fields: Json, formats: AudioFormats) -> None:
        self._type = event_type
        self._fields = fields
        self._formats = formats

    def describe(self, name: str, text: str, holder: Mapping[str, object]) -> str | None:
        """What a string says as audio; None when it is none.

        Args:
            name: The field's name.
            text: Its value.
            holder: The object that it is in.
        """
        is_delta = name == "delta" and self._type.endswith("audio.delta")
        if not (is_delta or name == "audio") or not _BASE64_START.match(text):
            return None
        if not _BASE64_START.fullmatch(text[:256]):
            return None
        return describe_audio(text, self._format(holder, is_delta=is_delta))

    def _format(self, holder: Mapping[str, object], *, is_delta: bool) -> AudioFormat:
        if is_delta:
            return self._told_format() or self._formats.output(self._fields.get("response_id"))
        is_input = self._type in _APPENDS or text_of(holder.get("type")).startswith("input")
        if is_input:
            return self._formats.input
        return self._formats.output(self._fields.get("response_id"))

    def _told_format(self) -> AudioFormat | None:
        """A translation's delta says its own format."""
        rate = number_of(self._fields.get("sample_rate"))
        named = self._fields.get("format")
        found = AudioFormat.parse(named)
        if found and found.encoding is Encoding.PCM and isinstance(rate, int):
            return AudioFormat.parse({"type": "audio/pcm", "rate": rate})
        return found
