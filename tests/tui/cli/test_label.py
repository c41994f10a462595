"""`realtap label`, and where its labels are shown."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from scenes import session, text_turn
from transcript import closed, transcript, write_recording

from realtap.tui.cli.main import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one recording of one turn."""
    write_recording(
        tmp_path / "20260101-000000-gpt-0001.jsonl", transcript(session(), text_turn(), closed())
    )
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    """What a command prints."""
    result = CliRunner().invoke(main, [*arguments, "--recordings", str(folder)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_name_and_note_are_told_by_ls(folder: Path) -> None:
    run(folder, "label", "last", "--name", "no answer", "--note", "see the second call")
    assert '"no answer"' in run(folder, "ls")
    told = json.loads(run(folder, "ls", "--json"))
    assert (told["name"], told["note"]) == ("no answer", "see the second call")


def test_labels_are_printed_when_none_is_given(folder: Path) -> None:
    run(folder, "label", "last", "--name", "x\x1b[31m")
    assert run(folder, "label", "last") == "name  x\\x1b[31m\nnote  \n"


def test_empty_name_takes_it_off(folder: Path) -> None:
    run(folder, "label", "last", "--name", "wrong")
    run(folder, "label", "last", "--name", "")
    assert "wrong" not in run(folder, "ls")


def test_unknown_recording_ends_with_4(folder: Path) -> None:
    result = CliRunner().invoke(main, ["label", "none", "--name", "x", "--recordings", str(folder)])
    assert result.exit_code == 4
    assert "no such recording" in result.stderr


def test_turns_are_responses_that_ended(folder: Path) -> None:
    assert json.loads(run(folder, "ls", "--json"))["turns"] == 1
    assert "   1 turn " in run(folder, "ls")
