"""A form that sends something into a live session: an editor, and what would be sent, and when.

What each form sends is told by the modules beside this one; whether it can be sent, and what would
follow, by the proxy: it is asked with every change.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Static, TextArea

from ....proxy.control import Request
from ....proxy.injection.status import Planned
from ....recordings.errors import RealtapError
from ....recordings.event import Side
from ....recordings.plain import compact, cut, safe, text_of
from ..control import Link
from ..keys import Place, bindings
from .base import SessionPart
from .one_key import OneKey

if TYPE_CHECKING:
    from ..app import RealtapApp

SHOWN_EVENTS = 4
"""So many of the events that would be sent are told; a made-up call has a dozen."""
PREVIEW = "preview"
"""Stands before what the proxy says would happen."""
SHOWN_LINES = 3
"""A reason may be long: so many lines of it."""


UNTOLD = frozenset({"type", "event_id", "obfuscation"})
"""Fields of an event that are told before the others, or tell nobody anything."""
ASIDE = ("_id", "_index")
"""Fields whose names end so are told last: a line has no room for all, and they say least."""


class Option(NamedTuple):
    """Something that can be chosen beside the text."""

    name: str
    key: str
    """As people write it."""
    title: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What the proxy says to what is typed."""

    planned: Planned | None = None
    trouble: str = ""
    """Why it cannot be sent."""


class Form(ModalScreen[str | None]):
    """Sends one thing. Gives what was sent, in words; None when it was left.

    Args:
        link: To the proxy.
        title: What is done.
        text: What stands in the editor at first.
    """

    PLACES: ClassVar = (Place.SENDING, Place.EVERYWHERE)
    VERTICAL_BREAKPOINTS = SessionPart.VERTICAL_BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.SENDING),
        # A dialog gets no keys of the app. Out of the footer: `?` and `:` are typed into the text.
        *bindings(Place.EVERYWHERE, hidden=True),
        # Before all others: a key that goes on to the question would answer it.
        Binding("ctrl+q", "app.quit", "Quit", show=False, priority=True, id="quit-form"),
    ]
    app: "RealtapApp"

    class Answered(Message):
        """The proxy has answered."""

        def __init__(self, told: Told, *, is_final: bool) -> None:
            super().__init__()
            self.told = told
            self.is_final = is_final
            """It was to be sent, and not only asked."""

    def __init__(self, link: Link, title: str, text: str) -> None:
        super().__init__()
        self.link = link
        self.told = Told()
        self._title = title
        self._text_before = text
        self._is_sending = False
        self._chosen = {option.name: 0 for option in self.options}

    # What a form says.

    @property
    def options(self) -> Sequence[Option]:
        """What can be chosen."""
        return ()

    @property
    def placeholder(self) -> str:
        """What stands in the editor while it is empty."""
        return ""

    @property
    def side(self) -> Side:
        """Whom the events play that would be sent."""
        return Side.CLIENT

    def about(self) -> Content:
        """What the form is about, above the editor."""
        return Content()

    def request(self, *, dry_run: bool) -> Request[Planned]:
        """What is asked of the proxy.

        Raises:
            UsageError: What was typed cannot be read.
        """
        raise NotImplementedError

    async def carry_out(self, *, dry_run: bool) -> Planned:
        """Send it, or ask what would be sent.

        Raises:
            RealtapError: It cannot be sent; the message says why.
        """
        return await self.link.ask(self.request(dry_run=dry_run))

    def remark(self) -> str:
        """What is worth to know about the text itself."""
        return ""

    def fields(self) -> ComposeResult:
        """Lines to type into above the editor."""
        yield from ()

    # The parts.

    def compose(self) -> ComposeResult:
        with Vertical(id="form"):
            yield Static(self.about(), id="form-about")
            yield from self.fields()
            yield TextArea(
                self._text_before,
                id="form-text",
                compact=True,
                soft_wrap=True,
                placeholder=self.placeholder,
            )
            yield Static("", id="form-options")
            yield Static("", id="form-told")
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#form").border_title = self._title
        self.query_one("#form-about").display = bool(self.about().plain)
        self.query_one("#form-options").display = bool(self.options)
        is_blinking = self.app.animation_level != "none"
        for typed in self.query(Input):
            typed.cursor_blink = is_blinking
        self.editor.cursor_blink = is_blinking
        self.link.watch(self.ask)
        self._fields_before = self.field_values
        self._show_options()
        self.focus_first()
        self.ask()

    def focus_first(self) -> None:
        """Put the keys where the person begins."""
        self.editor.focus()
        self.editor.move_cursor(beginning(self.text))

    def on_unmount(self) -> None:
        self.link.unwatch(self.ask)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_told)

    @property
    def editor(self) -> TextArea:
        """Where the text is typed."""
        return self.query_one("#form-text", TextArea)

    @property
    def text(self) -> str:
        """What stands in the editor."""
        return self.editor.text

    @property
    def field_values(self) -> list[str]:
        """What stands in the lines above the editor."""
        return [each.value for each in self.query(Input)]

    @property
    def has_changes(self) -> bool:
        """Whether something was typed that would be lost."""
        return self.text != self._text_before or self.field_values != self._fields_before

    def chosen(self, name: str) -> str:
        """What is chosen of an option."""
        option = next(each for each in self.options if each.name == name)
        return option.values[self._chosen[name]]

    # Asking the proxy.

    def ask(self) -> None:
        """Ask what would be sent."""
        if self._is_sending:
            # Asking again would call off what is on its way.
            return
        if not self.link.is_open:
            self._tell(Told(trouble="the session is over: nothing can be sent any more"))
            return
        self._carry_out(dry_run=True)

    @work(exclusive=True, group="form")
    async def _carry_out(self, *, dry_run: bool) -> None:
        try:
            told = Told(await self.carry_out(dry_run=dry_run))
        except RealtapError as error:
            told = Told(trouble=str(error))
        self.post_message(self.Answered(told, is_final=not dry_run))

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        planned = message.told.planned
        if message.is_final and planned is not None:
            self.dismiss(planned.text)
        elif message.is_final or not self._is_sending:
            self._is_sending = False
            self._tell(message.told)

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _typed(self) -> None:
        self.ask()

    # What is told.

    def _tell(self, told: Told) -> None:
        self.told = told
        self._show_told()

    def _show_told(self) -> None:
        shown = self.query_one("#form-told", Static)
        width = max(shown.size.width - 2, 20)
        remark = self.remark()
        lines = (
            [Content.styled(f" {self._spelled(cut(remark, width - 2))}", "$quiet")]
            if remark
            else []
        )
        lines += self._troubles(width) if self.told.trouble else self._plan(width)
        shown.update(Content("\n").join(lines))

    def _troubles(self, width: int) -> Iterator[Content]:
        lines = wrap(self._spelled(self.told.trouble), width - 2)
        if len(lines) > SHOWN_LINES:
            lines[SHOWN_LINES - 1 :] = [cut(" ".join(lines[SHOWN_LINES - 1 :]), width - 3)]
        for place, line in enumerate(lines):
            sign = self.app.glyphs.error if not place else " "
            yield Content.styled(f" {sign} {line}", "$error")

    def _plan(self, width: int) -> Iterator[Content]:
        planned, glyphs = self.told.planned, self.app.glyphs
        if planned is None:
            return
        for place, line in enumerate(wrap(self._spelled(f"{PREVIEW}: {planned.text}"), width - 2)):
            sign = glyphs.fine if not place else " "
            yield Content.styled(f" {sign} {line}", "$success")
        for event in planned.events[:SHOWN_EVENTS]:
            type_ = safe(text_of(event.get("type")))
            names = sorted(event, key=lambda name: name.endswith(ASIDE))
            rest = {name: event[name] for name in names if name not in UNTOLD}
            said = compact(rest, max(width - len(type_) - 8, 8)) if rest else ""
            style = "$primary" if self.side is Side.CLIENT else "$success"
            yield Content.assemble(
                (f"   {glyphs.side(self.side)} {type_} ", style), (self._spelled(said), "$quiet")
            )
        if (more := len(planned.events) - SHOWN_EVENTS) > 0:
            yield Content.styled(f"   {glyphs.ellipsis} and {more} more events", "$quiet")

    def _spelled(self, text: str) -> str:
        """Somebody else's text as it can be shown."""
        return safe(text).translate(self.app.glyphs.spellings)

    # Options.

    def _show_options(self) -> None:
        glyphs = self.app.glyphs
        lines = []
        for option in self.options:
            parts: list[tuple[str, str]] = [
                (f" {option.key} ", "bold $primary"),
                (f"{option.title}: ", "$quiet"),
            ]
            for place, value in enumerate(option.values):
                is_chosen = place == self._chosen[option.name]
                sign = glyphs.live if is_chosen else glyphs.ended
                parts.append((f"{sign} {value}  ", "bold" if is_chosen else "$quiet"))
            lines.append(Content.assemble(*parts))
        self.query_one("#form-options", Static).update(Content("\n").join(lines))

    def action_option(self, name: str) -> None:
        """Choose the next value of an option."""
        for option in self.options:
            if option.name == name:
                self._chosen[name] = (self._chosen[name] + 1) % len(option.values)
                self._show_options()
                self.ask()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of options that the form does not have do nothing, and are not shown."""
        if action == "option":
            return any(option.name in parameters for option in self.options)
        return True

    # The end.

    def action_send(self) -> None:
        """Send it."""
        if self._is_sending:
            return
        if self.link.is_open:
            self._is_sending = True
            self._carry_out(dry_run=False)
        else:
            self.ask()

    def action_leave(self) -> None:
        """Leave without sending; asks when something was typed."""
        self.ask_to_leave(self._leave)

    def _leave(self) -> None:
        self.link.unwatch(self.ask)
        self.dismiss(None)

    def ask_to_leave(self, leave: Callable[[], object]) -> None:
        """Leave, but not with something unsent unless the person wants that."""
        if not self.has_changes:
            leave()
            return
        choices = {"y": "yes: what was typed is lost", "n": "no, go on editing"}

        def answered(key: str | None) -> None:
            if key == "y":
                leave()

        self.app.push_screen(OneKey("leave without sending?", choices), answered)


def beginning(text: str) -> tuple[int, int]:
    """Where a person begins to type: inside the first empty string, else at the start; line and column."""
    before = text[: text.find('""') + 1]
    return before.count("\n"), len(before) - before.rfind("\n") - 1
