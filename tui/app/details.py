"""What the tabs of the inspector say of an event: JSON, reference, related events, findings."""

import re
from collections.abc import Iterator, Sequence
from textwrap import wrap

from rich.cells import cell_len, chop_cells

from ...recordings.catalogue import Catalogue, EventReference, Field
from ...recordings.event import Event, Form
from ...recordings.findings.finding import Finding, Severity
from ...recordings.jsontext import loads
from ...recordings.paths import Path
from ...recordings.plain import compact, safe
from .glyphs import Glyphs
from .ink import Ink, Span, Spans, fitted
from .session.session import Session
from .widgets.text_lines import TextLine
from .wording import offset

COLOURED_LIMIT = 50_000
"""A longer JSON text is shown without colours."""
JSON_LIMIT = 200_000
"""So many characters of a message are shown."""
RELATED_LIMIT = 400
"""So many events of one response are listed."""

_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)')
SEVERITY_INKS = {
    Severity.ERROR: Ink.ERROR,
    Severity.WARNING: Ink.WARNING,
    Severity.INFO: Ink.INFO,
}


# The JSON as it was on the wire.


def json_lines(event: Event, width: int) -> list[TextLine]:
    """The message verbatim, broken where the line ends and nowhere else."""
    text = event.payload.decode("utf-8", errors="replace")
    if event.form is Form.DIGEST:
        text = f"{event.size} bytes streamed through, sha256 {event.sha256}"
    rest = len(text) - JSON_LIMIT
    if rest > 0:
        text = f"{text[:JSON_LIMIT]} … and {rest:,} more characters: y e copies all of them"
    spans = list(_coloured(text)) if len(text) <= COLOURED_LIMIT else [Span(text, Ink.STRING)]
    return [TextLine(line) for line in _folded(spans, max(width - 2, 8))]


def verbatim_lines(event: Event, width: int) -> list[TextLine]:
    """The message, and below it what went out in its place if realtap changed it."""
    came = json_lines(event, width)
    sent = event.as_sent()
    if sent is None:
        return came
    why = f"  {event.why}" if event.why else ""
    return [
        TextLine([Span(" as it came", Ink.STRONG)]),
        *came,
        TextLine([]),
        TextLine([Span(" as it went out", Ink.STRONG), Span(safe(why), Ink.QUIET)]),
        *json_lines(sent, width),
    ]


def _coloured(text: str) -> Iterator[Span]:
    end = 0
    for token in _TOKEN.finditer(text):
        if token.start() > end:
            yield Span(text[end : token.start()], Ink.QUIET)
        ink = Ink.NAME if token[2] else Ink.STRING if token[1] else Ink.NUMBER
        yield Span(token[1] or token[3], ink)
        if token[2]:
            yield Span(token[2], Ink.QUIET)
        end = token.end()
    if end < len(text):
        yield Span(text[end:], Ink.QUIET)


def _folded(spans: Sequence[Span], width: int) -> Iterator[Spans]:
    """The text in lines of at most so many cells."""
    line: list[Span] = [Span(" ")]
    room = width
    for text, ink in spans:
        left = safe(text)
        while left:
            piece = left[:room]
            if not piece.isascii():
                # Of a long text only its beginning is measured.
                piece = (chop_cells(piece, room) or [piece])[0]
            line.append(Span(piece, ink))
            left = left[len(piece) :]
            room -= cell_len(piece)
            if room <= 1:
                yield line
                line, room = [Span(" ")], width
    if len(line) > 1:
        yield line


# What the reference says.


def reference_lines(
    event: Event, catalogue: Catalogue, width: int, glyphs: Glyphs
) -> list[TextLine]:
    """Who sends the event, when, and what each field means, with the event's own values beside."""
    reference = catalogue.event(event.type or "")
    if reference is None:
        text = f"the reference does not know {event.type or 'messages without a type'}; it is recorded and shown all the same"
        return list(_paragraph(text, width, Ink.QUIET))
    lines = [
        TextLine(
            [
                Span(f" {reference.type}", Ink.STRONG),
                Span(f"  from the {reference.side} · {reference.family}", Ink.QUIET),
            ]
        ),
        *_paragraph(reference.summary, width, Ink.PLAIN),
        TextLine([]),
        *_fields(event, reference, catalogue, width, glyphs),
    ]
    for note in reference.notes:
        lines += [TextLine([]), *_paragraph(f"{glyphs.info} {note}", width, Ink.QUIET)]
    for title, names in (("in the beta", reference.beta), ("in GA", reference.ga)):
        if names:
            lines.append(TextLine([Span(f" {title}: ", Ink.QUIET), Span(", ".join(names))]))
    return lines


def _fields(
    event: Event, reference: EventReference, catalogue: Catalogue, width: int, glyphs: Glyphs
) -> Iterator[TextLine]:
    value = _value(event)
    for path, field in catalogue.walk(reference):
        depth = path.count(".")
        found = _found(path, value)
        if depth > 1 and found is None:
            # What is nested deeper and not there would fill screens: `realtap docs` tells it.
            continue
        indent = "  " * depth
        must = "" if not field.is_required else " required"
        head = [
            Span(f" {indent}{field.name}", Ink.STRONG if found is not None else Ink.NAME),
            Span(f"  {_types(field)}{must}", Ink.QUIET),
        ]
        if found is not None:
            used = sum(len(each.text) for each in head)
            head += [
                Span(f"  {glyphs.leads_to} ", Ink.FAINT),
                Span(fitted(found, max(width - used - 6, 4), glyphs).rstrip(), Ink.STRING),
            ]
        yield TextLine(head)
        yield from _paragraph(field.meaning, width, Ink.QUIET, indent=f"   {indent}")


def _types(field: Field) -> str:
    return " | ".join(field.types)


def _value(event: Event) -> object:
    try:
        return loads(event.payload) if event.form is Form.JSON else None
    except ValueError:
        return None


def _found(path: str, value: object) -> str | None:
    """The event's own values of a field, short; None when it has none."""
    if "*" in path:
        return None
    found = Path.parse(path).values(value)
    if not found:
        return None
    if isinstance(found[0], dict | list):
        return f"{len(found[0])} inside" if found[0] else "empty"
    return compact(found[0], 60) if isinstance(found[0], str) else compact(found[0], 20)


def _paragraph(text: str, width: int, ink: Ink, *, indent: str = " ") -> Iterator[TextLine]:
    for line in wrap(safe(text), max(width - len(indent) - 1, 20)):
        yield TextLine([Span(indent), Span(line, ink)])


# What belongs to it.


def related_lines(session: Session, row: int, event: Event, glyphs: Glyphs) -> list[TextLine]:
    """The events of the same call, item and response; runs are told once."""
    lines: list[TextLine] = []
    for title, rows in session.related(event).items():
        lines.append(
            TextLine([Span(f" {title}", Ink.JOINED), Span(f"  {len(rows)} events", Ink.QUIET)])
        )
        lines += _related(session, row, rows, glyphs)
    return lines


def _related(
    session: Session, here: int, rows: Sequence[int], glyphs: Glyphs
) -> Iterator[TextLine]:
    told = 0
    position = 0
    while position < len(rows) and told < RELATED_LIMIT:
        first = rows[position]
        type_ = session.index.type(first)
        end = position + 1
        while end < len(rows) and session.index.type(rows[end]) == type_ and rows[end] != here:
            end += 1
        count = f" x{end - position}" if end - position > 1 else ""
        is_here = here in rows[position:end]
        side = Ink.SERVER if session.index.is_server[first] else Ink.CLIENT
        arrow = glyphs.from_server if session.index.is_server[first] else glyphs.from_client
        spans = [
            Span(f" {glyphs.leads_to if is_here else ' '} ", Ink.TOOL),
            Span(f"{session.index.seqs[first]:>5} ", Ink.QUIET),
            Span(f"{offset(session.time(first)):>9}  ", Ink.QUIET),
            Span(f"{arrow} ", side),
            Span(f"{type_ or '(no type)'}{count}", Ink.STRONG if is_here else side),
        ]
        yield TextLine(spans, row=first)
        position, told = end, told + 1


# What is wrong with it.


def finding_lines(
    findings: Sequence[Finding], session: Session, width: int, glyphs: Glyphs
) -> list[TextLine]:
    """What was found, what to do about it, and where more is written."""
    lines: list[TextLine] = []
    for each in findings:
        ink = SEVERITY_INKS[each.severity]
        lines.append(
            TextLine(
                [
                    Span(f" {glyphs.severity(each.severity)} {each.severity}  ", ink),
                    Span(each.slug, Ink.STRONG),
                ]
            )
        )
        lines += _paragraph(each.what, width, Ink.PLAIN, indent="   ")
        lines += _paragraph(f"do: {each.todo}", width, Ink.FINE, indent="   ")
        for seq in each.events:
            row = session.row_of(seq)
            if row is not None:
                text = f"   {glyphs.leads_to} event {seq}  {session.index.type(row)}"
                lines.append(TextLine([Span(text, Ink.QUIET)], row=row))
        lines.append(TextLine([Span(f"   {each.page}", Ink.QUIET)]))
        lines.append(TextLine([]))
    return lines
