"""Each `error`, with the event of the client that it answers."""

from typing import Any

from judged_dialogue import JudgedDialogue, found_in
from scenes import error, session
from transcript import Step, client, only, server, slugs, wait

from realtap.recordings.findings import errors as family
from realtap.recordings.findings.finding import Finding, Severity


def findings_in(*steps: Step, **options: Any) -> list[Finding]:
    return found_in(family, *steps, **options)


# server-error


def test_error_names_the_event_that_it_answers() -> None:
    found = only(
        findings_in(
            session(),
            client("conversation.item.delete", item_id="item_9", event_id="evt_7"),
            client("input_audio_buffer.clear", event_id="evt_8"),
            error("item_delete_invalid_item_id", "the item does not exist", event_id="evt_7"),
        ),
        "server-error",
    )
    assert found.severity is Severity.ERROR
    assert found.events == (4, 2)
    assert "`item_delete_invalid_item_id`: the item does not exist" in found.what
    assert "answers the client's conversation.item.delete at event 2" in found.what
    assert "guess" not in found.what


def test_error_without_an_event_id_is_answered_by_a_guess_with_its_reason() -> None:
    found = only(
        findings_in(
            session(),
            client("conversation.item.delete", item_id="item_9"),
            error("item_delete_invalid_item_id", "the item does not exist"),
        ),
        "server-error",
    )
    assert found.events == (3, 2)
    assert "a guess: the last conversation.item.delete" in found.what


def test_error_of_nobody_says_so() -> None:
    found = only(findings_in(session(), wait(30), error("server_error", "oops")), "server-error")
    assert found.events == (2,)
    assert "what it answers is not known" in found.what


def test_known_error_comes_with_advice() -> None:
    found = findings_in(
        session(),
        client("response.create"),
        client("response.create"),
        error("conversation_already_has_active_response", "active response in progress: resp_1"),
    )
    assert "wait for response.done" in only(found, "server-error").todo


def test_error_of_an_odd_shape_is_told_too() -> None:
    for steps in (
        server("error"),
        server("error", error="oops"),
        server("error", error={"code": 3}),
    ):
        found = findings_in(session(), steps)
        assert slugs(found, at_least=Severity.ERROR) == ["server-error"]


def test_rejected_update_is_left_to_the_rule_for_it() -> None:
    found = findings_in(
        session(),
        client("session.update", session={"type": "realtime", "x": 1}),
        error("unknown_parameter", "Unknown parameter: 'session.x'.", param="session.x"),
    )
    assert "server-error" not in slugs(found)


def test_session_without_an_error_is_fine() -> None:
    assert slugs(findings_in(session(instructions="Hi"), wait(10))) == []


def test_error_of_a_real_dialogue_is_told() -> None:
    dialogue = JudgedDialogue()
    dialogue.say("conversation.item.delete", item_id="item_9", event_id="mine")
    found = only(dialogue.findings(family), "server-error")
    assert "conversation.item.delete at event 2" in found.what


# harmless-error


def test_cancel_without_a_response_is_a_harmless_error() -> None:
    dialogue = JudgedDialogue()
    dialogue.say("response.cancel")
    found = dialogue.findings(family)
    assert slugs(found, at_least=Severity.WARNING) == ["harmless-error"]
    assert found[0].severity is Severity.WARNING


# error-without-event-id


def test_client_that_names_no_event_is_told_once() -> None:
    failed = [
        client("conversation.item.delete", item_id="item_9"),
        error("item_delete_invalid_item_id"),
    ]
    found = findings_in(session(), failed, failed)
    assert slugs(found).count("error-without-event-id") == 1
    assert only(found, "error-without-event-id").severity is Severity.INFO


def test_client_that_names_its_events_is_fine() -> None:
    found = findings_in(
        session(),
        client("conversation.item.delete", item_id="item_9", event_id="evt_7"),
        error("item_delete_invalid_item_id", event_id="evt_7"),
    )
    assert "error-without-event-id" not in slugs(found)
