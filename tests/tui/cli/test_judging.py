"""Recordings under judgement."""

from pathlib import Path

import pytest
from scenes import WEATHER, function_call, output, session, text_answer, user_message
from transcript import client, slugs, transcript, wait, write_recording

from realtap.recordings.errors import UsageError
from realtap.recordings.findings.finding import Severity
from realtap.recordings.profiles import XAI
from realtap.tui.cli.judging import checked_slugs, explain, judge, line_numbers, profile_of

STEPS = [
    session(tools=[WEATHER]),
    user_message(),
    function_call("get_weather", {"city": "Oslo"}),
    output("call_1"),
    output("call_1"),
    text_answer(),
    function_call("get_weather", {"city": "Rome"}, call_id="call_2"),
    output("call_2"),
    wait(30),
    client("input_audio_buffer.clear", event_id=""),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording with a warning, an error and something worth knowing."""
    return write_recording(tmp_path / "one.jsonl", transcript(STEPS))


def test_findings_are_in_the_order_of_their_time(path: Path) -> None:
    names = slugs(judge(path).findings)
    assert names == ["second-output-for-call", "missing-response-create", "illegal-id"]


def test_findings_can_be_asked_for_from_a_severity_on(path: Path) -> None:
    assert slugs(judge(path).at_least(Severity.ERROR)) == ["missing-response-create"]


def test_an_explanation_begins_with_the_worst(path: Path) -> None:
    assert slugs(explain(path)) == ["missing-response-create", "second-output-for-call"]


def test_events_are_found_by_the_lines_of_the_file(path: Path) -> None:
    judged = judge(path)
    numbers = line_numbers(judged)
    lines = path.read_bytes().splitlines()
    for finding in judged.findings:
        for number in finding.events:
            assert lines[numbers[number] - 1].startswith(b'{"seq":%d,' % number)


def test_names_to_ignore_are_checked() -> None:
    assert checked_slugs(["large-output", "rule-failed"]) == {"large-output", "rule-failed"}
    with pytest.raises(UsageError, match="lists all of them"):
        checked_slugs(["zzz"])


def test_no_profile_leaves_it_to_the_recording() -> None:
    assert profile_of(None) is None
    assert profile_of("xai") is XAI
