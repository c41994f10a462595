"""The user's turn: commits, turn detection, echo."""

import pytest
from dialogue import SPOKEN_TURN
from judged import JUNK, RecordedDialogue, judged, judged_entries, slugs_of
from scenes import (
    NO_VAD,
    added,
    appended,
    assistant_message,
    audio_answer,
    error,
    response_done,
    session,
    spoken_turn,
)
from transcript import AZURE, XAI, Step, client, closed, only, server, wait

from realtap.proxy.voice import silence, synthesise_voice
from realtap.recordings.event import Json
from realtap.recordings.findings import input_audio
from realtap.recordings.findings.finding import Finding, Severity

USER_AUDIO: Json = {
    "id": "item_u",
    "type": "message",
    "role": "user",
    "status": "completed",
    "content": [{"type": "input_audio", "transcript": None}],
}


def found(*steps: Step, **options: object) -> list[Finding]:
    return judged(input_audio, *steps, **options)


def names(*steps: Step, **options: object) -> list[str]:
    return slugs_of(found(*steps, **options))


def committed(item_id: str = "item_u") -> list[Step]:
    return [
        client("input_audio_buffer.commit"),
        server("input_audio_buffer.committed", item_id=item_id, previous_item_id=None),
        added({**USER_AUDIO, "id": item_id}),
    ]


# Commit of an empty or short buffer.


def test_commit_of_nothing_is_told_with_the_error_that_answers_it() -> None:
    refusal = error("input_audio_buffer_commit_empty", "buffer too small")
    finding = only(
        found(session(audio=NO_VAD), client("input_audio_buffer.commit"), refusal),
        "commit-empty-buffer",
    )
    assert finding.severity is Severity.ERROR
    assert finding.events == (4, 5)
    assert "with no audio appended" in finding.what


def test_commit_of_sixty_milliseconds_is_told_without_the_servers_word() -> None:
    steps: list[Step] = [session(audio=NO_VAD), appended(0.06, piece_s=0.02)]
    finding = only(
        found(*steps, client("input_audio_buffer.commit"), wait(3)), "commit-empty-buffer"
    )
    assert "60 ms of audio" in finding.what


def test_commit_that_the_server_takes_is_no_finding_whatever_was_counted() -> None:
    short = appended(0.05, piece_s=0.05)
    assert names(session(audio=NO_VAD), short, committed(), audio_answer()) == []


def test_commit_of_a_recording_with_cut_audio_is_judged_by_the_server_alone() -> None:
    cut: list[Step] = [
        client("input_audio_buffer.append", audio="A" * 42 + "A=") for _ in range(20)
    ]
    assert names(session(audio=NO_VAD), cut, client("input_audio_buffer.commit"), wait(3)) == []


def test_refused_commit_is_told_though_enough_was_counted() -> None:
    steps: list[Step] = [session(audio=NO_VAD), appended(0.5), client("input_audio_buffer.commit")]
    refused = found(*steps, error("input_audio_buffer_commit_empty", "buffer too small"))
    assert slugs_of(refused) == ["commit-empty-buffer"]


def test_refusal_without_a_commit_is_told_by_its_own_words() -> None:
    refusal = error("input_audio_buffer_commit_empty", "the buffer only has 0.00ms of audio")
    finding = only(found(session(audio=NO_VAD), refusal), "commit-empty-buffer")
    assert "0.00ms" in finding.what


def test_commit_of_a_side_band_connection_has_audio_that_is_not_seen() -> None:
    assert names(client("input_audio_buffer.commit"), wait(3), upstream=AZURE) == []


def test_real_commit_of_an_empty_buffer_is_found() -> None:
    dialogue = RecordedDialogue()
    dialogue.configure(audio=NO_VAD)
    dialogue.say("input_audio_buffer.commit", event_id="mine")
    finding = only(judged_entries(input_audio, dialogue.entries), "commit-empty-buffer")
    assert len(finding.events) == 2


# Commit under turn detection.


def test_commit_under_server_vad_is_told_with_its_mode() -> None:
    finding = only(found(session(), appended(0.5), committed()), "commit-under-vad")
    assert finding.severity is Severity.WARNING
    assert "server_vad" in finding.what


def test_commit_is_fine_when_turn_detection_is_off() -> None:
    assert "commit-under-vad" not in names(session(audio=NO_VAD), appended(0.5), committed())


def test_commit_is_not_judged_while_the_switch_to_push_to_talk_is_on_its_way() -> None:
    update = client("session.update", session={"type": "realtime", "audio": NO_VAD})
    assert "commit-under-vad" not in names(session(), update, appended(0.5), committed())


def test_real_commit_under_vad_is_found() -> None:
    dialogue = RecordedDialogue()
    dialogue.speak(SPOKEN_TURN[:60_000])
    dialogue.say("input_audio_buffer.commit")
    assert "commit-under-vad" in slugs_of(judged_entries(input_audio, dialogue.entries))


# Audio that nobody commits.


def test_long_audio_that_is_never_committed_is_told() -> None:
    steps = found(session(audio=NO_VAD), appended(37, piece_s=0.5), wait(1))
    finding = only(steps, "audio-never-committed")
    assert finding.severity is Severity.WARNING
    assert "turn detection is off" in finding.what


def test_short_audio_is_told_only_when_the_client_closes() -> None:
    steps: list[Step] = [session(audio=NO_VAD), appended(5, piece_s=0.5)]
    assert names(*steps) == []
    assert names(*steps, closed()) == ["audio-never-committed"]


def test_long_turn_of_an_app_that_knows_how_to_commit_is_fine() -> None:
    first: list[Step] = [appended(1), committed(), audio_answer()]
    assert names(session(audio=NO_VAD), first, appended(40, piece_s=0.5), closed()) == []


def test_burst_of_a_long_file_is_fine_when_its_commit_follows() -> None:
    burst = appended(60, piece_s=1.0, paced=False)
    assert names(session(audio=NO_VAD), burst, committed(), audio_answer()) == []


def test_audio_under_vad_needs_no_commit() -> None:
    assert "audio-never-committed" not in names(session(), appended(40, piece_s=0.5), closed())


def test_real_audio_without_commit_is_found() -> None:
    dialogue = RecordedDialogue()
    dialogue.configure(audio=NO_VAD)
    dialogue.talk(SPOKEN_TURN)
    assert slugs_of(judged_entries(input_audio, dialogue.end())) == ["audio-never-committed"]


# A turn without an answer.


def test_committed_turn_without_response_create_is_told() -> None:
    finding = only(
        found(session(audio=NO_VAD), appended(1), committed("item_7"), wait(6)),
        "committed-but-no-response",
    )
    assert "item_7" in finding.what
    assert "turn detection is off" in finding.what


def test_vad_without_create_response_needs_a_response_create() -> None:
    silent = {"input": {"turn_detection": {"create_response": False}}}
    finding = only(
        found(session(audio=silent), spoken_turn(), wait(6)), "committed-but-no-response"
    )
    assert "create_response is false" in finding.what


def test_response_create_within_the_patience_is_fine() -> None:
    steps: list[Step] = [
        session(audio=NO_VAD),
        appended(1),
        committed(),
        wait(4),
        audio_answer(),
        wait(9),
    ]
    assert names(*steps) == []


def test_transcription_session_answers_nothing() -> None:
    pcm = {"input": {"turn_detection": None, "transcription": {"model": "gpt-realtime-whisper"}}}
    created = server("session.created", session={"type": "transcription", "audio": pcm})
    assert names(created, appended(1), committed(), wait(9)) == []


def test_deleted_turn_wants_no_answer() -> None:
    gone: list[Step] = [
        client("conversation.item.delete", item_id="item_u"),
        server("conversation.item.deleted", item_id="item_u"),
    ]
    assert names(session(audio=NO_VAD), appended(1), committed(), gone, wait(9)) == []


def test_end_of_a_file_is_no_silence() -> None:
    assert names(session(audio=NO_VAD), appended(1), committed()) == []


def test_real_turn_without_response_create_is_found() -> None:
    dialogue = RecordedDialogue()
    dialogue.configure(audio=NO_VAD)
    dialogue.talk(SPOKEN_TURN)
    dialogue.say("input_audio_buffer.commit")
    entries = dialogue.entries
    later = judged_entries(input_audio, entries, until=dialogue.now_s + 6)
    assert slugs_of(later) == ["committed-but-no-response"]


# Speech without an end.


def started(item_id: str = "item_s") -> Step:
    return server("input_audio_buffer.speech_started", item_id=item_id, audio_start_ms=0)


def stopped(item_id: str = "item_s") -> Step:
    return server("input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=900)


def test_speech_without_end_is_told_with_what_to_change() -> None:
    finding = only(found(session(), started(), appended(32, piece_s=0.5)), "speech-never-ends")
    assert "threshold" in finding.todo


def test_speech_without_end_because_the_client_stopped_appending_says_so() -> None:
    finding = only(found(session(), appended(1), started(), wait(31)), "speech-never-ends")
    assert "no audio was appended" in finding.what
    assert "silence" in finding.todo


def test_long_speech_that_ends_is_fine() -> None:
    assert "speech-never-ends" not in names(session(), started(), wait(25), stopped(), wait(40))


def test_semantic_vad_may_wait_longer() -> None:
    semantic = {"input": {"turn_detection": {"type": "semantic_vad", "eagerness": "low"}}}
    assert names(session(audio=semantic), started(), wait(40)) == []
    assert names(session(audio=semantic), started(), wait(61)) == ["speech-never-ends"]


# Turns cut short.


def test_three_short_gaps_are_worth_knowing() -> None:
    gap: list[Step] = [started(), wait(1), stopped(), wait(0.2)]
    finding = only(found(session(), gap * 4), "turn-cut-short")
    assert finding.severity is Severity.INFO
    assert "silence_duration_ms is 200" in finding.what


def test_pauses_of_a_second_are_fine() -> None:
    pause: list[Step] = [started(), wait(1), stopped(), wait(1)]
    assert "turn-cut-short" not in names(session(), pause * 5)


# Echo.


def echoed(number: int, transcript: str | None, heard_after_s: float = 0.3) -> list[Step]:
    item_id, response_id = f"item_a{number}", f"resp_{number}"
    user_id = f"item_u{number}"
    done = response_done(
        response_id,
        [assistant_message(item_id, [], status="incomplete")],
        "cancelled",
        status_details={"type": "cancelled", "reason": "turn_detected"},
    )
    steps: list[Step] = [
        audio_answer(
            "the weather is fine",
            response_id=response_id,
            item_id=item_id,
            asked=False,
            is_done=False,
        ),
        wait(heard_after_s),
        started(user_id),
        done,
        wait(2),
    ]
    if transcript is not None:
        name = "conversation.item.input_audio_transcription.completed"
        steps.append(server(name, item_id=user_id, content_index=0, transcript=transcript))
    return steps


@pytest.mark.parametrize("transcript", ["", "the weather is"])
def test_two_answers_that_the_assistant_interrupts_itself_are_worth_knowing(
    transcript: str,
) -> None:
    finding = only(
        found(session(), echoed(1, transcript), echoed(2, transcript)),
        "echo-interrupts-assistant",
    )
    assert finding.severity is Severity.INFO
    assert "resp_2" in finding.what


def test_without_transcripts_it_takes_three() -> None:
    assert "echo-interrupts-assistant" not in names(session(), echoed(1, None), echoed(2, None))
    steps: list[Step] = [echoed(number, None) for number in range(3)]
    assert "echo-interrupts-assistant" in names(session(), *steps)


def test_users_own_words_are_no_echo() -> None:
    steps: list[Step] = [echoed(number, "stop, I want a pizza") for number in range(4)]
    assert "echo-interrupts-assistant" not in names(session(), *steps)


def test_late_interruption_is_no_echo() -> None:
    steps: list[Step] = [echoed(number, "", heard_after_s=3) for number in range(4)]
    assert "echo-interrupts-assistant" not in names(session(), *steps)


# A whole correct session.


def test_good_session_with_real_voice_has_no_finding() -> None:
    dialogue = RecordedDialogue()
    for _ in range(3):
        dialogue.talk(SPOKEN_TURN)
        dialogue.settle()
        dialogue.talk(silence(1.0))
    later = judged_entries(input_audio, dialogue.end(), until=dialogue.now_s + 40)
    assert slugs_of(later) == []


def test_good_push_to_talk_has_no_finding() -> None:
    dialogue = RecordedDialogue()
    dialogue.configure(audio=NO_VAD)
    for seed in range(2):
        dialogue.talk(synthesise_voice(2.0, seed=seed))
        dialogue.say("input_audio_buffer.commit")
        dialogue.say("response.create")
        dialogue.settle()
    assert slugs_of(judged_entries(input_audio, dialogue.end())) == []


def test_speech_events_without_vad_are_xais_way() -> None:
    steps: list[Step] = [
        session(audio=NO_VAD),
        appended(1),
        started(),
        stopped(),
        committed(),
        audio_answer(),
    ]
    assert names(*steps, wait(40), upstream=XAI) == []


def test_junk_in_every_field_is_survived() -> None:
    junk: list[Step] = [
        server(kind, item_id=value, response=value, transcript=value, session=value, error=value)
        for value in JUNK
        for kind in sorted({kind for rule in input_audio.RULES for kind in rule.kinds or ()})
    ]
    found(session(), junk, wait(50), client("input_audio_buffer.append", audio=7), closed())
