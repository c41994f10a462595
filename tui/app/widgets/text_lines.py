"""Lines of ready-made text: the reference of an event, its related events, its JSON."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from ..ink import Ink, Span, Spans
from .line_list import LineList


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line."""

    spans: Spans
    row: int | None = None
    """The event that it leads to."""


type Maker = Callable[[int], Sequence[TextLine]]
"""Makes the lines for a width in cells."""


class TextLines(LineList):
    """Lines that are made anew when the width changes.

    Args:
        hint: What is written when there are none.
    """

    def __init__(self, hint: str, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id)
        self._hint = hint
        self._make: Maker | None = None
        self._lines: Sequence[TextLine] = ()
        self._version = 0

    def show(self, make: Maker | None) -> None:
        """Show other lines."""
        self._make = make
        self._build()
        self.go_to(0)

    def _build(self) -> None:
        width = self.scrollable_content_region.width
        self._lines = self._make(width) if self._make is not None and width > 0 else ()
        self._version += 1
        self.lines_changed(forget=True)

    def on_resize(self) -> None:
        self._build()

    @property
    def count(self) -> int:
        return len(self._lines)

    def key(self, line: int) -> Hashable:
        return self._version, line

    def paint(self, line: int, width: int) -> Spans:  # noqa: ARG002 # the lines were made for this width
        return self._lines[line].spans

    def empty(self) -> Spans:
        return [Span(f" {self._hint}", Ink.QUIET)]

    @property
    def row(self) -> int | None:
        """The event that the selected line leads to."""
        return self._lines[self.cursor].row if self._lines else None
