"""Draws the list of sessions: one line a recording."""

from dataclasses import dataclass

from rich.cells import cell_len

from ...recordings.plain import safe, size, text_of
from ...recordings.reader import Outline
from .glyphs import Glyphs
from .ink import Ink, Span, Spans, fitted
from .shelf import FINE_CODES, Counts, Shelved
from .wording import age, length, moment

BROAD = 96
"""A narrower list tells neither the year nor the size."""
CLIENT_FROM = 44
"""The client is told where so many cells are left for it and the model."""
LEAST_MODEL = 8
"""Behind a name the model is told where so many cells are left."""
MODEL_WIDTH = 24
"""Where the client is told, the model has so many cells, and a share of what is left over."""


@dataclass(frozen=True, slots=True)
class Widths:
    """The cells of the columns that are not always the same."""

    state: int
    started: int
    model: int
    length: int
    findings: int
    client: int
    has_size: bool

    @classmethod
    def of(cls, width: int) -> "Widths":
        """For a list of so many cells."""
        is_broad = width >= BROAD
        state, started, length_, findings = (12, 18, 10, 13) if is_broad else (12, 12, 8, 10)
        left = width - 3 - state - started - length_ - 7 - 6 - 6 - 2 - findings
        left -= 10 if is_broad else 0
        client = max(left - MODEL_WIDTH, 0) * 2 // 3 if left > CLIENT_FROM else 0
        model = max(min(left - client, 48), 8)
        return cls(state, started, model, length_, findings, client, is_broad)


def head(width: int) -> Spans:
    """The names of the columns."""
    columns = Widths.of(width)
    text = (
        f"   {'state':<{columns.state}}{'started UTC':<{columns.started}}{'model':<{columns.model}}"
        f"{'length':>{columns.length}}{'events':>7}{'turns':>6}{'calls':>6}"
        f"  {'findings':<{columns.findings}}"
    )
    text += f"{'size':>10}" if columns.has_size else ""
    text += f"  {'client':<{columns.client}}" if columns.client else ""
    return [Span(text, Ink.QUIET)]


def line(each: Shelved, width: int, glyphs: Glyphs) -> Spans:
    """One recording as a line."""
    columns = Widths.of(width)
    found = each.found
    state = _state(each, columns, glyphs)
    if found is None:
        return [state, Span(f"{each.path.name}  ", Ink.STRONG), Span(each.trouble, Ink.ERROR)]
    started = moment(found.header.started)
    form = "%Y-%m-%d %H:%M" if columns.has_size else "%m-%d %H:%M"
    when = started.strftime(form) if started else each.path.stem[: columns.started - 2]
    spans = [state, Span(f"{when:<{columns.started}}", Ink.QUIET)]
    spans += _request(each, columns, glyphs) or _told(each, found, columns, glyphs)
    if columns.has_size:
        spans.append(Span(f"{size(found.size_bytes):>10}", Ink.QUIET))
    if columns.client:
        agent = text_of(found.header.client.get("agent")) or "unknown client"
        spans.append(Span(f"  {agent}", Ink.QUIET))
    return spans


def _told(each: Shelved, found: Outline, columns: Widths, glyphs: Glyphs) -> Spans:
    """What a session is called, and its numbers."""
    counts = each.counts
    return [
        *_named(each, columns.model, glyphs),
        Span(f"{length(found.last_at):>{columns.length}}"),
        Span(f"{brief(found.events):>7}"),
        Span(f"{brief(found.turns):>6}"),
        Span(f"{'' if counts is None else brief(counts.calls):>6}  "),
        *_findings(counts, columns.findings, glyphs),
    ]


def _request(each: Shelved, columns: Widths, glyphs: Glyphs) -> Spans:
    """A plain HTTP request in words, where a session has its numbers; nothing for a session."""
    rest, found = each.rest, each.found
    if rest is None or found is None:
        return []
    room = columns.model + columns.length + 7 + 6 + 6 + 2 + columns.findings
    name = f"{safe(found.name)} " if found.name else ""
    # The column in front tells the status.
    outcome = f", {rest.outcome}" if rest.outcome else ""
    said = safe(f"{rest.method} {rest.path}{outcome}")
    shown = fitted(f"{name}{said}", room - 1, glyphs) + " "
    return [Span(shown[: len(name)], Ink.TOOL), Span(shown[len(name) :], Ink.NAME)]


def brief(number: int) -> str:
    """`812`, `1,204`, `150 k`, `1.2 M`: at most six cells."""
    if number < 100_000:
        return f"{number:,}"
    return f"{number // 1000} k" if number < 1_000_000 else f"{number / 1_000_000:.1f} M"


def _named(each: Shelved, width: int, glyphs: Glyphs) -> Spans:
    """What people call the session, and the model, as far as there is room."""
    model, name = each.model or "unknown model", each.found.name if each.found else ""
    if not name:
        return [Span(fitted(model, width - 1, glyphs) + " ", Ink.STRONG)]
    named = safe(name)
    left = width - 1 - cell_len(named)
    if left < LEAST_MODEL:
        return [Span(fitted(name, width - 1, glyphs) + " ", Ink.TOOL)]
    return [Span(named, Ink.TOOL), Span(fitted(f" {model}", left, glyphs) + " ", Ink.QUIET)]


def _state(each: Shelved, columns: Widths, glyphs: Glyphs) -> Span:
    closed = each.found.closed if each.found else None
    room = columns.state
    if each.is_live:
        return Span(f" {glyphs.live} {'LIVE':<{room}}", Ink.FINE)
    is_fine = each.rest.is_fine if each.rest else closed is None or closed.code in FINE_CODES
    if each.found is None or not is_fine:
        return Span(f" {glyphs.failed} {each.state:<{room}}", Ink.ERROR)
    return Span(f" {glyphs.ended} {each.state:<{room}}", Ink.QUIET)


def _findings(counts: Counts | None, width: int, glyphs: Glyphs) -> Spans:
    if counts is None:
        return [Span(f"{'':<{width}}")]
    signs = zip(
        counts.findings,
        (glyphs.error, glyphs.warning, glyphs.info),
        (Ink.ERROR, Ink.WARNING, Ink.INFO),
        strict=True,
    )
    spans = [Span(f"{sign}{number} ", ink) for number, sign, ink in signs if number]
    if not spans:
        spans = [Span(f"{glyphs.fine} none ", Ink.FINE)]
    used = sum(len(span.text) for span in spans)
    return [*spans, Span(" " * max(width - used, 0))]


def aged(each: Shelved, now_s: float) -> str:
    """How long ago it was written to."""
    try:
        return age(now_s - each.path.stat().st_mtime)
    except OSError:
        return "gone"
