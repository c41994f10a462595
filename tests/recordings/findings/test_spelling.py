"""The two spellings of a session's fields."""

import pytest

from realtap.recordings.event import Json
from realtap.recordings.findings.spelling import (
    REMOVED,
    RESPONSE_NAMES,
    SESSION_NAMES,
    Spelling,
    beta_fields,
    ga_fields,
    in_beta,
    in_ga,
    spelling_of,
    wire_path,
)


@pytest.mark.parametrize(
    ("session", "spelling"),
    [
        ({"audio": {}}, Spelling.GA),
        ({"output_modalities": ["text"]}, Spelling.GA),
        ({"voice": "alloy"}, Spelling.BETA),
        ({"voice": "alloy", "audio": {}}, Spelling.BOTH),
        ({"instructions": "Hi"}, Spelling.NEITHER),
        ({"audio": "AAAA"}, Spelling.NEITHER),
    ],
)
def test_spelling_is_read_from_the_names(session: Json, spelling: Spelling) -> None:
    assert spelling_of(session) is spelling


def test_each_beta_field_has_its_place_in_ga() -> None:
    assert SESSION_NAMES["turn_detection"] == "audio.input.turn_detection"
    assert SESSION_NAMES["max_response_output_tokens"] == "max_output_tokens"
    assert RESPONSE_NAMES.keys() <= SESSION_NAMES.keys()
    assert "turn_detection" not in RESPONSE_NAMES


def test_fields_are_found_in_their_order() -> None:
    assert beta_fields({"voice": 1, "tools": [], "modalities": 1}, SESSION_NAMES) == [
        "voice",
        "modalities",
    ]
    nested: Json = {"audio": {"output": {"voice": "x", "other": 1}, "input": 3}, "tools": []}
    assert ga_fields({**nested, "output_modalities": []}) == [
        "audio.output.voice",
        "output_modalities",
    ]


def test_new_spelling_has_the_new_value_where_that_changes() -> None:
    assert in_ga("voice", "alloy", SESSION_NAMES) == "`voice` as `audio.output.voice`"
    assert in_ga("output_audio_format", "g711_ulaw", RESPONSE_NAMES) == (
        '`output_audio_format` as `audio.output.format` = `{"type":"audio/pcmu"}`'
    )
    assert in_ga("modalities", ["text"], SESSION_NAMES) == "`modalities` as `output_modalities`"
    assert SESSION_NAMES["temperature"] == REMOVED


def test_paths_are_shown_in_the_names_of_the_wire() -> None:
    assert in_beta("audio.output.voice") == "`audio.output.voice` as `voice`"
    path = "audio.input.turn_detection.threshold"
    assert wire_path(path, Spelling.BETA) == "turn_detection.threshold"
    assert wire_path(path, Spelling.GA) == path
    assert wire_path("instructions", Spelling.BETA) == "instructions"
