"""The input buffer: positions, turns, formats."""

import pytest

from realtap.proxy.simulator import defaults
from realtap.proxy.simulator.formats import AudioFormat
from realtap.proxy.simulator.input_audio import InputAudio
from realtap.proxy.simulator.vad import SpeechStarted, SpeechStopped
from realtap.proxy.voice import silence, synthesise_voice

TURN = silence(0.5) + synthesise_voice(1.0, seed=1) + silence(1.0)


def _detecting() -> InputAudio:
    return InputAudio(AudioFormat.PCM, defaults.server_vad("gpt-realtime"))


def test_turn_is_detected_and_taken_out() -> None:
    audio = _detecting()
    started, stopped = audio.append(TURN)
    assert isinstance(started, SpeechStarted)
    assert isinstance(stopped, SpeechStopped)
    turn = audio.take(start_ms=started.audio_ms, end_ms=stopped.audio_ms)
    assert len(turn) == (stopped.audio_ms - started.audio_ms) * 48
    assert audio.duration_ms == audio.end_ms - stopped.audio_ms


def test_without_detection_everything_stays_until_taken() -> None:
    audio = InputAudio(AudioFormat.PCM, None)
    assert audio.append(TURN) == []
    assert audio.duration_ms == 2_500
    assert audio.take_all() == TURN
    assert audio.duration_ms == 0
    assert audio.end_ms == 2_500


def test_long_silence_does_not_fill_the_buffer() -> None:
    audio = _detecting()
    for _ in range(30):
        audio.append(silence(1))
    assert audio.end_ms == 30_000
    assert audio.duration_ms == 10_000


def test_new_detection_continues_the_positions() -> None:
    audio = _detecting()
    audio.append(silence(3))
    audio.configure(AudioFormat.PCM, defaults.semantic_vad())
    started = audio.append(TURN + silence(3))[0]
    assert started.audio_ms >= 3_000


def test_same_detection_again_does_not_disturb_a_turn() -> None:
    audio = _detecting()
    audio.append(silence(0.5) + synthesise_voice(1.0, seed=1))
    assert audio.is_speech_open
    audio.configure(AudioFormat.PCM, defaults.server_vad("gpt-realtime"))
    assert audio.is_speech_open
    (stopped,) = audio.append(silence(1.0))
    assert isinstance(stopped, SpeechStopped)


def test_other_format_converts_what_is_buffered() -> None:
    audio = InputAudio(AudioFormat.PCM, None)
    audio.append(silence(1))
    audio.configure(AudioFormat.PCMU, None)
    audio.append(AudioFormat.PCMU.encode(silence(1, 8_000)))
    assert audio.duration_ms == pytest.approx(2_000, abs=1)
    assert len(audio.take_all()) == pytest.approx(16_000, abs=8)


def test_odd_piece_of_pcm_is_kept_whole() -> None:
    audio = _detecting()
    changes = [
        change
        for start in range(0, len(TURN), 999)
        for change in audio.append(TURN[start : start + 999])
    ]
    assert [type(change) for change in changes] == [SpeechStarted, SpeechStopped]
