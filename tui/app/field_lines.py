"""Draws the tree of an event's fields: every level open, long values wrapped, meanings beside them."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

from ...recordings.fields import FieldNode
from ...recordings.plain import safe
from ...recordings.values import FieldKind
from .glyphs import Glyphs
from .ink import Ink, Span, Spans

MOST_LINES = 8
"""A longer text goes on in the JSON tab."""
LEAST_LEFT = 8
"""A text that is broken within a word has so many characters on its next line."""
NAME_WIDTH = 26
MEANING_FROM = 24
"""What a field means is told where so many cells are left for it."""

_INKS = {
    FieldKind.STRING: Ink.STRING,
    FieldKind.LONG_TEXT: Ink.STRING,
    FieldKind.JSON: Ink.STRING,
    FieldKind.INTEGER: Ink.NUMBER,
    FieldKind.NUMBER: Ink.NUMBER,
    FieldKind.BOOLEAN: Ink.NUMBER,
    FieldKind.NULL: Ink.QUIET,
    FieldKind.AUDIO: Ink.FINE,
    FieldKind.DATA: Ink.FINE,
}
_JOINTS = "._-/,"
_TELLING = frozenset({"name", "call_id", "transcript", "text", "type"})
"""These names are what most people look for."""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One line of the tree."""

    node: FieldNode
    spans: Spans
    is_first: bool = True
    """It is the field's own line, not one that its value goes on in."""


def field_lines(
    root: FieldNode, width: int, glyphs: Glyphs, closed: frozenset[str], *, meanings: bool
) -> list[FieldLine]:
    """All lines of a tree.

    Args:
        root: The event.
        width: In cells.
        glyphs: The signs to draw with.
        closed: The paths of fields that are folded away.
        meanings: Tell what fields mean, where there is room.
    """
    writer = _Writer(width, glyphs, closed, meanings=meanings)
    if root.shown:
        return list(writer.value(root, "  ", root.shown))
    return list(writer.children(root, " "))


class _Writer:
    def __init__(
        self, width: int, glyphs: Glyphs, closed: frozenset[str], *, meanings: bool
    ) -> None:
        self._width = width
        self._glyphs = glyphs
        self._closed = closed
        self._meanings = meanings

    def children(self, node: FieldNode, indent: str) -> Iterator[FieldLine]:
        names = max((cell_len(each.name) for each in node.children), default=0)
        for each in node.children:
            is_last = each is node.children[-1]
            yield from self._field(each, indent, min(names, NAME_WIDTH), is_last=is_last)

    def _field(
        self, node: FieldNode, indent: str, names: int, *, is_last: bool
    ) -> Iterator[FieldLine]:
        glyphs = self._glyphs
        branch = glyphs.last_branch if is_last else glyphs.branch
        below = "  " if is_last else glyphs.trunk
        is_closed = node.path in self._closed and bool(node.children)
        lead = [Span(f"{indent}{branch}", Ink.FAINT)]
        if node.children:
            lead.append(Span(f"{glyphs.closed if is_closed else glyphs.open} ", Ink.QUIET))
        name_ink = Ink.JOINED if node.is_joined else Ink.NAME
        if node.name in _TELLING and not node.is_joined:
            name_ink = Ink.STRONG
        name = f"{node.name:<{names}}" if node.shown else node.name
        lead.append(Span(name, name_ink))
        below += glyphs.trunk if node.children and not is_closed else "  "
        yield from self._valued(node, lead, f"{indent}{below}", is_closed=is_closed)
        if node.children and not is_closed:
            yield from self.children(node, f"{indent}{'  ' if is_last else glyphs.trunk}")

    def _valued(
        self, node: FieldNode, lead: list[Span], below: str, *, is_closed: bool
    ) -> Iterator[FieldLine]:
        used = sum(cell_len(safe(each.text)) for each in lead)
        shown = (
            "" if node.children and node.kind is FieldKind.JSON and not is_closed else node.shown
        )
        if is_closed and not shown:
            shown = f"{len(node.children)} fields"
        if node.kind is FieldKind.JSON and not is_closed:
            shown = "parsed from JSON text"
        remark = self._remark(node)
        pieces = self._wrapped(shown, used + 2, cell_len(below) + 2)
        ink = (
            Ink.QUIET
            if node.kind is FieldKind.JSON and not is_closed
            else _INKS.get(node.kind, Ink.QUIET)
        )
        first = [*lead, Span("  "), Span(pieces[0], ink), Span(remark, Ink.JOINED)]
        if len(pieces) == 1 and not is_closed:
            first += self._meaning(node, used + 2 + cell_len(pieces[0]) + cell_len(remark))
        yield FieldLine(node, first)
        for piece in pieces[1:]:
            yield FieldLine(node, [Span(f"{below}  ", Ink.FAINT), Span(piece, ink)], is_first=False)

    def value(self, node: FieldNode, indent: str, shown: str) -> Iterator[FieldLine]:
        """A message that is no object: its text alone."""
        pieces = self._wrapped(shown, len(indent), len(indent))
        for place, piece in enumerate(pieces):
            yield FieldLine(node, [Span(indent), Span(piece, Ink.STRING)], is_first=not place)

    def _wrapped(self, text: str, first: int, rest: int) -> list[str]:
        room = max(self._width - first, 8)
        if cell_len(text) <= room:
            return [text]
        text = safe(text)
        head = _broken(text, room - 1)
        pieces = [head]
        left = text[len(head) :].lstrip()
        room = max(self._width - rest - 1, 8)
        while left and len(pieces) < MOST_LINES:
            piece = _broken(left, room)
            pieces.append(piece)
            left = left[len(piece) :].lstrip()
        if left:
            pieces.append(
                f"{self._glyphs.ellipsis} {len(left):,} more characters, see the JSON tab"
            )
        return pieces

    def _remark(self, node: FieldNode) -> str:
        if not node.is_joined or not node.shown:
            return ""
        source = f" from event {node.source_seq}" if node.source_seq is not None else ""
        note = f", {node.note}" if node.note else ""
        return f"  {self._glyphs.joined} joined{source}{note}"

    def _meaning(self, node: FieldNode, used: int) -> Spans:
        room = self._width - used - 4
        if not self._meanings or not node.meaning or room < MEANING_FROM:
            return ()
        text = node.meaning
        if cell_len(text) > room:
            text = chop_cells(text, room - 1)[0].rstrip() + self._glyphs.ellipsis
        return (Span("  "), Span(text, Ink.QUIET))


def _broken(text: str, room: int) -> str:
    """As much of a text as fits, broken between words, or else behind what joins a name's parts.

    What is left is never a mere quotation mark: it would stand alone on the next line.
    """
    if cell_len(text) <= room:
        return text
    piece = str(chop_cells(text, room)[0])
    space = piece.rfind(" ")
    if space > room // 2:
        return piece[: space + 1]
    joint = max(piece.rfind(each) for each in _JOINTS)
    if joint > room // 2:
        return piece[: joint + 1]
    short = LEAST_LEFT - (len(text) - len(piece))
    return piece[:-short] if 0 < short < len(piece) else piece
