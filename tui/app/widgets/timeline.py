"""Who spoke and what ran, as lanes on one axis of time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size

from ....recordings.findings.finding import Severity
from ..ink import Ink, Span, Spans
from ..session.session import Session
from .line_list import LineList

LABEL_WIDTH = 11
LEAST_S = 0.25
"""The axis is never shorter."""
_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
TICK_CELLS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasted."""

    start: float
    end: float
    ink: Ink
    label: str = ""
    is_open: bool = False
    """Its end is not known."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of bars."""

    name: str
    bars: Sequence[Bar]


class Timeline(LineList):
    """Lanes; left and right go from event to event, `+` and `-` zoom around the selected one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "plus,equals_sign", "scale(0.5)", "Closer", id="zoom-in", tooltip="Show less time."
        ),
        Binding("minus", "scale(2)", "Farther", id="zoom-out", tooltip="Show more time."),
        Binding("0", "scale(0)", "All", id="zoom-all", tooltip="Show the whole session."),
        Binding("l,right", "step(1)", "Later", show=False, id="later"),
        Binding("h,left", "step(-1)", "Earlier", show=False, id="earlier"),
    ]

    def __init__(self, session: Session, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id)
        self.session = session
        self._lanes: list[Lane] = []
        self._shown_s = 0.0
        """How much time fits; 0 for all."""

    # What is drawn.

    @property
    def count(self) -> int:
        return len(self._lanes) * (self._thickness + 1) + 2 if self._lanes else 0

    @property
    def _thickness(self) -> int:
        """Lines of a lane: two where there is room."""
        room = self.scrollable_content_region.height
        return 2 if room >= len(self._lanes) * 3 + 2 else 1

    @property
    def shows_cursor(self) -> bool:
        return False

    def key(self, line: int) -> object:  # noqa: ARG002 # never drawn alike: it depends on all
        return object()

    def head(self, width: int) -> Spans:  # noqa: ARG002 # it is short
        start, length_s = self._span()
        return [
            Span(
                f" {start:.1f} to {start + length_s:.1f} s of {self._total_s():.1f} s   + - zoom, 0 all, h l step",
                Ink.QUIET,
            )
        ]

    def paint(self, line: int, width: int) -> Spans:
        room = max(width - LABEL_WIDTH - 2, 10)
        if line == 0:
            return self._axis(room)
        if line == self.count - 1:
            return self._pointer(room)
        number, part = divmod(line - 1, self._thickness + 1)
        if part == self._thickness or number >= len(self._lanes):
            return self._gap(room)
        return self._lane(self._lanes[number], room, is_first=not part)

    def empty(self) -> Spans:
        return [Span(" Nothing happened in this session yet.", Ink.QUIET)]

    def _total_s(self) -> float:
        return max(self.session.last_at, LEAST_S)

    def _span(self) -> tuple[float, float]:
        """The first second that is shown, and how many."""
        total = self._total_s()
        length_s = min(self._shown_s or total, total)
        here = self.session.time(self.session.cursor) if len(self.session) else 0.0
        start = min(max(here - length_s / 2, 0.0), total - length_s)
        return start, length_s

    def _cell(self, at: float, room: int) -> int:
        start, length_s = self._span()
        return int((at - start) / length_s * (room - 1))

    def _axis(self, room: int) -> Spans:
        start, length_s = self._span()
        step = next(
            (each for each in _STEPS_S if each / length_s * room >= TICK_CELLS), _STEPS_S[-1]
        )
        cells = [" "] * room
        tick = int(start / step + 0.999) * step
        while tick <= start + length_s:
            label = f"{self.glyphs.bar}{tick:g} s"
            place = self._cell(tick, room)
            if 0 <= place <= room - len(label):
                cells[place : place + len(label)] = label
            tick += step
        return [Span(" " * (LABEL_WIDTH + 1)), Span("".join(cells), Ink.QUIET)]

    def _lane(self, lane: Lane, room: int, *, is_first: bool) -> Spans:
        inks: list[Ink | None] = [None] * room
        texts = [" "] * room
        for bar in lane.bars:
            first, last = self._cell(bar.start, room), self._cell(bar.end, room)
            if last < 0 or first >= room:
                continue
            first, last = max(first, 0), min(last, room - 1)
            if not bar.label or (is_first and bar.label not in self._signs):
                fill = self.glyphs.shaded if bar.is_open else self.glyphs.filled
                texts[first : last + 1] = [fill] * (last + 1 - first)
                inks[first : last + 1] = [bar.ink] * (last + 1 - first)
            elif is_first or bar.label not in self._signs:
                self._write(bar, first, texts, inks)
        name = lane.name if is_first else ""
        return [Span(f" {name:<{LABEL_WIDTH}}", Ink.STRONG), *self._runs(texts, inks)]

    def _write(self, bar: Bar, first: int, texts: list[str], inks: list[Ink | None]) -> None:
        """A sign, or the name of a tool below its bar, where nothing stands yet."""
        end = first + len(bar.label)
        if end <= len(texts) and all(text == " " for text in texts[max(first - 1, 0) : end]):
            texts[first:end] = bar.label
            inks[first:end] = [bar.ink] * len(bar.label)
        elif bar.label in self._signs:
            # The worst comes last, and is seen.
            texts[first], inks[first] = bar.label, bar.ink

    @property
    def _signs(self) -> frozenset[str]:
        return frozenset({self.glyphs.error, self.glyphs.warning, self.glyphs.info})

    def _runs(self, texts: Sequence[str], inks: Sequence[Ink | None]) -> Iterable[Span]:
        """Cells of one ink together, with the line of the selected event through them."""
        place = self._cursor_cell(len(texts))
        for cell, (text, ink) in enumerate(zip(texts, inks, strict=True)):
            if cell == place and ink is None:
                yield Span(self.glyphs.bar, Ink.TOOL)
            else:
                yield Span(text, ink or Ink.FAINT)

    def _gap(self, room: int) -> Spans:
        cells = [" "] * room
        place = self._cursor_cell(room)
        if 0 <= place < room:
            cells[place] = self.glyphs.bar
        return [Span(" " * (LABEL_WIDTH + 1)), Span("".join(cells), Ink.TOOL)]

    def _pointer(self, room: int) -> Spans:
        session = self.session
        place = self._cursor_cell(room)
        label = f"#{session.index.seqs[session.cursor]} {session.index.type(session.cursor)}"
        lead = min(max(place - len(label) // 2, 0), max(room - len(label), 0))
        return [Span(" " * (LABEL_WIDTH + 1 + lead)), Span(label, Ink.TOOL)]

    def _cursor_cell(self, room: int) -> int:
        return self._cell(self.session.time(self.session.cursor), room) if len(self.session) else -1

    # What happened.

    def rebuild(self) -> None:
        """More is known."""
        session, end = self.session, self._total_s()
        self._lanes = (
            [
                Lane("user", list(self._speech(end))),
                Lane("assistant", list(self._audio())),
                Lane("responses", list(self._responses(end))),
                Lane("tools", list(self._tools(end))),
                Lane("findings", list(self._findings())),
            ]
            if len(session)
            else []
        )
        self.virtual_size = Size(self.scrollable_content_region.width, self.count)
        self.refresh()

    def _speech(self, end: float) -> Iterable[Bar]:
        for each in self.session.speeches:
            stop = each.stopped_at
            yield Bar(
                each.started_at, end if stop is None else stop, Ink.CLIENT, is_open=stop is None
            )

    def _audio(self) -> Iterable[Bar]:
        """Assistant audio as it sounds: it comes faster than it is played."""
        for item in self.session.items:
            if item.first_audio_at is not None and item.audio_ms:
                heard_ms = item.audio_ms if item.truncated_ms is None else item.truncated_ms
                stop = item.first_audio_at + heard_ms / 1000
                yield Bar(item.first_audio_at, stop, Ink.SERVER)

    def _responses(self, end: float) -> Iterable[Bar]:
        inks = {"failed": Ink.ERROR, "cancelled": Ink.WARNING, "incomplete": Ink.WARNING}
        for each in self.session.responses:
            stop = each.done_at
            ink = inks.get(each.status, Ink.NAME)
            yield Bar(each.at, end if stop is None else stop, ink, is_open=stop is None)

    def _tools(self, end: float) -> Iterable[Bar]:
        for call in self.session.calls:
            output = call.output
            stop = output.at if output is not None else end
            yield Bar(call.announced_at, stop, Ink.TOOL, call.name, is_open=output is None)

    def _findings(self) -> Iterable[Bar]:
        inks = {Severity.ERROR: Ink.ERROR, Severity.WARNING: Ink.WARNING, Severity.INFO: Ink.INFO}
        for each in sorted(self.session.findings, key=lambda found: found.severity.rank):
            yield Bar(each.at, each.at, inks[each.severity], self.glyphs.severity(each.severity))

    # Moving.

    @property
    def row(self) -> int | None:
        """The selected event."""
        return self.session.cursor

    def on_show(self) -> None:
        """It was hidden: more may be known."""
        self.rebuild()

    def follow_cursor(self) -> None:
        """Show the selected event."""
        self.refresh()

    def action_scale(self, factor: float) -> None:
        """Show so many times the time; 0 for all."""
        total = self._total_s()
        shown = (self._shown_s or total) * factor
        self._shown_s = 0.0 if not factor or shown >= total else max(shown, LEAST_S)
        self.refresh()
        self.post_message(self.Moved(self))

    def action_step(self, by: int) -> None:
        """The next shown event, or the one before."""
        self._go(self.session.lines.line_of(self.session.cursor) + by)

    def action_move(self, lines: int) -> None:
        self.action_step(lines)

    def action_move_pages(self, pages: float) -> None:
        """As much time as is shown, on or back."""
        _, length_s = self._span()
        at = self.session.time(self.session.cursor) + pages * length_s
        self._go_to_row(self.session.row_at(at))

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self.session.lines) - 1)

    def _go(self, line: int) -> None:
        lines = self.session.lines
        if len(lines):
            self._go_to_row(lines.at(max(min(line, len(lines) - 1), 0)).row)

    def _go_to_row(self, row: int) -> None:
        self.session.cursor = row
        self.refresh()
        self.post_message(self.Moved(self))

    def on_click(self, event: events.Click) -> None:
        room = max(self.scrollable_content_region.width - LABEL_WIDTH - 2, 10)
        start, length_s = self._span()
        at = start + (event.x - LABEL_WIDTH - 1) / max(room - 1, 1) * length_s
        if len(self.session):
            self._go_to_row(self.session.row_at(max(at, 0.0)))
