"""The synthesised voice, G.711 and resampling."""

import math
import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.proxy import voice


def pcm(*samples: int) -> bytes:
    return struct.pack(f"<{len(samples)}h", *samples)


def samples_of(data: bytes) -> list[int]:
    return [sample for (sample,) in struct.iter_unpack("<h", data)]


def tone(frequency_hz: float, duration_s: float, rate: int) -> bytes:
    step = 2 * math.pi * frequency_hz / rate
    return pcm(*(round(8_000 * math.sin(step * i)) for i in range(round(duration_s * rate))))


def dbfs(data: bytes) -> float:
    return 20 * math.log10(voice.rms(data))


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 48_000])
def test_voice_lasts_as_long_as_asked(rate: int) -> None:
    assert len(voice.synthesise_voice(1.25, rate=rate)) == 2.5 * rate


def test_voice_of_no_length_is_empty() -> None:
    assert voice.synthesise_voice(0) == b""


def test_voice_is_the_same_every_time() -> None:
    assert voice.synthesise_voice(2, seed=3) == voice.synthesise_voice(2, seed=3)


def test_another_seed_says_something_else() -> None:
    assert voice.synthesise_voice(2, seed=1) != voice.synthesise_voice(2, seed=2)


@pytest.mark.parametrize("seed", range(8))
def test_voice_is_about_20_db_below_full_scale(seed: int) -> None:
    assert dbfs(voice.synthesise_voice(5, seed=seed)) == pytest.approx(-20, abs=2)


@pytest.mark.parametrize("seed", range(8))
def test_voice_does_not_clip(seed: int) -> None:
    assert max(map(abs, samples_of(voice.synthesise_voice(5, seed=seed)))) < 32_000


@pytest.mark.parametrize("seed", range(8))
def test_voice_never_pauses_for_200_ms(seed: int) -> None:
    data = voice.synthesise_voice(8, seed=seed)
    window = 2 * 240
    levels = [voice.rms(data[start : start + window]) for start in range(0, len(data), window)]
    loudness = "".join("." if level < 0.01 else "#" for level in levels)
    longest_pause = max(map(len, loudness.split("#")))
    assert longest_pause * 10 < 180


def test_voice_ends_without_a_click() -> None:
    assert samples_of(voice.synthesise_voice(0.73))[-1] == 0


def test_voice_has_a_pitch() -> None:
    """A vowel repeats itself after one period of 80 to 200 Hz; noise would not."""
    sound = samples_of(voice.synthesise_voice(1, seed=5))[3_000:4_500]
    power = sum(value * value for value in sound)
    likeness = [
        sum(a * b for a, b in zip(sound, sound[lag:], strict=False)) / power
        for lag in range(120, 300)
    ]
    assert max(likeness) > 0.5


def test_silence_is_zeroes() -> None:
    assert voice.silence(0.5, 8_000) == bytes(8_000)


def test_rms_is_a_share_of_full_scale() -> None:
    assert voice.rms(pcm(-32_768, -32_768)) == 1.0
    assert voice.rms(pcm(3_277, -3_277)) == pytest.approx(0.1, abs=1e-4)


def test_rms_of_nothing_is_silence() -> None:
    assert voice.rms(b"") == 0.0


def test_half_a_sample_at_the_end_is_left_out() -> None:
    assert list(voice.to_samples(pcm(1, 2) + b"\x03")) == [1, 2]


def test_big_endian_machines_read_and_write_little_endian(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told that it is big-endian, this machine takes its own words for swapped ones."""
    native, swapped = struct.pack("=2h", 1_000, -2_000), struct.pack(">2h", 1_000, -2_000)
    codes = voice.encode_ulaw(native)
    samples = samples_of(voice.decode_ulaw(codes))
    monkeypatch.setattr(sys, "byteorder", "big")
    assert voice.encode_ulaw(swapped) == codes
    assert voice.decode_ulaw(codes) == struct.pack(">2h", *samples)


# G.711. The codes of single values are those of ITU-T G.711 (and of the old audioop).


@pytest.mark.parametrize(
    ("sample", "code"), [(0, 0xFF), (-1, 0x7E), (32_767, 0x80), (-32_768, 0x00), (1_000, 0xCE)]
)
def test_ulaw_codes_are_those_of_g711(sample: int, code: int) -> None:
    assert voice.encode_ulaw(pcm(sample)) == bytes([code])


@pytest.mark.parametrize(
    ("sample", "code"), [(0, 0xD5), (-1, 0x55), (32_767, 0xAA), (-32_768, 0x2A), (1_000, 0xFA)]
)
def test_alaw_codes_are_those_of_g711(sample: int, code: int) -> None:
    assert voice.encode_alaw(pcm(sample)) == bytes([code])


def test_ulaw_samples_are_those_of_g711() -> None:
    assert samples_of(voice.decode_ulaw(b"\x00\x80\x7f\xff")) == [-32_124, 32_124, 0, 0]


def test_alaw_samples_are_those_of_g711() -> None:
    assert samples_of(voice.decode_alaw(b"\x2a\xaa\x55\xd5")) == [-32_256, 32_256, -8, 8]


def test_every_alaw_code_survives_a_round() -> None:
    codes = bytes(range(256))
    assert voice.encode_alaw(voice.decode_alaw(codes)) == codes


def test_every_ulaw_code_but_minus_zero_survives_a_round() -> None:
    codes = bytes(code for code in range(256) if code != 0x7F)
    assert voice.encode_ulaw(voice.decode_ulaw(codes)) == codes


@given(st.integers(-32_000, 32_000))
def test_g711_is_right_within_its_step(sample: int) -> None:
    (ulaw,) = samples_of(voice.decode_ulaw(voice.encode_ulaw(pcm(sample))))
    (alaw,) = samples_of(voice.decode_alaw(voice.encode_alaw(pcm(sample))))
    assert abs(ulaw - sample) <= 8 + abs(sample) / 16
    assert abs(alaw - sample) <= 16 + abs(sample) / 16


# Resampling.


@pytest.mark.parametrize(
    ("from_rate", "to_rate"),
    [(8_000, 24_000), (24_000, 8_000), (16_000, 24_000), (24_000, 16_000), (44_100, 24_000)],
)
def test_resampled_sound_lasts_as_long_and_is_as_loud(from_rate: int, to_rate: int) -> None:
    sound = tone(440, 0.5, from_rate)
    resampled = voice.resample(sound, from_rate, to_rate)
    assert len(resampled) == pytest.approx(2 * 0.5 * to_rate, abs=4)
    assert voice.rms(resampled) == pytest.approx(voice.rms(sound), rel=0.05)


def test_same_rate_changes_nothing() -> None:
    assert voice.resample(pcm(1, -2, 3), 24_000, 24_000) == pcm(1, -2, 3)


def test_going_up_draws_straight_lines() -> None:
    assert samples_of(voice.resample(pcm(0, 30), 8_000, 24_000)) == [0, 10, 20, 30, 30, 30]


def test_going_down_averages() -> None:
    assert samples_of(voice.resample(pcm(0, 30, 60, 3, 3, 3), 24_000, 8_000)) == [30, 3]


def test_what_the_lower_rate_cannot_carry_fades() -> None:
    whistle = tone(8_000, 0.1, 24_000)
    assert voice.rms(voice.resample(whistle, 24_000, 8_000)) < voice.rms(whistle) / 10


def test_nothing_resampled_is_nothing() -> None:
    assert voice.resample(b"", 8_000, 24_000) == b""
