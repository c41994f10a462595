"""Findings as SARIF."""

import json
from pathlib import Path

from realtap.recordings.event import Json
from realtap.recordings.findings.finding import Finding, Severity
from realtap.tui.cli.findings_sarif import report
from realtap.tui.cli.judging import Judged

PATH = Path("recordings/a.jsonl")
FOUND = Finding("large-output", Severity.INFO, 1.0, (7, 3), "what", "todo")
NOWHERE = Finding("rule-failed", Severity.WARNING, 2.0, (), "what", "todo")


def _run(*findings: Finding) -> Json:
    document = json.loads(report([Judged(PATH, findings, ())], {PATH: {7: 9, 3: 5}}))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def test_a_result_points_at_its_first_event_and_relates_to_the_others() -> None:
    (result,) = _run(FOUND)["results"]
    lines = [
        place["physicalLocation"]["region"]["startLine"]
        for place in result["locations"] + result["relatedLocations"]
    ]
    assert lines == [9, 5]
    assert result["level"] == "note"


def test_a_result_without_events_points_at_the_files_beginning() -> None:
    (result,) = _run(NOWHERE)["results"]
    (place,) = result["locations"]
    assert place["physicalLocation"]["region"]["startLine"] == 1


def test_each_rule_is_described_once_with_its_page() -> None:
    run = _run(FOUND, FOUND, NOWHERE)
    described = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in described] == ["large-output", "rule-failed"]
    assert described[0]["helpUri"] == "docs/findings/large-output.md"
    assert [result["ruleIndex"] for result in run["results"]] == [0, 0, 1]
