"""Loudness as blocks."""

from array import array

import pytest

from realtap.recordings.audio import AudioFormat, Encoding
from realtap.recordings.event import Event, Form, Side
from realtap.tui.app.glyphs import ASCII, UNICODE
from realtap.tui.app.waveform import audio_in, waveform

PCM = AudioFormat()


def test_louder_audio_is_higher() -> None:
    audio = array("h", [0] * 1000 + [8000] * 1000 + [32767] * 1000).tobytes()
    drawn = waveform(audio, PCM, 3, UNICODE.waves)
    assert drawn == " ▂█"


def test_silence_is_flat() -> None:
    assert waveform(bytes(4000), PCM, 10, ASCII.waves) == " " * 10


def test_nothing_is_drawn_of_nothing() -> None:
    assert waveform(b"", PCM, 10, ASCII.waves) == ""
    assert waveform(b"\x01", PCM, 10, ASCII.waves) == ""
    assert waveform(bytes(100), PCM, 0, ASCII.waves) == ""


@pytest.mark.parametrize(
    ("encoding", "silence", "loud"),
    [(Encoding.PCMU, 0xFF, 0x80), (Encoding.PCMA, 0xD5, 0xAA)],
)
def test_telephone_audio_is_drawn_too(encoding: Encoding, silence: int, loud: int) -> None:
    audio = bytes([silence] * 100 + [loud] * 100)
    drawn = waveform(audio, AudioFormat(encoding, 8000), 2, UNICODE.waves)
    assert drawn == " █"


def test_audio_of_events_is_put_together_and_junk_left_out() -> None:
    payloads = [b'{"type":"input_audio_buffer.append","audio":"AAEC"}', b'{"audio":"A"}', b"[]"]
    events = [Event(1, 0.0, Side.CLIENT, None, payload) for payload in payloads]
    events.append(Event(2, 0.0, Side.CLIENT, None, b"\xff", Form.BINARY))
    assert audio_in(events) == b"\x00\x01\x02"
