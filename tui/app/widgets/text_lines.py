"""Lines of ready-made text: the reference of an event, its related events, its JSON."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from ..ink import Spans
from .made_lines import MadeLines


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line."""

    spans: Spans
    row: int | None = None
    """The event that it leads to."""


type Maker = Callable[[int], Sequence[TextLine]]
"""Makes the lines for a width in cells."""


class TextLines(MadeLines[TextLine]):
    """Lines that somebody else makes."""

    def __init__(self, hint: str, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(hint, id=id)
        self._make: Maker | None = None

    def show(self, make: Maker | None, subject: Hashable = None) -> None:
        """Show other lines.

        Args:
            make: Makes them.
            subject: What they are about: the cursor stays when it is the same as before.
        """
        self._make = make
        self._show(subject)

    def _made(self, width: int) -> Sequence[TextLine]:
        return self._make(width) if self._make is not None else ()

    @property
    def row(self) -> int | None:
        """The event that the selected line leads to."""
        return self._lines[self.cursor].row if self._lines else None
