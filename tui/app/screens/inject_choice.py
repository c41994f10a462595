"""A list to choose one thing from, by words or by moving."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from ..keys import Place, bindings

if TYPE_CHECKING:
    from ..app import RealtapApp

HEAD_WIDTH = 42
"""The widest column of what is chosen."""
NOTHING_FOUND = " nothing has these words: take some back"


@dataclass(frozen=True, slots=True)
class Choosable:
    """One line of the list."""

    head: str
    tail: str = ""
    style: str = "bold"


class Choice(ModalScreen[int | None]):
    """Gives the place of the line that was chosen; None when nothing was.

    Args:
        title: What is asked.
        lines: What can be chosen.
    """

    app: "RealtapApp"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.EVERYWHERE, hidden=True),
        Binding("escape", "dismiss", "Leave", id="leave-choice", tooltip="Choose nothing."),
        Binding("down", "move(1)", "Down", show=False, id="choice-down"),
        Binding("up", "move(-1)", "Up", show=False, id="choice-up"),
        Binding("pagedown", "move(10)", "Down", show=False, id="choice-page-down"),
        Binding("pageup", "move(-10)", "Up", show=False, id="choice-page-up"),
    ]

    def __init__(self, title: str, lines: Sequence[Choosable]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._head_width = min(max(len(each.head) for each in lines), HEAD_WIDTH)
        self._shown: list[int] = []
        self._is_over = False

    def compose(self) -> ComposeResult:
        with Vertical(id="choice"):
            yield Input(placeholder="words to search", compact=True, id="choice-words")
            options = OptionList(id="choice-lines", compact=True)
            options.can_focus = False
            yield options
            yield Static("", id="choice-told")

    def on_mount(self) -> None:
        box = self.query_one("#choice")
        box.border_title = self._title
        box.border_subtitle = "enter chooses, esc leaves"
        words = self.query_one(Input)
        words.cursor_blink = self.app.animation_level != "none"
        words.focus()
        self._show("")

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell)

    def _show(self, words: str) -> None:
        wanted = words.lower().split()
        self._shown = [
            place
            for place, line in enumerate(self._lines)
            if all(word in f"{line.head} {line.tail}".lower() for word in wanted)
        ]
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options(Option(self._told(self._lines[place])) for place in self._shown)
        if not self._shown:
            listed.add_option(Option(Content.styled(NOTHING_FOUND, "$quiet"), disabled=True))
        listed.highlighted = 0 if self._shown else None
        self._tell()

    def _told(self, line: Choosable) -> Content:
        spellings = self.app.glyphs.spellings
        return Content.assemble(
            (f" {line.head.translate(spellings):<{self._head_width}}  ", line.style),
            (line.tail.translate(spellings), "$quiet"),
        )

    @on(OptionList.OptionHighlighted)
    def _tell(self) -> None:
        """Tell in full what is said of the selected line, where some line has no room for it."""
        listed, told = self.query_one(OptionList), self.query_one("#choice-told", Static)
        room = listed.size.width - self._head_width - 3
        told.display = any(cell_len(each.tail) > room for each in self._lines)
        place = listed.highlighted
        line = self._lines[self._shown[place]] if place is not None and self._shown else None
        told.update(line.tail.translate(self.app.glyphs.spellings) if line is not None else "")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    def on_key(self, event: events.Key) -> None:
        """Enter acts at once: what is typed after it belongs to what comes next."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self._choose(self.query_one(OptionList).highlighted)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._choose(self.query_one(OptionList).highlighted)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._choose(event.option_index)

    def _choose(self, place: int | None) -> None:
        if place is not None and not self._is_over:
            self._is_over = True
            self.dismiss(self._shown[place])

    def action_move(self, lines: int) -> None:
        """Some lines down, or up."""
        listed = self.query_one(OptionList)
        if self._shown:
            place = (listed.highlighted or 0) + lines
            listed.highlighted = max(min(place, len(self._shown) - 1), 0)
