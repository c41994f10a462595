"""The messages that wait at breakpoints, and the breakpoints."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Footer

from ....proxy.control import Request
from ....proxy.control.methods import BreakpointsSet, HeldRelease
from ....proxy.injection.status import HeldStatus
from ....recordings.errors import RealtapError
from ....recordings.event import Event, Form, Side
from ....recordings.filters import FilterError, parse_filter
from ....recordings.plain import safe
from ..control import Link
from ..details import json_lines
from ..ink import Ink, Span
from ..keys import Place, bindings
from ..session.session import Session
from ..widgets.line_list import LineList
from ..widgets.prompt import Prompt
from ..widgets.text_lines import TextLine, TextLines
from ..wording import count, length
from .inject_forms import HeldEvent, HeldForm

if TYPE_CHECKING:
    from ..app import RealtapApp

TICK_S = 0.5
"""So often is told how long the messages wait."""
BREAKPOINT = "breakpoint"
HINT = "type:response.create  from:client  item.type=function_call_output"
TYPE_WIDTH = 22
NOTHING_HELD = "Nothing waits. What a breakpoint wants waits here: a sets one."
NO_BREAKPOINTS = "No breakpoints: a sets one, as type:response.create"


class HeldScreen(ModalScreen[None]):
    """What waits, with its text; below it the breakpoints.

    Args:
        link: To the proxy.
        session: The recording, which has the texts.
        look: Has the recording looked at; `show` is called when there is more.
    """

    PLACES: ClassVar = (Place.HELD, Place.LINES, Place.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.HELD), *bindings(Place.EVERYWHERE)]
    app: "RealtapApp"

    class Done(Message):
        """The proxy has answered."""

        def __init__(self, told: str, trouble: str) -> None:
            super().__init__()
            self.told = told
            self.trouble = trouble

    def __init__(self, link: Link, session: Session, look: Callable[[], None]) -> None:
        super().__init__()
        self.link = link
        self._session = session
        self._look = look

    def compose(self) -> ComposeResult:
        with Vertical(id="held"):
            yield TextLines(NOTHING_HELD, id="held-list")
            yield TextLines("", id="held-text")
            yield TextLines(NO_BREAKPOINTS, id="breakpoints")
            yield Prompt(id="held-prompt")
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.link.watch(self.show)
        self.waiting.focus()
        self.breakpoints.border_title = "breakpoints, for all sessions"
        self.show()
        if self.app.is_polling:
            self.set_interval(TICK_S, self.show)

    def on_unmount(self) -> None:
        self.link.unwatch(self.show)

    # The parts.

    @property
    def waiting(self) -> TextLines:
        """What waits."""
        return self.query_one("#held-list", TextLines)

    @property
    def breakpoints(self) -> TextLines:
        """The filters."""
        return self.query_one("#breakpoints", TextLines)

    @property
    def held(self) -> Sequence[HeldStatus]:
        """What waits, in the order in which it came."""
        return self.link.session.held

    @property
    def selected(self) -> HeldStatus | None:
        """The message under the cursor."""
        held = self.held
        return held[min(self.waiting.cursor, len(held) - 1)] if held else None

    @property
    def filters(self) -> list[str]:
        """The breakpoints for all sessions."""
        return self.link.state.breakpoints

    # What is shown.

    def show(self) -> None:
        """Write all anew; the cursors stay."""
        held = self.held
        self.query_one("#held").border_title = (
            f"{count(len(held), 'message')} held" if held else "nothing is held"
        )
        _show(self.waiting, [self._held_line(each) for each in held])
        _show(self.breakpoints, [TextLine([Span(f" {safe(each)}")]) for each in self.filters])
        self._show_text()

    def _held_line(self, held: HeldStatus) -> TextLine:
        now_s = self.link.now_s
        ink = Ink.CLIENT if held.side is Side.CLIENT else Ink.SERVER
        spans = [
            Span(f" {held.seq:>5} ", Ink.QUIET),
            Span(f"{self.app.glyphs.side(held.side)} ", ink),
            Span(f"{safe(held.type) or '(no type)':<{TYPE_WIDTH}}", ink),
            Span(f" waits {length(max(now_s - held.since_s, 0))}", Ink.STRONG),
        ]
        if held.until_s is not None:
            left_s = max(held.until_s - now_s, 0)
            spans.append(Span(f", {left_s:.0f} s left", Ink.WARNING))
        spans.append(Span(f"  {safe(held.why)}", Ink.QUIET))
        return TextLine(spans)

    def _show_text(self) -> None:
        text = self.query_one("#held-text", TextLines)
        selected = self.selected
        event = self._event(selected.seq) if selected is not None else None
        text.display = event is not None
        if selected is not None and event is not None:
            text.border_title = safe(selected.why)
            text.show(lambda width: json_lines(event, width), selected.seq)

    def _event(self, seq: int) -> Event | None:
        """A message as the recording has it."""
        row = self._session.row_of(seq)
        if row is None:
            # It came just now; the recording is looked at from time to time only.
            self._look()
            return None
        return self._session.event(row)

    @on(LineList.Moved)
    def _moved(self, message: LineList.Moved) -> None:
        message.stop()
        if message.lines is self.waiting:
            self._show_text()

    @on(LineList.Chosen)
    def _chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        if message.lines is self.waiting:
            self.action_edit()

    # What the person does.

    def action_release(self, action: Literal["forward", "drop"]) -> None:
        """Let the selected message go on, or drop it."""
        selected = self.selected
        if selected is None:
            self.notify("nothing waits", timeout=2)
            return
        told = "goes on" if action == "forward" else "is dropped"
        release = HeldRelease(session=self.link.session_id, seq=selected.seq, action=action)
        self._ask(release, f"message {selected.seq} {told}")

    def action_edit(self) -> None:
        """Let the selected message go on with another text."""
        selected = self.selected
        event = self._event(selected.seq) if selected is not None else None
        if event is None:
            self.notify("nothing waits that could be edited", timeout=2)
            return
        if event.form is not Form.JSON or not event.fields():
            self.notify(f"message {event.seq} is no JSON object: it cannot be edited", timeout=4)
            return
        held = HeldEvent(event.seq, event.side, event.fields(), event.redacted)
        self.app.push_screen(HeldForm(self.link, held), self._tell)

    def action_add(self) -> None:
        """Ask for a breakpoint's filter."""
        self.query_one(Prompt).ask(BREAKPOINT, "", HINT, check=_fault_of)

    @on(Prompt.Answered)
    def _answered(self, message: Prompt.Answered) -> None:
        message.stop()
        text = message.text.strip()
        if text and text not in self.filters:
            self._set([*self.filters, text], f"waits from now on: {text}")

    def action_remove(self) -> None:
        """Take the selected breakpoint away; what waits already goes on waiting."""
        filters = self.filters
        if not filters:
            self.notify("there are no breakpoints to take away", timeout=2)
            return
        gone = filters[min(self.breakpoints.cursor, len(filters) - 1)]
        self._set([each for each in filters if each != gone], f"taken away: {gone}")

    def _set(self, filters: list[str], told: str) -> None:
        self._ask(BreakpointsSet(filters=filters), told)

    @work(group="held")
    async def _ask(self, request: Request[object], told: str) -> None:
        trouble = ""
        try:
            await self.link.ask(request)
            await self.link.refresh()
        except RealtapError as error:
            trouble = str(error)
        self.post_message(self.Done(told, trouble))

    @on(Done)
    def _done(self, message: Done) -> None:
        if message.trouble:
            self.notify(message.trouble, severity="error", markup=False)
        else:
            self._tell(message.told)
        self.show()

    def _tell(self, told: str | None) -> None:
        if told is not None:
            self.notify(told, timeout=3, markup=False)

    def action_leave(self) -> None:
        """Back to the session; what waits goes on waiting."""
        self.dismiss()


def _show(shown: TextLines, lines: Sequence[TextLine]) -> None:
    """Show other lines, with the cursor on the same one."""
    cursor = shown.cursor
    shown.show(lambda _width: lines)
    shown.go_to(min(cursor, max(len(lines) - 1, 0)))


def _fault_of(text: str) -> str | None:
    try:
        parse_filter(text)
    except FilterError as error:
        return str(error)
    return None
