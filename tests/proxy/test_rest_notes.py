"""A request about Realtime, kept as a small recording."""

import re
from dataclasses import replace

import pytest
from phone import OFFER, form
from rest_calls import MINTED, REFUSED

from realtap.proxy.capture import RestCall
from realtap.proxy.rest_notes import RECORDED_BODY_LENGTH, note_call
from realtap.recordings.event import Closed, Json, Note
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

CALL = RestCall(
    method="POST",
    path="/v1/realtime/calls?model=m&api_key=queryKEYqueryKEY42",
    origin="https://api.openai.com:443",
    via="reverse",
    status=201,
    elapsed_s=0.25,
    request_headers=(("Authorization", "Bearer plainKey0123456789abc"), ("User-Agent", "App/1")),
    response_headers=(("Location", "/v1/realtime/calls/rtc_abc"),),
    request_body="v=0 plainKey0123456789abc",
    response_body='{"value":"ek_clientSecretOfTheSession1234"}',
)


def note_of(call: RestCall, folder: RecordingsFolder, reports: list[str]) -> Json:
    path = note_call(call, folder, reports.append)
    [note] = [entry.note for entry in Recording(path).entries() if isinstance(entry, Note)]
    return note


def test_the_note_tells_what_was_asked_and_answered(
    folder: RecordingsFolder, reports: list[str]
) -> None:
    note = note_of(CALL, folder, reports)
    assert note["text"] == "POST /v1/realtime/calls answered 201 in 250 ms: call rtc_abc"
    assert (note["kind"], note["status"], note["call_id"]) == ("rest", 201, "rtc_abc")


def test_no_secret_of_a_request_is_kept(folder: RecordingsFolder, reports: list[str]) -> None:
    data = note_call(CALL, folder, reports.append).read_text()
    for secret in ("plainKey0123456789abc", "queryKEYqueryKEY42", "clientSecretOfTheSession"):
        assert secret not in data


def test_a_secret_that_only_the_answer_shows_is_not_kept_in_the_request(
    folder: RecordingsFolder, reports: list[str]
) -> None:
    token = "opaqueTokenWithoutAPattern77"
    call = replace(
        CALL, request_body=f"again {token}", response_body=f'{{"client_secret":"{token}"}}'
    )
    assert token not in note_call(call, folder, reports.append).read_text()


def test_a_secret_that_only_the_request_shows_is_not_kept_in_the_answer(
    folder: RecordingsFolder, reports: list[str]
) -> None:
    token = "opaqueTokenWithoutAPattern77"
    request = f'{{"tools":[{{"type":"mcp","authorization":"{token}"}}]}}'
    refusal = f'{{"error":{{"message":"no entry with {token}"}}}}'
    call = replace(REFUSED, request_body=request, response_body=refusal)
    data = note_call(call, folder, reports.append).read_text()
    assert token not in data
    assert "no entry with [redacted]" in data


def test_no_secret_of_a_forms_part_is_kept(folder: RecordingsFolder, reports: list[str]) -> None:
    tool = '{"type":"mcp","server_label":"x","headers":{"X-Own":"short1"},"authorization":"short2"}'
    headers, body = form(sdp=OFFER, session=f'{{"model":"m","tools":[{tool}]}}')
    call = replace(CALL, request_headers=tuple(headers.items()), request_body=body)
    note = note_of(call, folder, reports)
    assert "short" not in note["request"]
    assert note["request"].startswith(body[:300])


@pytest.mark.parametrize("lost", range(1, 60))
def test_no_secret_of_a_body_that_was_cut_is_kept(
    lost: int, folder: RecordingsFolder, reports: list[str]
) -> None:
    """Only the beginning of a long body is told."""
    tool = '{"type":"mcp","headers":{"X-Own":"own\\"Secret12"},"authorization":"tokenToken"}'
    body = f'{{"session":{{"tools":[{tool}]}}}}'[:-lost]
    note = note_of(replace(MINTED, request_body=body), folder, reports)
    assert not {"own", "Secret12", "token"} & set(
        re.findall(r"own|Secret12|token", note["request"])
    )


BETA = '{"client_secret":{"value":"ek_x"},"model":"gpt-4o-realtime-preview"}'
LISTENING = '{"session":{"type":"transcription","audio":{"input":{"transcription":{"model":"t"}}}}}'
BETA_LISTENING = '{"input_audio_transcription":{"model":"whisper-1"}}'


@pytest.mark.parametrize(
    ("path", "body", "outcome"),
    [
        ("/v1/realtime/client_secrets", MINTED.response_body, "ephemeral key for gpt-realtime"),
        ("/openai/v1/realtime/client_secrets", LISTENING, "ephemeral key for t"),
        ("/v1/realtime/sessions", BETA, "ephemeral key for gpt-4o-realtime-preview"),
        ("/v1/realtime/transcription_sessions", BETA_LISTENING, "ephemeral key for whisper-1"),
        ("/v1/realtime/calls/rtc_a/accept", "", "call rtc_a accepted"),
        ("/v1/realtime/calls/rtc_a/hangup", "{}", "call rtc_a hung up"),
        ("/v1/realtime/calls/rtc_a/refer", "", "call rtc_a referred"),
        ("/v1/realtime/calls/rtc_a/reject", "", "call rtc_a rejected"),
        ("/v1/realtime/calls/rtc_a", "", ""),
    ],
)
def test_the_note_tells_what_the_request_made(
    path: str, body: str, outcome: str, folder: RecordingsFolder, reports: list[str]
) -> None:
    call = replace(MINTED, path=path, response_body=body)
    assert note_of(call, folder, reports)["outcome"] == outcome


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/realtime/client_secrets?x=1", "-client-secrets-"),
        ("/v1/realtime/calls", "-calls-"),
        ("/v1/realtime/calls/rtc_abc/hangup", "-calls-hangup-"),
        ("/v1/realtime/translations/client_secrets", "-translations-client-secrets-"),
    ],
)
def test_the_files_name_tells_what_was_asked(
    path: str, name: str, folder: RecordingsFolder, reports: list[str]
) -> None:
    found = note_call(replace(MINTED, path=path), folder, reports.append)
    assert found.stem[15:-4] == name


def test_a_key_for_an_unknown_model_is_a_key(folder: RecordingsFolder, reports: list[str]) -> None:
    call = replace(MINTED, request_body="", response_body="no JSON")
    assert note_of(call, folder, reports)["outcome"] == "ephemeral key"


def test_the_recording_is_over_and_tells_where_it_went(
    folder: RecordingsFolder, reports: list[str]
) -> None:
    path = note_call(CALL, folder, reports.append)
    recording = Recording(path)
    assert recording.header.via == "http"
    assert recording.header.upstream.startswith(
        "https://api.openai.com:443/v1/realtime/calls?model=m"
    )
    assert recording.header.client == {"agent": "App/1"}
    assert isinstance(list(recording.entries())[-1], Closed)
    assert "calls" in path.name


def test_a_long_body_is_cut(folder: RecordingsFolder, reports: list[str]) -> None:
    note = note_of(replace(CALL, response_body="a " * 50_000), folder, reports)
    assert len(note["response"]) == RECORDED_BODY_LENGTH


def test_a_request_without_an_answer_says_why(folder: RecordingsFolder, reports: list[str]) -> None:
    call = replace(
        CALL, status=0, response_headers=(), response_body="", error="server disconnected"
    )
    note = note_of(call, folder, reports)
    assert note["text"] == "POST /v1/realtime/calls not answered: server disconnected"
    assert "call_id" not in note
