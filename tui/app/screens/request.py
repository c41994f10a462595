"""One plain HTTP request about Realtime: what was asked, and what was answered."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from ....recordings.event import Note
from ....recordings.fields import FieldNode, field_tree
from ....recordings.plain import safe, text_of
from ....recordings.reader import Recording
from ....recordings.rest_note import RestNote, as_event, rest_note_of
from ..keys import Place, bindings
from ..widgets.field_tree import FieldTree
from ..wording import length

if TYPE_CHECKING:
    from ..app import RealtapApp

TEXT_LENGTH = 4000
"""So much of a body is shown on its own line; JSON stands below it field by field."""


class RequestScreen(Screen[None]):
    """A request and its answer as fields.

    Args:
        recording: The note of a request.

    Raises:
        RecordingError: It cannot be read any more.
    """

    PLACES: ClassVar = (Place.REQUEST, Place.LINES, Place.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.REQUEST)
    app: "RealtapApp"

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self._recording = recording
        self._note = next(
            (each for each in recording.entries() if isinstance(each, Note) and rest_note_of(each)),
            None,
        )

    def compose(self) -> ComposeResult:
        yield Static("", id="title")
        yield FieldTree(id="request")
        yield Static("", id="about")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        tree = self.query_one(FieldTree)
        tree.show(self._tree())
        tree.focus()
        header = self._recording.header
        agent = text_of(header.client.get("agent")) or "unknown client"
        leads_to = self.app.glyphs.leads_to
        self.query_one("#title", Static).update(self._headline(rest_note_of(self._note)))
        self.query_one("#about", Static).update(
            Content.assemble(
                (f" {safe(agent)} ", "$primary"),
                (f"{leads_to} {safe(header.upstream)}  {safe(header.started)}", "$quiet"),
            )
        )

    def action_leave(self) -> None:
        """Back to the list of sessions."""
        self.app.leave_session()

    def _headline(self, rest: RestNote | None) -> Content:
        glyphs = self.app.glyphs
        head = (" realtap ", "bold $background on $primary")
        if rest is None:
            return Content.assemble(
                head, (f" {glyphs.closed} {self._recording.path.stem}  no answer yet", "")
            )
        sign, style = (glyphs.ended, "$quiet") if rest.is_fine else (glyphs.failed, "bold $error")
        outcome = f": {safe(rest.outcome)}" if rest.outcome else ""
        return Content.assemble(
            head,
            (f" {glyphs.closed} ", "$quiet"),
            (f"{safe(rest.method)} {safe(rest.path)}  ", "bold"),
            (f"{sign} {rest.answer}{outcome}", style),
            (f"  {length(rest.took_s)}", "$quiet"),
        )

    def _tree(self) -> FieldNode | None:
        if self._note is None:
            return None
        event = as_event(self._note, self._recording.header)
        return field_tree(event, text_limit=TEXT_LENGTH)
