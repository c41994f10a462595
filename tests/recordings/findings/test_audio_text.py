"""The base64 of an append, found without parsing."""

import pytest

from realtap.recordings.conversation import Seen
from realtap.recordings.event import Event, Fate, Side
from realtap.recordings.findings.audio_text import base64_of


def seen(payload: bytes, **options: object) -> Seen:
    event = Event(1, 0.0, Side.CLIENT, "input_audio_buffer.append", payload, **options)  # type: ignore[arg-type] # a test passes any option on
    return Seen.of(event)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b'{"type":"input_audio_buffer.append","audio":"AAEC"}', b"AAEC"),
        (b'{"audio": "AAEC", "type": "input_audio_buffer.append"}', b"AAEC"),
        (b'{"audio"  :  "AAEC","type":"input_audio_buffer.append"}', b"AAEC"),
        (b'{"audio":"A\\/EC","type":"input_audio_buffer.append"}', b"A/EC"),
        (b'{"audio":"","type":"input_audio_buffer.append"}', b""),
        (b'{"type":"input_audio_buffer.append"}', b""),
        (b'{"type":"input_audio_buffer.append","audio":7}', b""),
    ],
)
def test_text_is_found_however_it_is_written(payload: bytes, text: bytes) -> None:
    assert base64_of(seen(payload)) == text


def test_edited_append_is_looked_at_as_it_went_out() -> None:
    sent = b'{"type":"input_audio_buffer.append","audio":"BBBB"}'
    payload = b'{"type":"input_audio_buffer.append","audio":"AAAA"}'
    assert base64_of(seen(payload, fate=Fate.EDITED, sent=sent)) == b"BBBB"
