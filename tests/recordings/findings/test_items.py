"""Items: their content, their ids, the transcripts of what the user said."""

import pytest
from dialogue import SPOKEN_TURN
from judged import JUNK, RecordedDialogue, judged, judged_entries, slugs_of
from scenes import (
    added,
    audio_answer,
    beta_session,
    error,
    session,
    spoken_turn,
    text_answer,
    user_message,
)
from transcript import VOICE_LIVE, XAI, Said, Step, client, closed, only, server, wait

from realtap.recordings.event import Json
from realtap.recordings.findings import items
from realtap.recordings.findings.finding import Finding, Severity

TRANSCRIPTION = "conversation.item.input_audio_transcription"
WHISPER: Json = {"input": {"transcription": {"model": "gpt-realtime-whisper"}}}
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def found(*steps: Step, **options: object) -> list[Finding]:
    return judged(items, *steps, **options)


def names(*steps: Step, **options: object) -> list[str]:
    return slugs_of(found(*steps, **options))


def create(role: str, content: object, **fields: object) -> Said:
    item = {"type": "message", "role": role, "content": content}
    return client("conversation.item.create", item=item, **fields)


def taken(role: str, item_id: str = "item_1") -> list[Said]:
    return added(
        {"id": item_id, "type": "message", "role": role, "status": "completed", "content": []}
    )


# Content.


@pytest.mark.parametrize(
    ("role", "content", "words"),
    [
        ("user", [{"type": "text", "text": "Hi"}], 'the type "text"'),
        ("user", [{"type": "input_text", "text": "Hi"}, {"type": "output_text"}], "content[1]"),
        ("system", [{"type": "input_audio", "audio": "AAAA"}], "takes input_text"),
        ("assistant", [{"type": "text", "text": "Hi"}], "output_text or output_audio"),
        ("assistant", [{"type": "input_text", "text": "Hi"}], "output_text or output_audio"),
        ("assistant", [{"type": "output_audio", "audio": "AAAA"}], "cannot put there"),
        ("user", "Hi", "is a string"),
        ("user", {"type": "input_text"}, "is no array"),
        ("user", [{"type": "input_image", "image_url": "https://example.com/cat.png"}], "data URI"),
    ],
)
def test_content_that_a_role_cannot_have_is_told(role: str, content: object, words: str) -> None:
    refusal = error("invalid_value", param="item.content[0].type")
    finding = only(found(session(), create(role, content), refusal), "wrong-content-part")
    assert finding.severity is Severity.ERROR
    assert words in finding.what
    assert len(finding.events) == 2


@pytest.mark.parametrize(
    ("role", "content"),
    [
        ("user", [{"type": "input_text", "text": "Hi"}, {"type": "input_audio", "audio": "AAAA"}]),
        ("user", [{"type": "input_image", "image_url": PIXEL}]),
        ("system", [{"type": "input_text", "text": "Be kind."}]),
        ("assistant", [{"type": "output_text", "text": "Hi"}]),
        ("user", []),
        ("tool", [{"type": "whatever"}]),
    ],
)
def test_content_that_a_role_can_have_is_fine(role: str, content: object) -> None:
    assert names(session(), create(role, content), wait(3)) == []


def test_content_that_the_server_takes_is_fine() -> None:
    steps: list[Step] = [create("assistant", [{"type": "text", "text": "Hi"}]), taken("assistant")]
    assert names(session(), steps, wait(3)) == []


def test_wrong_content_is_told_beside_good_items_of_the_same_role() -> None:
    good, bad = [{"type": "input_text", "text": "Hi"}], [{"type": "text", "text": "Hi"}]
    steps: list[Step] = [
        create("user", good),
        create("user", bad),
        create("user", good),
        taken("user"),
    ]
    refusal = error("invalid_value", param="item.content[0].type")
    finding = only(found(session(), steps, refusal, taken("user", "item_2")), "wrong-content-part")
    assert finding.events == (3, 7)


def test_wrong_content_that_nobody_answers_is_told_at_servers_that_we_know() -> None:
    bad = create("user", [{"type": "text", "text": "Hi"}])
    assert names(session(), bad, wait(3)) == ["wrong-content-part"]
    assert names(session(), bad, wait(3), upstream=XAI) == []


def test_beta_server_takes_betas_parts() -> None:
    steps: list[Step] = [
        server("session.created", session=beta_session()),
        create("assistant", [{"type": "text", "text": "Hi"}]),
        wait(3),
    ]
    assert names(steps, beta=True, upstream=VOICE_LIVE) == []


def test_real_refusal_of_content_has_its_explanation() -> None:
    dialogue = RecordedDialogue()
    content = [{"type": "text", "text": "Hi"}]
    item = {"type": "message", "role": "assistant", "content": content}
    dialogue.say("conversation.item.create", item=item)
    assert dialogue.last("error")
    assert slugs_of(judged_entries(items, dialogue.entries)) == ["wrong-content-part"]


# Ids.


@pytest.mark.parametrize("kind", ["conversation.item.delete", "conversation.item.retrieve"])
def test_unknown_item_is_told_with_the_nearest(kind: str) -> None:
    known = user_message(item_id="item_known_1")
    steps: list[Step] = [session(), known, client(kind, item_id="item_known_l"), wait(3)]
    finding = only(found(steps), "unknown-item-id")
    assert finding.severity is Severity.ERROR
    assert "item_known_l" in finding.what
    assert "the nearest is item_known_1" in finding.what


def test_item_that_was_deleted_is_told() -> None:
    gone: list[Step] = [
        client("conversation.item.delete", item_id="item_1"),
        server("conversation.item.deleted", item_id="item_1"),
    ]
    again = client("conversation.item.delete", item_id="item_1")
    refusal = error("item_delete_invalid_item_id", "the item with id 'item_1' does not exist")
    finding = only(
        found(session(), user_message(item_id="item_1"), gone, again, refusal), "unknown-item-id"
    )
    assert "deleted before" in finding.what


def test_unknown_predecessor_is_told() -> None:
    bad = create("user", [], previous_item_id="item_nobody")
    finding = only(found(session(), bad, wait(3)), "unknown-item-id")
    assert "previous_item_id item_nobody" in finding.what


@pytest.mark.parametrize("previous", ["root", "", None])
def test_predecessor_that_is_no_item_is_fine(previous: str | None) -> None:
    assert names(session(), create("user", [], previous_item_id=previous), wait(3)) == []


def test_unknown_reference_is_told() -> None:
    given = [{"type": "item_reference", "id": "item_nobody"}]
    asked = client("response.create", response={"conversation": "none", "input": given})
    finding = only(found(session(), asked, wait(3)), "unknown-item-id")
    assert "response.input[0].id item_nobody" in finding.what


def test_id_that_the_client_chose_is_known_before_the_server_shows_it() -> None:
    item = {"id": "mine_1", "type": "message", "role": "user", "content": []}
    first = client("conversation.item.create", item=item)
    second = create("user", [], previous_item_id="mine_1")
    gone = client("conversation.item.delete", item_id="mine_1")
    assert names(session(), first, second, gone, wait(3)) == []


def test_id_that_only_speech_started_told_is_known() -> None:
    begun = server("input_audio_buffer.speech_started", item_id="item_s", audio_start_ms=0)
    behind = create("user", [], previous_item_id="item_s")
    assert names(session(), begun, behind, wait(3)) == []


def test_unknown_item_that_the_server_knows_is_fine() -> None:
    steps: list[Step] = [
        client("conversation.item.delete", item_id="item_old"),
        server("conversation.item.deleted", item_id="item_old"),
    ]
    assert names(session(), steps, wait(3)) == []


def test_side_band_knows_items_that_were_not_seen() -> None:
    assert names(client("conversation.item.delete", item_id="item_old"), wait(3)) == []


def test_call_id_instead_of_an_item_id_is_named() -> None:
    call = {"id": "item_c", "type": "function_call", "call_id": "call_9", "name": "f"}
    steps: list[Step] = [session(), added({**call, "arguments": "{}", "status": "completed"})]
    gone = client("conversation.item.delete", item_id="call_9")
    assert (
        "the call_id of the item item_c"
        in only(found(steps, gone, wait(3)), "unknown-item-id").what
    )


@pytest.mark.parametrize("kind", ["conversation.item.delete", "conversation.item.retrieve"])
def test_real_unknown_item_is_found(kind: str) -> None:
    dialogue = RecordedDialogue()
    dialogue.say(kind, item_id="item_nobody")
    assert dialogue.last("error")
    assert slugs_of(judged_entries(items, dialogue.entries)) == ["unknown-item-id"]


def test_client_that_names_nothing_but_unknown_items_is_not_looked_up_for_ever() -> None:
    deletes = [client("conversation.item.delete", item_id=f"item_{n}") for n in range(600)]
    assert names(session(), deletes, wait(3)).count("unknown-item-id") == 100


# Transcripts.


def failed(code: str, message: str = "") -> Said:
    problem = {"type": "server_error", "code": code, "message": message, "param": None}
    return server(f"{TRANSCRIPTION}.failed", item_id="item_u", content_index=0, error=problem)


def completed(item_id: str = "item_u", transcript: str = "Hello") -> Said:
    name = f"{TRANSCRIPTION}.completed"
    return server(name, item_id=item_id, content_index=0, transcript=transcript)


def test_failed_transcription_is_told_flat() -> None:
    steps: list[Step] = [
        session(audio=WHISPER),
        spoken_turn("item_u"),
        failed("audio_unintelligible", "Hm."),
    ]
    finding = only(found(steps), "transcription-failed")
    assert finding.severity is Severity.WARNING
    assert "gpt-realtime-whisper" in finding.what
    assert "item_u failed with audio_unintelligible: Hm." in finding.what


def test_missing_deployment_of_azure_has_its_own_advice() -> None:
    steps: list[Step] = [
        session(audio=WHISPER),
        spoken_turn("item_u"),
        failed("DeploymentNotFound"),
    ]
    finding = only(found(steps), "transcription-failed")
    assert "deploy the model gpt-realtime-whisper" in finding.todo


def test_real_failed_transcription_is_found() -> None:
    dialogue = RecordedDialogue(script='[[hear]]\nfail = "audio_unintelligible"\n')
    dialogue.configure(audio=WHISPER)
    dialogue.talk(SPOKEN_TURN)
    dialogue.settle()
    assert "transcription-failed" in slugs_of(judged_entries(items, dialogue.entries))


def test_transcript_that_does_not_come_is_told() -> None:
    steps: list[Step] = [
        session(audio=WHISPER),
        spoken_turn("item_u"),
        audio_answer(asked=False),
        wait(11),
    ]
    finding = only(found(steps), "transcription-lost")
    assert finding.severity is Severity.WARNING
    assert "gpt-realtime-whisper" in finding.what
    assert "item_u" in finding.what


def test_transcript_within_the_patience_is_fine() -> None:
    steps: list[Step] = [
        session(audio=WHISPER),
        spoken_turn("item_u"),
        wait(8),
        completed(),
        wait(20),
    ]
    assert names(steps) == []


def test_transcript_in_pieces_renews_the_patience() -> None:
    piece = server(f"{TRANSCRIPTION}.delta", item_id="item_u", content_index=0, delta="Hel")
    steps: list[Step] = [
        session(audio=WHISPER),
        spoken_turn("item_u"),
        [wait(8), piece] * 3,
        completed(),
    ]
    assert names(steps) == []


def test_failed_transcription_is_not_lost_as_well() -> None:
    steps: list[Step] = [
        session(audio=WHISPER),
        spoken_turn("item_u"),
        failed("server_error"),
        wait(20),
    ]
    assert names(steps) == ["transcription-failed"]


def test_transcript_before_the_commit_is_xais_way() -> None:
    begun = server("input_audio_buffer.speech_started", item_id="item_u", audio_start_ms=0)
    done = server("input_audio_buffer.committed", item_id="item_u")
    steps: list[Step] = [session(audio=WHISPER), begun, completed(), completed(), done, wait(20)]
    assert names(steps, upstream=XAI) == []


def test_end_of_a_file_loses_no_transcript() -> None:
    assert names(session(audio=WHISPER), spoken_turn("item_u")) == []


def test_missing_configuration_is_worth_knowing_once() -> None:
    finding = only(
        found(session(), spoken_turn("item_u"), spoken_turn("item_v")),
        "transcription-not-configured",
    )
    assert finding.severity is Severity.INFO
    assert "item_u" in finding.what


def test_missing_configuration_is_a_warning_where_logprobs_are_asked_for() -> None:
    asked = session(include=["item.input_audio_transcription.logprobs"])
    finding = only(found(asked, spoken_turn()), "transcription-not-configured")
    assert finding.severity is Severity.WARNING
    assert "logprobs" in finding.what


def test_missing_configuration_is_a_warning_where_it_was_asked_for() -> None:
    update = client("session.update", session={"type": "realtime", "audio": WHISPER})
    refused: list[Step] = [
        update,
        error("invalid_value", param="session.audio.input.transcription.model"),
    ]
    finding = only(found(session(), refused, spoken_turn()), "transcription-not-configured")
    assert finding.severity is Severity.WARNING
    assert "a session.update asked for it" in finding.what


def test_text_session_needs_no_transcription() -> None:
    assert names(session(), user_message(), text_answer()) == []


def test_real_session_without_transcription_is_told_once() -> None:
    dialogue = RecordedDialogue()
    for _ in range(2):
        dialogue.talk(SPOKEN_TURN)
        dialogue.settle()
    entries = judged_entries(items, dialogue.end())
    assert slugs_of(entries) == ["transcription-not-configured"]


def test_late_transcript_is_worth_knowing_once() -> None:
    turn: list[Step] = [
        spoken_turn("item_u"),
        audio_answer(asked=False, response_id="resp_1"),
        completed(),
    ]
    finding = only(found(session(audio=WHISPER), turn), "transcript-arrives-late")
    assert finding.severity is Severity.INFO
    assert "resp_1" in finding.what


def test_transcript_before_the_answer_is_in_time() -> None:
    turn: list[Step] = [spoken_turn("item_u"), completed(), audio_answer(asked=False)]
    assert names(session(audio=WHISPER), turn) == []


def test_good_session_with_transcription_has_nothing_worse_than_an_info() -> None:
    dialogue = RecordedDialogue()
    dialogue.configure(audio=WHISPER)
    for _ in range(3):
        dialogue.talk(SPOKEN_TURN)
        dialogue.settle()
        dialogue.ask("Hello")
    found_here = judged_entries(items, dialogue.end(), until=dialogue.now_s + 30)
    assert slugs_of(found_here, at_least=Severity.WARNING) == []


def test_junk_is_survived() -> None:
    kinds = sorted({kind for rule in items.RULES for kind in rule.kinds or ()})
    junk: list[Step] = [
        say(kind, item_id=value, item=value, response=value, error=value, previous_item_id=value)
        for value in (*JUNK, {"type": "message", "role": "user"})
        for kind in kinds
        for say in (client, server)
    ]
    found(session(), junk, wait(30), junk, closed())
