"""Findings as SARIF 2.1.0, the format of static analysers that code hosts and editors read."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from ...recordings.event import Json
from ...recordings.findings.finding import Finding, Severity
from .judging import Judged

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def report(judged: Sequence[Judged], lines: Mapping[Path, Mapping[int, int]]) -> str:
    """The document.

    Args:
        judged: The recordings.
        lines: Of each, the line of each event that a finding is about.
    """
    findings = [finding for each in judged for finding in each.findings]
    slugs = sorted({finding.slug for finding in findings})
    driver = {
        "name": "realtap",
        "version": version("realtap"),
        "rules": [{"id": slug, "helpUri": page} for slug, page in _pages(slugs, findings)],
    }
    results = [
        _result(finding, each.path, lines.get(each.path, {}), slugs.index(finding.slug))
        for each in judged
        for finding in each.findings
    ]
    document = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _pages(slugs: Sequence[str], findings: Sequence[Finding]) -> list[tuple[str, str]]:
    pages = {finding.slug: finding.page for finding in findings}
    return [(slug, pages[slug]) for slug in slugs]


def _result(finding: Finding, path: Path, lines: Mapping[int, int], index: int) -> Json:
    places = [_location(path, lines.get(number, 1)) for number in finding.events]
    return {
        "ruleId": finding.slug,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.what}. To do: {finding.todo}."},
        "locations": places[:1] or [_location(path, 1)],
        "relatedLocations": places[1:],
        "properties": {"at": round(finding.at, 6), "events": list(finding.events)},
    }


def _location(path: Path, line: int) -> Json:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": path.as_posix()},
            "region": {"startLine": line},
        }
    }
