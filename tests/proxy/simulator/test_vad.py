"""Voice activity: where speech starts and stops in the appended audio."""

import struct
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtap.proxy.simulator.vad import SpeechStarted, SpeechStopped, VoiceActivity
from realtap.proxy.voice import silence, synthesise_voice

SPEECH = synthesise_voice(1.0)
TALK = silence(1) + SPEECH + silence(1) + synthesise_voice(0.6, seed=2) + silence(1)


def loud(duration_ms: float, level: int = 10_000, rate: int = 24_000) -> bytes:
    """A square wave."""
    count = round(duration_ms * rate / 1000)
    return struct.pack(f"<{count}h", *(level if i // 30 % 2 else -level for i in range(count)))


def starts(changes: list[SpeechStarted | SpeechStopped]) -> list[int]:
    return [change.audio_ms for change in changes if isinstance(change, SpeechStarted)]


def stops(changes: list[SpeechStarted | SpeechStopped]) -> list[int]:
    return [change.audio_ms for change in changes if isinstance(change, SpeechStopped)]


def test_speech_starts_its_prefix_padding_early() -> None:
    changes = VoiceActivity(prefix_padding_ms=300).receive(silence(1) + loud(500))
    assert changes == [SpeechStarted(700)]


def test_speech_stops_its_silence_late() -> None:
    vad = VoiceActivity(silence_duration_ms=500)
    assert stops(vad.receive(silence(1) + loud(500) + silence(1))) == [2_000]


def test_stop_is_told_as_soon_as_the_silence_has_lasted() -> None:
    vad = VoiceActivity(silence_duration_ms=500)
    vad.receive(silence(1) + loud(500) + silence(0.48))
    assert vad.receive(silence(0.02)) == [SpeechStopped(2_000)]


def test_silence_that_is_no_multiple_of_the_window_is_exact() -> None:
    vad = VoiceActivity(silence_duration_ms=210)
    assert stops(vad.receive(silence(1) + loud(500) + silence(1))) == [1_710]


def test_start_is_not_before_the_session() -> None:
    assert VoiceActivity().receive(loud(300)) == [SpeechStarted(0)]


def test_start_is_not_before_the_previous_stop() -> None:
    vad = VoiceActivity(prefix_padding_ms=300, silence_duration_ms=200)
    changes = vad.receive(loud(400) + silence(0.26) + loud(400))
    assert starts(changes)[1] == stops(changes)[0] == 600


def test_positions_count_all_audio_of_the_session() -> None:
    vad = VoiceActivity(prefix_padding_ms=100, silence_duration_ms=200)
    vad.receive(silence(1) + loud(500) + silence(8.5))
    assert vad.position_ms == 10_000
    assert vad.receive(loud(500) + silence(0.5)) == [SpeechStarted(9_900), SpeechStopped(10_700)]


@pytest.mark.parametrize("seed", range(10))
def test_synthesised_voice_is_one_utterance(seed: int) -> None:
    vad = VoiceActivity(silence_duration_ms=200)
    changes = vad.receive(silence(1) + synthesise_voice(6, seed=seed) + silence(1))
    assert starts(changes) == [pytest.approx(700, abs=60)]
    assert stops(changes) == [pytest.approx(7_200, abs=60)]


def test_pause_shorter_than_the_silence_does_not_end_speech() -> None:
    vad = VoiceActivity(silence_duration_ms=500)
    assert stops(vad.receive(SPEECH + silence(0.4) + SPEECH)) == []


def test_silence_is_not_speech() -> None:
    assert VoiceActivity().receive(silence(5)) == []


def test_offset_of_a_microphone_is_not_speech() -> None:
    assert VoiceActivity().receive(struct.pack("<h", 9_000) * 48_000) == []


@given(length_ms=st.floats(1, 59.9), offset_ms=st.floats(0, 20))
@settings(deadline=None, max_examples=60)
def test_click_shorter_than_60_ms_is_not_speech(length_ms: float, offset_ms: float) -> None:
    click = loud(length_ms, level=30_000)
    assert VoiceActivity().receive(silence(offset_ms / 1000) + click + silence(0.5)) == []


def test_many_clicks_are_not_speech() -> None:
    assert VoiceActivity().receive((loud(40) + silence(0.06)) * 20) == []


def test_high_threshold_overhears_a_soft_voice() -> None:
    soft = loud(500, level=1_000)
    assert starts(VoiceActivity(threshold=0.5).receive(soft)) == [0]
    assert starts(VoiceActivity(threshold=0.9).receive(soft)) == []


def test_speech_may_get_softer_than_it_began() -> None:
    vad = VoiceActivity(silence_duration_ms=200)
    soft = loud(500, level=450)
    assert starts(VoiceActivity().receive(soft)) == []
    assert stops(vad.receive(loud(200) + soft)) == []


def test_telephone_audio_gives_the_same_positions() -> None:
    vad = VoiceActivity(rate=8_000)
    changes = vad.receive(silence(1, 8_000) + loud(500, rate=8_000) + silence(1, 8_000))
    assert changes == [SpeechStarted(700), SpeechStopped(2_000)]


def test_is_speaking_between_start_and_stop() -> None:
    vad = VoiceActivity()
    seen = [vad.is_speaking]
    for piece in (loud(200), silence(1)):
        vad.receive(piece)
        seen.append(vad.is_speaking)
    assert seen == [False, True, False]


def test_reset_keeps_the_position_and_forgets_the_turn() -> None:
    vad = VoiceActivity()
    vad.receive(loud(510))
    vad.reset()
    assert (vad.position_ms, vad.is_speaking) == (510, False)
    assert vad.receive(silence(2)) == []


def test_turn_after_a_reset_does_not_reach_before_it() -> None:
    vad = VoiceActivity()
    vad.receive(silence(1))
    vad.reset()
    assert starts(vad.receive(silence(0.1) + loud(300))) == [1_000]


def test_window_cut_by_a_reset_is_forgotten() -> None:
    vad = VoiceActivity(prefix_padding_ms=0)
    vad.receive(silence(0.013) + b"\x01")
    vad.reset()
    assert starts(vad.receive(loud(200))) == [13]


@given(cuts=st.lists(st.integers(0, len(TALK)), max_size=40))
@settings(deadline=None, max_examples=40)
def test_changes_do_not_depend_on_the_pieces(cuts: list[int]) -> None:
    vad = VoiceActivity()
    edges = [0, *sorted(cuts), len(TALK)]
    pieces = [TALK[start:end] for start, end in pairwise(edges)]
    changes = [change for piece in pieces for change in vad.receive(piece)]
    assert changes == VoiceActivity().receive(TALK)
    assert vad.position_ms == len(TALK) // 48
