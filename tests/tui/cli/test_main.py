"""The group: help, version, colour, and how errors end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from realtap_process import COMMAND

from realtap.recordings.errors import RecordingError, UsageError, WireError
from realtap.tui.cli import main
from realtap.tui.cli.exit_codes import ExitCode, exit_code_for

HEAVY = ("textual", "mitmproxy", "websockets", "rich", "asyncio", "msgspec", "platformdirs")


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import json, sys\n"
        "from realtap.tui.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(json.loads(run.stderr))
    assert loaded.isdisjoint(HEAVY)
    assert "realtap demo" in run.stdout


def test_help_names_all_commands() -> None:
    output = CliRunner().invoke(main, ["--help"]).output
    for command in ("demo", "proxy", "sim", "ls", "show"):
        assert f"\n  {command} " in output


def test_version_is_the_installed_one() -> None:
    assert CliRunner().invoke(main, ["--version"]).output.startswith("realtap 0.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["shwo"], "no such command 'shwo'"),
        (["show"], "missing argument 'RECORDING'"),
        (["proxy", "--listen", "8484x"], "write it as 127.0.0.1:8484"),
        (["proxy", "--listen", "127.0.0.1:99999"], "write it as 127.0.0.1:8484"),
        (["proxy", "--upstream", "https://example.com", "--listen", "127.0.0.1:0"], "upstream"),
        (["proxy", "--listen", "0.0.0.0:0"], "--allow-remote"),
        (["sim", "--listen", "192.168.1.5:0"], "--allow-remote"),
        (["sim", "--script", "/no/such/file.toml", "--listen", "127.0.0.1:0"], "file.toml"),
        (["demo", "--mistake", "no-respond-create"], "did you mean no-response-create?"),
        (["show", "last", "--raw", "--json"], "exclude each other"),
    ],
)
def test_wrong_options_end_with_2_and_one_sentence(
    arguments: list[str], words: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = str(tmp_path_factory.mktemp("recordings"))
    run = CliRunner(env={"REALTAP_RECORDINGS": folder}).invoke(main, arguments)
    assert run.exit_code == ExitCode.USAGE
    assert words in run.stderr
    assert run.stderr.count("\n") == 1
    assert run.stdout == ""


def test_unknown_mistake_lists_all() -> None:
    run = CliRunner().invoke(main, ["demo", "--mistake", "everything"])
    assert "response-create-too-early, two-response-creates" in run.stderr


def test_each_error_has_its_exit_code(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("recordings") / "a.jsonl"
    assert exit_code_for(UsageError("…")) is ExitCode.USAGE
    assert exit_code_for(WireError("…")) is ExitCode.WIRE
    assert exit_code_for(RecordingError("…", path=path)) is ExitCode.RECORDING


def test_unwritable_folder_names_the_flag_that_mends_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    in_the_way = tmp_path_factory.mktemp("place") / "file"
    in_the_way.write_text("no folder")
    for command in ("demo", "proxy"):
        run = CliRunner().invoke(main, [command, "--recordings", str(in_the_way)])
        assert run.exit_code == ExitCode.USAGE
        assert "--recordings" in run.stderr
        assert run.stderr.count("\n") == 1


def test_bare_command_shows_what_there_is() -> None:
    run = CliRunner().invoke(main, [])
    assert run.exit_code == ExitCode.USAGE
    assert "realtap demo" in run.stderr
    assert run.stdout == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_full_disk_under_the_output_is_told_in_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [*COMMAND, "demo", "--list-mistakes"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert run.returncode == ExitCode.USAGE
    assert run.stderr == "realtap: the output cannot be written: its disk is full\n"
