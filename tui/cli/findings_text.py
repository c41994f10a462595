"""Findings as lines for people: on a terminal in colour, anywhere with glyph, letter and word."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

import click

from ...recordings.findings.finding import Finding, Severity
from ...recordings.plain import safe
from .judging import Judged

GLYPHS = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.INFO: "i"}
COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
WORD_WIDTH = len(Severity.WARNING)
_INDENT = "    "
_NARROWEST = 40


def finding_lines(finding: Finding, *, session: str = "", width: int | None = None) -> list[str]:
    """One finding.

    Args:
        finding: What was found.
        session: The recording's name, where several are told side by side.
        width: Columns to wrap at; None wraps nothing.
    """
    word = f"{GLYPHS[finding.severity]} {finding.severity:<{WORD_WIDTH}}"
    where = f"{finding.at:.2f} s"
    if finding.events:
        plural = "s" * (len(finding.events) > 1)
        where += f", event{plural} {', '.join(map(str, finding.events))}"
    head = [
        click.style(word, fg=COLOURS[finding.severity], bold=True),
        click.style(finding.slug, bold=True),
        click.style(f"({session}: {where})" if session else f"({where})", dim=True),
    ]
    return [
        " ".join(head),
        *_paragraph(f"{safe(finding.what)}", width),
        *_paragraph(f"→ {safe(finding.todo)}", width),
        click.style(f"{_INDENT}{finding.page}", dim=True),
    ]


def _paragraph(text: str, width: int | None) -> list[str]:
    if width is None:
        return [_INDENT + text]
    return wrap(
        text,
        max(width, _NARROWEST),
        initial_indent=_INDENT,
        subsequent_indent=_INDENT,
        break_on_hyphens=False,
        break_long_words=False,
    )


def report(judged: Sequence[Judged], *, width: int | None = None) -> Iterator[str]:
    """The findings of several recordings, and how many there are."""
    for each in judged:
        yield click.style(each.path.name, underline=True)
        if not each.findings:
            yield "  nothing found"
        for finding in each.findings:
            yield from finding_lines(finding, width=width)
        yield ""
    yield f"{counted(each.findings for each in judged)} in {_many(len(judged), 'recording')}"


def counted(findings: Iterable[Iterable[Finding]]) -> str:
    """`1 error, 2 warnings, 0 infos`."""
    severities = [finding.severity for some in findings for finding in some]
    return ", ".join(_many(severities.count(each), each) for each in Severity)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
