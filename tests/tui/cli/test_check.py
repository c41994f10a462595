"""`realtap check`: recordings in, findings and an exit code out."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from scenes import WEATHER, error, function_call, output, session, text_answer, user_message
from transcript import closed, transcript, wait, write_recording

from realtap.recordings.profiles import PROFILES
from realtap.tui.cli import check, main
from realtap.tui.cli.exit_codes import ExitCode

BEGIN = [session(tools=[WEATHER]), user_message("The weather in Oslo?")]
CALL = function_call("get_weather", {"city": "Oslo"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A correct session, one with an error, and one with a warning."""
    entries = {
        "20260101-000001-good": [BEGIN, CALL, output("call_1"), text_answer(), closed()],
        "20260101-000002-warned": [BEGIN, CALL, output("call_1"), output("call_1"), text_answer()],
        "20260101-000003-broken": [BEGIN, CALL, output("call_1"), wait(30), closed()],
    }
    for name, steps in entries.items():
        write_recording(tmp_path / f"{name}.jsonl", transcript(steps))
    return tmp_path


def realtap(folder: Path, *arguments: str) -> Result:
    return CliRunner(env={"REALTAP_RECORDINGS": str(folder)}).invoke(main, ["check", *arguments])


# The exit code.


@pytest.mark.parametrize(
    ("recording", "fail_on", "code"),
    [
        ("20260101-000001-good", "info", ExitCode.FINE),
        ("20260101-000002-warned", "error", ExitCode.FINE),
        ("20260101-000002-warned", "warning", ExitCode.FOUND),
        ("20260101-000003-broken", "error", ExitCode.FOUND),
    ],
)
def test_the_exit_code_tells_whether_something_that_bad_was_found(
    folder: Path, recording: str, fail_on: str, code: ExitCode
) -> None:
    assert realtap(folder, recording, "--fail-on", fail_on).exit_code == code


def test_an_ignored_finding_does_not_count(folder: Path) -> None:
    result = realtap(folder, "last", "--ignore", "missing-response-create", "--fail-on", "info")
    assert result.exit_code == ExitCode.FINE
    assert "nothing found" in result.stdout


def test_an_unknown_name_after_ignore_is_told_with_the_nearest(folder: Path) -> None:
    result = realtap(folder, "last", "--ignore", "missing-response-creat")
    assert result.exit_code == ExitCode.USAGE
    assert "did you mean missing-response-create?" in result.stderr


def test_a_recording_that_is_missing_is_another_exit_code(folder: Path) -> None:
    assert realtap(folder, "nowhere.jsonl").exit_code == ExitCode.RECORDING


def test_a_profile_can_be_chosen(folder: Path) -> None:
    assert realtap(folder, "last", "--profile", "xai").exit_code == ExitCode.FOUND
    assert realtap(folder, "last", "--profile", "mars").exit_code == ExitCode.USAGE


def test_all_profiles_can_be_chosen() -> None:
    assert set(check.PROFILES) == set(PROFILES)


# What is printed.


def test_a_finding_is_told_with_its_events_and_its_page(folder: Path) -> None:
    told = realtap(folder, "last").stdout
    assert "✗ error   missing-response-create (10.95 s, events 17, 9)" in told
    assert "get_weather (call_1)" in told
    assert "→ send" in told
    assert "docs/findings/missing-response-create.md" in told
    assert "1 error, 0 warnings, 0 infos in 1 recording" in told


def test_several_recordings_are_told_one_after_the_other(folder: Path) -> None:
    names = ["20260101-000001-good", "20260101-000002-warned"]
    told = realtap(folder, *names).stdout
    assert [line for line in told.splitlines() if line.endswith(".jsonl")] == [
        f"{name}.jsonl" for name in names
    ]
    assert "0 errors, 1 warning, 0 infos in 2 recordings" in told


def test_nothing_escapes_to_the_terminal(tmp_path: Path) -> None:
    named = function_call("\x1b]0;gotcha\x07", {})
    path = write_recording(tmp_path / "evil.jsonl", transcript(BEGIN, named))
    assert "\x1b" not in realtap(tmp_path, str(path)).stdout


def test_json_is_one_object_a_finding(folder: Path) -> None:
    (line,) = realtap(folder, "last", "--format", "json").stdout.splitlines()
    value = json.loads(line)
    assert value["slug"] == "missing-response-create"
    assert value["recording"].endswith("20260101-000003-broken.jsonl")
    assert value["events"] == [17, 9]


def test_junit_has_a_suite_a_recording(folder: Path) -> None:
    names = ["20260101-000001-good", "20260101-000003-broken"]
    root = ET.fromstring(realtap(folder, *names, "--format", "junit").stdout)
    assert [suite.get("failures") for suite in root] == ["0", "1"]


def test_sarif_points_at_the_line_of_the_event(folder: Path) -> None:
    (run,) = json.loads(realtap(folder, "last", "--format", "sarif").stdout)["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    path = folder / "20260101-000003-broken.jsonl"
    assert place["artifactLocation"]["uri"] == path.as_posix()
    line = path.read_text().splitlines()[place["region"]["startLine"] - 1]
    assert json.loads(line)["seq"] == 17


def test_github_gets_an_annotation(folder: Path) -> None:
    (line,) = realtap(folder, "last", "--format", "github").stdout.splitlines()
    assert line.startswith("::error file=")
    assert ",line=19,title=missing-response-create::the output of get_weather" in line


def test_a_recording_below_this_folder_is_named_from_here(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    line = realtap(folder, "last", "--format", "github").stdout
    assert line.startswith(f"::error file={folder.name}/20260101-000003-broken.jsonl,")


def test_damaged_lines_are_told_and_the_rest_is_judged(folder: Path) -> None:
    path = folder / "20260101-000003-broken.jsonl"
    path.write_bytes(path.read_bytes() + b'{"seq":99,"at":')
    result = realtap(folder, "last")
    assert "the last line is torn" in result.stderr
    assert result.exit_code == ExitCode.FOUND


# Several recordings.


def test_an_error_that_a_reconnect_runs_into_again_is_told(tmp_path: Path) -> None:
    for name in ("first", "second"):
        entries = transcript(session(), error("insufficient_quota"), closed())
        write_recording(tmp_path / f"{name}.jsonl", entries)
    told = realtap(tmp_path, "first", "second").stdout
    assert told.count("do not connect again") == 1
    assert told.index("second.jsonl") < told.index("do not connect again")
    quiet = realtap(tmp_path, "first", "second", "--ignore", "same-fatal-error-again").stdout
    assert "do not connect again" not in quiet
