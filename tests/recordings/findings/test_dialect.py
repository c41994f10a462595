"""Beta names at a GA server, GA names at a beta server, and the exact new spelling of each field."""

from typing import Any

import pytest
from judged_dialogue import JudgedDialogue, found_in
from scenes import beta_session, error, ga_session, response_created, session
from transcript import AZURE, VOICE_LIVE, XAI, Step, client, only, server, slugs, wait

from realtap.proxy.simulator.dialect import Dialect
from realtap.recordings.event import Json
from realtap.recordings.findings import dialect as family
from realtap.recordings.findings.finding import Finding, Severity

LOCAL = "ws://127.0.0.1:8485/v1/realtime"
PREVIEW = "wss://demo.openai.azure.com/openai/realtime?api-version=2025-04-01-preview"

BETA_UPDATE: Json = {
    "modalities": ["text", "audio"],
    "voice": "alloy",
    "input_audio_format": "pcm16",
    "turn_detection": {"type": "server_vad"},
    "temperature": 0.8,
}


def findings_in(*steps: Step, **options: Any) -> list[Finding]:
    return found_in(family, *steps, **options)


# beta-fields-on-ga-server


@pytest.mark.parametrize(
    ("answer", "upstream"),
    [
        (wait(3), AZURE),
        (error("unknown_parameter", "Unknown parameter: 'session.modalities'."), AZURE),
        (error("unknown_parameter", "?", param="session.modalities"), LOCAL),
    ],
)
def test_each_beta_field_is_told_with_its_ga_spelling(answer: Step, upstream: str) -> None:
    steps: list[Step] = [session(), client("session.update", session=BETA_UPDATE), answer]
    found = only(findings_in(*steps, upstream=upstream), "beta-fields-on-ga-server")
    assert found.severity is Severity.ERROR
    assert found.events[0] == 2
    for spelling in (
        '`modalities` as `output_modalities` = `["audio"]`',
        "`voice` as `audio.output.voice`",
        '`input_audio_format` as `audio.input.format` = `{"type":"audio/pcm","rate":24000}`',
        "`turn_detection` as `audio.input.turn_detection`",
        "leave out `temperature`",
        'add `session.type` = `"realtime"`',
    ):
        assert spelling in found.todo


def test_beta_update_that_comes_before_the_greeting_is_told() -> None:
    found = findings_in(client("session.update", session=BETA_UPDATE), session(), wait(3))
    assert slugs(found) == ["beta-fields-on-ga-server"]


def test_beta_fields_in_a_response_are_told() -> None:
    wanted = {"modalities": ["text"], "max_response_output_tokens": 100}
    found = only(
        findings_in(session(), client("response.create", response=wanted), wait(3)),
        "beta-fields-on-ga-server",
    )
    assert "`response.modalities`" in found.what
    assert "`max_response_output_tokens` as `max_output_tokens`" in found.todo


def test_beta_update_of_a_transcription_session_is_told() -> None:
    body: Json = {"input_audio_transcription": {"model": "gpt-transcribe"}}
    found = findings_in(session(), client("transcription_session.update", session=body), wait(3))
    assert slugs(found) == ["beta-fields-on-ga-server"]
    assert '`session.type` = `"transcription"`' in found[0].todo


def test_beta_update_that_a_server_takes_is_fine() -> None:
    taken: list[Step] = [
        session(),
        client("session.update", session={"voice": "alloy"}),
        server("session.updated", session=ga_session()),
        wait(3),
    ]
    for upstream in (AZURE, LOCAL):
        assert slugs(findings_in(*taken, upstream=upstream)) == []


def test_beta_update_at_a_beta_server_is_fine() -> None:
    refused = error("invalid_value", "?", param="session.voice")
    steps: list[Step] = [
        server("session.created", session=beta_session()),
        client("session.update", session=BETA_UPDATE),
        refused,
        wait(3),
    ]
    for upstream in (VOICE_LIVE, XAI, PREVIEW, LOCAL):
        assert slugs(findings_in(*steps, upstream=upstream)) == []


def test_beta_update_at_a_server_that_never_tells_its_session_is_not_judged() -> None:
    refused = error("invalid_value", "?", param="session.voice")
    steps: list[Step] = [client("session.update", session=BETA_UPDATE), refused, wait(3)]
    assert slugs(findings_in(*steps, upstream=LOCAL)) == []


def test_ga_update_at_a_ga_server_is_fine() -> None:
    found = findings_in(session(audio={"output": {"voice": "marin"}}), wait(3))
    assert slugs(found) == []


def test_create_behind_a_bad_one_does_not_acquit_it() -> None:
    found = findings_in(
        session(),
        client("response.create"),
        client("response.create", response={"modalities": ["text"]}),
        response_created("resp_1"),
        error("unknown_parameter", "Unknown parameter: 'response.modalities'."),
    )
    assert slugs(found) == ["beta-fields-on-ga-server"]
    assert found[0].events == (3, 5)


def test_beta_update_of_a_real_dialogue_is_told() -> None:
    dialogue = JudgedDialogue(upstream=LOCAL)
    dialogue.say("session.update", session=BETA_UPDATE)
    assert slugs(dialogue.findings(family)) == ["beta-fields-on-ga-server"]


# ga-fields-on-beta-server

GA_UPDATE: Json = {
    "type": "realtime",
    "output_modalities": ["text"],
    "audio": {"output": {"voice": "nova"}},
}


def test_ga_update_without_effect_at_a_beta_server_is_told() -> None:
    found = only(
        findings_in(
            server("session.created", session=beta_session()),
            client("session.update", session=GA_UPDATE),
            server("session.updated", session=beta_session()),
            upstream=PREVIEW,
        ),
        "ga-fields-on-beta-server",
    )
    assert found.severity is Severity.ERROR
    assert found.events == (2, 3)
    assert "`output_modalities` as `modalities`" in found.todo
    assert "`audio.output.voice` as `voice`" in found.todo


def test_ga_update_that_a_beta_server_refuses_is_told() -> None:
    found = findings_in(
        server("session.created", session=beta_session()),
        client("session.update", session=GA_UPDATE),
        error("unknown_parameter", "Unknown parameter: 'session.audio'."),
        upstream=PREVIEW,
    )
    assert slugs(found) == ["ga-fields-on-beta-server"]


def test_ga_response_that_a_beta_server_refuses_is_told() -> None:
    found = findings_in(
        server("session.created", session=beta_session()),
        client("response.create", response={"output_modalities": ["text"], "max_output_tokens": 9}),
        error("unknown_parameter", "?", param="response.output_modalities"),
        upstream=PREVIEW,
    )
    assert slugs(found) == ["ga-fields-on-beta-server"]
    assert found[0].todo.startswith("write `output_modalities` as `modalities`, or")


def test_ga_update_that_a_beta_server_grants_is_fine() -> None:
    found = findings_in(
        server("session.created", session=beta_session()),
        client("session.update", session=GA_UPDATE),
        server("session.updated", session=beta_session(modalities=["text"], voice="nova")),
        upstream=PREVIEW,
    )
    assert slugs(found) == []


def test_ga_update_of_a_real_beta_dialogue_is_told() -> None:
    dialogue = JudgedDialogue(upstream=LOCAL, dialect=Dialect.BETA)
    dialogue.say("session.update", session=GA_UPDATE)
    assert slugs(dialogue.findings(family)) == ["ga-fields-on-beta-server"]


def test_beta_server_that_never_answers_lets_no_suspicions_pile_up() -> None:
    steps = [client("session.update", session=GA_UPDATE) for _ in range(150)]
    greeting = server("session.created", session=beta_session())
    assert slugs(findings_in(greeting, steps, upstream=PREVIEW)) == []


def test_update_without_any_name_of_a_dialect_is_in_none() -> None:
    body: Json = {"instructions": "Hi", "audio": {"output": {"other": 1}}}
    refused = error("invalid_value", "?", param="session.audio")
    greeting = server("session.created", session=beta_session())
    update = client("session.update", session=body)
    assert slugs(findings_in(greeting, update, refused, upstream=PREVIEW)) == []


# session-type-missing


def test_update_without_a_type_is_told() -> None:
    steps: list[Step] = [
        session(),
        client("session.update", session={"instructions": "Hi"}),
        wait(3),
    ]
    found = only(findings_in(*steps), "session-type-missing")
    assert found.severity is Severity.ERROR
    assert "event 2" in found.what


def test_update_without_a_type_is_fine_where_none_is_required() -> None:
    body: Json = {"instructions": "Hi"}
    steps: list[Step] = [session(), client("session.update", session=body), wait(3)]
    assert slugs(findings_in(*steps, upstream=LOCAL)) == []
    granted = server("session.updated", session=ga_session(**body))
    assert slugs(findings_in(*steps[:2], granted, wait(3))) == []


def test_missing_type_of_a_real_dialogue_is_told() -> None:
    dialogue = JudgedDialogue(upstream=LOCAL)
    dialogue.say("session.update", session={"instructions": "Hi"})
    assert slugs(dialogue.findings(family)) == ["session-type-missing"]


# beta-header-on-ga-server

BETA_HEADER = [("OpenAI-Beta", "realtime=v1")]


def test_beta_header_to_openai_is_told_before_any_event() -> None:
    found = findings_in(headers=BETA_HEADER)
    assert slugs(found) == ["beta-header-on-ga-server"]
    assert found[0].severity is Severity.ERROR
    assert "`OpenAI-Beta: realtime=v1`" in found[0].what


def test_beta_subprotocol_to_openai_is_told() -> None:
    found = findings_in(offered=["realtime", "openai-beta.realtime-v1"])
    assert slugs(found) == ["beta-header-on-ga-server"]


def test_beta_header_that_a_server_refuses_is_told_once() -> None:
    refused = error("beta_api_shape_disabled", "The Realtime Beta API is no longer supported.")
    assert slugs(findings_in(refused, headers=BETA_HEADER, upstream=LOCAL)) == [
        "beta-header-on-ga-server"
    ]
    assert slugs(findings_in(refused, headers=BETA_HEADER)) == ["beta-header-on-ga-server"]


def test_beta_header_to_a_server_that_minds_not_is_fine() -> None:
    assert slugs(findings_in(session(), headers=BETA_HEADER, upstream=AZURE)) == []
    assert slugs(findings_in(session(), headers=[("OpenAI-Beta", "assistants=v2")])) == []
