"""`realtap test`: the file that it writes passes when it is run."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plugin_user import OPTIONS
from scenes import (
    WEATHER,
    function_call,
    output,
    session,
    text_answer,
    user_message,
)
from transcript import transcript, write_recording

from realtap.tui.cli import main

pytest_plugins = ["pytester"]

ID = "20260101-000000-test"
NAME = "test_20260101_000000_test.py"


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    """A folder of recordings with one session, in which a function is called."""
    steps = transcript(
        session(tools=[WEATHER]),
        user_message("Weather in Oslo?"),
        function_call("get_weather", {"city": "Oslo"}, call_id="call_1", response_id="resp_1"),
        output("call_1", "rain, 4 degrees"),
        text_answer("It rains.", response_id="resp_2"),
    )
    (pytester.path / "sessions").mkdir()
    write_recording(pytester.path / "sessions" / f"{ID}.jsonl", steps)
    return pytester.path


def write_test(folder: Path, *options: str) -> Result:
    runner = CliRunner(env={"REALTAP_RECORDINGS": str(folder / "sessions")})
    return runner.invoke(main, ["test", "last", *options])


def test_the_test_passes_as_it_is(folder: Path, pytester: pytest.Pytester) -> None:
    assert write_test(folder).stdout == f"{NAME}\n"
    pytester.runpytest_inprocess(*OPTIONS).assert_outcomes(passed=1)


def test_the_test_expects_what_was_called_and_answered(folder: Path) -> None:
    write_test(folder)
    text = (folder / NAME).read_text()
    assert "assert_called(realtap_session, 'get_weather', city='Oslo')" in text
    assert "assert_answered(realtap_session)" in text


def test_the_recording_is_kept_with_the_test(folder: Path) -> None:
    write_test(folder, "-o", "tests/test_weather.py")
    kept = folder / "tests" / "recordings" / f"{ID}.jsonl"
    assert kept.read_bytes() == (folder / "sessions" / f"{ID}.jsonl").read_bytes()


def test_a_test_that_is_there_is_not_written_over(folder: Path) -> None:
    write_test(folder)
    refused = write_test(folder)
    assert refused.exit_code != 0
    assert "exists; choose another with --output, or add --force" in refused.stderr
    assert write_test(folder, "--force").exit_code == 0
