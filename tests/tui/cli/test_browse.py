"""`realtap browse`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from scenes import session
from transcript import transcript, write_recording

from realtap.tui.app import app as app_module
from realtap.tui.cli.main import main


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the interface was asked to show; it does not run."""
    calls: list[tuple[Any, ...]] = []

    def run(
        paths: Sequence[Path], source: Callable[[], Sequence[Path]], place: str, *, is_ascii: bool
    ) -> None:
        calls.append((list(paths), list(source()), place, is_ascii))

    monkeypatch.setattr(app_module, "browse", run)
    return calls


def browse(*arguments: str) -> None:
    """Run the command; it must succeed."""
    result = CliRunner().invoke(main, ["browse", *arguments], standalone_mode=False)
    assert result.exception is None, result.exception


def test_folder_is_shown_without_arguments(tmp_path: Path, asked: list[tuple[Any, ...]]) -> None:
    path = write_recording(tmp_path / "20260101-000000-gpt-0001.jsonl", transcript(session()))
    browse("--recordings", str(tmp_path))
    assert asked == [([], [path], str(tmp_path), False)]


def test_named_recording_is_opened(tmp_path: Path, asked: list[tuple[Any, ...]]) -> None:
    path = write_recording(tmp_path / "20260101-000000-gpt-0001.jsonl", transcript(session()))
    browse("last", "--ascii", "--recordings", str(tmp_path))
    assert asked == [([path], [path], "what was asked for", True)]
