"""Findings as JUnit's XML, which CI systems show as tests: a suite a recording, a case a finding."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import quoteattr

from ...recordings.findings.finding import Finding, Severity
from ...recordings.plain import safe
from .judging import Judged


def report(judged: Sequence[Judged], fail_on: Severity) -> Iterator[str]:
    """The document, line by line. What is less severe than `fail_on` is a case that passes."""
    failed = sum(len(each.at_least(fail_on)) for each in judged)
    cases = sum(max(1, len(each.findings)) for each in judged)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuites name="realtap check" tests="{cases}" failures="{failed}">'
    for each in judged:
        name = _attribute(each.path.stem)
        failures = len(each.at_least(fail_on))
        tests = max(1, len(each.findings))
        yield f'  <testsuite name={name} tests="{tests}" failures="{failures}">'
        if not each.findings:
            yield f'    <testcase classname={name} name="nothing found"/>'
        for finding in each.findings:
            yield from _case(finding, name, is_failure=finding.severity.is_at_least(fail_on))
        yield "  </testsuite>"
    yield "</testsuites>"


def _case(finding: Finding, classname: str, *, is_failure: bool) -> Iterator[str]:
    numbers = ", ".join(map(str, finding.events))
    title = _attribute(f"{finding.slug} ({numbers})" if numbers else finding.slug)
    text = f"{finding.what}. To do: {finding.todo}. See {finding.page}"
    yield f'    <testcase classname={classname} name={title} time="{finding.at:.3f}">'
    if is_failure:
        yield f'      <failure type="{finding.severity}" message={_attribute(text)}/>'
    else:
        yield f"      <skipped message={_attribute(f'{finding.severity}: {text}')}/>"
    yield "    </testcase>"


def _attribute(text: str) -> str:
    """A quoted attribute; what XML cannot hold at all is written as an escape."""
    return quoteattr(safe(text))
