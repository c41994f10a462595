"""The sound of appended audio."""

import sys
from array import array
from base64 import b64encode

import pytest
from judged import RecordedDialogue, judged, judged_entries, slugs_of
from scenes import NO_VAD, appended, session, session_update
from transcript import STEP_S, Step, client, only, server, wait

from realtap.proxy.simulator.formats import AudioFormat
from realtap.proxy.voice import resample, silence, synthesise_voice
from realtap.recordings.findings import audio_signal
from realtap.recordings.findings.finding import Finding, Severity

VOICE = synthesise_voice(12.0, seed=3)


def found(*steps: Step) -> list[Finding]:
    return judged(audio_signal, session(), *steps)


def spoken(pcm: bytes, *, piece_bytes: int = 4_800, every_s: float = 0.1) -> list[Step]:
    return [
        [
            client(
                "input_audio_buffer.append",
                audio=b64encode(pcm[start : start + piece_bytes]).decode(),
            ),
            wait(every_s - STEP_S),
        ]
        for start in range(0, len(pcm), piece_bytes)
    ]


HEARD = server("input_audio_buffer.speech_started", item_id="item_1", audio_start_ms=0)


# Silence.


def test_ten_seconds_of_zeros_are_told() -> None:
    finding = only(found(spoken(silence(11))), "audio-is-silence")
    assert finding.severity is Severity.WARNING
    assert "every sample is zero" in finding.what
    assert finding.events[0] < finding.events[1]


def test_one_sample_in_ten_seconds_is_sound() -> None:
    pcm = silence(5) + b"\1\0" + silence(6)
    assert slugs_of(found(spoken(pcm))) == []


def test_microphone_that_is_muted_later_is_fine() -> None:
    assert slugs_of(found(spoken(VOICE[:48_000]), HEARD, spoken(silence(20)))) == []


def test_nine_seconds_of_zeros_are_fine() -> None:
    assert slugs_of(found(spoken(silence(9)))) == []


@pytest.mark.parametrize(("name", "zero"), [("audio/pcmu", b"\xff"), ("audio/pcma", b"\xd5")])
def test_silence_of_a_telephone_is_found(name: str, zero: bytes) -> None:
    telephone = session_update(audio={"input": {"format": {"type": name}}})
    steps = found(telephone, spoken(zero * 88_000, piece_bytes=800))
    assert slugs_of(steps) == ["audio-is-silence"]


def test_recording_with_cut_silence_is_too_short_to_tell() -> None:
    cut = client("input_audio_buffer.append", audio="A" * 42 + "A=")
    assert slugs_of(found([cut] * 1_000)) == []


def test_real_muted_microphone_is_found() -> None:
    dialogue = RecordedDialogue()
    dialogue.talk(silence(11))
    assert slugs_of(judged_entries(audio_signal, dialogue.end())) == ["audio-is-silence"]


# No speech.


def test_loud_audio_without_speech_is_worth_knowing() -> None:
    finding = only(found(spoken(VOICE), wait(4)), "no-speech-detected")
    assert finding.severity is Severity.INFO
    assert "server_vad (threshold 0.5)" in finding.what


def test_loud_audio_in_which_speech_is_found_is_fine() -> None:
    assert slugs_of(found(spoken(VOICE[:96_000]), HEARD, spoken(VOICE), wait(4))) == []


def test_quiet_audio_without_speech_is_fine() -> None:
    samples = array("h", VOICE)
    quiet = array("h", (sample // 60 for sample in samples)).tobytes()
    assert slugs_of(found(spoken(quiet), wait(4))) == []


def test_file_in_a_burst_gets_time_to_be_heard() -> None:
    assert slugs_of(found(spoken(VOICE, piece_bytes=48_000, every_s=STEP_S), wait(1), HEARD)) == []


def test_loud_audio_under_push_to_talk_is_fine() -> None:
    off = session_update(audio=NO_VAD)
    assert slugs_of(found(off, spoken(VOICE), wait(4))) == []


@pytest.mark.parametrize("format_", [AudioFormat.PCMU, AudioFormat.PCMA])
def test_loud_telephone_audio_is_heard_as_loud(format_: AudioFormat) -> None:
    telephone = session_update(audio={"input": {"format": {"type": format_.value}}})
    audio = format_.encode(resample(VOICE, 24_000, 8_000))
    steps = found(telephone, spoken(audio, piece_bytes=800), wait(4))
    assert slugs_of(steps) == ["no-speech-detected"]


# Clipped.


def test_clipped_audio_is_worth_knowing() -> None:
    clipped = b"".join(
        (32_767 if (n // 20) % 2 else -32_768).to_bytes(2, "little", signed=True)
        for n in range(24_000 * 6)
    )
    finding = only(found(HEARD, spoken(clipped)), "audio-is-clipped")
    assert finding.severity is Severity.INFO
    assert "100%" in finding.what


def test_loud_voice_is_not_clipped() -> None:
    loud = array("h", (max(-32_768, min(32_767, sample * 3)) for sample in array("h", VOICE)))
    assert "audio-is-clipped" not in slugs_of(found(HEARD, spoken(loud.tobytes())))


# Samples of another kind.


def floats(pcm: bytes) -> bytes:
    return array("f", (sample / 32_768 for sample in array("h", pcm))).tobytes()


def swapped(pcm: bytes) -> bytes:
    samples = array("h", pcm)
    samples.byteswap()
    return samples.tobytes()


def mu_law(pcm: bytes) -> bytes:
    return AudioFormat.PCMU.encode(resample(pcm, 24_000, 8_000))


@pytest.mark.parametrize(
    ("audio", "name"),
    [
        (floats(VOICE), "32-bit floats"),
        (swapped(VOICE), "big-endian"),
        (mu_law(VOICE), "mu-law"),
    ],
)
def test_samples_of_another_kind_are_worth_knowing(audio: bytes, name: str) -> None:
    assert sys.byteorder == "little"
    finding = only(found(HEARD, spoken(audio, piece_bytes=960)), "audio-looks-misencoded")
    assert finding.severity is Severity.INFO
    assert name in finding.what


@pytest.mark.parametrize("seed", range(6))
def test_voice_looks_like_what_it_is(seed: int) -> None:
    pcm = synthesise_voice(8.0, seed=seed)
    assert found(HEARD, spoken(pcm)) == []
    quiet = array("h", (sample // 200 for sample in array("h", pcm))).tobytes()
    assert found(HEARD, spoken(quiet)) == []


def test_tone_and_noise_are_no_other_kind() -> None:
    noise = bytes(b for n in range(96_000) for b in ((n * 7_919 + n // 3) % 251, (n * 31) % 17))
    assert "audio-looks-misencoded" not in slugs_of(found(HEARD, spoken(noise)))
    assert "audio-looks-misencoded" not in slugs_of(found(HEARD, appended(8)))


def test_broken_base64_is_neither_silent_nor_loud() -> None:
    broken = [client("input_audio_buffer.append", audio=text) for text in ("A===", "AAAAA")]
    telephone = session_update(audio={"input": {"format": {"type": "audio/pcmu"}}})
    assert found(telephone, broken) == []
    assert found(broken[::-1]) == []


def test_junk_is_survived() -> None:
    odd: list[Step] = [
        client("input_audio_buffer.append", audio=value) for value in ("?", "AAA", "A", 7, None)
    ]
    telephone = session_update(audio={"input": {"format": {"type": "audio/pcma"}}})
    assert found(odd, telephone, odd) == []
