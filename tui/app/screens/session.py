"""One session: its events in one of several views, the selected event in full, and the findings."""

from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.widgets import ContentSwitcher

from ..keys import Place, bindings
from ..widgets.event_list import Form
from ..widgets.findings_panel import FindingsPanel
from ..widgets.tab_bar import TabBar
from .base import WIDGET_OF
from .inject import Injecting
from .one_key import OneKey
from .reading import Reading
from .searching import Searching
from .taking import Taking


class SessionScreen(Searching, Taking, Injecting, Reading):
    """One session.

    `Reading` scans and studies the recording, `Searching` filters and searches, `Taking` copies and
    writes files, `Injecting` steers the live session, and below all of them `SessionPart` has the widgets. Here are the views, and the
    ways from one event to another.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.SESSION)

    # Views.

    def action_view(self, name: str) -> None:
        """Show the session in another way; the same event stays selected."""
        had_focus = self.viewer.has_focus
        self.view = name
        self.query_one("#views", TabBar).choose(name)
        self.query_one("#view", ContentSwitcher).current = WIDGET_OF.get(name, name)
        if name in WIDGET_OF:
            self.events.form = Form(name)
            self.events.refresh()
            self.events.follow_cursor(centre=True)
        self.refresh_view()
        self.follow_in_view()
        if had_focus:
            self.viewer.focus()
        self.call_after_refresh(self.show_columns)

    def action_next_view(self, step: int) -> None:
        """The next view, or the one before."""
        self.action_view(self.query_one("#views", TabBar).step(step))

    @on(TabBar.Picked, "#views")
    def _view_picked(self, message: TabBar.Picked) -> None:
        self.action_view(message.name)

    # From one event to another.

    def action_finding(self, step: int) -> None:
        """The next finding, or the one before."""
        found = self.session.next_finding(self.session.cursor, step)
        if found is None:
            self.notify("nothing was found in this session", timeout=2)
            return
        self.jump_to_seq(found.events[0])
        panel = self.query_one(FindingsPanel)
        panel.select(found)
        if panel.display:
            # It stands there in full already.
            return
        self.notify(
            f"{found.what}\n{self.app.glyphs.leads_to} {found.todo}",
            title=f"{found.severity}: {found.slug}",
            severity="error" if found.severity == "error" else "warning",
            markup=False,
        )

    def action_related(self, step: int) -> None:
        """The next event of the same call, item or response, or the one before."""
        row = self.session.neighbour(self.session.cursor, step)
        if row is None:
            self.notify("no other event there of the same call, item or response", timeout=2)
        else:
            self.select(row)

    def action_findings(self) -> None:
        """Go to the findings; they may be hidden where the terminal is low."""
        panel = self.query_one(FindingsPanel)
        self.add_class("-judging")
        panel.focus()

    def action_mark(self) -> None:
        """Mark the selected event with the letter that comes."""

        def mark(letter: str | None) -> None:
            if letter:
                # Put last: times are counted from the latest mark.
                self.session.marks.pop(letter, None)
                self.session.marks[letter] = self.session.cursor
                self.events.lines_changed(forget=True)
                self.show_status()

        self.app.push_screen(OneKey("mark: press a letter", {}), mark)

    def action_go_to_mark(self) -> None:
        """Jump to the mark whose letter comes."""
        marks = self.session.marks
        if not marks:
            self.notify("no marks yet: m and a letter make one", timeout=2)
            return
        seqs = self.session.index.seqs
        choices = {letter: f"event {seqs[row]}" for letter, row in marks.items()}

        def jump(letter: str | None) -> None:
            if letter in marks:
                self.select(marks[letter])

        self.app.push_screen(OneKey("jump to", choices), jump)

    # How it is shown.

    def action_times(self) -> None:
        """Count times in the next way."""
        self.times = self.times.next
        self.events.set_times(self.times)
        self.show_columns()
        self.show_status()

    def action_fold(self) -> None:
        """Fold runs, or show all events; the selected one stays."""
        self.fold(is_folded=not self.session.lines.is_folded)

    def action_follow(self) -> None:
        """Follow what comes, or stand still; go on with what was stopped."""
        session = self.session
        if self.go_on():
            return
        if session.index.closed is not None:
            self.notify("the session has ended: nothing more will come", timeout=2)
            return
        session.is_following = not session.is_following
        self.seen_rows = len(session)
        if session.is_following and self.events.count:
            self.events.go_to(self.events.count - 1)
            session.cursor = self.events.row
            self.follow_in_view()
        self.show_event()

    def action_next_tab(self, step: int) -> None:
        """The next tab of the inspector, or the one before."""
        tabs = self.inspector.query_one("#tabs", TabBar)
        self.inspector.open_tab(tabs.step(step))

    def action_zoom(self) -> None:
        """Give the pane with the keys all of the screen, or take it back."""
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed", "-zoom-left", "-zoom-right")
            return
        is_right = self.focused is not None and self.inspector in self.focused.ancestors
        self.add_class("-zoomed", "-zoom-right" if is_right else "-zoom-left")

    def action_back(self) -> None:
        """Peel off one layer: what was opened last goes first."""
        if self.has_class("-inspecting") or self.has_class("-zoomed"):
            self.remove_class("-inspecting", "-zoomed", "-zoom-left", "-zoom-right")
            self.viewer.focus()
        elif self.has_class("-judging"):
            self.remove_class("-judging")
            self.viewer.focus()
        elif not self.viewer.has_focus:
            self.viewer.focus()
        elif not self.peel():
            self.app.leave_session()
