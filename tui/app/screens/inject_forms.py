"""What can be sent by hand: an output, a response.create, a made-up call, any event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Input

from ....proxy.control import Request
from ....proxy.control.methods import (
    Done,
    HeldRelease,
    InjectCall,
    InjectEvent,
    InjectOutput,
    InjectResponse,
)
from ....proxy.injection.status import PendingCall, Planned
from ....recordings.event import Json, Side
from ....recordings.plain import compact, safe
from ..control import Link
from ..control_drafts import Draft
from ..control_json import object_in, pretty, what_is
from .inject_form import Form, Option, beginning

ARGUMENTS_SHOWN = 400
HINTED_FIELDS = 8
"""So many fields that may be added are named."""

IN_TIME, NEVER, AT_ONCE = "in its time", "never", "at once"
TO_SERVER, TO_CLIENT = "to the server, as the app", "to the app, as the server"
CHECKED, UNCHECKED = "before it is sent", "not at all"

_WHEN = Option("when", "ctrl+r", "it goes", (IN_TIME, AT_ONCE))


class OutputForm(Form):
    """Answers a pending call.

    Args:
        link: To the proxy.
        call: The call.
    """

    def __init__(self, link: Link, call: PendingCall) -> None:
        self.call = call
        super().__init__(link, f"the output of {safe(call.name)}", "")

    @property
    def options(self) -> Sequence[Option]:
        return (Option("when", "ctrl+r", "then response.create", (IN_TIME, NEVER, AT_ONCE)),)

    @property
    def placeholder(self) -> str:
        return "what the function gives back: JSON, or any text"

    def about(self) -> Content:
        told = compact(self.call.arguments, ARGUMENTS_SHOWN) if self.call.arguments else ""
        return Content.assemble(
            (safe(self.call.name), "bold $tool"),
            (f"({told.translate(self.app.glyphs.spellings)})", "$foreground"),
            (f"  {safe(self.call.call_id)}", "$quiet"),
        )

    def remark(self) -> str:
        return f"the output is {what_is(self.text)}"

    def request(self, *, dry_run: bool) -> Request[Planned]:
        return InjectOutput(
            session=self.link.session_id,
            call_id=self.call.call_id,
            output=self.text,
            respond=self.chosen("when") != NEVER,
            now=self.chosen("when") == AT_ONCE,
            dry_run=dry_run,
        )


class ResponseForm(Form):
    """Asks for a response."""

    def __init__(self, link: Link) -> None:
        super().__init__(link, "a response.create", "")

    @property
    def options(self) -> Sequence[Option]:
        return (_WHEN,)

    def about(self) -> Content:
        return Content.styled(
            "What the response is asked for; empty: the session's settings.", "$quiet"
        )

    @property
    def placeholder(self) -> str:
        return '{"instructions": "Say hello."}'

    def request(self, *, dry_run: bool) -> Request[Planned]:
        wanted = object_in(self.text, "the response") if self.text.strip() else None
        return InjectResponse(
            session=self.link.session_id,
            response=wanted,
            now=self.chosen("when") == AT_ONCE,
            dry_run=dry_run,
        )


class CallForm(Form):
    """Lets the app believe that the model calls one of its functions.

    Args:
        link: To the proxy.
        tools: The functions that the session declares, with arguments to start from.
    """

    def __init__(self, link: Link, tools: Mapping[str, Json]) -> None:
        self._tools = tools
        self._function = next(iter(tools), "")
        super().__init__(link, "a made-up call", pretty(tools.get(self._function, {})))

    @property
    def options(self) -> Sequence[Option]:
        return (_WHEN,)

    @property
    def side(self) -> Side:
        return Side.SERVER

    def about(self) -> Content:
        declared = ", ".join(safe(name) for name in self._tools) or "none"
        return Content.styled(
            f"The app is called; the server never hears of it. Functions: {declared}", "$quiet"
        )

    def fields(self) -> ComposeResult:
        yield Input(
            self._function,
            placeholder="the function's name",
            suggester=SuggestFromList(list(self._tools)),
            select_on_focus=False,
            compact=True,
            id="form-name",
        )
        yield Input(
            placeholder="what the model says when the app has answered; may stay empty",
            compact=True,
            id="form-answer",
        )

    def remark(self) -> str:
        return "the arguments, as JSON"

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another function: its arguments, unless somebody has typed some."""
        if event.input.id != "form-name" or event.value not in self._tools:
            return
        drafts = {pretty(each) for each in self._tools.values()} | {"{}"}
        if self.text in drafts:
            self.editor.text = pretty(self._tools[event.value])
            self.editor.move_cursor(beginning(self.text))

    def request(self, *, dry_run: bool) -> Request[Planned]:
        object_in(self.text or "{}", "the arguments")
        name, answer = self.query_one("#form-name", Input), self.query_one("#form-answer", Input)
        return InjectCall(
            session=self.link.session_id,
            name=name.value.strip(),
            arguments=self.text or "{}",
            answer=answer.value or None,
            now=self.chosen("when") == AT_ONCE,
            dry_run=dry_run,
        )


class EventForm(Form):
    """Sends any event.

    Args:
        link: To the proxy.
        draft: What to start from.
        title: What is done.
    """

    def __init__(self, link: Link, draft: Draft, title: str) -> None:
        self._draft = draft
        super().__init__(link, title, pretty(draft.event))
        if draft.side is Side.SERVER:
            self._chosen["listener"] = 1

    @property
    def options(self) -> Sequence[Option]:
        return (
            Option("listener", "ctrl+l", "it goes", (TO_SERVER, TO_CLIENT)),
            Option("check", "ctrl+o", "it is checked", (CHECKED, UNCHECKED)),
            Option("when", "ctrl+r", "a response.create goes", (IN_TIME, AT_ONCE)),
        )

    @property
    def side(self) -> Side:
        return Side.CLIENT if self.chosen("listener") == TO_SERVER else Side.SERVER

    def remark(self) -> str:
        paths = [each.path for each in self._draft.optional]
        if not paths:
            return ""
        more = f" and {len(paths) - HINTED_FIELDS} more" if len(paths) > HINTED_FIELDS else ""
        return f"may be added: {', '.join(paths[:HINTED_FIELDS])}{more}"

    def request(self, *, dry_run: bool) -> Request[Planned]:
        return InjectEvent(
            session=self.link.session_id,
            side=self.side,
            event=object_in(self.text, "the event"),
            now=self.chosen("when") == AT_ONCE,
            validate=self.chosen("check") == CHECKED,
            dry_run=dry_run,
        )


@dataclass(frozen=True, slots=True)
class HeldEvent:
    """A message that waits, to be edited."""

    seq: int
    side: Side
    event: Json
    is_redacted: bool = False


class HeldForm(Form):
    """Lets a held message go on with another text.

    Args:
        link: To the proxy.
        held: The message.
    """

    def __init__(self, link: Link, held: HeldEvent) -> None:
        self._held = held
        super().__init__(link, f"message {held.seq}, edited", pretty(held.event))

    @property
    def side(self) -> Side:
        return self._held.side

    def remark(self) -> str:
        return "secrets were taken out of it: type them in again" if self._held.is_redacted else ""

    async def carry_out(self, *, dry_run: bool) -> Planned:
        event = object_in(self.text, "the event")
        if not dry_run:
            release: Request[Done] = HeldRelease(
                session=self.link.session_id, seq=self._held.seq, action="edit", event=event
            )
            await self.link.ask(release)
        return Planned(f"message {self._held.seq} goes on with this text", [event])
