"""The effective session: merging, and what an update may not change."""

import pytest

from realtap.proxy.simulator import defaults
from realtap.proxy.simulator.configuration import Configuration
from realtap.proxy.simulator.faults import Fault
from realtap.proxy.simulator.formats import AudioFormat
from realtap.recordings.event import Json


@pytest.fixture
def configuration() -> Configuration:
    session = defaults.realtime_session(session_id="s", model="gpt-realtime", expires_at=1)
    return Configuration(session)


def _update(
    configuration: Configuration, *, has_spoken: bool = False, **fields: object
) -> Fault | None:
    return configuration.update(
        {"type": "realtime", **fields},
        has_assistant_audio=has_spoken,
        is_responding=False,
        has_items=has_spoken,
    )


def test_server_owned_fields_cannot_be_set(configuration: Configuration) -> None:
    _update(configuration, id="mine", expires_at=9, object="x")
    session = configuration.wire()
    assert (session["id"], session["expires_at"], session["object"]) == ("s", 1, "realtime.session")


def test_turn_detection_of_the_same_type_is_merged(configuration: Configuration) -> None:
    _update(configuration, audio={"input": {"turn_detection": {"threshold": 0.9}}})
    _update(configuration, audio={"input": {"turn_detection": {"silence_duration_ms": 700}}})
    detection = configuration.turn_detection
    assert detection is not None
    assert (detection["threshold"], detection["silence_duration_ms"]) == (0.9, 700)


def test_turn_detection_switched_back_on_has_its_defaults(configuration: Configuration) -> None:
    _update(configuration, audio={"input": {"turn_detection": {"threshold": 0.9}}})
    _update(configuration, audio={"input": {"turn_detection": None}})
    assert configuration.turn_detection is None
    _update(configuration, audio={"input": {"turn_detection": {"type": "server_vad"}}})
    assert configuration.turn_detection == defaults.server_vad("gpt-realtime")


def test_refused_update_changes_nothing(configuration: Configuration) -> None:
    before = configuration.wire()
    fault = _update(
        configuration,
        has_spoken=True,
        instructions="new",
        audio={"output": {"voice": "cedar"}},
    )
    assert fault is not None
    assert configuration.wire() == before


def test_null_brings_simple_defaults_back(configuration: Configuration) -> None:
    _update(configuration, max_output_tokens=5, tools=[{"type": "function", "name": "f"}])
    _update(configuration, max_output_tokens=None, tools=None, tool_choice=None, instructions=None)
    session = configuration.wire()
    assert (session["max_output_tokens"], session["tools"]) == ("inf", [])
    assert (session["tool_choice"], session["instructions"]) == ("auto", defaults.INSTRUCTIONS)


def test_conversation_that_has_begun_cannot_become_a_transcription(
    configuration: Configuration,
) -> None:
    fields: Json = {"type": "transcription"}
    fault = configuration.update(
        fields, has_assistant_audio=False, is_responding=False, has_items=True
    )
    assert fault is not None
    assert "transcription session update event to a realtime session" in fault.message


def test_wire_form_is_a_copy(configuration: Configuration) -> None:
    configuration.wire()["audio"]["input"]["format"] = {"type": "audio/pcmu"}
    assert configuration.input_format is AudioFormat.PCM
