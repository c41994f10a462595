"""Which dialect an event is in, and how names and sessions become GA's."""

from typing import Any

import pytest

from realtap.recordings.dialects import (
    BETA_EVENTS,
    Dialect,
    decisive_dialect,
    dialect_of,
    normal_session,
    normal_tool,
    normal_type,
)
from realtap.recordings.event import Json, Side

GA_SESSION: Json = {
    "type": "realtime",
    "output_modalities": ["audio"],
    "audio": {
        "input": {
            "format": {"type": "audio/pcm", "rate": 24000},
            "transcription": {"model": "whisper-1"},
            "turn_detection": {"type": "server_vad", "threshold": 0.5},
            "noise_reduction": None,
        },
        "output": {"format": {"type": "audio/pcmu"}, "voice": "marin", "speed": 1.0},
    },
    "max_output_tokens": 200,
}
BETA_SESSION: Json = {
    "modalities": ["text", "audio"],
    "input_audio_format": "pcm16",
    "input_audio_transcription": {"model": "whisper-1"},
    "turn_detection": {"type": "server_vad", "threshold": 0.5},
    "input_audio_noise_reduction": None,
    "output_audio_format": "g711_ulaw",
    "voice": "marin",
    "speed": 1.0,
    "max_response_output_tokens": 200,
}


# Names.


@pytest.mark.parametrize(("beta", "ga"), BETA_EVENTS.items())
def test_beta_names_become_ga_names(beta: str, ga: str) -> None:
    assert normal_type(beta) == ga
    assert normal_type(ga) == ga


@pytest.mark.parametrize("type_", ["response.create", "error", "session.input_audio.append", "x"])
def test_other_names_stay(type_: str) -> None:
    assert normal_type(type_) == type_


def test_a_message_without_type_has_an_empty_name() -> None:
    assert normal_type(None) == ""


# Dialects.


@pytest.mark.parametrize(
    ("type_", "fields", "dialect"),
    [
        ("response.output_audio.delta", {}, Dialect.GA),
        ("response.audio.delta", {}, Dialect.BETA),
        ("conversation.item.created", {}, Dialect.BETA),
        ("conversation.item.done", {}, Dialect.GA),
        ("session.created", {"session": GA_SESSION}, Dialect.GA),
        ("session.created", {"session": BETA_SESSION}, Dialect.BETA),
        ("session.updated", {"session": {"modalities": ["audio"], "audio": {}}}, Dialect.XAI),
        ("session.created", {"session": {"type": "transcription"}}, Dialect.TRANSCRIPTION),
        (
            "session.created",
            {"session": {"object": "realtime.transcription_session"}},
            Dialect.TRANSCRIPTION,
        ),
        ("session.created", {"session": {"type": "translation"}}, Dialect.TRANSLATION),
        ("transcription_session.created", {}, Dialect.TRANSCRIPTION),
        ("ping", {"timestamp": 1}, Dialect.XAI),
        ("response.created", {"response": {"status_details": "unimplemented"}}, Dialect.XAI),
        ("response.created", {"response": {"output_modalities": ["text"]}}, Dialect.GA),
        ("response.created", {"response": {"modalities": ["text"]}}, Dialect.BETA),
        ("session.output_transcript.delta", {}, Dialect.TRANSLATION),
        ("session.started", {}, Dialect.LIVE),
        ("response.event", {}, Dialect.LIVE),
        ("error", {}, Dialect.GA),
        ("rate_limits.updated", {}, Dialect.GA),
        ("nonsense", {}, Dialect.UNKNOWN),
        (None, {}, Dialect.UNKNOWN),
    ],
)
def test_dialect_is_told_by_name_and_shape(type_: str, fields: Json, dialect: Dialect) -> None:
    assert dialect_of(type_, fields, Side.SERVER) is dialect


def test_client_that_mixes_both_shapes_speaks_beta() -> None:
    """A client that goes over to GA by halves: what a GA server refuses is the beta in it."""
    session = {"modalities": ["text"], "audio": {}}
    assert dialect_of("session.update", {"session": session}, Side.CLIENT) is Dialect.BETA
    response = {"modalities": ["text"], "output_modalities": ["text"]}
    assert dialect_of("response.create", {"response": response}, Side.CLIENT) is Dialect.BETA


@pytest.mark.parametrize("type_", ["session.update", "response.create", "error", None])
def test_what_both_spell_alike_decides_nothing(type_: str | None) -> None:
    fields = {"session": {"instructions": "x"}, "response": {"instructions": "x"}}
    assert decisive_dialect(type_, fields, Side.CLIENT) is None


@pytest.mark.parametrize("junk", [None, 1, [], "x", {"type": []}, {"type": {}, "audio": 1}])
def test_junk_in_a_session_decides_nothing(junk: Any) -> None:
    fields = {"session": junk, "response": junk}
    for type_ in ("session.created", "response.done"):
        assert decisive_dialect(type_, fields, Side.SERVER) is None


# Sessions.


def test_flat_session_is_nested() -> None:
    assert {"type": "realtime"} | normal_session(BETA_SESSION) == GA_SESSION


def test_ga_session_stays_and_is_not_changed() -> None:
    assert normal_session(GA_SESSION) == GA_SESSION
    before = repr(BETA_SESSION)
    normal_session(BETA_SESSION)["audio"]["input"]["format"]["rate"] = 1
    assert repr(BETA_SESSION) == before


def test_nested_fields_count_where_a_server_sends_both() -> None:
    session = {
        "input_audio_format": "not specified",
        "output_audio_format": "g711_alaw",
        "audio": {"output": {"format": {"type": "audio/pcm", "rate": 24000}}},
    }
    assert normal_session(session) == {
        "audio": {"output": {"format": {"type": "audio/pcm", "rate": 24000}}}
    }


def test_sampling_rate_beside_the_format_goes_into_it() -> None:
    session = {"input_audio_format": "pcm16", "input_audio_sampling_rate": 16000}
    assert normal_session(session) == {
        "audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}
    }


@pytest.mark.parametrize("off", [None, {"type": None}, {"type": "none"}])
def test_every_spelling_of_no_detection_is_null(off: Any) -> None:
    normal = normal_session({"turn_detection": off})
    assert normal == {"audio": {"input": {"turn_detection": None}}}


def test_what_ga_has_no_place_for_stays_on_top() -> None:
    assert normal_session({"temperature": 0.8, "avatar": None}) == {
        "temperature": 0.8,
        "avatar": None,
    }


def test_tool_of_chat_completions_is_laid_flat() -> None:
    nested = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    flat = {"type": "function", "name": "f", "parameters": {"type": "object"}}
    assert normal_tool(nested) == flat
    assert normal_session({"tools": [nested, flat, 3]})["tools"] == [flat, flat, 3]


@pytest.mark.parametrize("junk", [None, 3, "audio", {}])
def test_junk_in_a_session_stays_junk(junk: Any) -> None:
    assert normal_session({"modalities": junk}) == {"output_modalities": junk}
    assert normal_session({"audio": junk, "voice": "ava"})["audio"] in (
        junk,
        {"output": {"voice": "ava"}},
    )
