"""Values as a person reads them."""

import base64

import pytest

from realtap.recordings.audio import AudioFormat, AudioFormats, Encoding
from realtap.recordings.values import (
    AudioFinder,
    FieldKind,
    describe_audio,
    describe_format,
    scalar_kind,
    show_scalar,
    show_text,
)

SECOND = base64.b64encode(bytes(48_000)).decode()


@pytest.mark.parametrize(
    ("format_", "shown"),
    [
        (AudioFormat(), "pcm16 24 kHz"),
        (AudioFormat(rate_hz=22_050), "pcm16 22.05 kHz"),
        (AudioFormat(Encoding.PCMU, 8000), "g711 mu-law 8 kHz"),
        (AudioFormat(Encoding.PCMA, 8000), "g711 a-law 8 kHz"),
    ],
)
def test_format_is_told_with_its_rate(format_: AudioFormat, shown: str) -> None:
    assert describe_format(format_) == shown


def test_audio_is_as_long_as_its_format_makes_it() -> None:
    assert describe_audio(SECOND, AudioFormat()) == "audio 1.00 s, pcm16 24 kHz, 48 kB"
    assert describe_audio(SECOND, AudioFormat(Encoding.PCMU, 8000)).startswith("audio 6.00 s")
    assert describe_audio("AAAA", AudioFormat()).startswith("audio 0.000 s")


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (None, FieldKind.NULL, "null"),
        (True, FieldKind.BOOLEAN, "true"),
        (5, FieldKind.INTEGER, "5"),
        (0.5, FieldKind.NUMBER, "0.5"),
    ],
)
def test_scalars_are_told_as_json_writes_them(value: object, kind: FieldKind, shown: str) -> None:
    assert scalar_kind(value) is kind
    assert show_scalar(value) == shown


def test_number_that_python_does_not_write_is_told_in_words() -> None:
    assert show_scalar(10**5000) == "a very long number"


def test_long_text_is_cut_with_its_length() -> None:
    assert show_text("abc", 3) == (FieldKind.STRING, '"abc"')
    assert show_text("word " * 300, 10) == (FieldKind.LONG_TEXT, '"word word…" 1,500 characters')


def test_image_is_told_as_its_size() -> None:
    kind, shown = show_text(f"data:image/png;base64,{SECOND}", 80)
    assert (kind, shown) == (FieldKind.DATA, "image/png, 48 kB")


def test_control_characters_are_spelled() -> None:
    assert show_text("a\x1b[31m\n", 80)[1] == '"a\\x1b[31m\\n"'


def described(event_type: str, name: str, text: str, **fields: object) -> str | None:
    formats = AudioFormats()
    formats.observe(
        {
            "type": "session.updated",
            "session": {"input_audio_format": "g711_ulaw", "output_audio_format": "pcm16"},
        }
    )
    return AudioFinder(event_type, fields, formats).describe(name, text, fields)


def test_audio_is_found_where_the_protocol_has_it() -> None:
    append = described("input_audio_buffer.append", "audio", SECOND)
    assert append == "audio 6.00 s, g711 mu-law 8 kHz, 48 kB"
    for event_type in ("response.output_audio.delta", "response.audio.delta"):
        delta = described(event_type, "delta", SECOND)
        assert delta == "audio 1.00 s, pcm16 24 kHz, 48 kB"
    heard = described("conversation.item.retrieved", "audio", SECOND, type="input_audio")
    assert heard is not None
    assert "mu-law" in heard
    said = described("conversation.item.retrieved", "audio", SECOND, type="output_audio")
    assert said is not None
    assert "pcm16" in said


def test_translation_tells_its_own_format() -> None:
    fields = {"sample_rate": 48_000, "format": "pcm16"}
    shown = described("session.output_audio.delta", "delta", SECOND, **fields)
    assert shown == "audio 0.500 s, pcm16 48 kHz, 48 kB"


@pytest.mark.parametrize(
    ("event_type", "name", "text"),
    [
        ("response.output_text.delta", "delta", "UGFyaXM="),
        ("input_audio_buffer.append", "audio", ""),
        ("input_audio_buffer.append", "audio", "no base64: é"),
        ("input_audio_buffer.append", "audio", "{}"),
        ("input_audio_buffer.append", "event_id", "AAAA"),
    ],
)
def test_other_strings_are_no_audio(event_type: str, name: str, text: str) -> None:
    assert described(event_type, name, text) is None
