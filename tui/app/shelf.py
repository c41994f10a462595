"""What the list of sessions shows of each recording."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from ...recordings.conversation import Seen
from ...recordings.errors import RecordingError
from ...recordings.event import Event
from ...recordings.findings.engine import Judge, settled
from ...recordings.findings.finding import Severity
from ...recordings.plain import size, text_of
from ...recordings.reader import Outline, Recording, outline
from .glyphs import Glyphs
from .ink import Ink, Span, Spans, fitted
from .session.session import was_written_lately
from .wording import age, length, moment, reason

STUDIED_EVENTS = 20_000
"""Calls and findings of longer recordings are counted when they are opened."""
FINE_CODES = frozenset({1000, 1001, 1005})
"""Close codes of an ordinary end; 1001 is also the session's maximum duration."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """One recording."""

    path: Path
    found: Outline | None
    """None when it cannot be read: then `trouble` says why."""
    trouble: str = ""
    is_live: bool = False
    calls: int | None = None
    """None when nobody counted."""
    findings: tuple[int, int, int] | None = None
    """Errors, warnings, and what is good to know."""
    model: str = ""

    @property
    def words(self) -> str:
        """What a search looks at."""
        header = self.found.header if self.found else None
        told = (header.upstream, text_of(header.client.get("agent"))) if header else ()
        return " ".join((self.path.stem, self.model, self.state, *told)).casefold()

    @property
    def state(self) -> str:
        """How it ended, or that it did not."""
        if self.found is None:
            return "unreadable"
        if self.is_live:
            return "live"
        if self.found.closed is None:
            return "no end"
        return f"closed {self.found.closed.code}"


def shelved(path: Path, now_s: float) -> Shelved:
    """Read one recording from end to end.

    Args:
        path: The recording.
        now_s: The wall clock, to know whether it is live.
    """
    try:
        found = outline(path)
    except RecordingError as error:
        return Shelved(path, None, reason(error))
    is_live = found.closed is None and was_written_lately(path, now_s)
    model = _model(found)
    if found.events > STUDIED_EVENTS:
        return Shelved(path, found, is_live=is_live, model=model)
    try:
        calls, findings, told_model = _studied(path, is_live=is_live)
    except RecordingError as error:
        return Shelved(path, found, reason(error), is_live=is_live, model=model)
    return Shelved(
        path, found, is_live=is_live, calls=calls, findings=findings, model=told_model or model
    )


def _model(found: Outline) -> str:
    query = parse_qs(urlsplit(found.header.upstream).query)
    return next((query[name][0] for name in ("model", "deployment") if query.get(name)), "")


def _studied(path: Path, *, is_live: bool) -> tuple[int, tuple[int, int, int], str]:
    """How many calls, how many findings of each severity, and which model."""
    judge = Judge()
    found, calls = [], set()
    for entry in Recording(path).entries():
        found += judge.receive(entry)
        if isinstance(entry, Event) and "audio" not in (entry.type or ""):
            calls.add(Seen.of(entry).call_id)
    if not is_live:
        found += judge.finish()
    told = settled(found)
    errors, warnings, others = (sum(each.severity is level for each in told) for level in Severity)
    model = judge.conversation.session.model or ""
    return len(calls - {""}), (errors, warnings, others), model


# Drawing.

BROAD = 96
"""A narrower list tells neither the year nor the size."""

_HEADS = ("state", "started", "model", "length", "events", "calls", "findings", "size", "client")


@dataclass(frozen=True, slots=True)
class Widths:
    """The columns that have room."""

    started: int
    model: int
    client: int
    has_size: bool

    @classmethod
    def of(cls, width: int) -> "Widths":
        """For a list of so many cells."""
        started = 18 if width >= BROAD else 13
        left = width - started - 3 - 12 - 9 - 8 - 6 - 2 - 13
        has_size = width >= BROAD
        left -= 10 if has_size else 0
        client = max(left - 24, 0) if left > 44 else 0
        return cls(started, max(min(left - client, 40), 8), client, has_size)


def head(width: int) -> Spans:
    """The names of the columns."""
    columns = Widths.of(width)
    text = (
        f"   {'state':<12}{'started UTC':<{columns.started}}{'model':<{columns.model}}"
        f"{'length':>9}{'events':>8}{'calls':>6}  {'findings':<13}"
    )
    text += f"{'size':>10}" if columns.has_size else ""
    text += f"  {'client':<{columns.client}}" if columns.client else ""
    return [Span(text, Ink.QUIET)]


def line(each: Shelved, width: int, glyphs: Glyphs) -> Spans:
    """One recording as a line."""
    columns = Widths.of(width)
    found = each.found
    state = _state(each, glyphs)
    if found is None:
        return [state, Span(f"{each.path.name}  ", Ink.STRONG), Span(each.trouble, Ink.ERROR)]
    started = moment(found.header.started)
    form = "%Y-%m-%d %H:%M" if columns.has_size else "%m-%d %H:%M"
    when = started.strftime(form) if started else each.path.stem[: columns.started - 2]
    calls = "" if each.calls is None else f"{each.calls:,}"
    spans = [
        state,
        Span(f"{when:<{columns.started}}", Ink.QUIET),
        Span(fitted(each.model or "unknown model", columns.model - 1, glyphs) + " ", Ink.STRONG),
        Span(f"{length(found.last_at):>9}"),
        Span(f"{found.events:>8,}"),
        Span(f"{calls:>6}  "),
        *_findings(each, glyphs),
    ]
    if columns.has_size:
        spans.append(Span(f"{size(found.size_bytes):>10}", Ink.QUIET))
    if columns.client:
        agent = text_of(found.header.client.get("agent")) or "unknown client"
        spans.append(Span(f"  {agent}", Ink.QUIET))
    return spans


def _state(each: Shelved, glyphs: Glyphs) -> Span:
    closed = each.found.closed if each.found else None
    if each.is_live:
        return Span(f" {glyphs.live} {'LIVE':<12}", Ink.FINE)
    if each.found is None or (closed is not None and closed.code not in FINE_CODES):
        return Span(f" {glyphs.failed} {each.state:<12}", Ink.ERROR)
    return Span(f" {glyphs.ended} {each.state:<12}", Ink.QUIET)


def _findings(each: Shelved, glyphs: Glyphs) -> Spans:
    if each.findings is None:
        return [Span(f"{'':<13}")]
    signs = zip(
        each.findings,
        (glyphs.error, glyphs.warning, glyphs.info),
        (Ink.ERROR, Ink.WARNING, Ink.INFO),
        strict=True,
    )
    spans = [Span(f"{sign}{number} ", ink) for number, sign, ink in signs if number]
    if not spans:
        spans = [Span(f"{glyphs.fine} none ", Ink.FINE)]
    used = sum(len(span.text) for span in spans)
    return [*spans, Span(" " * max(13 - used, 0))]


def aged(each: Shelved, now_s: float) -> str:
    """How long ago it was written to."""
    try:
        return age(now_s - each.path.stat().st_mtime)
    except OSError:
        return "gone"
