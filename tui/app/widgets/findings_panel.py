"""All findings of the session, the worst first, each with what happened and what to do."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from rich.cells import cell_len

from ....recordings.findings.finding import Finding
from ....recordings.plain import safe
from ..details import SEVERITY_INKS
from ..ink import Ink, Span, Spans, text_of_spans
from ..session.session import Session
from ..wording import offset
from .text_lines import TextLine, TextLines

INDENT = 11
"""What happened stands below the name, and not below the severity."""


class FindingsPanel(TextLines):
    """What is wrong in the session; the cursor goes from finding to finding."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__("", id=id)
        self._session = session
        self._findings: list[Finding] = []
        self._starts: list[int] = []
        """The first line of each finding; none while the panel is hidden."""
        self._chosen: Finding | None = None

    def update_findings(self) -> None:
        """There are others; the selected one stays selected."""
        top = round(self.scroll_offset.y)
        by_severity = sorted(
            self._session.findings, key=lambda each: (-each.severity.rank, each.at)
        )
        self._findings = by_severity
        self.show(self._lines_for)
        if self._chosen is not None:
            self.select(self._chosen)
        self.scroll_to(y=top, animate=False, force=True)

    def _lines_for(self, width: int) -> Sequence[TextLine]:
        lines: list[TextLine] = []
        self._starts = []
        for each in self._findings:
            self._starts.append(len(lines))
            lines += self._told(each, width)
        return lines

    def _told(self, found: Finding, width: int) -> Iterator[TextLine]:
        seq = f"#{found.events[0]} " if found.events else ""
        head = [
            Span(
                f" {self.glyphs.severity(found.severity)} {found.severity:<8}",
                SEVERITY_INKS[found.severity],
            ),
            Span(found.slug, Ink.STRONG),
            Span(f"  {seq}{offset(found.at)}  ", Ink.QUIET),
        ]
        todo = f"{self.glyphs.leads_to} {found.todo}"
        used = cell_len(text_of_spans(head))
        if used + cell_len(found.what) + cell_len(todo) + 3 <= width:
            yield TextLine([*head, Span(f"{found.what}  "), Span(todo, Ink.FINE)])
            return
        yield TextLine(head)
        yield from self._wrapped(found.what, width, Ink.PLAIN)
        yield from self._wrapped(todo, width, Ink.FINE)

    def _wrapped(self, text: str, width: int, ink: Ink) -> Iterator[TextLine]:
        for line in wrap(safe(text), max(width - INDENT - 1, 20)):
            yield TextLine([Span(" " * INDENT), Span(line, ink)])

    # The selected finding.

    def _build(self) -> None:
        super()._build()
        if self._chosen is not None:
            self.select(self._chosen)

    @property
    def _place(self) -> int:
        """Which finding the cursor is on."""
        return max(sum(start <= self.cursor for start in self._starts) - 1, 0)

    @property
    def finding(self) -> Finding | None:
        """The selected one."""
        return self._findings[self._place] if self._findings else None

    def select(self, finding: Finding) -> None:
        """Put the cursor on a finding."""
        self._chosen = finding
        if self._starts and finding in self._findings:
            self._go_to_finding(self._findings.index(finding))

    def _go_to_finding(self, place: int) -> None:
        """All of its lines are shown, the first of them selected."""
        place = max(min(place, len(self._findings) - 1), 0)
        self._chosen = self._findings[place]
        end = self._starts[place + 1] if place + 1 < len(self._starts) else self.count
        self.go_to(end - 1)
        self.go_to(self._starts[place])

    def action_move(self, lines: int) -> None:
        """Some findings down, or up."""
        if self._starts:
            self._go_to_finding(self._place + lines)
            self.post_message(self.Moved(self))

    def empty(self) -> Spans:
        if self._session.is_studied:
            return [Span(f" {self.glyphs.fine} nothing was found", Ink.FINE)]
        return [Span(" reading the events …", Ink.QUIET)]
