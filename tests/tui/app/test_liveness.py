"""Which sessions are live."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from realtap.proxy import runtime
from realtap.proxy.runtime import RunningProxy, noted
from realtap.tui.app import liveness
from realtap.tui.app.liveness import Listening, Liveness, listening, was_written_lately

PID = 4711
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
NOW_S = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
"""By then every file was written long ago."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording in the folder of a proxy."""
    path = tmp_path / "recordings" / "one.jsonl"
    path.parent.mkdir()
    path.touch()
    return path


def judge(path: Path, *proxies: Listening, now_s: float = NOW_S) -> Liveness:
    """Judges with these proxies running; the processes are those of the test's folder."""
    processes = path.parents[1] / "processes"
    return Liveness(lambda: proxies, lambda: now_s, processes=processes)


def proxy_at(path: Path, since: datetime = LONG_AGO) -> Listening:
    """A proxy that records beside a file."""
    return Listening(PID, path.parent, since.timestamp())


def open_in_the_proxy(path: Path, *files: Path) -> None:
    """Let the system tell that the proxy has files open."""
    descriptors = path.parents[1] / "processes" / str(PID) / "fd"
    descriptors.mkdir(parents=True)
    for number, each in enumerate(files):
        (descriptors / str(number)).symlink_to(each)


def test_session_that_a_proxy_has_open_is_live_however_long_it_is_silent(path: Path) -> None:
    open_in_the_proxy(path, path)
    assert judge(path, proxy_at(path)).is_live(path, LONG_AGO)


def test_session_that_its_proxy_has_closed_is_not_live(path: Path) -> None:
    open_in_the_proxy(path)
    assert not judge(path, proxy_at(path)).is_live(path, LONG_AGO)


def test_session_that_began_since_its_proxy_is_live_where_no_system_tells(path: Path) -> None:
    found = judge(path, proxy_at(path))
    assert found.is_live(path, LONG_AGO.replace(month=2))
    assert not found.is_live(path, LONG_AGO.replace(year=2025))
    assert not found.is_live(path, None)


def test_proxy_of_another_folder_tells_nothing(path: Path, tmp_path: Path) -> None:
    other = Listening(PID, tmp_path / "elsewhere", LONG_AGO.timestamp())
    assert not judge(path, other).is_live(path, LONG_AGO.replace(month=2))


def test_without_a_proxy_a_file_that_was_just_written_is_live(path: Path) -> None:
    written_s = path.stat().st_mtime
    assert judge(path, now_s=written_s + 5).is_live(path, None)
    assert not judge(path, now_s=written_s + 500).is_live(path, None)


def test_deleted_recording_is_not_live(tmp_path: Path) -> None:
    assert not was_written_lately(tmp_path / "gone.jsonl", 0.0)


def test_proxies_are_asked_once_a_second(path: Path) -> None:
    asked: list[float] = []
    clock = [0.0]

    def proxies() -> Sequence[Listening]:
        asked.append(clock[0])
        return ()

    found = Liveness(proxies, lambda: clock[0])
    for clock[0] in (0.0, 0.5, 1.0, 1.9, 2.0):
        found.is_live(path, None)
    assert asked == [0.0, 1.0, 2.0]


def test_running_proxies_are_found_by_their_notes(
    path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module in (runtime, liveness):
        monkeypatch.setattr(module, "notes_folder", lambda: tmp_path / "notes")
    with noted(RunningProxy(os.getpid(), "ws://127.0.0.1:1/v1", "sim", str(path.parent))):
        (found,) = listening()
    assert (found.pid, found.folder) == (os.getpid(), path.parent)
    assert listening() == []
