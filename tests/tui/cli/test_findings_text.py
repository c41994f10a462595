"""Findings for people."""

from pathlib import Path

import click

from realtap.recordings.findings.finding import Finding, Severity
from realtap.tui.cli.findings_text import counted, finding_lines, report
from realtap.tui.cli.judging import Judged

FOUND = Finding("large-output", Severity.WARNING, 1.5, (7,), "it is too large", "make it small")


def _plain(finding: Finding, *, session: str = "", width: int | None = None) -> list[str]:
    return [click.unstyle(line) for line in finding_lines(finding, session=session, width=width)]


def test_a_finding_has_glyph_word_name_time_and_page() -> None:
    assert _plain(FOUND) == [
        "! warning large-output (1.50 s, event 7)",
        "    it is too large",
        "    → make it small",
        "    docs/findings/large-output.md",
    ]


def test_a_finding_of_one_of_several_sessions_names_it() -> None:
    assert _plain(FOUND, session="abc")[0] == "! warning large-output (abc: 1.50 s, event 7)"


def test_a_finding_without_events_names_none() -> None:
    silent = Finding("x", Severity.INFO, 0.0, (), "what", "todo")
    assert _plain(silent)[0] == "i info    x (0.00 s)"


def test_sentences_are_wrapped_on_a_terminal() -> None:
    long = Finding("x", Severity.ERROR, 0.0, (), "word " * 40, "todo")
    lines = _plain(long, width=60)
    assert all(len(line) <= 60 for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])


def test_severities_are_counted() -> None:
    assert counted([[FOUND, FOUND], []]) == "0 errors, 2 warnings, 0 infos"


def test_a_recording_without_findings_is_told_too() -> None:
    lines = [click.unstyle(line) for line in report([Judged(Path("a.jsonl"), (), ())])]
    assert lines == [
        "a.jsonl",
        "  nothing found",
        "",
        "0 errors, 0 warnings, 0 infos in 1 recording",
    ]
