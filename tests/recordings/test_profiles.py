"""Which kind of server a recording talked to."""

import pytest

from realtap.recordings.errors import UsageError
from realtap.recordings.event import Header
from realtap.recordings.profiles import PROFILES, profile_for, profile_named


@pytest.mark.parametrize(
    ("upstream", "name"),
    [
        ("wss://api.openai.com/v1/realtime?model=gpt-realtime", "openai-ga"),
        ("wss://api.openai.com", "openai-ga"),
        ("wss://eu.api.openai.com/v1/realtime", "openai-ga"),
        ("wss://r.openai.azure.com/openai/v1/realtime?model=d", "azure-ga"),
        ("wss://r.openai.azure.com/openai/realtime?api-version=2025-04-01-preview", "generic"),
        ("wss://r.services.ai.azure.com/voice-live/realtime?model=m", "azure-voice-live"),
        ("wss://r.cognitiveservices.azure.com/voice-live/realtime", "azure-voice-live"),
        ("wss://api.x.ai/v1/realtime", "xai"),
        ("wss://API.X.AI/v1/realtime", "xai"),
        ("ws://127.0.0.1:9000/v1/realtime", "generic"),
        ("wss://notapi.openai.com.evil.example/v1", "generic"),
        ("ws://[broken/v1", "generic"),
        ("", "generic"),
    ],
)
def test_profile_is_told_by_the_address(upstream: str, name: str) -> None:
    header = Header(id="x", started="", via="reverse", upstream=upstream)
    assert profile_for(header).name == name


def test_nothing_is_expected_of_an_unknown_server() -> None:
    profile = profile_for(None)
    assert profile.name == "generic"
    assert not profile.sends_item_done
    assert not profile.requires_session_type


def test_profiles_are_found_by_name() -> None:
    for name, profile in PROFILES.items():
        assert profile_named(name) is profile


def test_unknown_profile_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="openai-ga, azure-ga, azure-voice-live, xai, generic"):
        profile_named("openai")
