"""Findings as JSON Lines."""

import json
from pathlib import Path

from realtap.recordings.findings.finding import Finding, Severity
from realtap.tui.cli.findings_json import report
from realtap.tui.cli.judging import Judged


def test_each_finding_is_a_line_with_its_recording() -> None:
    found = Finding("a", Severity.INFO, 1.0, (7,), "what “é”", "todo")
    (line,) = report([Judged(Path("x/a.jsonl"), (found,), ())])
    assert json.loads(line) == {"recording": "x/a.jsonl", **found.as_json()}
    assert "“é”" in line


def test_a_recording_without_findings_has_no_line() -> None:
    assert list(report([Judged(Path("a.jsonl"), (), ())])) == []
