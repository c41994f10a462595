"""Findings as JUnit's XML."""

from pathlib import Path
from xml.etree import ElementTree as ET

from realtap.recordings.findings.finding import Finding, Severity
from realtap.tui.cli.findings_junit import report
from realtap.tui.cli.judging import Judged

ERROR = Finding("bad", Severity.ERROR, 1.0, (7, 3), 'a "quoted" <name> \x00 & more', "todo")
INFO = Finding("mild", Severity.INFO, 2.0, (), "what", "todo")


def _suite(*findings: Finding, fail_on: Severity = Severity.ERROR) -> ET.Element:
    judged = Judged(Path("a.jsonl"), findings, ())
    (suite,) = ET.fromstring("\n".join(report([judged], fail_on)))
    return suite


def test_what_is_bad_enough_fails_and_the_rest_is_skipped() -> None:
    suite = _suite(ERROR, INFO)
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite] == ["bad (7, 3)", "mild"]
    assert [child.tag for case in suite for child in case] == ["failure", "skipped"]


def test_the_level_decides_what_fails() -> None:
    assert _suite(INFO, fail_on=Severity.INFO).get("failures") == "1"


def test_any_text_survives_in_xml() -> None:
    failure = _suite(ERROR).find("testcase/failure")
    assert failure is not None
    assert 'a "quoted" <name> \\x00 & more' in str(failure.get("message"))


def test_a_recording_without_findings_is_a_test_that_passes() -> None:
    (case,) = _suite()
    assert case.get("name") == "nothing found"
    assert len(case) == 0
