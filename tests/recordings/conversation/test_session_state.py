"""What was asked for, what is in force, and what differs."""

from typing import Any

import pytest
from reduced import SimulatedSession, reduced
from scenes import WEATHER, beta_session, error, ga_session, session, session_update
from transcript import Said, client, server

from realtap.proxy.simulator.dialect import Dialect
from realtap.recordings.audio import AudioFormat, Encoding
from realtap.recordings.conversation import MISSING, Conversation, differences_between
from realtap.recordings.event import Json


def update(event_id: str = "", /, **fields: Any) -> Said:
    ids = {"event_id": event_id} if event_id else {}
    return client("session.update", session=fields, **ids)


def updated(**fields: Any) -> Said:
    return server("session.updated", session=ga_session(**fields))


def differing(requested: Json, effective: Json) -> list[str]:
    return [each.path for each in differences_between(requested, effective)]


# In force.


def test_nothing_is_known_before_the_server_speaks() -> None:
    state = Conversation().session
    assert not state.is_known
    assert state.turn_detection is MISSING
    facts = (state.voice, state.model, state.expires_at, state.output_modalities)
    assert facts == (None, None, None, None)
    assert state.creates_responses
    assert state.input_format == AudioFormat()


def test_session_of_the_server_is_in_force() -> None:
    state = reduced(session(tools=[WEATHER])).session
    assert (state.model, state.voice, state.output_modalities) == (
        "gpt-realtime",
        "alloy",
        ["audio"],
    )
    assert state.expires_at == 4_102_444_800
    assert state.created_at_s == pytest.approx(0.1)
    tool = state.tools()["get_weather"]
    assert (tool.parameters, tool.raw) == (WEATHER["parameters"], WEATHER)
    assert tool.seq == 3
    detection = state.turn_detection
    assert isinstance(detection, dict)
    assert detection["type"] == "server_vad"


def test_beta_session_is_in_force_in_ga_shape() -> None:
    created = beta_session(
        voice={"name": "ava", "type": "azure-standard"},
        input_audio_format="g711_ulaw",
        turn_detection=None,
    )
    state = reduced(server("session.created", session=created)).session
    assert state.voice == "ava"
    assert state.output_modalities == ["audio"]
    assert state.input_format == AudioFormat(Encoding.PCMU, 8_000)
    assert state.turn_detection is None
    assert not state.creates_responses


def test_nested_tools_of_xai_are_found() -> None:
    nested = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    state = reduced(server("session.updated", session={"tools": [nested, 3, {}]})).session
    assert list(state.tools()) == ["f"]
    assert state.tools()["f"].raw == nested
    assert state.tools()["f"].parameters == {"type": "object"}


def test_what_xai_leaves_out_stays_but_for_tools() -> None:
    created = {"voice": "ara", "modalities": ["audio"], "tools": [WEATHER]}
    told = {"modalities": ["audio"], "instructions": "x"}
    state = reduced(
        server("session.created", session=created), server("session.updated", session=told)
    ).session
    assert state.voice == "ara"
    assert state.tools() == {}


@pytest.mark.parametrize(
    "fields",
    [{"type": "transcription"}, {"object": "realtime.transcription_session"}],
)
def test_transcription_session_makes_no_responses(fields: Json) -> None:
    state = reduced(server("session.created", session=fields)).session
    assert state.is_transcription
    assert not state.creates_responses


def test_beta_transcription_session_is_known_by_its_events() -> None:
    conversation = reduced(
        client("transcription_session.update", session={"input_audio_format": "pcm16"}),
        server("transcription_session.updated", session={"input_audio_format": "pcm16"}),
    )
    assert conversation.session.is_transcription
    assert conversation.session.updates[0].answer == "updated"
    assert conversation.session.differences() == []


# Updates and their answers.


def test_updates_are_answered_in_their_order() -> None:
    state = reduced(update(instructions="a"), update(instructions="b"), updated()).session
    assert [each.answer for each in state.updates] == ["updated", None]
    assert state.updates[0].answer_seq == 3
    assert state.unanswered is state.updates[1]


def test_refused_update_is_asked_for_and_not_in_force() -> None:
    state = reduced(
        session(),
        update("mine", voice="x", type="realtime"),
        error("unknown_parameter", param="session.voice", event_id="mine"),
    ).session
    assert state.updates[0].answer == "error"
    assert state.requested["audio"]["output"]["voice"] == "x"
    assert state.accepted == {}
    assert state.differences() == []


def test_error_without_id_is_the_answer_of_the_update_it_names() -> None:
    state = reduced(
        session(), update(voice="x"), error("unknown_parameter", param="session.voice")
    ).session
    assert state.updates[0].answer == "error"


def test_requests_are_merged_over_each_other() -> None:
    vad = {"type": "server_vad", "threshold": 0.4, "silence_duration_ms": 700}
    state = reduced(
        update(audio={"input": {"turn_detection": vad}}),
        update(audio={"input": {"turn_detection": {"type": "server_vad", "threshold": 0.6}}}),
    ).session
    assert state.requested["audio"]["input"]["turn_detection"] == {**vad, "threshold": 0.6}
    semantic = reduced(
        update(audio={"input": {"turn_detection": vad}}),
        update(audio={"input": {"turn_detection": {"type": "semantic_vad"}}}),
    ).session
    assert semantic.requested["audio"]["input"]["turn_detection"] == {"type": "semantic_vad"}


def test_endless_new_fields_do_not_grow_the_session_for_ever() -> None:
    state = reduced(*[update(**{f"field_{n}": n}) for n in range(500)]).session
    assert len(state.requested) <= 256
    assert len(state.updates) <= 100


# What differs.


def test_granted_update_differs_in_nothing() -> None:
    state = reduced(session(), session_update(tools=[WEATHER], instructions="Be brief.")).session
    assert state.differences() == []


def test_clamped_value_is_a_difference() -> None:
    state = reduced(
        session(),
        update(type="realtime", audio={"output": {"speed": 9.0}}),
        updated(audio={"output": {"speed": 1.5}}),
    ).session
    (difference,) = state.differences()
    assert (difference.path, difference.requested, difference.effective) == (
        "audio.output.speed",
        9.0,
        1.5,
    )


@pytest.mark.parametrize(
    ("requested", "effective"),
    [
        ({"output_modalities": ["text", "audio"]}, {"output_modalities": ["audio", "text"]}),
        ({"speed": 1}, {"speed": 1.0}),
        ({"prompt": None}, {}),
        ({"voice": "ava"}, {"voice": {"name": "ava", "type": "azure-standard"}}),
        (
            {"turn_detection": {"type": "server_vad"}},
            {"turn_detection": {"type": "server_vad", "x": 1}},
        ),
        ({"tools": [{"name": "a"}, {"name": "b"}]}, {"tools": [{"name": "b"}, {"name": "a"}]}),
        (
            {"tools": [{"server_label": "s", "authorization": "secret"}]},
            {"tools": [{"server_label": "s", "authorization": None}]},
        ),
    ],
)
def test_other_spelling_is_no_difference(requested: Json, effective: Json) -> None:
    assert differing(requested, effective) == []


@pytest.mark.parametrize(
    ("requested", "effective", "path"),
    [
        ({"instructions": ""}, {"instructions": "You are helpful"}, "instructions"),
        ({"tools": [{"name": "a"}]}, {"tools": []}, "tools"),
        ({"tools": [{"name": "a"}]}, {"tools": [{"name": "b"}]}, "tools"),
        ({"create_response": False}, {"create_response": 0}, "create_response"),
        ({"audio": {"input": {"turn_detection": None}}}, {"audio": {"input": {"turn_detection": {}}}},
         "audio.input.turn_detection"),
        ({"output_modalities": ["text"]}, {"output_modalities": ["audio"]}, "output_modalities"),
        ({"voice": "ava"}, {"voice": None}, "voice"),
    ],
)  # fmt: skip
def test_other_value_is_a_difference(requested: Json, effective: Json, path: str) -> None:
    assert differing(requested, effective) == [path]


@pytest.mark.parametrize("dialect", list(Dialect))
def test_simulated_server_grants_what_is_asked_for(dialect: Dialect) -> None:
    simulated = SimulatedSession(dialect=dialect)
    if dialect is Dialect.GA:
        simulated.configure(tools=[WEATHER], output_modalities=["text"])
    else:
        simulated.say("session.update", session={"tools": [WEATHER], "modalities": ["text"]})
    state = simulated.conversation.session
    assert state.output_modalities == ["text"]
    assert list(state.tools()) == ["get_weather"]
    assert state.differences() == []
    assert simulated.conversation.dialect == dialect.value


def test_deep_junk_in_sessions_is_taken() -> None:
    deep: Json = {}
    for _ in range(100):
        deep = {"a": deep, "b": 1}
    state = reduced(update(**deep), updated(**deep)).session
    assert state.differences() == []
    assert differing(deep, {}) != []


def test_session_event_without_a_session_changes_nothing() -> None:
    state = reduced(session(), server("session.updated", session=None)).session
    assert state.model == "gpt-realtime"
