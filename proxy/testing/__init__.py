"""For tests of voice apps: the pytest plugin, and assertions about a session.

    @pytest.mark.realtap("weather.jsonl")
    def test_weather(realtap_session):
        run_my_app()                       # OPENAI_BASE_URL points at the recording
        assert_called(realtap_session, "get_weather", city="Paris")

Nothing but the standard library is imported before a test asks for more.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .assertions import (
        assert_answered,
        assert_called,
        assert_dialogue,
        assert_no_findings,
        dialogue,
    )
    from .session import RealtapSession
    from .simulated import ScriptedSimulator
    from .stand_in import play_app

__all__ = [
    "RealtapSession",
    "ScriptedSimulator",
    "assert_answered",
    "assert_called",
    "assert_dialogue",
    "assert_no_findings",
    "dialogue",
    "play_app",
]

_MODULES = {"RealtapSession": "session", "ScriptedSimulator": "simulated", "play_app": "stand_in"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 -- the plugin is loaded by every test run

    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'assertions')}"), name)
