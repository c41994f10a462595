"""What commands say besides their data."""

import io
import sys

import pytest

from realtap.tui.cli import talk


class Terminal(io.StringIO):
    """A stderr that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is shown from the first step on."""
    monkeypatch.setattr(talk, "PROGRESS_AFTER_S", 0.0)
    monkeypatch.setattr(talk, "PROGRESS_EVERY_S", 0.0)


def advance(stderr: io.StringIO, monkeypatch: pytest.MonkeyPatch, *, is_wanted: bool = True) -> str:
    monkeypatch.setattr(sys, "stderr", stderr)
    with talk.Progress("events read", is_wanted=is_wanted) as progress:
        for _ in range(1200):
            progress.advance()
    return stderr.getvalue()


def test_long_work_shows_how_far_it_is_on_a_terminal(
    impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\revents read: 1,200" in advance(Terminal(), monkeypatch)


def test_quick_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert advance(Terminal(), monkeypatch) == ""


def test_progress_is_silent_when_stderr_is_no_terminal(
    impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert advance(io.StringIO(), monkeypatch) == ""


def test_progress_is_silent_when_the_rows_show_it(
    impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert advance(Terminal(), monkeypatch, is_wanted=False) == ""
