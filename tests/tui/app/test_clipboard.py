"""Copying, by a program or by the terminal."""

import subprocess
from pathlib import Path

import pytest

from realtap.tui.app.clipboard import TERMINAL, copy, programs


def give_program(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program of the test's own on the path, and no other."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
    monkeypatch.delenv("SSH_CONNECTION", raising=False)


def test_program_of_the_system_is_asked_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_program(tmp_path, "pbcopy", f"cat > {tmp_path}/copied", monkeypatch)
    asked: list[str] = []
    assert copy("grüße", asked.append) == "pbcopy"
    assert (tmp_path / "copied").read_text() == "grüße"
    assert asked == []


def test_terminal_is_asked_when_a_program_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_program(tmp_path, "pbcopy", "exit 1", monkeypatch)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    asked: list[str] = []
    assert copy("text", asked.append) == TERMINAL
    assert asked == ["text"]


def test_no_program_is_asked_over_ssh() -> None:
    assert programs({"SSH_CONNECTION": "1 2 3 4", "DISPLAY": ":0"}) == []


def test_program_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give_program(tmp_path, "pbcopy", "cat", monkeypatch)

    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("pbcopy", 2.0)

    monkeypatch.setattr(subprocess, "run", hang)
    asked: list[str] = []
    assert copy("text", asked.append) == TERMINAL
