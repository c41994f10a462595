"""Text in named colours: what painters make, and widgets turn into cells."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ...recordings.plain import safe
from .glyphs import Glyphs


class Ink(StrEnum):
    """What a colour stands for. The values are component classes of the style sheet."""

    PLAIN = "ink--plain"
    STRONG = "ink--strong"
    QUIET = "ink--quiet"
    """Times, numbers, ids: what is looked up and not read."""
    FAINT = "ink--faint"
    """Lines and guides."""
    CLIENT = "ink--client"
    SERVER = "ink--server"
    CLIENT_QUIET = "ink--client-quiet"
    SERVER_QUIET = "ink--server-quiet"
    TOOL = "ink--tool"
    NAME = "ink--name"
    STRING = "ink--string"
    NUMBER = "ink--number"
    JOINED = "ink--joined"
    ERROR = "ink--error"
    WARNING = "ink--warning"
    INFO = "ink--info"
    FINE = "ink--fine"
    FOUND = "ink--found"
    """What a search has found."""
    CURSOR = "ink--cursor"
    """Under the selected line of the pane that has the keys."""
    CURSOR_AWAY = "ink--cursor-away"
    """Under the selected line of every other pane."""


class Span(NamedTuple):
    """Some text in one ink."""

    text: str
    ink: Ink = Ink.PLAIN


type Spans = Sequence[Span]


class Inks:
    """The inks of a widget in the colours of the theme.

    Args:
        base: The widget's own style.
        partial: Each ink's own rules.
    """

    def __init__(self, base: Style, partial: dict[Ink, Style]) -> None:
        self.base = base
        self._styles = {ink: base + style for ink, style in partial.items()}
        self._partial = partial

    def style(self, ink: Ink) -> Style:
        """An ink on the widget's background."""
        return self._styles[ink]

    def strip(
        self, spans: Iterable[Span], width: int, glyphs: Glyphs, under: Ink | None = None
    ) -> Strip:
        """The text as one line of exactly so many cells.

        Args:
            spans: What is written; what a terminal would obey is written as an escape.
            width: In cells.
            glyphs: What shows that text was cut.
            under: What lies under the whole line.
        """
        background = self._partial[under] if under is not None else Style.null()
        ground = self.base + background
        segments = []
        room = width
        for text, ink in spans:
            if room <= 0:
                break
            shown = safe(text)
            if glyphs.is_ascii:
                shown = shown.translate(glyphs.spellings)
            cells = cell_len(shown)
            if cells > room:
                shown = cut_cells(shown, room, glyphs)
                cells = room
            segments.append(Segment(shown, self._styles[ink] + background))
            room -= cells
        if room > 0:
            segments.append(Segment(" " * room, ground))
        return Strip(segments, width)


def cut_cells(text: str, width: int, glyphs: Glyphs) -> str:
    """The text in exactly so many cells, with a sign where it was cut."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + glyphs.ellipsis


def fitted(text: str, width: int, glyphs: Glyphs) -> str:
    """As `cut_cells`, of text that a terminal may show as it is."""
    return cut_cells(safe(text), width, glyphs)


def text_of_spans(spans: Iterable[Span]) -> str:
    """The text alone, as it is shown."""
    return "".join(safe(each.text) for each in spans)
