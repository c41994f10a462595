"""What can be done in a live session once its proxy is reached: the ways through forms and lists."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Self

from ....proxy.injection.status import PendingCall
from ....recordings.errors import RealtapError
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
from .rules import RulesScreen

if TYPE_CHECKING:
    from .inject import Injecting


class Steering:
    """Leads a person from a key to what is sent. Ask `open` for one.

    Args:
        screen: The session's.
        link: To its proxy.
    """

    def __init__(self, screen: "Injecting", link: Link) -> None:
        self.link = link
        self._screen = screen

    @classmethod
    async def open(cls, screen: "Injecting") -> Self:
        """Reach the proxy that has the session.

        Raises:
            WireError: There is none, or it cannot be reached.
        """
        session = screen.session
        return cls(screen, await Link.open(session.path, session.index.header.id))

    def follow(self) -> None:
        """The session has grown."""
        if isinstance(shown := self._screen.app.screen, HeldScreen):
            shown.show()

    def _tell_sent(self, planned: str | None) -> None:
        if planned is not None:
            self._screen.notify(planned, title="sent", markup=False)
            if self._screen.app.is_polling:
                self._screen.look()

    # Answering calls.

    def answer_or_choose(self) -> None:
        """Answer a pending call; without one, choose what to send."""
        calls = self.link.session.pending_calls
        selected = self._call_of(self._screen.inspector.event, calls)
        if selected is not None:
            self._answer(selected)
        elif calls:
            self._choose_call(calls)
        else:
            self.choose_what()

    def _call_of(self, event: Event | None, calls: Sequence[PendingCall]) -> PendingCall | None:
        """The pending call that an event is about; else the only one that there is."""
        related = self._screen.session.related(event) if event is not None else {}
        named = {name.removeprefix("call ") for name in related if name.startswith("call ")}
        found = next((each for each in calls if each.call_id in named), None)
        return calls[0] if found is None and len(calls) == 1 else found

    def _choose_call(self, calls: Sequence[PendingCall]) -> None:
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
                self._answer(calls[place])

        self._screen.app.push_screen(Choice("answer which call?", lines), chosen)

    def _answer(self, call: PendingCall) -> None:
        self._screen.app.push_screen(OutputForm(self.link, call), self._tell_sent)

    # Sending anything.

    def choose_what(self) -> None:
        """Choose what to send."""
        choices: dict[str, tuple[str, Callable[[], None]]] = {
            "r": ("a response.create: the model goes on", self._ask_response),
            "c": ("a made-up call: the app's function is called", self._make_call),
            "e": ("any event, from a template", self._choose_type),
        }
        if calls := self.link.session.pending_calls:
            choices = {
                "a": (f"the output of a call: {len(calls)} pending", self._choose_pending),
                **choices,
            }
        event = self._screen.inspector.event
        if event is not None and event.side is Side.CLIENT and event.form is Form.JSON:
            what = f"event {event.seq} again, edited: {safe(event.type or '')}"
            choices["s"] = (what, lambda: self._send_again(event))

        def chosen(key: str | None) -> None:
            if key is not None:
                choices[key][1]()

        told = {key: what for key, (what, _) in choices.items()}
        self._screen.app.push_screen(OneKey("send into the session", told), chosen)

    def _choose_pending(self) -> None:
        calls = self.link.session.pending_calls
        if len(calls) == 1:
            self._answer(calls[0])
        else:
            self._choose_call(calls)

    def _ask_response(self) -> None:
        self._screen.app.push_screen(ResponseForm(self.link), self._tell_sent)

    def _make_call(self) -> None:
        def make(drafts: Drafts) -> None:
            self._screen.app.push_screen(CallForm(self.link, drafts.tools), self._tell_sent)

        self._draft(make)

    def _choose_type(self) -> None:
        self._draft(self._choose_among)

    def _choose_among(self, drafts: Drafts) -> None:
        types = drafts.types
        glyphs = self._screen.app.glyphs
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
                form = EventForm(self.link, drafts.draft(type_, side), type_)
                self._screen.app.push_screen(form, self._tell_sent)

        self._screen.app.push_screen(Choice("which event?", lines), chosen)

    def _send_again(self, event: Event) -> None:
        if event.redacted:
            self._screen.notify(
                "secrets were taken out of it: type them in again", severity="warning"
            )
        form = EventForm(
            self.link, Draft(event.side, edited(event, {})), f"event {event.seq} again"
        )
        self._screen.app.push_screen(form, self._tell_sent)

    def _draft(self, then: Callable[[Drafts], None]) -> None:
        """Learn what the session has said; in a long one that takes a moment."""
        self._screen.run_worker(
            partial(self._read_drafts, then), thread=True, exclusive=True, group="draft"
        )

    def _read_drafts(self, then: Callable[[Drafts], None]) -> None:
        screen = self._screen
        try:
            drafts = Drafts(screen.session.path)
        except RealtapError as error:
            screen.post_message(screen.Drafted(then, None, str(error)))
        else:
            screen.post_message(screen.Drafted(then, drafts))

    # What waits, and what is broken on purpose.

    def show_held(self) -> None:
        """What waits at breakpoints."""
        screen = self._screen
        screen.app.push_screen(HeldScreen(self.link, screen.session, screen.look))

    def show_rules(self) -> None:
        """The mocks and faults."""
        self._screen.app.push_screen(RulesScreen(self.link))
