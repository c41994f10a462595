"""A command behind the interface: it says where it listens, and ends in order."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from realtap_process import DEADLINE_S

from realtap.recordings.errors import UsageError
from realtap.tui.cli import main
from realtap.tui.cli.background import Background, newest_after
from realtap.tui.cli.exit_codes import ExitCode


def test_a_command_in_the_background_says_where_it_listens_and_ends_when_told() -> None:
    simulator = Background(["sim", "--listen", "127.0.0.1:0"])
    try:
        url = simulator.first_line()
    finally:
        output = simulator.stop()
    assert url.startswith("ws://127.0.0.1:")
    assert output == f"{url}\n"
    assert simulator.exit_code == ExitCode.INTERRUPTED


def test_a_command_that_cannot_start_is_one_sentence() -> None:
    command = Background(["sim", "--listen", "nonsense"])
    with pytest.raises(UsageError, match="is not an address"):
        command.first_line()


def test_the_newest_recording_is_the_one_that_was_not_there_before(tmp_path: Path) -> None:
    old, new = tmp_path / "20260101-000000-m-0000.jsonl", tmp_path / "20260102-000000-m-0000.jsonl"
    old.touch()
    known = frozenset(tmp_path.glob("*.jsonl"))
    assert newest_after(tmp_path, known) is None
    new.touch()
    assert newest_after(tmp_path, known) == new


def test_attach_says_what_to_do_when_no_proxy_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    result = CliRunner().invoke(main, ["attach"])
    assert result.exit_code == ExitCode.WIRE
    assert "no proxy runs: start one with `realtap proxy`" in result.stderr


def test_what_went_wrong_in_a_command_can_be_told_afterwards() -> None:
    command = Background(["sim", "--listen", "nonsense"])
    with pytest.raises(UsageError):
        command.first_line()
    (complaint,) = command.complaints
    assert "is not an address" in complaint
    assert command.said == (f"realtap: {complaint}",)


def test_a_proxy_that_is_a_part_of_another_program_ends_with_it(tmp_path: Path) -> None:
    words = ["--headless", "--listen", "127.0.0.1:0", "--recordings", str(tmp_path)]
    proxy = Background(["proxy", *words, "--until-stdin-ends"], holds_stdin=True)
    proxy.first_line()
    proxy.leave()
    assert proxy._process.wait(DEADLINE_S) == ExitCode.INTERRUPTED
