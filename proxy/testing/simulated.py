"""A server for tests that have no recording: what the model says is written in the test.

def test_weather(realtap_simulator):
    realtap_simulator.when(text="weather").call("get_weather", city="Paris")
    realtap_simulator.when(after="get_weather").say("It is sunny in Paris.")
    run_my_app()
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ..background import in_background
from ..simulator import Simulator
from ..simulator.script import Call, Heard, Reply, Rule, Script
from .backends import RecordBackend, recording
from .environment import pointed_at
from .session import RealtapSession
from .settings import Settings


class Lines:
    """What the model says when a rule fits. Each call adds to the present reply; `then` begins the next."""

    def __init__(self, text: str | None, after: str | None) -> None:
        self._text = text
        self._after = after
        self._replies: list[Reply] = [Reply()]

    def say(self, text: str) -> "Lines":
        """Say this; `{output}` and `{text}` stand for the function's output and the user's words."""
        return self._add(say=text)

    def call(self, name: str, /, **arguments: object) -> "Lines":
        """Call a function; several calls in one reply are parallel.

        Without arguments they are made up from the tool's schema and the user's words.
        """
        call = Call(name, dict(arguments) or None)
        return self._add(calls=(*self._replies[-1].calls, call))

    def fail(self, code: str = "server_error") -> "Lines":
        """End the response `failed` with this error code."""
        return self._add(fail=code)

    def incomplete(self, reason: str = "max_output_tokens") -> "Lines":
        """End the response `incomplete`."""
        return self._add(incomplete=reason)

    def interrupt(self) -> "Lines":
        """The user begins to speak in the middle of the response: it ends `cancelled`."""
        return self._add(is_interrupted=True)

    def expire(self) -> "Lines":
        """The session reaches its maximum duration."""
        return self._add(is_expiring=True)

    def hang_up(self) -> "Lines":
        """The connection breaks in the middle of the response."""
        return self._add(is_hanging_up=True)

    def then(self) -> "Lines":
        """What follows is said the next time that the rule fits."""
        self._replies.append(Reply())
        return self

    @property
    def rule(self) -> Rule:
        """The rule as the simulator takes it."""
        return Rule(tuple(self._replies), text=self._text, after=self._after)

    def _add(self, **changes: object) -> "Lines":
        self._replies[-1] = replace(self._replies[-1], **changes)  # type: ignore[arg-type] # the callers' own keywords
        return self


class ScriptedSimulator(RealtapSession):
    """A simulated server with the model's lines from the test.

    The fixture `realtap_simulator` gives it. What is not scripted is improvised, as `realtap sim` does.
    """

    def __init__(self, backend: RecordBackend, settings: Settings) -> None:
        super().__init__(backend, settings)
        self._lines: list[Lines] = []
        self._heard: list[Heard] = []

    def when(self, text: str | None = None, *, after: str | None = None) -> Lines:
        """What the model does when the user says something, or when a function has its output.

        Args:
            text: A part of what the user says, or a pattern with `*`; case does not matter.
            after: The name of the function whose output was just given, or a pattern.
        """
        pattern = text if text is None or "*" in text else f"*{text}*"
        lines = Lines(pattern, after)
        self._lines.append(lines)
        return lines

    def hear(self, text: str) -> None:
        """What the next spoken turn of the user says: nothing of audio is recognised."""
        self._heard.append(Heard(text))

    @property
    def script(self) -> Script:
        """All lines so far."""
        return Script(tuple(lines.rule for lines in self._lines), tuple(self._heard))


@contextmanager
def simulating(folder: Path, settings: Settings) -> Iterator[ScriptedSimulator]:
    """A simulated server, with the relay before it, so that a test can ask what was said."""
    scripts: list[ScriptedSimulator] = []
    with in_background(
        lambda: Simulator(fast=True, script=lambda: scripts[0].script)
    ) as background:
        upstream = replace(settings, upstream=background.server.url.removesuffix("/v1"))
        reports: list[str] = []
        with recording(folder, upstream, reports.append) as backend:
            scripts.append(ScriptedSimulator(backend, settings))
            with pointed_at(backend.http_url, needs_key=False):
                yield scripts[0]
