"""How long audio is, from its length alone."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings.audio import (
    AudioFormat,
    AudioFormats,
    Encoding,
    decoded_size,
    describe_duration,
)

PCMU = AudioFormat(Encoding.PCMU, 8000)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"type": "audio/pcm", "rate": 24000}, AudioFormat()),
        ({"type": "audio/pcm"}, AudioFormat()),
        ({"type": "audio/pcm", "rate": 16000}, AudioFormat(Encoding.PCM, 16000)),
        ({"type": "audio/pcm", "rate": "fast"}, AudioFormat()),
        ({"type": "audio/pcm", "rate": 0}, AudioFormat()),
        ({"type": "audio/pcm", "rate": -8000}, AudioFormat()),
        ({"type": "audio/pcm", "rate": 10**30}, AudioFormat()),
        ({"type": "audio/pcmu"}, PCMU),
        ({"type": "audio/pcma"}, AudioFormat(Encoding.PCMA, 8000)),
        ("pcm16", AudioFormat()),
        ("g711_ulaw", PCMU),
        ("G711_ALAW", AudioFormat(Encoding.PCMA, 8000)),
        ("pcm16-8000hz", AudioFormat(Encoding.PCM, 8000)),
        ("pcm16_16000hz", AudioFormat(Encoding.PCM, 16000)),
        ("opus", None),
        ({"type": 5}, None),
        ({}, None),
        (None, None),
        (["pcm16"], None),
    ],
)
def test_format_is_read_in_both_dialects(value: object, found: AudioFormat | None) -> None:
    assert AudioFormat.parse(value) == found


@pytest.mark.parametrize(
    ("audio_format", "bytes_per_ms"),
    [(AudioFormat(), 48), (PCMU, 8), (AudioFormat(Encoding.PCM, 16000), 32)],
)
def test_duration_follows_from_bytes(audio_format: AudioFormat, bytes_per_ms: float) -> None:
    assert audio_format.bytes_per_ms == bytes_per_ms
    assert audio_format.duration_s(int(bytes_per_ms * 1500)) == 1.5


@given(st.binary(max_size=100))
def test_decoded_size_is_exact_with_and_without_padding(data: bytes) -> None:
    encoded = base64.b64encode(data).decode()
    assert decoded_size(encoded) == len(data)
    assert decoded_size(encoded.rstrip("=")) == len(data)


@pytest.mark.parametrize(
    ("duration_s", "shown"),
    [
        (3.4, "audio 3.4 s"),
        (0.2, "audio 0.2 s"),
        (0.0, "audio 0.0 s"),
        (0.02, "audio 0.020 s"),
        (125.04, "audio 125.0 s"),
    ],
)
def test_duration_is_shown_in_seconds(duration_s: float, shown: str) -> None:
    assert describe_duration(duration_s) == shown


def formats(*events: dict[str, Any]) -> AudioFormats:
    found = AudioFormats()
    for event in events:
        found.observe(event)
    return found


def test_session_begins_with_pcm_at_24_khz() -> None:
    assert formats().input == formats().output("resp_1") == AudioFormat()


def test_ga_session_names_its_formats() -> None:
    audio = {
        "input": {"format": {"type": "audio/pcmu"}},
        "output": {"format": {"type": "audio/pcm", "rate": 16000}},
    }
    found = formats({"type": "session.updated", "session": {"audio": audio}})
    assert found.input == PCMU
    assert found.output("resp_1") == AudioFormat(Encoding.PCM, 16000)


def test_beta_session_names_its_formats() -> None:
    session = {"input_audio_format": "g711_ulaw", "output_audio_format": "pcm16"}
    found = formats({"type": "session.created", "session": session})
    assert (found.input, found.output(None)) == (PCMU, AudioFormat())


def test_voice_live_names_its_rate_beside_the_format() -> None:
    session = {"input_audio_format": "pcm16", "input_audio_sampling_rate": 16000}
    found = formats({"type": "session.updated", "session": session})
    assert found.input == AudioFormat(Encoding.PCM, 16000)


def test_session_that_names_no_format_changes_none() -> None:
    session = {"audio": {"input": {"format": {"type": "audio/pcmu"}}}}
    found = formats(
        {"type": "session.updated", "session": session},
        {"type": "session.updated", "session": {"audio": {"input": None, "output": {}}}},
    )
    assert found.input == PCMU


def test_response_may_have_a_format_of_its_own_until_it_is_done() -> None:
    response = {"id": "resp_1", "audio": {"output": {"format": {"type": "audio/pcmu"}}}}
    found = formats({"type": "response.created", "response": response})
    assert (found.output("resp_1"), found.output("resp_2")) == (PCMU, AudioFormat())
    found.observe({"type": "response.done", "response": {"id": "resp_1"}})
    assert found.output("resp_1") == AudioFormat()


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": "session.updated", "session": 5},
        {"type": "session.updated", "session": {"audio": []}},
        {"type": "response.created", "response": {"id": 7}},
        {"type": "response.created", "response": {"id": "r", "audio": {"output": {"format": 1}}}},
        {"type": "response.created", "response": "x"},
        {"type": ["session.updated"], "session": {}},
    ],
)
def test_junk_changes_nothing(event: dict[str, Any]) -> None:
    found = formats(event)
    assert found.input == found.output("r") == found.output(["r"]) == AudioFormat()
