"""`realtap demo`: the whole product in one process."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from realtap_process import COMMAND

from realtap.proxy.demo.mistakes import Mistake
from realtap.recordings.reader import outline
from realtap.tui.cli import main
from realtap.tui.cli.exit_codes import ExitCode


def demo(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "demo", *arguments, "--recordings", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )


def numbered(output: str) -> list[str]:
    return [line for line in output.splitlines() if re.match(r" *\d+ +\d+\.\d{3} ", line)]


@pytest.mark.slow
def test_demo_shows_a_whole_conversation_and_what_to_try_next(tmp_path: Path) -> None:
    run = demo(tmp_path, "--headless")
    assert run.returncode == ExitCode.FINE
    assert run.stderr == ""
    for words in (
        "function call: the user types “What is the weather in Paris?”",
        "It is sunny in Paris, with 21 degrees.",
        "cancelled (turn_detected)",
        "conversation.item.truncated",
        "Where is the function's name?",
        "response.create, event ",
        "realtap",
    ):
        assert words in run.stdout
    (path,) = tmp_path.glob("*.jsonl")
    assert str(path) in run.stdout
    assert outline(path).is_complete
    assert "\x1b[" not in run.stdout


def test_mistake_is_shown_and_explained(tmp_path: Path) -> None:
    run = demo(tmp_path, "--mistake", "beta-fields")
    assert run.returncode == ExitCode.FINE
    assert "shows as an error; the whole update is dropped" in run.stdout
    assert "(event 3)" in run.stdout
    assert len(numbered(run.stdout)) == 3


EXPLAINED_BY = {
    Mistake.NO_RESPONSE_CREATE: "missing-response-create",
    Mistake.RESPONSE_CREATE_TOO_EARLY: "response-create-while-active-after-tool",
    Mistake.TWO_RESPONSE_CREATES: "several-response-creates-for-parallel-calls",
    Mistake.ONE_OUTPUT_OF_TWO: "parallel-calls-partly-answered",
    Mistake.CALL_NEVER_ANSWERED: "call-never-answered",
    Mistake.UNKNOWN_CALL_ID: "unknown-call-id",
    Mistake.ITEM_ID_AS_CALL_ID: "unknown-call-id",
    Mistake.OUTPUT_NOT_A_STRING: "malformed-function-call-output",
    Mistake.SECOND_OUTPUT: "second-output-for-call",
    Mistake.BETA_FIELDS: "beta-fields-on-ga-server",
    Mistake.COMMIT_UNDER_VAD: "commit-under-vad",
    Mistake.BINARY_AUDIO: "binary-client-frame",
    Mistake.NO_TRUNCATE: "missing-truncate",
}


@pytest.mark.slow
@pytest.mark.parametrize("mistake", Mistake)
def test_each_mistake_ends_with_the_finding_that_explains_it(
    tmp_path: Path, mistake: Mistake
) -> None:
    output = demo(tmp_path, "--mistake", mistake).stdout
    found = output.partition("What realtap found")[2].splitlines()
    assert found[1].split()[2] == EXPLAINED_BY[mistake]


def test_every_event_is_told_after_the_heading_that_announces_it(tmp_path: Path) -> None:
    output = demo(tmp_path, "--mistake", "no-response-create").stdout
    before, after = output.split("the mistake: the app returns", 1)
    assert "function_call_output" not in before
    assert "get_weather → " in after


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a signal")
def test_ctrl_c_ends_the_demo_in_order(tmp_path: Path) -> None:
    command = [*COMMAND, "demo", "--recordings", str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        while "session.updated" not in process.stdout.readline():
            assert process.poll() is None
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=20)
        assert time.monotonic() - began < 3
    assert process.returncode == ExitCode.INTERRUPTED
    assert stderr == ""
    assert "Try next" in stdout
    (path,) = tmp_path.glob("*.jsonl")
    assert outline(path).is_complete


def test_mistakes_are_listed_one_a_line() -> None:
    output = CliRunner().invoke(main, ["demo", "--list-mistakes"]).stdout
    assert [line.split()[0] for line in output.splitlines()] == list(Mistake)


def test_reader_that_has_had_enough_ends_the_demo_quietly(tmp_path: Path) -> None:
    command = [*COMMAND, "demo", "--recordings", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == ExitCode.FINE


@pytest.mark.slow
def test_mock_makes_up_for_the_apps_mistake(tmp_path: Path) -> None:
    mocks = tmp_path / "mocks.toml"
    mocks.write_text('[[mock]]\ncall = "get_weather"\noutput = "mocked"\n')
    run = demo(tmp_path, "--headless", "--mistake", "no-response-create", "--mocks", str(mocks))
    assert run.returncode == ExitCode.FINE
    assert "[mock get_weather] get_weather → mocked" in run.stdout
    assert "missing-response-create" not in run.stdout


@pytest.mark.slow
def test_fault_happens_to_the_demos_app(tmp_path: Path) -> None:
    run = demo(tmp_path, "--headless", "--fault", "cut:when=session.created")
    assert run.returncode == ExitCode.FINE
    assert "realtap cuts both connections: fault cut" in run.stdout


def test_unknown_fault_is_refused_before_the_demo_begins(tmp_path: Path) -> None:
    run = demo(tmp_path, "--headless", "--fault", "stahl")
    assert (run.returncode, run.stdout) == (ExitCode.USAGE, "")
    assert "did you mean stall?" in run.stderr
