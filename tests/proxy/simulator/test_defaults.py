"""The session that a connection starts with."""

import pytest

from realtap.proxy.simulator import defaults


@pytest.mark.parametrize(
    ("model", "silence_ms", "voice"),
    [
        ("gpt-realtime", 200, "alloy"),
        ("gpt-realtime-2025-08-28", 200, "alloy"),
        ("gpt-realtime-2.1-mini", 500, "marin"),
    ],
)
def test_defaults_depend_on_the_model(model: str, silence_ms: int, voice: str) -> None:
    session = defaults.realtime_session(session_id="s", model=model, expires_at=1)
    audio = session["audio"]
    assert audio["input"]["turn_detection"]["silence_duration_ms"] == silence_ms
    assert audio["output"]["voice"] == voice


def test_sessions_share_no_objects() -> None:
    first, second = (
        defaults.realtime_session(session_id="s", model="m", expires_at=1) for _ in range(2)
    )
    first["audio"]["input"]["format"]["type"] = "audio/pcmu"
    assert second["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24_000}
