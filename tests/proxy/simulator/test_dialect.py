"""GA and beta spelling, both ways."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.proxy.simulator.dialect import (
    Dialect,
    audio_format_from_beta,
    audio_format_to_beta,
    content_type,
    flatten_response,
    flatten_session,
    item_from_wire,
    item_to_wire,
    nest_response,
    nest_session,
    wire_name,
)

SESSION: dict[str, Any] = {
    "type": "realtime",
    "object": "realtime.session",
    "id": "sess_1",
    "model": "gpt-realtime",
    "output_modalities": ["audio"],
    "instructions": "Be brief.",
    "tools": [],
    "tool_choice": "auto",
    "max_output_tokens": "inf",
    "tracing": None,
    "expires_at": 1785217650,
    "audio": {
        "input": {
            "format": {"type": "audio/pcm", "rate": 24000},
            "transcription": None,
            "noise_reduction": None,
            "turn_detection": {"type": "server_vad", "threshold": 0.5},
        },
        "output": {"format": {"type": "audio/pcmu"}, "voice": "alloy", "speed": 1.0},
    },
}


@pytest.mark.parametrize(
    ("ga", "beta"),
    [
        ("response.output_text.delta", "response.text.delta"),
        ("response.output_text.done", "response.text.done"),
        ("response.output_audio.delta", "response.audio.delta"),
        ("response.output_audio.done", "response.audio.done"),
        ("response.output_audio_transcript.delta", "response.audio_transcript.delta"),
        ("response.output_audio_transcript.done", "response.audio_transcript.done"),
        ("conversation.item.added", "conversation.item.created"),
        ("response.done", "response.done"),
        ("response.content_part.added", "response.content_part.added"),
    ],
)
def test_event_has_its_name_in_each_dialect(ga: str, beta: str) -> None:
    assert wire_name(ga, Dialect.GA) == ga
    assert wire_name(ga, Dialect.BETA) == beta


@pytest.mark.parametrize(
    "type_", ["conversation.item.done", "input_audio_buffer.timeout_triggered"]
)
def test_event_that_beta_never_had_has_no_beta_name(type_: str) -> None:
    assert wire_name(type_, Dialect.BETA) is None


def test_content_parts_have_their_names_in_each_dialect() -> None:
    assert content_type("output_audio", Dialect.GA) == "output_audio"
    assert content_type("output_audio", Dialect.BETA) == "audio"
    assert content_type("output_text", Dialect.BETA) == "text"
    assert content_type("input_text", Dialect.BETA) == "input_text"


def test_session_becomes_flat() -> None:
    assert flatten_session(SESSION) == {
        "object": "realtime.session",
        "id": "sess_1",
        "model": "gpt-realtime",
        "modalities": ["audio", "text"],
        "instructions": "Be brief.",
        "voice": "alloy",
        "speed": 1.0,
        "input_audio_format": "pcm16",
        "output_audio_format": "g711_ulaw",
        "input_audio_transcription": None,
        "input_audio_noise_reduction": None,
        "turn_detection": {"type": "server_vad", "threshold": 0.5},
        "tools": [],
        "tool_choice": "auto",
        "max_response_output_tokens": "inf",
        "tracing": None,
        "expires_at": 1785217650,
    }


def test_flat_session_becomes_nested_again() -> None:
    assert nest_session(flatten_session(SESSION)) == SESSION


def test_partial_update_nests_only_what_it_has() -> None:
    flat = {"turn_detection": None, "modalities": ["text"], "voice": "ash"}
    assert nest_session(flat) == {
        "type": "realtime",
        "output_modalities": ["text"],
        "audio": {"input": {"turn_detection": None}, "output": {"voice": "ash"}},
    }


def test_text_and_audio_in_any_order_is_audio() -> None:
    assert nest_session({"modalities": ["text", "audio"]})["output_modalities"] == ["audio"]


def test_transcription_update_nests_with_its_type() -> None:
    nested = nest_session({"input_audio_format": "g711_alaw"}, type="transcription")
    assert nested == {
        "type": "transcription",
        "audio": {"input": {"format": {"type": "audio/pcma"}}},
    }


def test_what_ga_has_no_place_for_comes_back() -> None:
    assert flatten_session(nest_session({"temperature": 0.7})) == {"temperature": 0.7}


def test_renaming_leaves_the_original_alone() -> None:
    before = copy.deepcopy(SESSION)
    flatten_session(SESSION)
    flat = flatten_session(SESSION)
    kept = copy.deepcopy(flat)
    nest_session(flat)
    assert (before, kept) == (SESSION, flat)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "modalities": st.sampled_from([["text"], ["audio", "text"]]),
            "voice": st.sampled_from(["alloy", "verse"]),
            "input_audio_format": st.sampled_from(["pcm16", "g711_ulaw", "g711_alaw"]),
            "output_audio_format": st.sampled_from(["pcm16", "g711_ulaw", "g711_alaw"]),
            "input_audio_transcription": st.none() | st.just({"model": "whisper-1"}),
            "turn_detection": st.none() | st.just({"type": "semantic_vad"}),
            "input_audio_noise_reduction": st.none() | st.just({"type": "near_field"}),
            "max_response_output_tokens": st.just("inf") | st.integers(1, 4096),
            "speed": st.floats(0.25, 1.5),
            "temperature": st.floats(0.6, 1.2),
            "instructions": st.text(),
        },
    )
)
def test_any_flat_session_survives_the_round(flat: dict[str, Any]) -> None:
    assert flatten_session(nest_session(flat)) == flat


@pytest.mark.parametrize("name", ["pcm16", "g711_ulaw", "g711_alaw"])
def test_audio_format_survives_the_round(name: str) -> None:
    assert audio_format_to_beta(audio_format_from_beta(name)) == name


def test_audio_format_is_a_new_object_each_time() -> None:
    audio_format_from_beta("pcm16")["rate"] = 1
    assert audio_format_from_beta("pcm16") == {"type": "audio/pcm", "rate": 24000}


def test_item_of_an_assistant_is_respelt() -> None:
    ga = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "a"}, {"type": "output_audio"}],
    }
    beta = item_to_wire(ga, Dialect.BETA)
    assert [part["type"] for part in beta["content"]] == ["text", "audio"]
    assert beta["object"] == "realtime.item"
    assert item_from_wire(beta, Dialect.BETA)["content"] == ga["content"]
    assert ga["content"][0] == {"type": "output_text", "text": "a"}


def test_item_without_content_only_gets_its_object() -> None:
    item = {"type": "function_call_output", "call_id": "call_1", "output": "text"}
    assert item_to_wire(item, Dialect.BETA) == item | {"object": "realtime.item"}


def test_ga_items_pass_as_they_are() -> None:
    item = {"type": "message", "content": [{"type": "output_text", "text": "a"}]}
    assert item_to_wire(item, Dialect.GA) is item
    assert item_from_wire(item, Dialect.GA) is item


def test_response_becomes_flat_with_its_items() -> None:
    response = {
        "object": "realtime.response",
        "id": "resp_1",
        "output": [{"type": "message", "content": [{"type": "output_audio"}]}],
        "output_modalities": ["audio"],
        "max_output_tokens": "inf",
        "audio": {"output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "ash"}},
    }
    assert flatten_response(response) == {
        "object": "realtime.response",
        "id": "resp_1",
        "output": [{"object": "realtime.item", "type": "message", "content": [{"type": "audio"}]}],
        "modalities": ["audio", "text"],
        "max_output_tokens": "inf",
        "voice": "ash",
        "output_audio_format": "pcm16",
    }


def test_response_parameters_become_nested_with_their_items() -> None:
    flat = {
        "modalities": ["text"],
        "voice": "ash",
        "max_response_output_tokens": 7,
        "input": [{"type": "message", "content": [{"type": "text", "text": "a"}]}],
    }
    assert nest_response(flat) == {
        "output_modalities": ["text"],
        "audio": {"output": {"voice": "ash"}},
        "max_output_tokens": 7,
        "input": [{"type": "message", "content": [{"type": "output_text", "text": "a"}]}],
    }


@pytest.mark.parametrize("flat", [{}, {"input": None}])
def test_response_parameters_without_items_stay_without(flat: dict[str, Any]) -> None:
    assert nest_response(flat) == flat
    assert flatten_response({}) == {}
