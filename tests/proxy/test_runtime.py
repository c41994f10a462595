"""Notes of running proxies: found while they run, forgotten when they are gone."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from realtap.proxy import runtime
from realtap.proxy.runtime import RunningProxy, noted, running_proxies

OURS = RunningProxy(
    os.getpid(),
    "ws://127.0.0.1:8484/v1",
    "openai",
    "/recordings",
    control="ws://127.0.0.1:8484/_realtap/control",
    token="the-token",
)


@pytest.fixture(autouse=True)
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state" / "proxies"
    monkeypatch.setattr(runtime, "notes_folder", lambda: folder)
    return folder


def test_a_proxy_is_found_as_long_as_it_runs() -> None:
    with noted(OURS):
        assert running_proxies() == [OURS]
    assert running_proxies() == []


def test_a_note_is_readable_by_its_owner_only(notes: Path) -> None:
    with noted(OURS):
        (note,) = notes.iterdir()
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
        assert stat.S_IMODE(notes.stat().st_mode) == 0o700


def test_a_note_replaces_an_open_one_of_a_dead_process_with_its_number(notes: Path) -> None:
    notes.mkdir(parents=True, mode=0o755)
    stale = notes / f"{OURS.pid}.json"
    stale.write_text("{}")
    stale.chmod(0o644)
    with noted(OURS):
        assert stat.S_IMODE(stale.stat().st_mode) == 0o600
        assert stat.S_IMODE(notes.stat().st_mode) == 0o700


def test_the_token_is_not_printed_with_the_note() -> None:
    assert "the-token" not in repr(OURS)


def test_the_note_of_a_dead_proxy_is_removed(notes: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    with noted(RunningProxy(dead.pid, "ws://127.0.0.1:1/v1", "openai", "/x")):
        assert running_proxies() == []
        assert list(notes.iterdir()) == []


def test_a_note_that_cannot_be_read_is_no_proxy(notes: Path) -> None:
    notes.mkdir(parents=True)
    (notes / "1.json").write_text("{")
    (notes / "2.json").write_text('{"pid": 1}')
    assert running_proxies() == []


def test_a_folder_that_cannot_be_written_does_not_keep_the_proxy_from_running(notes: Path) -> None:
    notes.parent.write_text("in the way")
    with noted(OURS):
        assert running_proxies() == []
