"""Names beside each other, one of them chosen; a click chooses another."""

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Static


class TabBar(Static):
    """One line of names.

    Args:
        names: What can be chosen.
        numbered: Write the key of each name, from 1, before it.
    """

    class Picked(Message):
        """Another name was clicked."""

        def __init__(self, bar: "TabBar", name: str) -> None:
            super().__init__()
            self.bar = bar
            self.name = name

        @property
        def control(self) -> "TabBar":
            """The bar."""
            return self.bar

    def __init__(
        self,
        names: Sequence[str],
        *,
        numbered: bool = False,
        id: str | None = None,  # noqa: A002 # Textual's name
    ) -> None:
        super().__init__(id=id)
        self._names = tuple(names)
        self._is_numbered = numbered
        self._notes: dict[str, str] = {}
        self.chosen = self._names[0]

    COMPONENT_CLASSES = {"tab-bar--chosen", "tab-bar--key"}  # noqa: RUF012 # as Textual declares it

    def choose(self, name: str) -> None:
        """Show a name as chosen."""
        self.chosen = name
        self.refresh()

    def note(self, name: str, text: str) -> None:
        """Write something behind a name, as a count."""
        if self._notes.get(name) != text:
            self._notes[name] = text
            self.refresh()

    def step(self, by: int) -> str:
        """The name so many places on; goes round at the ends."""
        return self._names[(self._names.index(self.chosen) + by) % len(self._names)]

    def render(self) -> Text:
        chosen = self.get_component_rich_style("tab-bar--chosen", partial=True)
        key = self.get_component_rich_style("tab-bar--key", partial=True)
        text = Text(no_wrap=True, overflow="crop")
        for number, name in enumerate(self._names, start=1):
            label = f"{name}{self._notes.get(name, '')}"
            if self._is_numbered:
                text.append(f" {number}", key)
            # Brackets say it where there is no colour.
            is_chosen = name == self.chosen
            text.append(f"[{label}]" if is_chosen else f" {label} ", chosen if is_chosen else "")
        return text

    def on_click(self, event: events.Click) -> None:
        position = 0
        for number, name in enumerate(self._names, start=1):
            position += 2 + len(name) + len(self._notes.get(name, ""))
            position += len(f" {number}") if self._is_numbered else 0
            if event.x < position:
                self.post_message(self.Picked(self, name))
                return
