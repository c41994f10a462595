"""Sessions to look at, animations off, and screens kept as plain text."""

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import scenes
from scenes import audio_answer, error, function_call, output, session, spoken_turn, text_turn
from textual import constants
from transcript import Step, closed, server, transcript, wait, write_recording

SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = "REALTAP_UPDATE_SNAPSHOTS"
"""Set in the environment, the screens are written anew instead of compared."""

type Record = Callable[..., Path]
"""Writes steps as a recording, and gives its path."""
type Compare = Callable[[str, str], None]
"""Compares a screen with the one that is kept under a name."""

WEATHER = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing moves by itself, colours are told by the terminal alone, and exports go away again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Write a recording into a fresh folder."""

    def write(
        *steps: Step, name: str = "20260101-000000-gpt-realtime-test", **options: object
    ) -> Path:
        entries = transcript(*steps, **options)  # type: ignore[arg-type] # a test passes any option on
        return write_recording(tmp_path / f"{name}.jsonl", entries)

    return write


@pytest.fixture
def tour(record: Record, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A session with all that the screens know: turns, a call, audio, an error, a missing answer."""
    monkeypatch.setattr(scenes, "_numbers", count(1))
    return record(
        session(tools=[WEATHER]),
        text_turn("What can you do?", "I can tell you the weather."),
        spoken_turn("item_spoken", seconds=1.5),
        function_call("get_weather", {"city": "Paris"}, call_id="call_paris"),
        output("call_paris", '{"celsius": 21}'),
        audio_answer("It is sunny in Paris."),
        error("invalid_value", "Unknown parameter: 'sesion.voice'.", param="sesion.voice"),
        function_call("get_weather", {"city": "Rome"}, call_id="call_rome"),
        output("call_rome", '{"celsius": 25}'),
        wait(12),
        server("vendor.unknown", detail={"depth": [1, {"text": "\x1b[31mred\x07"}]}),
        closed(),
    )


@pytest.fixture
def compare() -> Compare:
    """Compare a screen with the kept one; `REALTAP_UPDATE_SNAPSHOTS=1` keeps it instead."""

    def check(name: str, text: str) -> None:
        path = SNAPSHOTS / f"{name}.txt"
        if os.environ.get(UPDATE):
            path.write_text(text + "\n", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text + "\n", f"the screen is not {path.name}"

    return check
