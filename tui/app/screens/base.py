"""The widgets of a session's screen, and the selected event that all of them share."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Footer, Static

from ..ink import text_of_spans
from ..keys import Place
from ..session.session import Session
from ..widgets.calls import CallList
from ..widgets.dialogue import Dialogue
from ..widgets.event_list import EventList
from ..widgets.findings_panel import FindingsPanel
from ..widgets.inspector import Inspector
from ..widgets.line_list import LineList
from ..widgets.prompt import Prompt
from ..widgets.status_bar import StatusBar
from ..widgets.tab_bar import TabBar
from ..widgets.timeline import Timeline
from ..wording import TimeMode, offset
from .headline import headline

if TYPE_CHECKING:
    from ..app import RealtapApp

VIEWS = ("list", "ladder", "dialogue", "calls", "timeline")
WIDGET_OF = {"list": "events", "ladder": "events"}


class SessionPart(Screen[None]):
    """What all parts of the session's screen build on: its widgets, and the selected event.

    Args:
        session: The recording.
    """

    PLACES: ClassVar = (Place.SESSION, Place.LINES, Place.FIELDS, Place.EVERYWHERE)
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 # Textual declares it on the instance
        (0, "-narrow"),
        (60, "-stacked"),
        (100, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 # as above
        (0, "-low"),
        (30, "-high"),
    ]
    app: "RealtapApp"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.view = "list"
        self.times = TimeMode.START
        self.seen_rows = 0
        """The events that there were when the person last followed, or moved."""
        self.place_before: int | None = None
        """Where the person was when a filter hid it; nobody goes back there after a move."""
        self.moved_at = 0.0
        """When the person last moved, on the monotonic clock: for a moment all else can wait."""

    def compose(self) -> ComposeResult:
        session, glyphs = self.session, self.app.glyphs
        yield Static("", id="title")
        yield TabBar(VIEWS, numbered=True, id="views")
        with Container(id="panes"):
            with Vertical(id="left"):
                yield Static("", id="columns")
                with ContentSwitcher(initial="events", id="view"):
                    yield EventList(session, id="events")
                    yield Dialogue(session, id="dialogue")
                    yield CallList(session, id="calls")
                    yield Timeline(session, id="timeline")
            yield Inspector(session, glyphs, id="inspector")
        yield FindingsPanel(session, id="all-findings")
        yield Prompt(id="prompt")
        yield StatusBar(glyphs, id="status")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.events.focus()
        self.show_all()

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_title)
        self.call_after_refresh(self.show_columns)

    def on_unmount(self) -> None:
        self.session.close()

    # The parts.

    @property
    def events(self) -> EventList:
        """The list, which is the ladder too."""
        return self.query_one("#events", EventList)

    @property
    def inspector(self) -> Inspector:
        """The selected event in full."""
        return self.query_one(Inspector)

    @property
    def status(self) -> StatusBar:
        """Where the person is."""
        return self.query_one(StatusBar)

    @property
    def viewer(self) -> LineList:
        """The view that is shown."""
        return self.query_one(f"#{WIDGET_OF.get(self.view, self.view)}", LineList)

    # What is shown.

    def show_all(self) -> None:
        """Write all that depends on the session's state anew."""
        self.show_title()
        self.show_columns()
        self.show_event()

    def show_title(self) -> None:
        """The line at the top."""
        title = headline(self.session, self.app.glyphs, is_live=self.is_live, width=self.size.width)
        self.query_one("#title", Static).update(title, layout=False)

    def show_columns(self) -> None:
        """The names of the columns."""
        width = self.viewer.scrollable_content_region.width
        names = text_of_spans(self.viewer.head(width))
        self.query_one("#columns", Static).update(names, layout=False)

    def show_event(self) -> None:
        """The inspector, and where the person is."""
        session = self.session
        if not len(session):
            return
        lines = session.lines
        is_run = self.viewer is self.events and len(lines) > 0 and self.events.row == session.cursor
        rows: Sequence[int] = lines.rows_of(self.events.cursor) if is_run else (session.cursor,)
        self.inspector.show(session.cursor, rows)
        self.show_status()
        if self.view == "timeline":
            # Which stretch of time is shown depends on the selected event.
            self.show_columns()

    def show_status(self) -> None:
        """Where the person is."""
        session = self.session
        total = len(session)
        self.status.change(
            is_following=session.is_following,
            is_live=self.is_live,
            behind=total - self.seen_rows if self.is_paused else 0,
            position=session.index.seqs[session.cursor] if total else 0,
            total=total,
            shown=len(session.lines.rows),
            times="" if self.times is TimeMode.START else str(self.times),
            mark=self._since_mark(),
            held=session.waiting,
        )

    @property
    def is_live(self) -> bool:
        """More may come: no end was recorded, and a proxy is at it."""
        session = self.session
        if session.index.closed is not None:
            return False
        return self.app.liveness.is_live(session.path, session.started)

    @property
    def is_paused(self) -> bool:
        """The session is live, and the person does not follow."""
        return self.is_live and not self.session.is_following

    def _since_mark(self) -> str:
        marks = self.session.marks
        if not marks:
            return ""
        name, row = next(reversed(marks.items()))
        since = offset(self.session.time(self.session.cursor) - self.session.time(row))
        return f"{self.app.glyphs.mark}{name} {since}"

    # The selected event: the same in all views.

    def select(self, row: int, *, centre: bool = True) -> None:
        """Select an event, wherever the wish came from."""
        self.session.cursor = row
        self.session.is_following = False
        self.place_before = None
        self.events.follow_cursor(centre=centre)
        self.follow_in_view()
        self.show_event()

    def refresh_view(self) -> None:
        """More is known: the view that is shown takes it in."""
        viewer = self.viewer
        if isinstance(viewer, Dialogue | CallList | Timeline):
            viewer.rebuild()

    def follow_in_view(self) -> None:
        """The view that is shown goes to the selected event."""
        viewer = self.viewer
        if isinstance(viewer, Dialogue | CallList | Timeline):
            viewer.follow_cursor()

    @on(LineList.Moved)
    def _moved(self, message: LineList.Moved) -> None:
        lines = message.lines
        match lines:
            case EventList():
                self.session.cursor = lines.row
                self.session.is_following = lines.is_at_end and self.session.index.closed is None
            case Dialogue() | CallList() | Timeline():
                if lines.row is not None:
                    self.session.cursor = lines.row
                    self.session.is_following = False
                    self.events.follow_cursor(centre=True)
            case _:
                return
        self.seen_rows = len(self.session)
        self.place_before = None
        self.moved_at = time.monotonic()
        self.show_event()

    @on(EventList.Scrolled)
    def _scrolled(self) -> None:
        self.session.is_following = False
        self.seen_rows = len(self.session)
        self.show_status()

    @on(LineList.Chosen)
    def _chosen(self, message: LineList.Chosen) -> None:
        lines = message.lines
        if isinstance(lines, FindingsPanel):
            if lines.finding and lines.finding.events:
                self.jump_to_seq(lines.finding.events[0])
            return
        if isinstance(lines, EventList) and self.session.lines.toggle(lines.cursor):
            lines.lines_changed()
            return
        self.show_inspector()

    @on(LineList.Unchosen)
    def _unchosen(self, message: LineList.Unchosen) -> None:
        lines = message.lines
        if not isinstance(lines, EventList):
            return
        shown = self.session.lines.at(lines.cursor)
        if shown.is_open or shown.is_member:
            row = shown.row
            self.session.lines.toggle(lines.cursor)
            lines.lines_changed()
            lines.move_to(self.session.lines.line_of(row))

    def show_inspector(self) -> None:
        """Go to the selected event in full."""
        if self.has_class("-narrow"):
            self.add_class("-inspecting")
        self.inspector.body.focus()

    @on(Inspector.Jump)
    def _jump(self, message: Inspector.Jump) -> None:
        self.select(message.row)

    def jump_to_seq(self, seq: int) -> None:
        """Select the event with this number."""
        row = self.session.row_of(seq)
        if row is not None:
            self.select(row)
