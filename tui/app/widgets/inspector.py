"""All that is known of the selected event, in tabs."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import ContentSwitcher, Static

from ....recordings.audio import describe_duration
from ....recordings.catalogue import catalogue
from ....recordings.event import Event
from ....recordings.fields import FieldNode, field_tree
from ....recordings.plain import safe, size
from ..details import finding_lines, reference_lines, related_lines, verbatim_lines
from ..edited import with_sent
from ..glyphs import Glyphs
from ..session.session import Session
from ..waveform import audio_in, waveform
from ..wording import clock, offset
from .field_tree import FieldTree
from .line_list import LineList
from .tab_bar import TabBar
from .text_lines import TextLines

ONE_LINE_FROM = 70
"""A narrower inspector has two lines for the event's type and facts."""
HEARD_EVENTS = 400
"""The audio of so many events of a run is drawn."""


class Inspector(Vertical):
    """One event: its fields, its JSON, the reference, what belongs to it, what is wrong with it."""

    TABS: ClassVar[tuple[str, ...]] = ("tree", "json", "reference", "related", "findings")

    class Jump(Message):
        """The person wants to see another event."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, session: Session, glyphs: Glyphs, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id)
        self._session = session
        self._glyphs = glyphs
        self._event: Event | None = None
        self._row = 0
        self._rows: Sequence[int] = ()

    def compose(self) -> ComposeResult:
        yield Static("", id="event-head")
        yield Static("", id="waveform")
        yield TabBar(self.TABS, id="tabs")
        with ContentSwitcher(initial="tree", id="inspected"):
            yield FieldTree(id="tree")
            yield TextLines("Select an event to see its JSON.", id="json")
            yield TextLines("Select an event to see what its fields mean.", id="reference")
            yield TextLines("No other event belongs to this one.", id="related")
            yield TextLines("Nothing was found in this event.", id="findings")

    # What is shown.

    @property
    def event(self) -> Event | None:
        """The event that is shown."""
        return self._event

    @property
    def field(self) -> FieldNode | None:
        """The field under the cursor of the tree."""
        return self.query_one(FieldTree).node

    @property
    def tab(self) -> str:
        """The tab that is open."""
        return self.query_one("#tabs", TabBar).chosen

    @property
    def body(self) -> LineList:
        """What the open tab shows."""
        return self.query_one(f"#{self.tab}", LineList)

    def show(self, row: int, rows: Sequence[int]) -> None:
        """Show an event.

        Args:
            row: Its row.
            rows: The run that it stands for, or itself.
        """
        self._row, self._rows = row, rows
        self._event = self._session.event(row) if len(self._session) else None
        self._fill_head()
        self._fill()

    def update_findings(self) -> None:
        """There are other findings, or more is known of what belongs together."""
        if self._event is not None:
            self._note_counts(self._event)
        if self.tab in {"findings", "related"}:
            self._fill()

    def open_tab(self, name: str) -> None:
        """Open a tab; the keys go to it if they were in the one before."""
        had_focus = self.body.has_focus
        self.query_one("#tabs", TabBar).choose(name)
        self.query_one("#inspected", ContentSwitcher).current = name
        self._fill()
        if had_focus:
            self.body.focus()

    def on_resize(self) -> None:
        """How the head and the waveform are laid out depends on the room."""
        self._fill_head()

    def _fill_head(self) -> None:
        event = self._event
        head, wave = self.query_one("#event-head", Static), self.query_one("#waveform", Static)
        drawn = self._wave() if event is not None and _is_audio(event) else None
        wave.display = drawn is not None
        if drawn is not None:
            _write(wave, drawn)
        _write(head, self._head(event) if event is not None else Content(""))
        if event is not None:
            self._note_counts(event)

    def _head(self, event: Event) -> Content:
        glyphs, session = self._glyphs, self._session
        run = f" x{len(self._rows):,}" if len(self._rows) > 1 else ""
        facts = [
            clock(session.started, event.at),
            offset(event.at),
            size(session.size_bytes(event)),
        ]
        touched = [str(event.origin)] if event.origin != "wire" else []
        touched += [str(event.fate)] if event.fate != "forwarded" else []
        touched += [each for each in (event.why, session.hold_of(event)) if each]
        touched += ["redacted"] if event.redacted else []
        style = f"bold ${'primary' if event.side == 'client' else 'success'}"
        return Content.assemble(
            (f" {glyphs.side(event.side)} {safe(event.type or '(no type)')}{run}", style),
            (f"  #{event.seq}", "bold"),
            ("  " if self.size.width >= ONE_LINE_FROM else "\n ", ""),
            (f" {glyphs.dot} ".join(facts), "$quiet"),
            ("".join(f" {glyphs.dot} {safe(each)}" for each in touched), "$accent"),
        )

    def _note_counts(self, event: Event) -> None:
        tabs = self.query_one("#tabs", TabBar)
        found = len(self._session.findings_of.get(event.seq, ()))
        tabs.note("findings", f" {found}" if found else "")

    def _wave(self) -> Content | None:
        """What can be seen of the audio; None when there is none to see."""
        events = [self._session.event(row) for row in self._rows[:HEARD_EVENTS]]
        format_ = self._session.audio_format(self._row)
        audio = audio_in(each for each in events if each is not None)
        width = max(self.size.width - 2, 10)
        drawn = waveform(audio, format_, width, self._glyphs.waves)
        told = describe_duration(format_.duration_s(len(audio)))
        if not drawn:
            return None
        return Content.assemble((f" {drawn}\n", "$success"), (f" {told}", "$quiet"))

    def _fill(self) -> None:
        """Make what the open tab shows, and only that."""
        event, session, glyphs = self._event, self._session, self._glyphs
        row = self._row
        if event is None:
            self.query_one(FieldTree).show(None)
            return
        match self.tab:
            case "tree":
                self.query_one(FieldTree).show(self._tree(event), row)
            case "json":
                self._text("json").show(lambda width: verbatim_lines(event, width), row)
            case "reference":
                known = catalogue()
                self._text("reference").show(
                    lambda width: reference_lines(event, known, width, glyphs), row
                )
            case "related":
                self._text("related").show(
                    lambda _width: related_lines(session, row, event, glyphs), row
                )
            case _:
                found = session.findings_of.get(event.seq, [])
                self._text("findings").show(
                    lambda width: finding_lines(found, session, width, glyphs), row
                )

    def _text(self, name: str) -> TextLines:
        return self.query_one(f"#{name}", TextLines)

    def _tree(self, event: Event) -> FieldNode:
        tree = field_tree(
            event,
            formats=self._session.formats(self._row),
            joined=self._session.joined(event),
            meaning=catalogue().meaning,
            text_limit=4000,
        )
        return with_sent(tree, event)

    # What the person does.

    @on(TabBar.Picked, "#tabs")
    def _tab_picked(self, event: TabBar.Picked) -> None:
        event.stop()
        self.open_tab(event.name)

    @on(LineList.Chosen)
    def _line_chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        if isinstance(event.lines, TextLines) and event.lines.row is not None:
            self.post_message(self.Jump(event.lines.row))

    @on(LineList.Moved)
    def _line_moved(self, event: LineList.Moved) -> None:
        event.stop()


def _is_audio(event: Event) -> bool:
    return (event.type or "").endswith(("audio.delta", "audio_buffer.append"))


def _write(place: Static, content: Content) -> None:
    """Write something else in a place. What lies below it only moves when it takes more lines, or fewer."""
    height = content.get_height({}, place.size.width) if place.size else 0
    place.update(content, layout=height != place.size.height)
