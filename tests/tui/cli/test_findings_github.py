"""Findings as annotations of GitHub's workflows."""

from pathlib import Path

from realtap.recordings.findings.finding import Finding, Severity
from realtap.tui.cli.findings_github import report
from realtap.tui.cli.judging import Judged

PATH = Path("a,b/c.jsonl")


def _line(*events: int, what: str = "what") -> str:
    found = Finding("large-output", Severity.INFO, 1.0, events, what, "todo")
    (line,) = report([Judged(PATH, (found,), ())], {PATH: {7: 9}})
    return line


def test_a_finding_is_a_command_with_its_place() -> None:
    expected = "::notice file=a%2Cb/c.jsonl,line=9,title=large-output::what. To do: todo."
    assert _line(7) == expected


def test_a_finding_without_events_points_at_the_files_beginning() -> None:
    assert ",line=1," in _line()


def test_a_text_cannot_begin_a_command_of_its_own() -> None:
    assert "50%25%0A::error::" in _line(7, what="50%\n::error::")
