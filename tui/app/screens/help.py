"""Every key with what it does, made from the table of keys."""

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from ..keys import KEYS, Place
from ..widgets.line_list import draw_in_whole_cells

if TYPE_CHECKING:
    from ..app import RealtapApp

TWINS_FROM_WIDTH = 100
"""A narrower terminal does not tell what does the same without the interface."""


class Help(ModalScreen[None]):
    """The keys, those of the place that the person is at first.

    Args:
        places: Which sections are told, in their order.
    """

    app: "RealtapApp"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss", "Close", id="close-help"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="help-down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="help-up"),
    ]

    def __init__(self, places: tuple[Place, ...]) -> None:
        super().__init__()
        self._places = places

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(self._table())

    def on_mount(self) -> None:
        box = self.query_one("#help")
        box.border_title = "keys"
        box.border_subtitle = "esc closes; ctrl+p finds any action by its name"
        if self.app.glyphs.is_ascii:
            draw_in_whole_cells(box.vertical_scrollbar)
        box.focus()

    def _table(self) -> Table:
        is_broad = self.app.size.width >= TWINS_FROM_WIDTH
        variables = self.app.theme_variables
        table = Table.grid(padding=(0, 2))
        table.add_column(style=f"bold {variables['primary']}", no_wrap=True)
        table.add_column(ratio=3)
        if is_broad:
            table.add_column(ratio=2, style=variables["quiet"])
        for place in self._places:
            head = ["", f"[bold {variables['accent']}]{place}[/]", "without the interface"]
            table.add_row(*head[: 2 + is_broad])
            for key in KEYS[place]:
                told = (key.display, key.sentence, key.twin)
                cells = [Text(each.translate(self.app.glyphs.spellings)) for each in told]
                table.add_row(*cells[: 2 + is_broad])
            table.add_row()
        return table

    def action_scroll(self, lines: int) -> None:
        """Some lines down, or up."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)
