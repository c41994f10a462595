"""How responses end, whether they end, what they gave, how long they took."""

from typing import Any

import pytest
from judged_dialogue import JudgedDialogue, found_in
from scenes import (
    assistant_message,
    audio_answer,
    error,
    function_call,
    ga_session,
    response_created,
    response_done,
    session,
    spoken_turn,
    text_answer,
)
from transcript import XAI, Step, client, only, server, slugs, wait

from realtap.recordings.event import Json
from realtap.recordings.findings import responses as family
from realtap.recordings.findings.finding import Finding, Severity
from realtap.recordings.findings.responses import reason_of


def findings_in(*steps: Step, **options: Any) -> list[Finding]:
    return found_in(family, *steps, **options)


def ended(status: str, **details: Any) -> list[Step]:
    return [
        client("response.create"),
        response_created("resp_1"),
        response_done("resp_1", status=status, status_details={"type": status, **details}),
    ]


# response-failed


def test_failed_response_is_told_with_its_flattened_reason() -> None:
    failure = {"type": "server_error", "code": "server_error", "message": "Sorry about that!"}
    found = findings_in(session(), ended("failed", error=failure))
    assert slugs(found) == ["response-failed"]
    assert found[0].severity is Severity.ERROR
    assert found[0].events == (4, 2)
    assert "resp_1 failed: `server_error`, Sorry about that!" in found[0].what


def test_response_that_failed_for_its_rate_tells_when_to_go_on() -> None:
    limits = [{"name": "tokens", "limit": 1000, "remaining": 500, "reset_seconds": 12.5}]
    found = findings_in(
        session(),
        server("rate_limits.updated", rate_limits=limits),
        ended("failed", error={"code": "rate_limit_exceeded"}),
    )
    assert "full again in 12.5 s" in only(found, "response-failed").todo


@pytest.mark.parametrize("code", ["insufficient_quota", "account_deactivated"])
def test_response_that_no_retry_mends_says_so(code: str) -> None:
    found = findings_in(session(), ended("failed", error={"code": code}))
    assert "neither a retry nor a new connection helps" in only(found, "response-failed").todo


def test_failed_response_of_a_real_dialogue_is_told() -> None:
    dialogue = JudgedDialogue(script='[[when]]\nfail = "server_error"')
    dialogue.ask("Hello")
    assert slugs(dialogue.findings(family)) == ["response-failed"]


# response-incomplete


def test_response_that_was_cut_at_its_token_limit_is_told() -> None:
    dialogue = JudgedDialogue(script='[[when]]\nincomplete = "max_output_tokens"')
    dialogue.ask("Hello")
    found = dialogue.findings(family)
    assert slugs(found) == ["response-incomplete"]
    assert found[0].severity is Severity.WARNING
    assert "is incomplete: max_output_tokens" in found[0].what
    assert "raise max_output_tokens" in found[0].todo


def test_response_that_the_filter_stopped_is_told() -> None:
    found = findings_in(session(), ended("incomplete", reason="content_filter"))
    assert "the filter" in only(found, "response-incomplete").todo


# response-cancelled


def test_response_that_the_user_interrupted_names_the_speech() -> None:
    found = findings_in(
        session(),
        audio_answer(response_id="resp_1", is_done=False),
        server("input_audio_buffer.speech_started", item_id="item_2", audio_start_ms=0),
        response_done("resp_1", status="cancelled", status_details={"reason": "turn_detected"}),
    )
    found = [each for each in found if each.slug == "response-cancelled"]
    assert found[0].severity is Severity.INFO
    assert "by the user's speech at event" in found[0].what
    assert "turn_detected" in found[0].what


def test_response_that_the_client_cancelled_names_the_cancel() -> None:
    found = findings_in(
        session(),
        response_created("resp_1"),
        client("response.cancel"),
        response_done("resp_1", status="cancelled", status_details={"reason": "client_cancelled"}),
    )
    assert only(found, "response-cancelled").events == (4, 3)
    assert "by the client's response.cancel at event 3" in found[0].what


def test_response_that_nobody_was_seen_to_cancel_says_no_more() -> None:
    for begun in ([], [response_created("resp_1")]):
        found = findings_in(session(), begun, response_done("resp_1", status="cancelled"))
        assert found[0].what == "the response resp_1 was cancelled: the server gives no reason"
        assert found[0].events == (2 + len(begun),)


def test_completed_responses_are_fine() -> None:
    found = findings_in(session(), text_answer(), audio_answer(), function_call("get_weather"))
    assert slugs(found) == []


def test_string_that_xai_has_for_details_is_no_failure() -> None:
    message = assistant_message("item_1", [{"type": "output_text", "text": "Hi"}])
    found = findings_in(
        session(),
        response_created("resp_1"),
        response_done("resp_1", [message], status_details="unimplemented"),
        upstream=XAI,
    )
    assert slugs(found) == []


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"type": "cancelled", "reason": "turn_detected"}, "turn_detected"),
        ({"error": {"type": "server_error", "message": "oops"}}, "`server_error`, oops"),
        ("unimplemented", "unimplemented"),
        (None, "the server gives no reason"),
        ([1], "the server gives no reason"),
    ],
)
def test_details_are_told_in_one_line(details: object, words: str) -> None:
    assert reason_of(details) == words


# response-empty


@pytest.mark.parametrize("fields", [{"output": []}, {"output": None}, {}])
def test_completed_response_without_output_is_told(fields: Json) -> None:
    done = server("response.done", response={"id": "resp_1", "status": "completed", **fields})
    found = findings_in(session(), client("response.create"), response_created("resp_1"), done)
    assert slugs(found) == ["response-empty"]
    assert found[0].severity is Severity.WARNING
    assert found[0].events == (4, 2)


def test_response_whose_output_was_told_before_is_not_empty() -> None:
    item = assistant_message("item_1", [])
    found = findings_in(
        session(),
        response_created("resp_1"),
        server("response.output_item.added", response_id="resp_1", output_index=0, item=item),
        response_done("resp_1", []),
    )
    assert slugs(found) == []


def test_empty_response_of_a_real_dialogue_is_told() -> None:
    dialogue = JudgedDialogue(script="[[when]]\ncalls = []")
    dialogue.ask("Hello")
    assert slugs(dialogue.findings(family)) == ["response-empty"]


# response-without-audio


def spoken_without_audio() -> list[Step]:
    message = assistant_message("item_1", [{"type": "output_audio", "transcript": "Hi there"}])
    return [response_created("resp_1"), response_done("resp_1", [message])]


def test_spoken_answer_without_audio_is_told() -> None:
    found = findings_in(session(), spoken_without_audio())
    assert slugs(found) == ["response-without-audio"]
    assert "Hi there" in found[0].what


def test_spoken_answer_over_another_connection_is_fine() -> None:
    sideband = "wss://api.openai.com/v1/realtime?call_id=rtc_1"
    assert slugs(findings_in(session(), spoken_without_audio(), upstream=sideband)) == []
    assert slugs(findings_in(spoken_without_audio())) == []


# response-hanging


def test_response_of_which_nothing_comes_is_told() -> None:
    found = findings_in(session(), audio_answer(response_id="resp_1", is_done=False), wait(16))
    assert slugs(found) == ["response-hanging"]
    assert found[0].severity is Severity.WARNING
    assert "resp_1" in found[0].what


def test_response_that_goes_on_slowly_does_not_hang() -> None:
    delta = server(
        "response.output_text.delta",
        response_id="resp_1",
        item_id="item_1",
        output_index=0,
        content_index=0,
        delta="and ",
    )
    slow: list[Step] = [delta, wait(10)] * 6
    assert slugs(findings_in(session(), response_created("resp_1"), slow)) == []


def test_response_that_waits_for_an_mcp_server_does_not_hang() -> None:
    item = {
        "id": "mcp_1",
        "type": "mcp_call",
        "server_label": "docs",
        "name": "look_up",
        "arguments": "",
    }
    found = findings_in(
        session(),
        response_created("resp_1"),
        server("response.output_item.added", response_id="resp_1", output_index=0, item=item),
        server("response.mcp_call.in_progress", item_id="mcp_1", output_index=0),
        wait(60),
    )
    assert slugs(found) == []


def test_end_of_a_recording_in_a_response_is_no_hanging() -> None:
    found = findings_in(session(), audio_answer(is_done=False), wait(3))
    assert slugs(found) == []


# response-create-unanswered


def test_request_without_any_answer_is_told() -> None:
    found = findings_in(session(), client("response.create"), wait(6))
    assert slugs(found) == ["response-create-unanswered"]
    assert found[0].severity is Severity.WARNING
    assert found[0].events == (2,)


def test_many_requests_without_an_answer_stay_bounded() -> None:
    steps = [[client("response.create"), wait(6)] for _ in range(1_100)]
    found = findings_in(session(), steps)
    assert slugs(found).count("response-create-unanswered") == 100


def test_request_that_was_refused_or_waits_for_its_turn_is_answered() -> None:
    refused = error("conversation_already_has_active_response", "active response in progress")
    busy: list[Step] = [response_created("resp_1"), client("response.create")]
    assert "response-create-unanswered" not in slugs(findings_in(session(), busy, refused, wait(9)))
    found = findings_in(session(), busy, wait(9), response_done("resp_1"), wait(3))
    assert "response-create-unanswered" not in slugs(found)


# response-slow


def test_first_delta_after_more_than_five_seconds_is_told() -> None:
    answer = text_answer(response_id="resp_1")
    found = findings_in(session(), answer[:2], wait(6), answer[2:])
    assert slugs(found) == ["response-slow"]
    assert found[0].severity is Severity.INFO
    assert "resp_1 took 6." in found[0].what


def test_long_wait_of_the_user_is_told_with_its_parts() -> None:
    answer = audio_answer(response_id="resp_1", asked=False)
    found = findings_in(session(), spoken_turn(), wait(1), answer[:1], wait(3), answer[1:])
    assert slugs(found) == ["response-slow"]
    assert "until response.created" in found[0].what


def test_responses_that_never_end_stay_bounded() -> None:
    begun = [response_created(f"resp_{n}") for n in range(120)]
    assert slugs(findings_in(session(), spoken_turn(), begun)) == []


def test_quick_answers_are_fine() -> None:
    answer = audio_answer(asked=False)
    assert slugs(findings_in(session(), spoken_turn(), wait(1), answer)) == []


# rate-limit-near


def limits(remaining: int, limit: int = 1000, **fields: Any) -> Step:
    entry = {"name": "tokens", "limit": limit, "remaining": remaining, **fields}
    return server("rate_limits.updated", rate_limits=[entry])


def test_little_that_is_left_of_a_limit_is_told_until_it_recovers() -> None:
    found = findings_in(
        session(),
        limits(90, reset_seconds=30),
        limits(50),
        limits(150),
        limits(80),
        limits(900),
        limits(10),
    )
    assert slugs(found) == ["rate-limit-near"] * 2
    assert found[0].severity is Severity.WARNING
    assert (
        "90 of 1,000 tokens are left of the rate limit; it is full again in 30 s" in found[0].what
    )


def test_limits_with_room_or_of_an_odd_shape_are_fine() -> None:
    found = findings_in(
        session(), limits(100), limits(0, 0), server("rate_limits.updated", rate_limits="none")
    )
    assert slugs(found) == []


# prompt-cache-missed, context-nearly-full


def answered(tokens: int, cached: int | None, number: int) -> list[Step]:
    usage: Json = {"input_tokens": tokens, "input_token_details": {"cached_tokens": cached}}
    message = assistant_message(f"item_{number}", [{"type": "output_text", "text": "Hi"}])
    name = f"resp_{number}"
    return [response_created(name), response_done(name, [message], usage=usage)]


def test_turns_that_miss_the_cache_are_told_once() -> None:
    found = findings_in(session(), [answered(5000, 100, n) for n in range(12)])
    assert slugs(found) == ["prompt-cache-missed"]
    assert found[0].severity is Severity.INFO
    assert "5,000" in found[0].what


def test_turns_that_are_cached_or_short_or_few_are_fine() -> None:
    for cached, tokens, turns in ((4000, 5000, 12), (0, 900, 12), (0, 5000, 7), (None, 5000, 12)):
        steps = [answered(tokens, cached, n) for n in range(turns)]
        assert slugs(findings_in(session(), steps)) == []


def test_conversation_that_fills_the_context_is_told_once() -> None:
    found = findings_in(session(), answered(23_000, 22_000, 1), answered(24_000, 22_000, 2))
    assert slugs(found) == ["context-nearly-full"]
    assert "23,000 tokens, 81% of the 28,224" in found[0].what


def test_context_of_a_larger_or_unknown_model_is_not_full() -> None:
    for model in ("gpt-realtime-2.1", "my-model"):
        greeting = server("session.created", session=ga_session(model=model))
        assert slugs(findings_in(greeting, answered(24_000, 22_000, 1))) == []


# The real thing.


def test_spoken_turns_of_a_real_dialogue_are_fine() -> None:
    dialogue = JudgedDialogue()
    dialogue.configure(instructions="Be brief.")
    dialogue.speak()
    dialogue.settle()
    dialogue.ask("And now?")
    assert slugs(dialogue.findings(family)) == []
