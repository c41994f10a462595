"""The user's audio: how much, how much of it uncommitted, and when there was speech."""

import pytest
from reduced import reduced
from scenes import NO_VAD, appended, error, pcm_base64, session, spoken_turn
from transcript import Step, client, server

from realtap.recordings.event import Event, Fate, Side

COMMIT = client("input_audio_buffer.commit")


def test_appended_audio_is_counted_in_the_format_in_force() -> None:
    audio = reduced(session(), appended(1.5)).input_audio
    assert audio.appended_ms == pytest.approx(1500)
    assert (audio.appends, audio.bytes_total) == (15, 72_000)
    ulaw = {"input": {"format": {"type": "audio/pcmu"}}}
    slow = reduced(session(audio=ulaw), appended(1.5)).input_audio
    assert slow.appended_ms == pytest.approx(9000)


def test_commit_and_clear_empty_the_buffer() -> None:
    steps: list[Step] = [session(audio=NO_VAD), appended(0.5)]
    assert reduced(*steps).input_audio.uncommitted_ms == pytest.approx(500)
    assert reduced(*steps, COMMIT).input_audio.uncommitted_ms == 0
    assert reduced(*steps, client("input_audio_buffer.clear")).input_audio.uncommitted_ms == 0
    assert reduced(*steps, COMMIT, appended(0.2)).input_audio.uncommitted_ms == pytest.approx(200)


def test_audio_after_the_clients_commit_survives_its_answer() -> None:
    audio = reduced(
        session(audio=NO_VAD),
        appended(0.5),
        COMMIT,
        appended(0.2),
        server("input_audio_buffer.committed", item_id="u"),
    ).input_audio
    assert audio.uncommitted_ms == pytest.approx(200)
    assert audio.commits[-1].by == "client"
    assert audio.commits[-1].commit_seq is not None
    assert not audio.pending_commits


def test_commit_of_the_server_empties_the_buffer() -> None:
    audio = reduced(session(), spoken_turn("u", seconds=1.0)).input_audio
    assert audio.uncommitted_ms == 0
    commit = audio.commits[-1]
    assert (commit.by, commit.item_id) == ("vad", "u")
    assert commit.audio_ms == pytest.approx(1100)


def test_refused_commit_waits_no_longer() -> None:
    audio = reduced(
        session(audio=NO_VAD), COMMIT, error("input_audio_buffer_commit_empty")
    ).input_audio
    assert not audio.pending_commits
    assert not audio.commits


def test_stretch_of_speech_is_followed() -> None:
    started = server("input_audio_buffer.speech_started", item_id="u", audio_start_ms=1460)
    audio = reduced(session(), started).input_audio
    assert audio.speech == "u"
    assert audio.speech_stopped_at is None
    stopped = server("input_audio_buffer.speech_stopped", item_id="u", audio_end_ms=4256)
    audio = reduced(
        session(), started, stopped, server("input_audio_buffer.committed", item_id="u")
    ).input_audio
    assert audio.speech is None
    speech = audio.last_speech
    assert speech is not None
    assert (speech.audio_start_ms, speech.audio_end_ms) == (1460, 4256)
    assert speech.committed_at == audio.commits[-1].at


def test_dropped_audio_never_reached_the_server() -> None:
    conversation = reduced(session())
    payload = b'{"type":"input_audio_buffer.append","audio":"%s"}' % pcm_base64(0.1).encode()
    for fate in (Fate.FORWARDED, Fate.DROPPED):
        event = Event(9, 1.0, Side.CLIENT, "input_audio_buffer.append", payload, fate=fate)
        conversation.receive(event)
    assert conversation.input_audio.appended_ms == pytest.approx(100)


def test_server_tells_that_the_buffer_was_cleared() -> None:
    clear = client("input_audio_buffer.clear")
    conversation = reduced(
        session(audio=NO_VAD), appended(0.5), clear, server("input_audio_buffer.cleared")
    )
    assert conversation.input_audio.uncommitted_ms == 0
    assert conversation.client_events.last_client_events[-1].is_answered


def test_committed_speech_has_ended_also_without_its_stop() -> None:
    audio = reduced(
        server("input_audio_buffer.speech_started", item_id="u", audio_start_ms=0),
        server("input_audio_buffer.committed", item_id="u"),
    ).input_audio
    assert audio.speech is None
