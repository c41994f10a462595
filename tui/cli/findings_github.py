"""Findings as commands of GitHub's workflows: each becomes an annotation of a run."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ...recordings.findings.finding import Severity
from .judging import Judged

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def report(judged: Sequence[Judged], lines: Mapping[Path, Mapping[int, int]]) -> Iterator[str]:
    """One command a finding; `lines` as in `findings_sarif`."""
    for each in judged:
        by_number = lines.get(each.path, {})
        for finding in each.findings:
            line = by_number.get(finding.events[0], 1) if finding.events else 1
            place = f"file={_property(each.path.as_posix())},line={line}"
            text = f"{finding.what}. To do: {finding.todo}."
            title = f"title={_property(finding.slug)}"
            yield f"::{COMMANDS[finding.severity]} {place},{title}::{_data(text)}"


def _data(text: str) -> str:
    """A message, escaped as the workflow's runner reads it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
