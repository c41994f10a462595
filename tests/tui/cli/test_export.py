"""`realtap export`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from scenes import session, text_turn
from transcript import client, closed, transcript, write_recording

from realtap.recordings.reader import Recording
from realtap.tui.cli.main import main

ID = "20260101-000000-gpt-0001"
ENTRIES = transcript(session(), text_turn(), closed(1000, "bye"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one recording."""
    write_recording(tmp_path / f"{ID}.jsonl", ENTRIES)
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--recordings", str(folder)])


def exported(folder: Path, *arguments: str) -> str:
    result = run(folder, "export", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_har_goes_to_stdout(folder: Path) -> None:
    (entry,) = json.loads(exported(folder, "last", "--to", "har"))["log"]["entries"]
    assert len(entry["_webSocketMessages"]) == len(list(Recording(folder / f"{ID}.jsonl").events()))


def test_exported_har_is_imported_as_the_same_session(folder: Path, tmp_path: Path) -> None:
    har = folder / "out" / "x.har"
    assert exported(folder, "last", "--to", "har", "-o", str(har)) == f"{har}\n"
    result = run(folder / "again", "import", str(har))
    _, *lines = Recording(Path(result.stdout.strip())).entries()
    assert lines == ENTRIES[1:]


def test_several_recordings_go_into_one_har(folder: Path) -> None:
    har = json.loads(exported(folder, ID, "last", "--to", "har"))
    assert len(har["log"]["entries"]) == 2


def test_plain_lines_come_back_as_the_same_events(folder: Path) -> None:
    plain = folder / "plain"
    exported(folder, "last", "--to", "jsonl", "--output", str(plain))
    result = run(folder / "again", "import", str(plain))
    again = list(Recording(Path(result.stdout.strip())).events())
    assert again == list(Recording(folder / f"{ID}.jsonl").events())


def test_plain_lines_are_of_one_recording(folder: Path) -> None:
    result = run(folder, "export", ID, ID, "--to", "jsonl")
    assert result.exit_code == 2
    assert "--to jsonl takes one RECORDING" in result.stderr


def test_file_that_is_there_is_kept_unless_forced(folder: Path) -> None:
    target = folder / "x.har"
    target.write_text("old")
    result = run(folder, "export", "last", "--to", "har", "-o", str(target))
    assert result.exit_code == 2
    assert "add --force" in result.stderr
    assert target.read_text() == "old"
    exported(folder, "last", "--to", "har", "-o", str(target), "--force")
    assert target.read_text() != "old"
    assert target.stat().st_mode & 0o777 == 0o600


def test_file_that_cannot_be_written_is_told(folder: Path) -> None:
    target = str(folder / f"{ID}.jsonl" / "x.har")
    result = run(folder, "export", "last", "--to", "har", "-o", target)
    assert result.exit_code == 2
    assert "choose another file with --output" in result.stderr


def test_unknown_recording_ends_with_4(folder: Path) -> None:
    assert run(folder, "export", "none", "--to", "har").exit_code == 4


def test_line_that_cannot_be_read_is_left_out_and_told(folder: Path) -> None:
    path = folder / f"{ID}.jsonl"
    with path.open("ab") as file:
        file.write(b'{"seq":9\n')
    result = run(folder, "export", "last", "--to", "har")
    assert result.exit_code == 0
    assert f"recording {path} line " in result.stderr
    assert "it was left out" in result.stderr


def test_secret_in_a_recording_of_another_hand_is_not_exported(folder: Path) -> None:
    key = "sk-proj-AAAAbbbbCCCCddddEEEE1111"
    write_recording(folder / f"{ID}.jsonl", transcript(client("x.y", key=key)))
    assert key not in exported(folder, "last", "--to", "har")
    assert key not in exported(folder, "last", "--to", "jsonl")
