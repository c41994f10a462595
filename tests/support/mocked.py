"""Mocks as a file writes them, at work in a session of an app and a server."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

from desk import Answer, Crossing
from scenes import Called, open_function_calls, output
from transcript import Said

from realtap.proxy.injection.mocks.function_call import FunctionCall
from realtap.proxy.injection.mocks.mock import Mock
from realtap.proxy.injection.mocks.mock_table import mock_from
from realtap.proxy.injection.mocks.reading import Reading, read_mocks
from realtap.proxy.injection.mocks.sources import Sources
from realtap.proxy.injection.rule import RuleMaker
from realtap.proxy.injection.verdict import Verdict
from realtap.recordings.event import Fate, Side

NOWHERE = Path("/nowhere")
"""For mocks that name no files."""


def mock(folder: Path = NOWHERE, reports: list[str] | None = None, **table: Any) -> Mock:
    """The mock that a table writes; `call` may be left out."""
    report = (reports if reports is not None else []).append
    return mock_from({"call": "get_weather", **table}, Sources(folder), report)


def reading(text: str, folder: Path = NOWHERE, reports: list[str] | None = None) -> Reading:
    """What a mocks file says."""
    report = (reports if reports is not None else []).append
    return read_mocks(
        dedent(text), name="mocks file m.toml", sources=Sources(folder), report=report
    )


def a_call(arguments: str = '{"city": "Paris"}', *, name: str = "get_weather") -> FunctionCall:
    """A call whose arguments are complete."""
    return FunctionCall("call_1", name, arguments)


def called(name: str = "get_weather", call_id: str = "call_1", **arguments: Any) -> Called:
    """A function call, for `MockedSession.server_calls`."""
    return Called(name, arguments, call_id)


class MockedSession:
    """An app and a server with mocks between them; time passes when told to."""

    def __init__(
        self, text: str, folder: Path = NOWHERE, *, makers: Sequence[RuleMaker] | None = None
    ) -> None:
        self.reports: list[str] = []
        self.makers = reading(text, folder, self.reports).makers if makers is None else makers
        self.crossing = Crossing(*self.makers)
        self.wait(0)

    def server_calls(self, *calls: Called) -> None:
        """The server makes calls in one response, which stays open; then a moment passes."""
        self.say(*open_function_calls(*calls))
        self.wait(0)

    def say(self, *steps: Said) -> None:
        """Messages of both sides."""
        for step in steps:
            if step.side is Side.CLIENT:
                self.crossing.client_says(step.payload)
            else:
                self.crossing.server_says(step.payload)

    def app_answers(self, call_id: str = "call_1", text: str = "the app's own") -> Verdict:
        """The app gives its output."""
        (said,) = output(call_id, text, is_taken=False)
        return self.crossing.client_says(said.payload)

    def wait(self, seconds: float) -> None:
        """Time passes, and the work of other threads is done."""
        self.crossing.wait(seconds)
        self.crossing.desk.do_work()

    @property
    def answers(self) -> list[Answer]:
        """What the mocks answered."""
        return self.crossing.desk.answers

    @property
    def outputs(self) -> list[tuple[str, str]]:
        """The answers' calls and texts."""
        return [(answer.call_id, answer.output) for answer in self.answers]

    def app_is_heard(self, call_id: str = "call_1") -> bool:
        """Whether the app's own output would reach the server."""
        return self.app_answers(call_id).fate is Fate.FORWARDED
