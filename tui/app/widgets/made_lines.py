"""Lines that are made all at once for a width, and anew when the width changes."""

from collections.abc import Hashable, Sequence
from typing import Protocol

from ..ink import Ink, Span, Spans
from .line_list import LineList


class MadeLine(Protocol):
    """A ready line."""

    @property
    def spans(self) -> Spans:
        """What is written on it."""
        ...


class MadeLines[Line: MadeLine](LineList):
    """A list of ready lines.

    Args:
        hint: What is written when there are none.
    """

    def __init__(self, hint: str, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id)
        self._hint = hint
        self._lines: Sequence[Line] = ()
        self._version = 0
        self._subject: Hashable = None

    def _made(self, width: int) -> Sequence[Line]:
        """The lines for a width in cells."""
        raise NotImplementedError

    def _show(self, subject: Hashable) -> None:
        """Make the lines anew. The cursor stays where it is in what is said of the same subject."""
        is_other = subject is None or subject != self._subject
        self._subject = subject
        self._build()
        if is_other:
            self.go_to(0)

    def _build(self) -> None:
        width = self.scrollable_content_region.width
        lines = self._made(width) if width > 0 else ()
        if lines == self._lines:
            return
        self._lines = lines
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
