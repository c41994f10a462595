"""The note of a plain HTTP request, as readers tell it."""

import json

import pytest
from rest_calls import MINTED, REFUSED, noted

from realtap.recordings.event import Closed, Header, Json, Note, Side
from realtap.recordings.fields import field_tree
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.rest_note import RestNote, as_event, is_rest, rest_note_of

HEADER = Header(id="n", started="2026-11-20T14:15:12.000000Z", via="http", upstream="https://h/v1")


def rest_of(**told: object) -> RestNote:
    found = rest_note_of(Note(0.25, {"kind": "rest", **told}))
    assert found is not None
    return found


def test_a_request_is_told_with_its_answer_and_what_it_made(folder: RecordingsFolder) -> None:
    header, note = noted(MINTED, folder)
    rest = rest_note_of(note)
    assert rest is not None
    assert is_rest(header)
    assert rest.words == "POST /v1/realtime/client_secrets 200, ephemeral key for gpt-realtime"
    assert (rest.took_s, rest.is_fine) == (0.25, True)


def test_a_refused_request_is_told_with_the_servers_reason(folder: RecordingsFolder) -> None:
    rest = rest_note_of(noted(REFUSED, folder)[1])
    assert rest is not None
    assert rest.words == "POST /v1/realtime/client_secrets 401, Incorrect API key provided."
    assert not rest.is_fine


def test_a_request_without_an_answer_is_told_as_such() -> None:
    rest = rest_of(method="POST", path="/v1/realtime/calls?model=m", status=0)
    assert rest.words == "POST /v1/realtime/calls no answer"
    assert not rest.is_fine


@pytest.mark.parametrize("junk", [{}, {"status": "x", "path": 7}, {"outcome": ["\x1b[31m"]}])
def test_a_note_of_another_program_may_lack_anything(junk: Json) -> None:
    rest = rest_of(**junk)
    assert rest.words.isprintable()
    assert as_event(Note(0.25, {"kind": "rest", **junk}), HEADER).fields()["took_ms"] == 250


@pytest.mark.parametrize("entry", [None, Note(0.1, {"kind": "name"}), Closed(1, Side.SERVER, 1000)])
def test_other_lines_note_no_request(entry: Note | Closed | None) -> None:
    assert rest_note_of(entry) is None


def test_request_and_answer_are_fields_with_their_json_parsed(folder: RecordingsFolder) -> None:
    header, note = noted(MINTED, folder)
    tree = field_tree(as_event(note, header))
    told = {node.path: node.shown for node in tree.walk()}
    assert told["request.headers.Authorization"] == '"Bearer [redacted]"'
    assert any(path.endswith("session.model") and path.startswith("response") for path in told)


def test_headers_of_one_name_are_told_together() -> None:
    note = Note(0.1, {"kind": "rest", "response_headers": [["Vary", "a"], ["Vary", "b"], "junk"]})
    response = json.loads(as_event(note, HEADER).payload)["response"]
    assert response["headers"] == {"Vary": "a, b"}
