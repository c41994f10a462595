"""Interruptions: truncate, cancel, and the audio of what was cut off."""

import pytest
from dialogue import SPOKEN_TURN
from judged import JUNK, RecordedDialogue, judged, judged_entries, slugs_of
from scenes import (
    added,
    assistant_message,
    audio_answer,
    audio_deltas,
    error,
    function_call,
    response_created,
    response_done,
    session,
    text_answer,
    user_message,
)
from transcript import Step, client, closed, only, server, wait

from realtap.proxy.simulator.pace import Pace
from realtap.recordings.event import Json
from realtap.recordings.findings import interruption
from realtap.recordings.findings.finding import Finding, Severity

TRUNCATE = "conversation.item.truncate"
STARTED = server("input_audio_buffer.speech_started", item_id="item_u", audio_start_ms=0)
PART: Json = {"response_id": "resp_1", "item_id": "item_a", "output_index": 0, "content_index": 0}


def found(*steps: Step, **options: object) -> list[Finding]:
    return judged(interruption, *steps, **options)


def names(*steps: Step, **options: object) -> list[str]:
    return slugs_of(found(*steps, **options))


def spoken(seconds: float = 4.0) -> list[Step]:
    return [session(), audio_answer(seconds=seconds, response_id="resp_1", item_id="item_a")]


def truncate(audio_end_ms: object = 900, item_id: str = "item_a", **fields: object) -> Step:
    return client(
        TRUNCATE, **{"item_id": item_id, "content_index": 0, "audio_end_ms": audio_end_ms, **fields}
    )


def truncated(audio_end_ms: int = 900, item_id: str = "item_a") -> Step:
    name = "conversation.item.truncated"
    return server(name, item_id=item_id, content_index=0, audio_end_ms=audio_end_ms)


# A truncate that is missing.


def test_interruption_without_truncate_is_told_with_what_was_played() -> None:
    finding = only(found(spoken(), STARTED, wait(4)), "missing-truncate")
    assert finding.severity is Severity.WARNING
    assert "item_a" in finding.what
    assert "into its 4000 ms" in finding.what


def test_truncate_within_the_patience_is_fine() -> None:
    assert names(spoken(), STARTED, wait(2), truncate(), truncated(), wait(5)) == []


def test_item_that_is_deleted_needs_no_truncate() -> None:
    gone = client("conversation.item.delete", item_id="item_a")
    assert names(spoken(), STARTED, gone, wait(5)) == []


def test_speech_after_the_assistant_was_heard_is_no_interruption() -> None:
    assert names(spoken(), wait(4), STARTED, wait(5)) == []


def test_interruption_in_the_last_moment_is_no_matter() -> None:
    assert names(spoken(1.0), wait(0.1), STARTED, wait(5)) == []


def test_interruption_that_turn_detection_does_not_make_is_fine() -> None:
    deaf = session(audio={"input": {"turn_detection": {"interrupt_response": False}}})
    steps: list[Step] = [deaf, audio_answer(seconds=4, response_id="resp_1", item_id="item_a")]
    assert names(steps, STARTED, wait(5)) == []


def test_server_that_truncates_by_itself_needs_no_help() -> None:
    able = session(audio={"input": {"turn_detection": {"auto_truncate": True}}})
    assert names(able, audio_answer(seconds=4), STARTED, wait(5)) == []


def test_second_item_plays_after_the_first() -> None:
    second = audio_answer(seconds=2, response_id="resp_2", item_id="item_b")
    finding = only(found(spoken(2), second, wait(1.5), STARTED, wait(4)), "missing-truncate")
    assert "item_b" in finding.what


def test_cut_audio_of_a_published_recording_is_never_unheard() -> None:
    delta = server("response.output_audio.delta", **PART, delta="A" * 42 + "A=")
    steps: list[Step] = [session(), response_created("resp_1"), [delta] * 40]
    assert names(steps, STARTED, wait(5)) == []


def test_client_that_cancels_while_playing_has_to_truncate_too() -> None:
    playing: list[Step] = [
        session(),
        audio_answer(seconds=4, response_id="resp_1", item_id="item_a", is_done=False),
    ]
    cancelled: list[Step] = [client("response.cancel"), response_done("resp_1", [], "cancelled")]
    assert "missing-truncate" in names(playing, cancelled, wait(4))
    assert names(playing, truncate(500), truncated(500), cancelled, wait(4)) == []


def interrupted_dialogue(*, truncates: bool) -> RecordedDialogue:
    dialogue = RecordedDialogue(pace=Pace(audio_speed=8.0))
    dialogue.write("Tell me a very long story about ships and the sea and the wind")
    dialogue.say("response.create")
    dialogue.wait(1.0)
    delta = dialogue.last("response.output_audio.delta")
    dialogue.speak(SPOKEN_TURN[:60_000])
    if truncates:
        dialogue.say(TRUNCATE, item_id=delta["item_id"], content_index=0, audio_end_ms=500)
    dialogue.wait(4.0)
    return dialogue


def test_real_interruption_without_truncate_is_found() -> None:
    dialogue = interrupted_dialogue(truncates=False)
    assert dialogue.last("input_audio_buffer.speech_started")
    entries = judged_entries(interruption, dialogue.entries, until=dialogue.now_s)
    assert "missing-truncate" in slugs_of(entries)


def test_real_interruption_with_truncate_is_fine() -> None:
    dialogue = interrupted_dialogue(truncates=True)
    assert dialogue.last("conversation.item.truncated")
    assert slugs_of(judged_entries(interruption, dialogue.end(), until=dialogue.now_s)) == []


# Truncates that the server refuses.


def test_truncate_beyond_the_audio_is_told_with_both_numbers() -> None:
    refusal = error(None, "Audio content of 4000ms is already shorter than 5200ms")
    finding = only(found(spoken(), truncate(5_200), refusal), "truncate-beyond-audio")
    assert finding.severity is Severity.ERROR
    assert "5200" in finding.what
    assert "4000 ms" in finding.what
    assert len(finding.events) == 2


@pytest.mark.parametrize("end_ms", [-1, 99.5, 10**30])
def test_impossible_end_is_told_without_the_servers_word(end_ms: float) -> None:
    assert names(spoken(), truncate(end_ms), wait(3)) == ["truncate-beyond-audio"]


def test_truncate_that_is_taken_is_fine_whatever_was_counted() -> None:
    assert names(spoken(), truncate(5_200), truncated(5_200), wait(3)) == []


def test_truncate_at_the_very_end_is_fine() -> None:
    assert names(spoken(), truncate(4_000), closed()) == []


def test_truncate_in_a_recording_with_cut_audio_is_judged_by_the_server_alone() -> None:
    delta = server("response.output_audio.delta", **PART, delta="A" * 42 + "A=")
    answer: list[Step] = [response_created("resp_1"), [delta] * 40, truncate(1_500)]
    assert names(session(), answer, wait(3)) == []
    refusal = error(None, "Audio content of 900ms is already shorter than 1500ms")
    assert names(session(), answer, refusal) == ["truncate-beyond-audio"]


def test_truncate_of_the_users_message_is_the_wrong_item() -> None:
    finding = only(
        found(session(), user_message(item_id="item_u"), truncate(item_id="item_u"), wait(3)),
        "truncate-wrong-item",
    )
    assert "message of the user" in finding.what


def test_truncate_of_a_call_is_the_wrong_item() -> None:
    steps = [session(), function_call("f", item_id="item_c"), truncate(item_id="item_c"), wait(3)]
    assert "a function_call" in only(found(steps), "truncate-wrong-item").what


def test_truncate_of_text_is_the_wrong_item() -> None:
    finding = only(
        found(session(), text_answer(item_id="item_t"), truncate(item_id="item_t"), wait(3)),
        "truncate-wrong-item",
    )
    assert "text" in finding.what


def test_truncate_of_an_unknown_item_names_the_nearest() -> None:
    finding = only(found(spoken(), truncate(item_id="item_aa"), wait(3)), "truncate-wrong-item")
    assert "no item of this session" in finding.what
    assert "the nearest is item_a" in finding.what


def test_truncate_of_the_second_part_is_wrong() -> None:
    steps = found(spoken(), truncate(content_index=1), wait(3))
    assert "content_index 1" in only(steps, "truncate-wrong-item").what


def test_truncate_without_a_place_lacks_it() -> None:
    short = client(TRUNCATE, item_id="item_a")
    finding = only(found(spoken(), short, wait(3)), "truncate-wrong-item")
    assert "lacks content_index and audio_end_ms" in finding.what


def test_truncate_before_any_audio_is_wrong() -> None:
    begun: list[Step] = [
        session(),
        response_created("resp_1"),
        server(
            "response.output_item.added",
            response_id="resp_1",
            output_index=0,
            item=assistant_message("item_a", [], status="in_progress"),
        ),
    ]
    refusal = error("unsupported_content_type", "Only model output audio messages can be truncated")
    assert names(begun, truncate(), refusal) == ["truncate-wrong-item"]


def test_second_truncate_further_on_is_wrong() -> None:
    steps: list[Step] = [spoken(), truncate(900), truncated(900), truncate(1_800), wait(3)]
    assert names(steps) == ["truncate-wrong-item"]


def test_second_truncate_further_back_is_fine() -> None:
    steps: list[Step] = [
        spoken(),
        truncate(900),
        truncated(900),
        truncate(600),
        truncated(600),
        wait(3),
    ]
    assert names(steps) == []


def test_truncate_at_zero_has_its_own_advice() -> None:
    refusal = error("unsupported_content_type", "Only model output audio messages can be truncated")
    finding = only(found(spoken(), truncate(0), refusal), "truncate-at-zero")
    assert finding.severity is Severity.WARNING
    assert "conversation.item.delete" in finding.todo


def test_truncate_on_a_side_band_is_judged_by_the_server_alone() -> None:
    assert names(truncate(), wait(3)) == []


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"audio_end_ms": 999_999}, "truncate-beyond-audio"),
        ({"audio_end_ms": 0}, "truncate-at-zero"),
        ({"item_id": "item_nobody"}, "truncate-wrong-item"),
    ],
)
def test_real_refusals_have_their_explanation(fields: dict[str, object], slug: str) -> None:
    dialogue = RecordedDialogue()
    dialogue.ask("Hello")
    item_id = dialogue.last("response.output_audio.delta")["item_id"]
    values = {"item_id": item_id, "content_index": 0, "audio_end_ms": 100, **fields}
    dialogue.say(TRUNCATE, **values)
    assert dialogue.last("error")
    assert slugs_of(judged_entries(interruption, dialogue.entries)) == [slug]


# Cancel.


def test_cancel_without_response_is_worth_knowing() -> None:
    finding = only(found(session(), client("response.cancel")), "cancel-without-response")
    assert finding.severity is Severity.INFO
    assert "interrupts responses by itself" in finding.what


def test_third_cancel_without_response_is_a_warning() -> None:
    cancels: list[Step] = [client("response.cancel"), wait(1)]
    severities = [each.severity for each in found(session(), cancels * 3)]
    assert severities == [Severity.INFO, Severity.INFO, Severity.WARNING]


def test_cancel_of_an_ended_response_names_it() -> None:
    steps: list[Step] = [session(), text_answer(response_id="resp_1"), wait(2)]
    finding = only(
        found(steps, client("response.cancel", response_id="resp_1")), "cancel-without-response"
    )
    assert "resp_1, which has ended" in finding.what


def test_cancel_of_a_response_that_nobody_knows_says_so() -> None:
    cancel = client("response.cancel", response_id="resp_x")
    finding = only(found(session(), cancel), "cancel-without-response")
    assert "resp_x, which no response.created told" in finding.what


def test_cancel_of_an_active_response_is_fine() -> None:
    active: list[Step] = [session(), response_created("resp_1"), client("response.cancel")]
    assert names(active) == []


def test_cancel_that_crosses_response_done_is_fine() -> None:
    assert names(session(), text_answer(), client("response.cancel")) == []


def test_cancel_right_after_response_create_is_fine() -> None:
    assert names(session(), client("response.create"), client("response.cancel")) == []


def test_cancel_right_after_a_turn_is_fine() -> None:
    stopped = server("input_audio_buffer.speech_stopped", item_id="item_u", audio_end_ms=900)
    assert names(session(), STARTED, stopped, client("response.cancel")) == []


def test_real_cancel_without_response_is_found() -> None:
    dialogue = RecordedDialogue()
    dialogue.say("response.cancel")
    entries = judged_entries(interruption, dialogue.entries)
    assert slugs_of(entries) == ["cancel-without-response"]


# Audio after the cancel.


def late_audio(gap_s: float) -> list[Step]:
    return [
        session(),
        audio_answer(seconds=0.25, response_id="resp_1", item_id="item_a", is_done=False),
        client("response.cancel"),
        wait(gap_s),
        audio_deltas(0.5, **PART),
    ]


def test_audio_long_after_a_cancel_is_told_once() -> None:
    finding = only(found(late_audio(0.6)), "audio-after-cancel")
    assert finding.severity is Severity.WARNING
    assert "resp_1" in finding.what


def test_audio_that_was_under_way_is_fine() -> None:
    assert "audio-after-cancel" not in names(late_audio(0.2))


def test_audio_of_the_next_response_is_fine() -> None:
    ended: list[Step] = [late_audio(0.1), response_done("resp_1", [], "cancelled"), wait(1)]
    assert "audio-after-cancel" not in names(ended, audio_answer(seconds=1))


def test_audio_after_a_cancelled_response_is_done_is_told() -> None:
    ended = response_done("resp_1", [], "cancelled")
    steps: list[Step] = [late_audio(0.1)[:2], ended, wait(1), audio_deltas(0.25, **PART)]
    assert "audio-after-cancel" in names(steps)


def test_cancelled_responses_are_forgotten_in_time() -> None:
    cancelled = [
        [response_created(f"resp_{number}"), response_done(f"resp_{number}", [], "cancelled")]
        for number in range(2, 20)
    ]
    late = audio_deltas(0.25, **{**PART, "response_id": "resp_2"})
    assert "audio-after-cancel" not in names(session(), cancelled, wait(2), late)


def test_refused_cancel_cancels_nothing() -> None:
    refusal = error("response_cancel_not_active", "no active response found")
    steps: list[Step] = [late_audio(0.1)[:3], refusal, wait(1), audio_deltas(0.25, **PART)]
    assert "audio-after-cancel" not in names(steps)


# Stalled playback.


def test_audio_that_comes_too_slowly_is_worth_knowing() -> None:
    slow: list[Step] = [[audio_deltas(0.25, **PART), wait(0.5)] for _ in range(4)]
    finding = only(found(session(), response_created("resp_1"), slow), "playback-stalled")
    assert finding.severity is Severity.INFO
    assert "item_a" in finding.what


def test_audio_in_real_time_is_fine() -> None:
    steady: list[Step] = [[audio_deltas(0.25, **PART), wait(0.2)] for _ in range(20)]
    assert names(session(), response_created("resp_1"), steady) == []


def test_cut_audio_of_a_published_recording_does_not_stall() -> None:
    delta = server("response.output_audio.delta", **PART, delta="A" * 42 + "A=")
    assert names(session(), response_created("resp_1"), [delta, wait(0.3)] * 20) == []


def test_junk_is_survived() -> None:
    kinds = sorted({kind for rule in interruption.RULES for kind in rule.kinds or ()})
    junk: list[Step] = [
        say(
            kind,
            item_id=value,
            content_index=value,
            audio_end_ms=value,
            response=value,
            error=value,
        )
        for value in JUNK
        for kind in kinds
        for say in (client, server)
    ]
    found(session(), added({"id": "x"}), junk, wait(9), junk, closed())
