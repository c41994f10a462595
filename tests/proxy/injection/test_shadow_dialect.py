"""How the shadow server's events are spelled."""

from typing import Any

import pytest
from transcript import server, transcript

from realtap.proxy.injection.shadow_dialect import SPELLINGS, UNLIMITED, event_to_client
from realtap.recordings.conversation import Conversation, SessionState
from realtap.recordings.dialects import Dialect
from realtap.recordings.event import Json


def a_response(**fields: Any) -> Json:
    response = {
        "object": "realtime.response",
        "id": "resp_1",
        "status": "completed",
        "output": [],
        "output_modalities": ["audio"],
        "audio": {"output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "alloy"}},
        "max_output_tokens": "inf",
        "usage": {"total_tokens": 9, "output_token_details": {"text_tokens": 9}},
        "metadata": None,
    }
    return {"type": "response.done", "event_id": "event_1", "response": response | fields}


def spelled(event: Json, dialect: Dialect, state: SessionState | None = None) -> Json:
    told = event_to_client(event, dialect, state or SessionState())
    assert told is not None
    return told


@pytest.mark.parametrize("dialect", SPELLINGS)
def test_rate_limits_are_left_out(dialect: Dialect) -> None:
    event = {"type": "rate_limits.updated", "event_id": "event_1", "rate_limits": []}
    assert event_to_client(event, dialect, SessionState()) is None


@pytest.mark.parametrize("dialect", [Dialect.GA, Dialect.BETA])
def test_usage_is_zero_in_all_its_parts(dialect: Dialect) -> None:
    usage = spelled(a_response(), dialect)["response"]["usage"]
    assert usage == {"total_tokens": 0, "output_token_details": {"text_tokens": 0}}


def test_limit_is_the_apps_or_the_sessions() -> None:
    conversation = Conversation()
    for entry in transcript(server("session.updated", session={"max_output_tokens": 50})):
        conversation.receive(entry)
    told = spelled(a_response(max_output_tokens=UNLIMITED), Dialect.GA, conversation.session)
    assert told["response"]["max_output_tokens"] == 50
    told = spelled(a_response(max_output_tokens=20), Dialect.GA, conversation.session)
    assert told["response"]["max_output_tokens"] == 20


def test_beta_session_gets_flat_responses() -> None:
    response = spelled(a_response(), Dialect.BETA)["response"]
    assert (response["voice"], response["output_audio_format"]) == ("alloy", "pcm16")
    assert response["modalities"] == ["audio", "text"]


def test_xai_says_little_of_a_response() -> None:
    told = spelled(a_response(), Dialect.XAI)
    assert told["response"] == {
        "object": "realtime.response",
        "id": "resp_1",
        "status": "completed",
        "output": [],
        "status_details": "unimplemented",
        "usage": {},
    }
    assert told["usage"]["total_tokens"] == 0


def test_xai_echoes_metadata_all_the_same() -> None:
    told = spelled(a_response(metadata={"turn": "3"}), Dialect.XAI)
    assert told["response"]["metadata"] == {"turn": "3"}


def test_xai_tells_the_words_of_a_message_only_in_the_response() -> None:
    content = [{"type": "output_audio", "transcript": "Hello."}]
    message = {"id": "item_1", "type": "message", "role": "assistant", "content": content}
    item = {"type": "response.output_item.done", "event_id": "e", "item": dict(message)}
    assert "content" not in spelled(item, Dialect.XAI)["item"]
    (said,) = spelled(a_response(output=[message]), Dialect.XAI)["response"]["output"]
    assert said["content"] == [{"type": "audio", "transcript": "Hello."}]
