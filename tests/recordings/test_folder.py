"""The folder of recordings: where it is, what files are called, how they are found."""

import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings import folder as folder_module
from realtap.recordings.errors import RecordingError, UsageError
from realtap.recordings.folder import RecordingsFolder

STARTED = datetime(2026, 11, 20, 14, 15, 12, 123456, tzinfo=UTC)
NAMES = (
    "20261120-141512-gpt-realtime-aaaa",
    "20261120-141513-gpt-realtime-aabb",
    "20261121-080000-grok-voice-cccc",
)


@pytest.fixture
def folder(tmp_path: Path) -> RecordingsFolder:
    return RecordingsFolder(tmp_path / "recordings")


@pytest.fixture
def full(folder: RecordingsFolder) -> RecordingsFolder:
    """A folder with three recordings and two files that are none."""
    folder.path.mkdir()
    for name in (*NAMES, ".20261122-080000-x-dddd"):
        (folder.path / f"{name}.jsonl").write_text("{}")
    (folder.path / "notes.txt").write_text("mine")
    (folder.path / "20991231-000000-folder-eeee.jsonl").mkdir()
    return folder


# Where it is.


def test_last_is_a_session_not_the_note_of_a_plain_request(tmp_path: Path) -> None:
    session, note = tmp_path / "20260101-000000-a.jsonl", tmp_path / "20260101-000001-b.jsonl"
    session.write_text('{"realtap":1,"id":"a","started":"","via":"reverse"}\n')
    note.write_text('{"realtap":1,"id":"b","started":"","via":"http"}\n')
    assert RecordingsFolder(tmp_path).find("last") == session


def test_option_comes_first(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    environ = {"REALTAP_RECORDINGS": "from-environment"}
    assert RecordingsFolder.default("here", environ, tmp_path).path == tmp_path / "here"
    assert RecordingsFolder.default("/abs", environ, tmp_path).path == Path("/abs")


def test_environment_comes_before_the_folder_here(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    environ = {"REALTAP_RECORDINGS": "~/rec"}
    assert RecordingsFolder.default(None, environ, tmp_path).path == Path.home() / "rec"


def test_home_of_nobody_stays_a_name(tmp_path: Path) -> None:
    found = RecordingsFolder.default("~nobody-of-this-name/x", {}, tmp_path)
    assert found.path == tmp_path / "~nobody-of-this-name/x"


def test_recordings_here_is_used_when_it_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    assert RecordingsFolder.default(None, {}, tmp_path).path == tmp_path / "recordings"


@pytest.mark.parametrize("kind", ["package", "file", "missing"])
def test_users_data_folder_is_used_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    here = tmp_path / "recordings"
    if kind == "package":
        here.mkdir()
        (here / "__init__.py").touch()
    elif kind == "file":
        here.touch()
    environ = {"REALTAP_RECORDINGS": ""}
    assert RecordingsFolder.default(None, environ, tmp_path).path == tmp_path / "data/recordings"


def test_folder_is_made_when_it_is_made_sure_of(folder: RecordingsFolder) -> None:
    folder.ensure_writable()
    assert list(folder.path.iterdir()) == []


def test_folder_that_cannot_be_written_names_the_flag(folder: RecordingsFolder) -> None:
    folder.path.write_text("a file is in the way")
    with pytest.raises(UsageError, match=r"File exists, name another folder with --recordings DIR"):
        folder.ensure_writable()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_folder_without_permission_names_the_flag(folder: RecordingsFolder) -> None:
    folder.path.mkdir(mode=0o500)
    with pytest.raises(UsageError, match="Permission denied, name another folder"):
        folder.ensure_writable()


# What files are called.


def test_name_tells_time_and_model(folder: RecordingsFolder) -> None:
    path = folder.new_path(STARTED, "gpt-realtime-2.1")
    assert path.parent == folder.path
    assert re.fullmatch(r"20261120-141512-gpt-realtime-2\.1-[0-9a-f]{4}\.jsonl", path.name)


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        (None, "session"),
        ("", "session"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "session"),
        ("ft:gpt-4o:org::id", "ft-gpt-4o-org-id"),
        ("modèle\n\x00", "mod-le"),
        ("x" * 500, "x" * 60),
    ],
)
def test_model_is_made_safe_for_a_file_name(
    folder: RecordingsFolder, model: str | None, shown: str
) -> None:
    assert folder.new_path(STARTED, model).stem[16:-5] == shown


@given(st.text(max_size=200))
def test_any_model_gives_a_short_safe_name(model: str) -> None:
    name = RecordingsFolder(Path("x")).new_path(STARTED, model).name
    assert re.fullmatch(r"[0-9]{8}-[0-9]{6}-[A-Za-z0-9.-]{1,60}-[0-9a-f]{4}\.jsonl", name)


def test_name_that_is_taken_is_not_given_again(
    folder: RecordingsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens: Iterator[str] = iter(["aaaa", "aaaa", "bbbb"])
    monkeypatch.setattr(secrets, "token_hex", lambda _: next(tokens))
    folder.path.mkdir()
    first = folder.new_path(STARTED, "m")
    first.touch()
    assert folder.new_path(STARTED, "m").stem.endswith("bbbb")


# How they are found.


def test_recordings_are_listed_newest_first(full: RecordingsFolder) -> None:
    assert [path.stem for path in full.paths()] == list(reversed(NAMES))


def test_file_of_another_name_is_as_old_as_its_last_write(full: RecordingsFolder) -> None:
    imported = full.path / "imported.jsonl"
    imported.touch()
    os.utime(imported, (STARTED.timestamp() + 3600, STARTED.timestamp() + 3600))
    assert [path.stem for path in full.paths()][:2] == [NAMES[2], "imported"]


def test_sessions_of_the_same_second_are_ordered_by_their_last_write(
    folder: RecordingsFolder,
) -> None:
    folder.path.mkdir()
    for name, written_s in (("bbbb", 100), ("aaaa", 200)):
        path = folder.path / f"20261120-141512-m-{name}.jsonl"
        path.touch()
        os.utime(path, (written_s, written_s))
    assert [path.stem[-4:] for path in folder.paths()] == ["aaaa", "bbbb"]


def test_missing_folder_has_no_recordings(folder: RecordingsFolder) -> None:
    assert folder.paths() == []


def test_folder_that_is_a_file_is_said_so(folder: RecordingsFolder) -> None:
    folder.path.touch()
    with pytest.raises(RecordingError, match=r"cannot be read: Not a directory.*--recordings DIR"):
        folder.paths()


def test_recording_that_vanishes_while_it_is_listed_does_no_harm(tmp_path: Path) -> None:
    assert folder_module._age(tmp_path / "gone.jsonl")[1] == 0.0


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("last", NAMES[2]),
        (NAMES[0], NAMES[0]),
        (f"{NAMES[0]}.jsonl", NAMES[0]),
        ("20261120-141513", NAMES[1]),
        ("20261121", NAMES[2]),
    ],
)
def test_recording_is_found_by_id_beginning_or_last(
    full: RecordingsFolder, name: str, found: str
) -> None:
    assert full.find(name) == full.path / f"{found}.jsonl"


def test_whole_id_wins_over_a_longer_one(full: RecordingsFolder) -> None:
    (full.path / f"{NAMES[0]}-edited.jsonl").touch()
    assert full.find(NAMES[0]).stem == NAMES[0]


def test_path_is_taken_as_it_is(full: RecordingsFolder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.touch()
    assert full.find(str(elsewhere)) == elsewhere


def test_beginning_of_several_lists_them(full: RecordingsFolder) -> None:
    with pytest.raises(RecordingError, match="2 recordings begin so") as caught:
        full.find("20261120")
    assert NAMES[0] in str(caught.value)
    assert NAMES[1] in str(caught.value)
    assert NAMES[2] not in str(caught.value)


def test_many_are_listed_in_part(full: RecordingsFolder) -> None:
    for number in range(9):
        (full.path / f"20270101-00000{number}-m-aaaa.jsonl").touch()
    with pytest.raises(RecordingError, match=r"9 recordings begin so: .* and 4 more; write more"):
        full.find("2027")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("grok", NAMES[2]),
        ("20261120-141512-gpt-realtime-aaab", NAMES[0]),
        ("", NAMES[2]),
        ("zzzz", NAMES[2]),
    ],
)
def test_name_that_is_not_there_lists_the_nearest(
    full: RecordingsFolder, name: str, nearest: str
) -> None:
    with pytest.raises(RecordingError, match=r"no such recording in .*; the nearest: ") as caught:
        full.find(name)
    assert str(caught.value).partition("the nearest: ")[2].startswith(nearest)


@pytest.mark.parametrize("name", ["last", "x", "x" * 5000, "a\x00b"])
def test_empty_folder_says_how_to_fill_it(folder: RecordingsFolder, name: str) -> None:
    with pytest.raises(RecordingError, match="holds no recordings; record a session"):
        folder.find(name)
