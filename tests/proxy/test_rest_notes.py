"""A request about Realtime, kept as a small recording."""

from dataclasses import replace

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
    assert note["text"] == "POST /v1/realtime/calls answered 201 in 250 ms"
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
