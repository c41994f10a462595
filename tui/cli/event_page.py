"""One event as a page: what it is, its fields as an indented tree, an example, notes.

On a terminal the meanings are wrapped in a column of their own; on a pipe each field is one line,
so that `grep` finds what is there.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ...recordings.catalogue import Catalogue, EventReference, Field
from .rows import COLOUR, GLYPH, Page

INDENT = 2
COLUMN_GAPS = 9
"""Three gaps of two, and `yes`."""
LEAST_TEXT_WIDTH = 34
"""The meaning keeps at least so many columns; a narrower terminal breaks the lines itself."""
LEAST_NAME_WIDTH = 12
MOST_TEXT_WIDTH = 88
"""Longer lines are hard to read."""
VALUES_SHOWN = 8
"""So many of the values that a field usually has; of those that it must have, all."""
FUNCTION_NAME = "THE FUNCTION'S NAME"
"""So the catalogue tells what people look for most."""
FACT_INDENT = 11
DIALECT_NAMES = {
    "ga": "GA",
    "beta": "beta",
    "translation": "translation",
    "xai": "xAI",
    "voice-live": "Azure Voice Live",
    "localai": "LocalAI",
    "vllm": "vLLM",
    "azure-sample": "Azure's sample middle tier",
    "live": "OpenAI Live",
}
MODELLED = frozenset({"ga", "beta", "translation"})
"""The dialects of the package; a field of another one is no surprise there."""
SHARED_NAMES = frozenset({"id", "object", "type", "status"})
"""What several kinds have alike is told once, before what makes them different."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tree: a field, or a heading over the fields of one kind."""

    depth: int
    name: str
    field: Field | None = None
    is_call: bool = False
    """It is about a function call."""
    dialects: tuple[str, ...] = ()
    """What the heading above has said of its dialects."""

    @property
    def width(self) -> int:
        """Columns of the name with its indent."""
        return self.depth * INDENT + len(self.name)


class EventPage:
    """The page of one event."""

    def __init__(self, known: Catalogue, event: EventReference, page: Page) -> None:
        self._known = known
        self._event = event
        self._page = page

    def lines(self) -> Iterator[str]:
        """The whole page."""
        yield from self._head()
        yield ""
        rows = list(self._rows(self._event.fields, 0))
        columns = Columns.of(rows, self._page.width)
        yield self._page.paint(columns.line("FIELD", "TYPE", "REQ", "MEANING"), dim=True)
        for row in rows:
            yield from self._row_lines(row, columns)
        yield ""
        yield self._page.paint("EXAMPLE", dim=True)
        # Never wrapped: it is there to be copied.
        yield self._example()
        if self._event.notes:
            yield ""
            yield self._page.paint("NOTES", dim=True)
        for note in self._event.notes:
            first, *others = wrapped(note, self._page, indent=INDENT)
            yield f"- {first.lstrip()}"
            yield from others

    def _example(self) -> str:
        """The example; the function's name in it has the colour of calls."""
        parts = re.split(r'("name":"[^"]*")', self._event.example)
        return "".join(
            self._page.paint(part, fg="yellow", bold=True) if index % 2 else part
            for index, part in enumerate(parts)
        )

    def _head(self) -> Iterator[str]:
        event, page = self._event, self._page
        side = page.paint(GLYPH[event.side], fg=COLOUR[event.side], bold=True)
        sender = page.paint(f"sent by the {event.side}", dim=True)
        yield f"{side}  {page.paint(event.type, bold=True)}  {sender}"
        yield from wrapped(event.summary, page, indent=0)
        yield ""
        for name, text in self._facts():
            first, *others = wrapped(text, page, indent=FACT_INDENT)
            yield f"{page.paint(f'{name:<{FACT_INDENT}}', dim=True)}{first.lstrip()}"
            yield from others

    def _facts(self) -> Iterator[tuple[str, str]]:
        event = self._event
        yield "dialects", ", ".join(self._dialects())
        if event.ga or event.beta:
            yield "GA name", " and ".join(event.ga or (event.type,))
            yield "beta name", " or ".join(event.beta or (event.type,))
        elif {"ga", "beta"}.issubset(event.dialects):
            yield "names", "the same in GA and in the beta"
        if event.transport:
            yield "where", event.transport

    def _dialects(self) -> Iterator[str]:
        for dialect in self._event.dialects:
            is_modelled = dialect not in self._event.unmodelled
            yield named(dialect) + ("" if is_modelled else " (not in the openai package)")

    def _rows(self, fields: Sequence[Field], depth: int, *, is_call: bool = False) -> Iterator[Row]:
        """The tree, top to bottom: what all kinds have, then each kind under its heading."""
        for field in fields:
            if _is_shared(field):
                yield from self._field_rows(field, Row(depth, "", is_call=is_call))
        types = next((field.values for field in fields if field.name == "type"), ())
        for kind in _kinds(fields):
            own = [each for each in fields if kind in each.only and not _is_shared(each)]
            if not own:
                continue
            shared = {each.dialects for each in own}
            dialects = own[0].dialects if len(shared) == 1 else ()
            yield Row(depth, _heading(kind, types, dialects))
            is_call = kind.startswith("function_call")
            for field in own:
                yield from self._field_rows(
                    field, Row(depth, "", is_call=is_call, dialects=dialects)
                )

    def _field_rows(self, field: Field, row: Row) -> Iterator[Row]:
        name = field.name + ("[]" if field.is_array else "")
        yield replace(row, name=name, field=field)
        inner = self._known.fields_of(field)
        yield from self._rows(inner, row.depth + 1, is_call=row.is_call)

    def _row_lines(self, row: Row, columns: "Columns") -> Iterator[str]:
        margin = " " * (row.depth * INDENT)
        if row.field is None:
            yield margin + self._page.paint(row.name, fg="magenta")
            return
        told = [*_lines(columns.text, _meaning(row.field, row.dialects))]
        extra = [*_lines(columns.text, *_extras(row.field))]
        if columns.text is None:
            told, extra = ["  ".join([*told, *extra])], []
        name = margin + self._painted_name(row, row.field)
        if row.width > columns.name:
            yield name
            name = " " * columns.name
        else:
            name += " " * (columns.name - row.width)
        kind = self._page.paint(f"{_type_text(row.field):<{columns.kind}}", dim=True)
        required = "yes" if row.field.is_required else "   "
        yield f"{name}  {kind}  {required}  {told[0]}".rstrip()
        for line in told[1:]:
            yield " " * columns.left + line
        for line in extra:
            yield " " * columns.left + self._page.paint(line, dim=True)

    def _painted_name(self, row: Row, field: Field) -> str:
        style: dict[str, str | bool] = {"bold": True} if field.is_required else {}
        if row.is_call or FUNCTION_NAME in field.meaning:
            style["fg"] = "yellow"
        return self._page.paint(row.name, **style) if style else row.name


@dataclass(frozen=True, slots=True)
class Columns:
    """How wide the columns of the tree are."""

    name: int
    """A longer name has a line of its own."""
    kind: int
    text: int | None
    """None: nothing is wrapped."""

    @classmethod
    def of(cls, rows: Sequence[Row], width: int | None) -> "Columns":
        """Columns for the rows on a terminal of a width, or on a pipe."""
        fields = [(row.width, len(_type_text(row.field))) for row in rows if row.field]
        name = max(each for each, _ in fields)
        kind = max(each for _, each in fields)
        if width is None:
            return cls(name, kind, None)
        text = width - (kind + COLUMN_GAPS)
        name = min(name, max(text - LEAST_TEXT_WIDTH, LEAST_NAME_WIDTH))
        return cls(name, kind, min(max(text - name, LEAST_TEXT_WIDTH), MOST_TEXT_WIDTH))

    @property
    def left(self) -> int:
        """Where the meaning begins."""
        return self.name + self.kind + COLUMN_GAPS

    def line(self, name: str, kind: str, required: str, text: str) -> str:
        """Plain text in the columns."""
        return f"{name:<{self.name}}  {kind:<{self.kind}}  {required:<3}  {text}"


def _heading(kind: str, types: Sequence[str], dialects: Sequence[str]) -> str:
    if kind not in types:
        return f"─ in the {named(kind)} dialect"
    only = _only(dialects)
    return f"─ when type is {kind}{f' ({only})' if only else ''}"


def _is_shared(field: Field) -> bool:
    return not field.only or (len(field.only) > 1 and field.name in SHARED_NAMES)


def _kinds(fields: Sequence[Field]) -> list[str]:
    """The kinds that an object may be, in the order of its `type`."""
    types = next((field.values for field in fields if field.name == "type"), ())
    others = (kind for field in fields for kind in field.only)
    return list(dict.fromkeys((*types, *others)))


def _type_text(field: Field) -> str:
    """The first of its types; the others are told below the meaning."""
    return field.types[0]


def _meaning(field: Field, told: Sequence[str]) -> str:
    """What a field means, and where it exists unless the heading has told those dialects."""
    tags = [] if tuple(field.dialects) == tuple(told) else [_only(field.dialects)]
    if field.is_wire_only and MODELLED.issuperset(field.dialects):
        tags.append("not in the openai package")
    return f"{field.meaning}{f' ({", ".join(tags)})' if tags else ''}"


def _only(dialects: Sequence[str]) -> str:
    return f"{' and '.join(map(named, dialects))} only" if dialects else ""


def _extras(field: Field) -> Iterator[str]:
    """What else is told of a field: its values, its kinds, what it joins, its other name."""
    if choices := _choices(field):
        yield choices
    if field.only and _is_shared(field):
        yield f"only in {', '.join(field.only)}"
    if field.joins:
        yield f"joins to {field.joins}"
    if field.beta:
        yield f"in the beta: {field.beta}"
    if field.ga:
        yield f"in GA: {field.ga}"


def _choices(field: Field) -> str:
    """The values that a string may have, and the types besides the first one."""
    owner = next((kind for kind in field.types if kind.startswith("string")), field.types[0])
    told = [_values(field) if field.values and kind == owner else kind for kind in field.types]
    if told[0] == field.types[0]:
        return " ".join(f"or {each}" for each in told[1:])
    return ", or ".join(told)


def _values(field: Field) -> str:
    if not field.has_other_values:
        return " | ".join(field.values)
    more = " …" if len(field.values) > VALUES_SHOWN else ""
    return f"such as {', '.join(field.values[:VALUES_SHOWN])}{more}"


def wrapped(text: str, page: Page, *, indent: int) -> list[str]:
    """The text as lines that fit the page."""
    if page.width is None:
        return [" " * indent + text]
    width = max(page.width - indent, LEAST_TEXT_WIDTH)
    return [" " * indent + line for line in _lines(min(width, MOST_TEXT_WIDTH), text)]


def _lines(width: int | None, *texts: str) -> Iterator[str]:
    for text in texts:
        if width is None:
            yield text
        else:
            yield from textwrap.wrap(text, width, break_on_hyphens=False) or [""]


def named(dialect: str) -> str:
    """A dialect as people call it."""
    return DIALECT_NAMES.get(dialect, dialect)
