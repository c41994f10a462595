"""The speed at which audio is appended."""

from base64 import b64encode
from random import Random

import pytest
from judged import RecordedDialogue, judged, judged_entries, slugs_of
from scenes import NO_VAD, session, session_update
from transcript import STEP_S, Step, client, only, wait

from realtap.proxy.voice import silence, synthesise_voice
from realtap.recordings.findings import audio_pace
from realtap.recordings.findings.finding import Finding, Severity


def found(*steps: Step) -> list[Finding]:
    return judged(audio_pace, session(audio=NO_VAD), *steps)


def streamed(
    bytes_per_s: float, *, seconds: float = 12, every_s: float = 0.1, jitter_s: float = 0.0
) -> list[Step]:
    """A device that delivers so many bytes a second, in equal pieces."""
    chance = Random(1)
    size = round(bytes_per_s * every_s) // 2 * 2
    said = client("input_audio_buffer.append", audio=b64encode(b"\1\2" * (size // 2)).decode())
    steps: list[Step] = []
    late = 0.0
    for _ in range(round(seconds / every_s)):
        next_late = chance.uniform(0, jitter_s)
        steps += [said, wait(every_s - STEP_S + next_late - late)]
        late = next_late
    return steps


@pytest.mark.parametrize(
    ("rate_hz", "ratio"), [(8_000, "0.33"), (16_000, "0.67"), (44_100, "1.84"), (48_000, "2.00")]
)
def test_steady_stream_at_another_rate_is_named(rate_hz: int, ratio: str) -> None:
    finding = only(found(streamed(rate_hz * 2, jitter_s=0.05)), "audio-rate-mismatch")
    assert finding.severity is Severity.WARNING
    assert f"{ratio} times real time" in finding.what
    assert f"{rate_hz:,} Hz" in finding.what
    assert "24,000 Hz" in finding.todo


def test_telephone_audio_declared_as_pcm_is_named() -> None:
    finding = only(found(streamed(8_000, every_s=0.06)), "audio-rate-mismatch")
    assert "G.711" in finding.what


def test_pcm_declared_as_telephone_audio_is_named() -> None:
    telephone = session_update(audio={"input": {"format": {"type": "audio/pcmu"}}})
    finding = only(found(telephone, streamed(48_000, every_s=0.1)), "audio-rate-mismatch")
    assert "6.00 times real time" in finding.what


def test_stream_at_the_declared_rate_is_fine() -> None:
    assert found(streamed(48_000, seconds=30, jitter_s=0.08)) == []


@pytest.mark.parametrize("bytes_per_s", [43_000, 53_000, 60_000, 70_000, 130_000])
def test_stream_at_no_devices_rate_is_no_proof(bytes_per_s: float) -> None:
    assert found(streamed(bytes_per_s, seconds=30)) == []


def test_burst_of_a_file_is_legal() -> None:
    piece = client("input_audio_buffer.append", audio=b64encode(bytes(48_000)).decode())
    assert found([piece] * 200) == []


def test_bursts_with_pauses_are_legal_though_their_average_is_double() -> None:
    piece = client("input_audio_buffer.append", audio=b64encode(bytes(48_000)).decode())
    assert found([[piece] * 2, wait(0.9)] * 20) == []


def test_half_speed_for_a_short_while_is_no_proof() -> None:
    assert found([streamed(32_000, seconds=3), wait(2)] * 4) == []


def test_recording_with_cut_audio_has_no_rate() -> None:
    cut = client("input_audio_buffer.append", audio="A" * 42 + "A=")
    for gap in (0.002, 0.004, 0.01):
        assert found([cut, wait(gap - STEP_S)] * 4_000) == []


def test_real_microphone_at_16_khz_is_found() -> None:
    dialogue = RecordedDialogue()
    pcm = synthesise_voice(8.0, rate=16_000) + silence(1.0, 16_000)
    dialogue.talk(pcm, piece_bytes=3_200)
    finding = only(judged_entries(audio_pace, dialogue.entries), "audio-rate-mismatch")
    assert "16,000 Hz" in finding.what


def test_real_microphone_at_the_right_rate_is_fine() -> None:
    dialogue = RecordedDialogue()
    dialogue.talk(synthesise_voice(8.0))
    assert slugs_of(judged_entries(audio_pace, dialogue.entries)) == []


# Far too fast.


def test_forty_times_real_time_for_long_is_told() -> None:
    piece = client("input_audio_buffer.append", audio=b64encode(bytes(96_000)).decode())
    finding = only(found([piece] * 700), "append-too-fast")
    assert finding.severity is Severity.WARNING
    assert "20 times real time" in finding.what


def test_short_burst_at_forty_times_is_fine() -> None:
    piece = client("input_audio_buffer.append", audio=b64encode(bytes(96_000)).decode())
    assert found([piece] * 500) == []


def test_bursts_of_files_one_after_the_other_are_fine() -> None:
    piece = client("input_audio_buffer.append", audio=b64encode(bytes(96_000)).decode())
    assert found([[piece] * 100, wait(30)] * 5) == []
