"""Steers the live session that is shown: sends into it, and opens what waits and what is broken in it.

All is asked of the proxy; without one that has the session open, a message tells the command line.
"""

from collections.abc import Callable, Sequence

from textual import events, on, work
from textual.message import Message

from ....proxy.injection.status import PendingCall
from ....recordings.errors import RealtapError, WireError
from ....recordings.event import Event, Form, Side
from ....recordings.plain import compact, safe
from ...cli.recalling import edited
from ..control import Link
from ..control_drafts import Draft, Drafts
from ..wording import offset
from .held import HeldScreen
from .inject_choice import Choice, Choosable
from .inject_forms import CallForm, EventForm, OutputForm, ResponseForm
from .one_key import OneKey
from .reading import Reading
from .rules import RulesScreen

OUTPUT_TWIN = "realtap inject output --call NAME TEXT"
EVENT_TWIN = "realtap inject event @FILE --to server"
HELD_TWIN = "realtap held"
RULES_TWIN = "realtap faults"

type Then = Callable[[Link], None]


class Injecting(Reading):
    """The part that steers."""

    class Reached(Message):
        """The proxy was reached, or not."""

        def __init__(self, then: Then, link: Link | None, trouble: str = "") -> None:
            super().__init__()
            self.then = then
            self.link = link
            self.trouble = trouble

    class Drafted(Message):
        """It is known what can be sent."""

        def __init__(
            self, then: Callable[[Link, Drafts], None], drafts: Drafts | None, trouble: str = ""
        ) -> None:
            super().__init__()
            self.then = then
            self.drafts = drafts
            self.trouble = trouble

    def on_mount(self) -> None:
        self._link: Link | None = None

    @on(events.Unmount)
    async def _let_go(self) -> None:
        if self._link is not None:
            await self._link.close()

    # Reaching the proxy.

    def _reach(self, then: Then, twin: str) -> None:
        """Do something with the proxy's help; say how it is done without the interface if there is none."""
        closed = self.session.index.closed
        if closed is not None:
            self._refuse("this session has ended: nothing can be sent into it any more", twin)
        elif self._link is not None and self._link.is_open:
            then(self._link)
        else:
            self._open(then, twin)

    def _refuse(self, why: str, twin: str) -> None:
        self.notify(
            f"{why}; in a live one `{twin}` does the same", title="inject", timeout=8, markup=False
        )

    @work(exclusive=True, group="control")
    async def _open(self, then: Then, twin: str) -> None:
        if self._link is not None:
            await self._link.close()
            self._link = None
        session = self.session
        try:
            link = await Link.open(session.path, session.index.header.id)
        except WireError as error:
            self.post_message(self.Reached(then, None, f"{error}\n{twin}"))
            return
        self._link = link
        self.post_message(self.Reached(then, link))

    @on(Reached)
    def _reached(self, message: Reached) -> None:
        if message.link is None:
            why, _, twin = message.trouble.partition("\n")
            self._refuse(why, twin)
        elif self.app.screen is self:
            message.then(message.link)

    def _tell_sent(self, planned: str | None) -> None:
        if planned is not None:
            self.notify(planned, title="sent", markup=False)
            if self.app.is_polling:
                self.look()

    # Answering calls.

    def action_inject(self) -> None:
        """Answer a pending call; without one, choose what to send."""
        self._reach(self._answer_or_choose, OUTPUT_TWIN)

    def _answer_or_choose(self, link: Link) -> None:
        calls = link.session.pending_calls
        selected = self._call_of(self.inspector.event, calls)
        if selected is not None:
            self._answer(link, selected)
        elif calls:
            self._choose_call(link, calls)
        else:
            self._choose_what(link)

    def _call_of(self, event: Event | None, calls: Sequence[PendingCall]) -> PendingCall | None:
        """The pending call that an event is about; else the only one that there is."""
        related = self.session.related(event) if event is not None else {}
        named = {name.removeprefix("call ") for name in related if name.startswith("call ")}
        found = next((each for each in calls if each.call_id in named), None)
        return calls[0] if found is None and len(calls) == 1 else found

    def _choose_call(self, link: Link, calls: Sequence[PendingCall]) -> None:
        lines = [
            Choosable(
                safe(each.name),
                f"{compact(each.arguments, 60)}  {safe(each.call_id)}  {offset(each.since_s)}",
                "bold $tool",
            )
            for each in calls
        ]

        def chosen(place: int | None) -> None:
            if place is not None:
                self._answer(link, calls[place])

        self.app.push_screen(Choice("answer which call?", lines), chosen)

    def _answer(self, link: Link, call: PendingCall) -> None:
        self.app.push_screen(OutputForm(link, call), self._tell_sent)

    # Sending anything.

    def action_inject_menu(self) -> None:
        """Choose what to send."""
        self._reach(self._choose_what, EVENT_TWIN)

    def _choose_what(self, link: Link) -> None:
        choices: dict[str, tuple[str, Then]] = {
            "r": ("a response.create: the model goes on", self._ask_response),
            "c": ("a made-up call: the app's function is called", self._make_call),
            "e": ("any event, from a template", self._choose_type),
        }
        if calls := link.session.pending_calls:
            choices = {
                "a": (f"the output of a call: {len(calls)} pending", self._choose_pending),
                **choices,
            }
        event = self.inspector.event
        if event is not None and event.side is Side.CLIENT and event.form is Form.JSON:
            what = f"event {event.seq} again, edited: {safe(event.type or '')}"
            choices["s"] = (what, lambda link: self._send_again(link, event))

        def chosen(key: str | None) -> None:
            if key is not None:
                choices[key][1](link)

        told = {key: what for key, (what, _) in choices.items()}
        self.app.push_screen(OneKey("send into the session", told), chosen)

    def _choose_pending(self, link: Link) -> None:
        calls = link.session.pending_calls
        if len(calls) == 1:
            self._answer(link, calls[0])
        else:
            self._choose_call(link, calls)

    def _ask_response(self, link: Link) -> None:
        self.app.push_screen(ResponseForm(link), self._tell_sent)

    def _make_call(self, _link: Link) -> None:
        def make(link: Link, drafts: Drafts) -> None:
            self.app.push_screen(CallForm(link, drafts.tools), self._tell_sent)

        self._draft(make)

    def _choose_type(self, _link: Link) -> None:
        self._draft(self._choose_among)

    def _choose_among(self, link: Link, drafts: Drafts) -> None:
        types = drafts.types
        glyphs = self.app.glyphs
        lines = [
            Choosable(
                f"{glyphs.side(each.side)} {each.type}",
                each.summary,
                "$primary" if each.side is Side.CLIENT else "$success",
            )
            for each in types
        ]

        def chosen(place: int | None) -> None:
            if place is not None:
                type_, side = types[place].type, types[place].side
                form = EventForm(link, drafts.draft(type_, side), type_)
                self.app.push_screen(form, self._tell_sent)

        self.app.push_screen(Choice("which event?", lines), chosen)

    def _send_again(self, link: Link, event: Event) -> None:
        if event.redacted:
            self.notify("secrets were taken out of it: type them in again", severity="warning")
        form = EventForm(link, Draft(event.side, edited(event, {})), f"event {event.seq} again")
        self.app.push_screen(form, self._tell_sent)

    @work(thread=True, exclusive=True, group="draft")
    def _draft(self, then: Callable[[Link, Drafts], None]) -> None:
        """Learn what the session has said; in a long one that takes a moment."""
        try:
            drafts = Drafts(self.session.path)
        except RealtapError as error:
            self.post_message(self.Drafted(then, None, str(error)))
            return
        self.post_message(self.Drafted(then, drafts))

    @on(Drafted)
    def _drafted(self, message: Drafted) -> None:
        if message.drafts is None:
            self.notify(message.trouble, severity="error", markup=False)
        elif self._link is not None and self.app.screen is self:
            message.then(self._link, message.drafts)

    # What waits, and what is broken on purpose.

    def action_held(self) -> None:
        """See what waits at breakpoints."""
        self._reach(self._show_held, HELD_TWIN)

    def _show_held(self, link: Link) -> None:
        self.app.push_screen(HeldScreen(link, self.session, self.look))

    @on(Reading.Scanned)
    def _has_grown(self) -> None:
        if isinstance(shown := self.app.screen, HeldScreen):
            shown.show()

    def action_rules(self) -> None:
        """See the mocks and faults."""
        self._reach(self._show_rules, RULES_TWIN)

    def _show_rules(self, link: Link) -> None:
        self.app.push_screen(RulesScreen(link))
