"""A list of any length that is drawn line by line: only what is on the screen is ever made.

Measured for a million lines: shown in 19 ms, where a table of widgets takes 89 s. Each list of the
interface is one of these, so that all of them move alike.
"""

from collections.abc import Hashable
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.selection import Selection
from textual.strip import Strip

from ..glyphs import UNICODE, Glyphs
from ..ink import Ink, Inks, Spans, text_of_spans
from ..keys import Place, bindings

KEPT_LINES = 2000
"""Lines that stay drawn: some dozen screens."""


class WholeCells(ScrollBarRender):
    """A scrollbar without parts of cells: those are drawn with signs that not every terminal has."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "]


def draw_in_whole_cells(scrollbar: ScrollBar) -> None:
    """Let one scrollbar, not all of them, be drawn so."""
    scrollbar.renderer = WholeCells  # type: ignore[misc] # Textual asks the instance


class LineList(ScrollView, can_focus=True):
    """Lines with a cursor. Who makes one says how many there are and what is on each."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {ink.value for ink in Ink}
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.LINES)

    class Moved(Message):
        """The cursor is on another line, by the person's hand."""

        def __init__(self, lines: "LineList") -> None:
            super().__init__()
            self.lines = lines

        @property
        def control(self) -> "LineList":
            """The list."""
            return self.lines

    class Chosen(Moved):
        """The person wants to go where the line leads."""

    class Unchosen(Moved):
        """The person wants to fold the line away."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id, classes=classes)
        self.cursor = 0
        """The selected line."""
        self._inks: Inks | None = None
        self._strips: LRUCache[Hashable, Strip] = LRUCache(KEPT_LINES)

    def on_mount(self) -> None:
        if self.glyphs.is_ascii:
            draw_in_whole_cells(self.vertical_scrollbar)

    # What a list of its own says.

    @property
    def count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def paint(self, line: int, width: int) -> Spans:
        """What is written on a line."""
        raise NotImplementedError

    def key(self, line: int) -> Hashable:
        """What decides how a line looks, apart from its width and the cursor."""
        return line

    def empty(self) -> Spans:
        """What is written where there are no lines."""
        return ()

    def head(self, width: int) -> Spans:  # noqa: ARG002 # for lists with columns
        """What stands above the columns."""
        return ()

    @property
    def last_visible_line(self) -> int:
        """The last line that can be seen."""
        return round(self.scroll_offset.y) + self.scrollable_content_region.height - 1

    @property
    def shows_cursor(self) -> bool:
        """Whether there is a selected line."""
        return True

    # Changes.

    def lines_changed(self, *, forget: bool = False) -> None:
        """There are more, fewer or other lines.

        Args:
            forget: Lines with the same key look different now.
        """
        if forget:
            self._strips.clear()
        self._measure()
        self.cursor = max(min(self.cursor, self.count - 1), 0)
        self.refresh()

    def _measure(self) -> None:
        """Let the scrollbar know how much there is.

        It is always there, so nothing else moves, unless the list is as high as its lines. To set
        `virtual_size` as such lays out and draws the whole screen anew: most of a frame's time.
        """
        size = Size(self.scrollable_content_region.width, self.count)
        if self.styles.height is not None and self.styles.height.is_auto:
            self.virtual_size = size
            return
        self.set_reactive(LineList.virtual_size, size)
        self.vertical_scrollbar.window_virtual_size = self.count
        self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def go_to(self, line: int, *, centre: bool = False) -> None:
        """Select a line without telling anybody, and scroll to it if it cannot be seen."""
        self.cursor = max(min(line, self.count - 1), 0)
        self._show_cursor(centre=centre)
        self.refresh()

    def _show_cursor(self, *, centre: bool = False) -> None:
        height = self.scrollable_content_region.height
        top = round(self.scroll_offset.y)
        if height <= 0:
            return
        if centre and not top <= self.cursor < top + height:
            self._scroll(self.cursor - height // 2)
        elif self.cursor < top:
            self._scroll(self.cursor)
        elif self.cursor >= top + height:
            self._scroll(self.cursor - height + 1)

    def _scroll(self, line: int) -> None:
        self.scroll_to(y=max(line, 0), animate=False, force=True)

    def notify_style_update(self) -> None:
        self._inks = None
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        self.lines_changed()
        self._show_cursor()

    # Drawing.

    @property
    def glyphs(self) -> Glyphs:
        """The signs that the app uses."""
        found = getattr(self.app, "glyphs", UNICODE)
        return found if isinstance(found, Glyphs) else UNICODE

    @property
    def inks(self) -> Inks:
        """The colours of the theme."""
        if self._inks is None:
            styles: dict[Ink, Style] = {
                ink: self.get_component_rich_style(ink.value, partial=True) for ink in Ink
            }
            self._inks = Inks(self.rich_style, styles)
        return self._inks

    def render_line(self, y: int) -> Strip:
        line = round(self.scroll_offset.y) + y
        width = self.scrollable_content_region.width
        if line >= self.count:
            spans = self.empty() if self.count == 0 and y == 0 else ()
            return self.inks.strip(spans, width, self.glyphs)
        under = self._under(line)
        key = (self.key(line), width, under)
        strip = self._strips.get(key)
        if strip is None:
            strip = self.inks.strip(self.paint(line, width), width, self.glyphs, under)
            self._strips[key] = strip
        if (selection := self.text_selection) is not None:
            strip = self._selected(strip, selection, line, width)
        return strip.apply_offsets(0, line)

    def _under(self, line: int) -> Ink | None:
        if line != self.cursor or not self.shows_cursor:
            return None
        return Ink.CURSOR if self.has_focus else Ink.CURSOR_AWAY

    def _selected(self, strip: Strip, selection: Selection, line: int, width: int) -> Strip:
        """The line with what the mouse has selected."""
        span = selection.get_span(line)
        if span is None:
            return strip
        start, end = span
        end = width if end == -1 else min(end, width)
        if start >= end:
            return strip
        chosen = strip.crop(start, end).apply_style(Style(reverse=True))
        return Strip.join([strip.crop(0, start), chosen, strip.crop(end, width)])

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text that the mouse has selected."""
        first = selection.start.y if selection.start else 0
        last = min(selection.end.y if selection.end else self.count - 1, self.count - 1)
        width = self.scrollable_content_region.width
        texts = []
        for line in range(first, last + 1):
            span = selection.get_span(line)
            text = text_of_spans(self.paint(line, width))
            if span is not None:
                texts.append(text[span[0] : None if span[1] == -1 else span[1]].rstrip())
        return "\n".join(texts), "\n"

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002 # it is asked for when drawing
        self.refresh()

    # Moving.

    def move_to(self, line: int) -> None:
        """Select a line, as the person asked."""
        if not self.count:
            return
        self.go_to(line)
        self.post_message(self.Moved(self))

    def action_move(self, lines: int) -> None:
        """Some lines down, or up."""
        self.move_to(self.cursor + lines)

    def action_move_pages(self, pages: float) -> None:
        """Some pages down, or up."""
        step = round(pages * self.scrollable_content_region.height) or (1 if pages > 0 else -1)
        self.move_to(self.cursor + step)

    def action_first(self) -> None:
        """The first line."""
        self.move_to(0)

    def action_last(self) -> None:
        """The last line."""
        self.move_to(self.count - 1)

    def action_choose(self) -> None:
        """Go where the line leads."""
        if self.count:
            self.post_message(self.Chosen(self))

    def action_unchoose(self) -> None:
        """Fold the line away."""
        if self.count:
            self.post_message(self.Unchosen(self))

    def on_click(self, event: events.Click) -> None:
        line = round(self.scroll_offset.y) + event.y
        if not 0 <= line < self.count or self.text_selection is not None:
            return
        self.move_to(line)
        if event.chain == 2:
            self.action_choose()

    def refresh_cursor(self) -> None:
        """Draw the selected line again."""
        y = self.cursor - round(self.scroll_offset.y)
        self.refresh(Region(0, y, self.size.width, 1))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
