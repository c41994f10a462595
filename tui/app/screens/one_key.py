"""Waits for one key: the letter of a mark, or one of a few choices."""

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class OneKey(ModalScreen[str | None]):
    """Gives the key that was pressed; None for escape and for what cannot be chosen.

    Args:
        title: What is asked.
        choices: What each key means; any letter will do when there are none.
    """

    def __init__(self, title: str, choices: Mapping[str, str]) -> None:
        super().__init__()
        self._title = title
        self._choices = choices

    def compose(self) -> ComposeResult:
        lines = [Content.assemble((f" {self._title} ", "bold"))]
        lines += [
            Content.assemble((f" {key} ", "bold $primary"), (f" {meaning} ", ""))
            for key, meaning in self._choices.items()
        ]
        yield Static(Content("\n").join(lines), id="one-key")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        key = event.character or ""
        is_fine = key in self._choices if self._choices else key.isalnum()
        self.dismiss(key if is_fine else None)

    def on_click(self) -> None:
        self.dismiss(None)
