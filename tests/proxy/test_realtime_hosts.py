"""Which requests are Realtime sessions, and which are about them."""

import pytest

from realtap.proxy.realtime_hosts import RealtimeHosts, is_call


@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("api.openai.com", "/v1/realtime?model=gpt-realtime"),
        ("API.openai.com", "/v1/realtime"),
        ("api.openai.com", "/v1/realtime/translations?model=m"),
        ("api.openai.com", "/v1/live/sessions"),
        ("api.openai.com", "/v1/live/sessions/live_1/attach"),
        ("mine.openai.azure.com", "/openai/v1/realtime?model=d"),
        ("mine.openai.azure.com", "/openai/realtime?api-version=2025-04-01-preview&deployment=d"),
        ("mine.services.ai.azure.com", "/voice-live/realtime?api-version=2026-07-15"),
        ("mine.cognitiveservices.azure.com", "/voice-live/realtime"),
        ("api.x.ai", "/v1/realtime"),
    ],
)
def test_the_servers_that_are_known_are_captured(host: str, target: str) -> None:
    assert RealtimeHosts().is_session(host, 443, target)


@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("api.openai.com", "/v1/responses"),
        ("api.openai.com", "/v1/realtimes"),
        ("example.com", "/v1/realtime"),
        ("api.openai.com.example.com", "/v1/realtime"),
        ("notapi.openai.com", "/v1/realtime"),
        ("openai.azure.com", "/openai/v1/realtime"),
    ],
)
def test_everything_else_is_not(host: str, target: str) -> None:
    assert not RealtimeHosts().is_session(host, 443, target)


@pytest.mark.parametrize(
    ("named", "host", "port", "is_one"),
    [
        ("speaches.test", "speaches.test", 8000, True),
        ("speaches.test:8000", "speaches.test", 8000, True),
        ("speaches.test:8000", "speaches.test", 443, False),
        ("*.lan", "voice.lan", 80, True),
        ("*.lan", "lan", 80, False),
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("[::1]:80", "::1", 80, True),
        ("::1", "::1", 80, True),
        ("a.test", "aXtest", 80, False),
        ("*.lan", "a b.lan", 80, False),
        ("*.lan", "user@a.lan", 80, False),
    ],
)
def test_a_host_that_is_named_is_captured_whatever_the_path(
    named: str, host: str, port: int, *, is_one: bool
) -> None:
    hosts = RealtimeHosts((named,))
    assert hosts.has(host, port) is is_one
    assert hosts.is_session(host, port, "/any") is is_one


@pytest.mark.parametrize(
    ("method", "target", "is_one"),
    [
        ("POST", "/v1/realtime/client_secrets", True),
        ("POST", "/openai/v1/realtime/client_secrets?api-version=1", True),
        ("POST", "/v1/realtime/translations/client_secrets", True),
        ("POST", "/v1/realtime/calls?model=m", True),
        ("POST", "/v1/realtime/calls/rtc_1/hangup", True),
        ("POST", "/v1/realtime/sessions", True),
        ("POST", "/v1/realtime/transcription_sessions", True),
        ("GET", "/v1/realtime/sessions", False),
        ("POST", "/v1/chat/completions", False),
        ("POST", "/v1/realtime/elsewhere", False),
    ],
)
def test_a_request_about_realtime_is_known_by_its_path(
    method: str, target: str, *, is_one: bool
) -> None:
    assert is_call(method, target) is is_one
