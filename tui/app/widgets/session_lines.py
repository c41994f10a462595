"""A view of a session made of ready lines, each about one event."""

from collections.abc import Sequence

from ..session.session import Session
from .text_lines import TextLine, TextLines


class SessionLines(TextLines):
    """Lines that are made anew when more is known; the cursor is on the session's selected event."""

    def __init__(self, session: Session, hint: str, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(hint, id=id)
        self.session = session

    def lines_for(self, width: int) -> Sequence[TextLine]:
        """All lines of the view."""
        raise NotImplementedError

    def rebuild(self) -> None:
        """More is known: make the lines anew; what the person looks at stays where it is."""
        top, cursor = round(self.scroll_offset.y), self.cursor
        is_at_end = self.session.is_following
        self._make = self.lines_for
        self._build()
        self.cursor = min(cursor, max(self.count - 1, 0))
        if is_at_end:
            self.go_to(self.count - 1)
        else:
            self.scroll_to(y=top, animate=False, force=True)

    def on_show(self) -> None:
        """It was hidden: more may be known."""
        self.rebuild()
        self.follow_cursor()

    def follow_cursor(self) -> None:
        """Go to the line of the session's selected event, or to the one before it."""
        line = self.line_of(self.session.cursor)
        if line is not None:
            self.go_to(line, centre=True)

    def line_of(self, row: int) -> int | None:
        """The line about an event, or about the last one before it."""
        best: tuple[int, int] | None = None
        for place, line in enumerate(self._lines):
            if line.row is not None and line.row <= row and (best is None or line.row > best[0]):
                best = line.row, place
        return best[1] if best else None
