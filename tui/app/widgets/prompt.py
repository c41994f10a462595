"""The line where a filter or words to search are typed, with what is wrong with them."""

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, Static

type Check = Callable[[str], str | None]
"""What is wrong with a text; None when it can be taken."""
type Complete = Callable[[str], str | None]
"""A text with its end completed; None when nothing fits."""


class _Suggester(Suggester):
    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        return self._complete(value)


class _Field(Input):
    """An input that takes `enter` in the order of what was typed.

    Textual lets a key's binding act later than the keys typed after it: what is typed quickly after
    `enter` would end in the text. So `enter` acts at once, and what comes after it is passed on.
    """

    def __init__(self, *, id: str, enter: Callable[[], bool]) -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id, compact=True, select_on_focus=False)
        self._enter = enter
        self.is_over = False
        """The text was taken: keys belong to the pane that has the focus now."""

    async def _on_key(self, event: events.Key) -> None:
        target = self.screen.focused
        if self.is_over and target is not None and target is not self:
            event.stop()
            event.prevent_default()
            target.post_message(events.Key(event.key, event.character))
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            self.is_over = self._enter()


class Prompt(Vertical):
    """Asks for a text; hidden until it is needed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "cancel", "Cancel", id="cancel-prompt", tooltip="Leave things as they were."
        ),
        Binding(
            "tab", "complete", "Complete", id="complete-prompt", tooltip="Take what is proposed."
        ),
    ]

    class Answered(Message):
        """The text was given."""

        def __init__(self, purpose: str, text: str) -> None:
            super().__init__()
            self.purpose = purpose
            self.text = text

    class Cancelled(Message):
        """Nothing shall change."""

        def __init__(self, purpose: str) -> None:
            super().__init__()
            self.purpose = purpose

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id)
        self.purpose = ""
        self._check: Check = lambda _text: None
        self._hint = ""
        self._before: Widget | None = None

    def compose(self) -> ComposeResult:
        yield _Field(id="prompt-text", enter=self._submit)
        yield Static("", id="prompt-note")

    def on_mount(self) -> None:
        self.display = False
        self._text.cursor_blink = self.app.animation_level != "none"

    @property
    def _text(self) -> _Field:
        return self.query_one("#prompt-text", _Field)

    def ask(
        self, purpose: str, text: str, hint: str, *, check: Check, complete: Complete | None = None
    ) -> None:
        """Show the line.

        Args:
            purpose: What it is for: stands before it, and in the messages.
            text: What stands there already.
            hint: What can be typed.
            check: Says what is wrong.
            complete: Proposes how it goes on.
        """
        self.purpose, self._check, self._hint = purpose, check, hint
        self.border_title = purpose
        self._text.suggester = _Suggester(complete) if complete else None
        self._text.value = text
        self._text.cursor_position = len(text)
        self._before = self.screen.focused
        self._text.is_over = False
        self.display = True
        # At once, not by a message: what is typed next belongs here.
        self.screen.set_focus(self._text)
        self._judge(text)

    def close(self) -> None:
        """Hide it; the keys go where they went before."""
        self.screen.set_focus(self._before)
        self.display = False

    def _judge(self, text: str) -> None:
        fault = self._check(text) if text else None
        self.set_class(fault is not None, "-invalid")
        self.set_class(bool(text) and fault is None, "-valid")
        self.query_one("#prompt-note", Static).update(Content(fault or self._hint))

    @on(Input.Changed, "#prompt-text")
    def _text_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._judge(event.value)

    def _submit(self) -> bool:
        """Give the text, if it can be taken."""
        text = self._text.value
        if text and self._check(text) is not None:
            return False
        self.close()
        self.post_message(self.Answered(self.purpose, text))
        return True

    def action_cancel(self) -> None:
        """Leave things as they were."""
        self.close()
        self.post_message(self.Cancelled(self.purpose))

    def action_complete(self) -> None:
        """Take what is proposed."""
        self._text.action_cursor_right()
        self._text.action_end()
