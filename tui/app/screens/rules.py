"""The mocks that are in force, and the faults with a switch for each."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Footer

from ....proxy.control import Request
from ....proxy.control.methods import FaultOn, FaultsList, FaultState, MocksSet
from ....recordings.errors import RealtapError
from ....recordings.plain import safe
from ..control import Link
from ..control_faults import faults_on, switched_off, switched_on
from ..ink import Ink, Span
from ..keys import Place, bindings
from ..widgets.line_list import LineList
from ..widgets.prompt import Prompt
from ..widgets.text_lines import TextLine, TextLines

if TYPE_CHECKING:
    from ..app import RealtapApp

NAME_WIDTH = 26
FAULT, MOCKS = "fault", "mocks file"
FAULT_HINT = "name:key=value,key=value; on for all sessions, also for those to come"
MOCKS_HINT = "a TOML file, read again whenever it changes; empty: no mocks"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the proxy says after a change."""

    faults: Sequence[FaultState] = ()
    told: str = ""
    trouble: str = ""


class RulesScreen(ModalScreen[None]):
    """Mocks on top, faults below, and what the selected fault does.

    Args:
        link: To the proxy.
    """

    PLACES: ClassVar = (Place.RULES, Place.LINES, Place.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.RULES), *bindings(Place.EVERYWHERE)]
    app: "RealtapApp"

    class Asked(Message):
        """The proxy has answered."""

        def __init__(self, outcome: Outcome) -> None:
            super().__init__()
            self.outcome = outcome

    def __init__(self, link: Link) -> None:
        super().__init__()
        self.link = link
        self.faults: Sequence[FaultState] = ()

    def compose(self) -> ComposeResult:
        with Vertical(id="rules"):
            yield TextLines("No mocks are in force: m takes a file of them.", id="mocks")
            yield TextLines("asking the proxy", id="faults")
            yield TextLines("", id="fault")
            yield Prompt(id="rules-prompt")
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#rules").border_title = "mocks"
        self.listed.border_title = "faults, for all sessions"
        self.link.watch(self.show_anew)
        self.listed.focus()
        self._ask([])

    def on_unmount(self) -> None:
        self.link.unwatch(self.show_anew)

    @property
    def listed(self) -> TextLines:
        """The faults."""
        return self.query_one("#faults", TextLines)

    @property
    def on_now(self) -> list[FaultOn]:
        """The faults that are on."""
        return faults_on(self.faults)

    @property
    def selected(self) -> FaultState | None:
        """The fault under the cursor."""
        cursor = self.listed.cursor
        return self.faults[cursor] if cursor < len(self.faults) else None

    # What is shown.

    def show_anew(self) -> None:
        """Something has changed, perhaps by somebody else."""
        self._ask([])

    def _show(self) -> None:
        self.query_one("#mocks", TextLines).show(self._mock_lines)
        cursor = self.listed.cursor
        lines = [self._fault_line(each) for each in self.faults]
        self.listed.show(lambda _width: lines)
        self.listed.go_to(cursor)
        self._show_selected()

    def _mock_lines(self, width: int) -> Sequence[TextLine]:
        mocks, glyphs = self.link.state.mocks, self.app.glyphs
        if not mocks.source and not mocks.problem:
            return ()
        names = ", ".join(mocks.rules) or "nothing"
        head = [Span(f" {safe(at_home(mocks.source))}", Ink.STRONG)]
        lines = [TextLine(head)]
        lines += [TextLine([Span(f"   {each}", Ink.TOOL)]) for each in wrap(safe(names), width - 4)]
        if mocks.problem:
            problem = mocks.problem.replace(mocks.source, at_home(mocks.source))
            told = f"the file is not in force, what it said before is: {problem}"
            for place, line in enumerate(wrap(safe(told), width - 4)):
                sign = glyphs.error if not place else " "
                lines.append(TextLine([Span(f" {sign} {line}", Ink.ERROR)]))
        return lines

    def _fault_line(self, fault: FaultState) -> TextLine:
        glyphs = self.app.glyphs
        if not fault.on:
            return TextLine(
                [
                    Span(f" {glyphs.ended} off ", Ink.QUIET),
                    Span(f"{fault.name:<{NAME_WIDTH}} "),
                    Span(fault.summary, Ink.QUIET),
                ]
            )
        told = ", ".join(map(str, fault.on))
        return TextLine(
            [
                Span(f" {glyphs.live} ON  ", Ink.WARNING),
                Span(f"{safe(told):<{NAME_WIDTH}} ", Ink.STRONG),
                Span(fault.summary, Ink.QUIET),
            ]
        )

    def _show_selected(self) -> None:
        selected = self.selected
        shown = self.query_one("#fault", TextLines)
        shown.show(
            (lambda width: list(self._told(selected, width))) if selected is not None else None
        )

    def _told(self, fault: FaultState, width: int) -> Iterator[TextLine]:
        values = ", ".join(
            f"{name}={'' if value is None else value}" for name, value in fault.parameters.items()
        )
        for label, text, ink in (
            ("happens", fault.summary, Ink.PLAIN),
            ("app should", fault.app_should, Ink.FINE),
            ("can be told", values or "nothing", Ink.QUIET),
        ):
            for place, line in enumerate(wrap(safe(text), max(width - 16, 20))):
                yield TextLine(
                    [Span(f" {label if not place else '':<12} ", Ink.QUIET), Span(line, ink)]
                )

    @on(LineList.Moved)
    def _moved(self, message: LineList.Moved) -> None:
        message.stop()
        if message.lines is self.listed:
            self._show_selected()

    @on(LineList.Chosen)
    def _chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        if message.lines is self.listed:
            self.action_switch()

    # What the person does.

    def action_switch(self) -> None:
        """Switch the selected fault on with its own values, or off."""
        selected = self.selected
        if selected is None:
            return
        if selected.on:
            self._ask(switched_off(self.on_now, selected.name), f"{selected.name} is off")
        else:
            self._ask([switched_on(self.on_now, selected.name)], f"{selected.name} is on")

    def action_values(self) -> None:
        """Switch the selected fault on with other values."""
        if (selected := self.selected) is not None:
            written = selected.on[0].written if selected.on else selected.written
            self.query_one(Prompt).ask(FAULT, written, FAULT_HINT, check=lambda _text: None)

    def action_mocks(self) -> None:
        """Ask for a file of mocks."""
        source = self.link.state.mocks.source
        text = at_home(source) if Path(source).is_absolute() else ""
        self.query_one(Prompt).ask(MOCKS, text, MOCKS_HINT, check=_fault_of_path)

    @on(Prompt.Answered)
    def _answered(self, message: Prompt.Answered) -> None:
        message.stop()
        text = message.text.strip()
        if message.purpose == MOCKS:
            path = str(Path(text).expanduser().absolute()) if text else ""
            request = MocksSet(path=path) if text else MocksSet()
            self._ask([request], f"mocks of {path}" if text else "no mocks are in force")
        elif text:
            self._ask([switched_on(self.on_now, text)], f"{text} is on")

    @work(group="rules")
    async def _ask(self, requests: Sequence[Request[object]], told: str = "") -> None:
        trouble = ""
        faults: Sequence[FaultState] = self.faults
        try:
            for request in requests:
                await self.link.ask(request)
        except RealtapError as error:
            trouble = str(error)
        try:
            faults = await self.link.ask(FaultsList())
            await self.link.refresh()
        except RealtapError as error:
            trouble = trouble or str(error)
        self.post_message(self.Asked(Outcome(faults, told, trouble)))

    @on(Asked)
    def _asked(self, message: Asked) -> None:
        outcome = message.outcome
        self.faults = outcome.faults
        if outcome.trouble:
            self.notify(outcome.trouble, severity="error", markup=False)
        elif outcome.told:
            self.notify(outcome.told, timeout=3, markup=False)
        self._show()

    def action_leave(self) -> None:
        """Back to the session; the rules stay as they are."""
        self.dismiss()


def at_home(path: str) -> str:
    """A path as people write it: with `~` for their own folder, so that more of it can be read."""
    home = f"{Path.home()}{os.sep}"
    return f"~{os.sep}{path.removeprefix(home)}" if path.startswith(home) else path


def _fault_of_path(text: str) -> str | None:
    path = Path(text.strip()).expanduser()
    return None if path.is_file() else f"there is no file {path}"
