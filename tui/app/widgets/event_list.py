"""The events of a session, one line each or folded: as a list, or as a ladder."""

from collections.abc import Hashable
from enum import StrEnum
from urllib.parse import urlsplit

from textual.message import Message

from ....recordings.event import Opened
from ..event_lines import EventPainter
from ..ink import Ink, Span, Spans
from ..session.session import Session
from ..wording import TimeMode
from .line_list import LineList


class Form(StrEnum):
    """How the events are drawn."""

    LIST = "list"
    LADDER = "ladder"


class EventList(LineList):
    """The lines of a session; the cursor is on the session's selected event."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id)
        self.session = session
        self.form = Form.LIST
        self.painter = EventPainter(session, self.glyphs)

    def on_mount(self) -> None:
        self.painter.glyphs = self.glyphs

    # What is drawn.

    @property
    def count(self) -> int:
        return len(self.session.lines)

    def key(self, line: int) -> Hashable:
        return self.form, self.painter.key(self.session.lines.at(line), self._before(line))

    def paint(self, line: int, width: int) -> Spans:
        shown = self.session.lines.at(line)
        rows = self.session.lines.rows_of(line) if shown.size > 1 else (shown.row,)
        draw = self.painter.list_line if self.form is Form.LIST else self.painter.ladder_line
        return draw(shown, rows, width, self._before(line))

    def head(self, width: int) -> Spans:
        if self.form is Form.LIST:
            return self.painter.list_head(width)
        header = self.session.index.header
        agent = header.client.get("agent")
        client = agent if isinstance(agent, str) else ""
        return self.painter.ladder_head(width, client, urlsplit(header.upstream).netloc)

    @property
    def last_visible_row(self) -> int:
        """The event on the last line that can be seen."""
        return (
            self.session.lines.at(min(self.last_visible_line, self.count - 1)).row
            if self.count
            else 0
        )

    def _before(self, line: int) -> int | None:
        return self.session.lines.at(line - 1).row if line else None

    def empty(self) -> Spans:
        if len(self.session):
            return [Span(" No event fits the filter; F takes it off, f changes it.", Ink.QUIET)]
        refused = next(
            (
                each
                for _, each in self.session.remarks
                if isinstance(each, Opened) and each.status != 101
            ),
            None,
        )
        if refused is not None:
            return [
                Span(
                    f" {self.glyphs.error} The server refused the session with status {refused.status}. {refused.body or ''}",
                    Ink.ERROR,
                )
            ]
        if self.session.index.has_reached_end:
            return [Span(" No event was recorded yet; they appear here as they come.", Ink.QUIET)]
        return [Span(" Reading …", Ink.QUIET)]

    class Scrolled(Message):
        """The person scrolled away with the wheel."""

    def on_mouse_scroll_up(self) -> None:
        self.post_message(self.Scrolled())

    # The cursor is an event.

    def follow_cursor(self, *, centre: bool = False) -> None:
        """Go to the line of the session's selected event."""
        self.go_to(self.session.lines.line_of(self.session.cursor), centre=centre)

    def grown(self, *, forget: bool = False) -> None:
        """The session has more lines, or others."""
        self.lines_changed(forget=forget)
        if self.session.is_following:
            self.go_to(self.count - 1)
            self.session.cursor = self.row
        else:
            # Nothing moves: the line of the event under the cursor may be another, the view is not.
            self.cursor = self.session.lines.line_of(self.session.cursor)

    @property
    def row(self) -> int:
        """The event under the cursor."""
        return self.session.lines.at(self.cursor).row if self.count else 0

    @property
    def is_at_end(self) -> bool:
        """The cursor is on the last line."""
        return self.cursor >= self.count - 1

    def set_times(self, mode: TimeMode) -> None:
        """Count times in another way."""
        self.painter.times = mode
        self.refresh()
