"""Rows with the event's fields below them, every nested level written out as an indented tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...recordings.audio import AudioFormats
from ...recordings.event import Entry, Event, Header, Note, Side
from ...recordings.fields import FieldNode, Meaning, field_tree
from ...recordings.joins import Joined
from ...recordings.rest_note import as_event, rest_note_of
from ...recordings.values import TEXT_LIMIT, FieldKind
from .rows import Page, Rows, cut

INDENT = "  "
FIRST_INDENT = " " * 6
"""The tree stands under the times of the rows."""
NAME_WIDTH = 24
"""Values stand below each other as far as no name is longer."""
SHORT_ARRAY = 48
"""An array of scalars is written on one line when it is not longer."""
LEAST_VALUE = 16
"""So much of a value is shown before a remark takes its place."""
MEANING_FROM_WIDTH = 110
"""A narrower terminal does not tell what a field means: `realtap docs` does."""
_STYLES: dict[FieldKind, dict[str, str | bool]] = {
    FieldKind.STRING: {"fg": "yellow"},
    FieldKind.LONG_TEXT: {"fg": "yellow"},
    FieldKind.JSON: {"fg": "yellow"},
    FieldKind.INTEGER: {"fg": "magenta"},
    FieldKind.NUMBER: {"fg": "magenta"},
    FieldKind.BOOLEAN: {"fg": "magenta"},
}
"""How values look; all others are dim."""


@dataclass(frozen=True, slots=True)
class _Column:
    """How the fields of one object stand below each other."""

    indent: str
    width: int
    """Of the names."""
    is_told: bool
    """A line above says already that they are joined."""


class ExpandedRows(Rows):
    """As `Rows`, with the tree of fields below each event.

    Args:
        page: What is printed on.
        meaning: Looks up what a field means.
    """

    def __init__(self, page: Page, meaning: Meaning | None = None) -> None:
        super().__init__(page)
        self._formats = AudioFormats()
        is_wide = page.width is not None and page.width >= MEANING_FROM_WIDTH
        self._meaning = meaning if is_wide else None
        self._header: Header | None = None

    def learn(self, event: Event) -> None:
        """Take an event that is not printed."""
        self._observe(event)
        super().learn(event)

    def _observe(self, event: Event) -> None:
        if event.side is Side.SERVER and (event.type or "").startswith(_TEACHING):
            self._formats.observe(event.fields())

    def lines_of(self, entry: Entry, joined: Sequence[Joined] = ()) -> Iterator[str]:
        """The row, and below it the fields; then the same of what was sent in its place."""
        if not isinstance(entry, Event):
            yield from super().lines_of(entry)
            yield from self._request_lines(entry)
            return
        yield self.event_line(entry, self.summarise(entry))
        self._observe(entry)
        yield from self._tree_lines(entry, joined)
        if (sent := entry.as_sent()) is not None:
            yield from self.sent_lines(sent)
            yield from self._tree_lines(sent)

    def _request_lines(self, entry: Entry) -> Iterator[str]:
        """The fields of a plain HTTP request and its answer, below their note."""
        if isinstance(entry, Header):
            self._header = entry
        elif isinstance(entry, Note) and self._header is not None and rest_note_of(entry):
            yield from self._tree_lines(as_event(entry, self._header))

    def _tree_lines(self, event: Event, joined: Sequence[Joined] = ()) -> Iterator[str]:
        tree = field_tree(
            event,
            formats=self._formats,
            joined=joined,
            meaning=self._meaning,
            text_limit=self._page.width or TEXT_LIMIT,
        )
        if tree.shown:
            yield self._cut(f"{FIRST_INDENT}{tree.shown}")
        yield from self._children(tree, FIRST_INDENT)

    def _children(self, node: FieldNode, indent: str, *, is_told: bool = False) -> Iterator[str]:
        labelled = [_labelled(each) for each in node.children]
        width = max((len(label) for label, _ in labelled), default=0)
        column = _Column(indent, min(width, NAME_WIDTH), is_told)
        for label, child in labelled:
            yield from self._field(child, label, column)

    def _field(self, node: FieldNode, name: str, column: "_Column") -> Iterator[str]:
        if node.kind is FieldKind.ARRAY and node.children:
            yield from self._array(node, name, column)
            return
        yield self._line(node, name, node.shown, column)
        is_told = column.is_told or (node.is_joined and not _only_holds_joined(node))
        yield from self._children(node, self._deeper(column.indent), is_told=is_told)

    def _deeper(self, indent: str) -> str:
        """In the right half of a terminal there is no room for more."""
        room = self._page.width
        return indent if room is not None and len(indent) > room // 2 else indent + INDENT

    def _array(self, node: FieldNode, name: str, column: "_Column") -> Iterator[str]:
        """On one line if it is short, else each element under the array's name and its index."""
        if all(_is_scalar(each) for each in node.children):
            line = f"[{', '.join(each.shown for each in node.children)}]"
            if len(line) <= SHORT_ARRAY:
                yield self._line(node, name, line, column)
                return
        for element in node.children:
            yield from self._field(element, f"{name}{element.name}", column)

    def _line(self, node: FieldNode, name: str, shown: str, column: "_Column") -> str:
        paint, room = self._page.paint, self._page.width
        head = f"{column.indent}{name:<{column.width}}"
        remark = "" if column.is_told or _only_holds_joined(node) else _remark(node)
        if node.meaning and room is not None:
            used = len(head) + len(shown) + len(remark) + 6
            remark += f"  {cut(node.meaning, room - used)}" if room - used > LEAST_VALUE else ""
        if room is not None:
            head = cut(head, max(room - LEAST_VALUE, room // 2))
            left = max(room - len(head) - 2, 0)
            shown = cut(shown, max(left - len(remark), min(left, LEAST_VALUE)))
            remark = cut(remark, left - len(shown))
        style = _STYLES.get(node.kind, {"dim": True})
        told = f"{paint(head, fg='cyan')}  {paint(shown, **style)}{paint(remark, dim=True)}"
        return told.rstrip() if shown or remark else paint(head.rstrip(), fg="cyan")


_TEACHING = ("session.", "transcription_session.", "response.created", "response.done")
"""Beginnings of the types from which the audio formats in force are learned."""


def _is_scalar(node: FieldNode) -> bool:
    return not node.children and node.kind not in (FieldKind.OBJECT, FieldKind.ARRAY)


def _labelled(node: FieldNode) -> tuple[str, FieldNode]:
    """`call.name` goes on one line: it is what most people look for."""
    if _only_holds_joined(node) and len(node.children) == 1:
        return f"{node.name}.{node.children[0].name}", node.children[0]
    return node.name, node


def _only_holds_joined(node: FieldNode) -> bool:
    """An object that is there only because joined fields lie in it."""
    return node.kind is FieldKind.OBJECT and node.is_joined and node.source_seq is None


def _remark(node: FieldNode) -> str:
    if not node.is_joined:
        return ""
    source = f" from event {node.source_seq}" if node.source_seq is not None else ""
    note = f", {node.note}" if node.note else ""
    return f"  ⇠ joined{source}{note}"
