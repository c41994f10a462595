"""Steers the live session that is shown: sends into it, and opens what waits and what is broken in it.

All is asked of the proxy; without one that has the session open, a message tells the command line.
What can be done once the proxy is reached is in `steering`, which is loaded when it is needed: it takes
a quarter of a second that opening a recording does not wait for.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.message import Message

from ....recordings.errors import WireError
from .reading import Reading

if TYPE_CHECKING:
    from ..control_drafts import Drafts
    from .steering import Steering

OUTPUT_TWIN = "realtap inject output --call NAME TEXT"
EVENT_TWIN = "realtap inject event @FILE --to server"
HELD_TWIN = "realtap held"
RULES_TWIN = "realtap faults"

type Then = Callable[["Steering"], None]


class Injecting(Reading):
    """The part that steers."""

    class Reached(Message):
        """The proxy was reached, or not."""

        def __init__(self, then: Then, steering: "Steering | None", trouble: str = "") -> None:
            super().__init__()
            self.then = then
            self.steering = steering
            self.trouble = trouble

    class Drafted(Message):
        """It is known what can be sent."""

        def __init__(
            self, then: "Callable[[Drafts], None]", drafts: "Drafts | None", trouble: str = ""
        ) -> None:
            super().__init__()
            self.then = then
            self.drafts = drafts
            self.trouble = trouble

    def on_mount(self) -> None:
        self._steering: Steering | None = None

    @on(events.Unmount)
    async def _let_go(self) -> None:
        if self._steering is not None:
            await self._steering.link.close()

    # What a person asks for.

    def action_inject(self) -> None:
        """Answer a pending call; without one, choose what to send."""
        self._reach(lambda steering: steering.answer_or_choose(), OUTPUT_TWIN)

    def action_inject_menu(self) -> None:
        """Choose what to send."""
        self._reach(lambda steering: steering.choose_what(), EVENT_TWIN)

    def action_held(self) -> None:
        """See what waits at breakpoints."""
        self._reach(lambda steering: steering.show_held(), HELD_TWIN)

    def action_rules(self) -> None:
        """See the mocks and faults."""
        self._reach(lambda steering: steering.show_rules(), RULES_TWIN)

    # Reaching the proxy.

    def _reach(self, then: Then, twin: str) -> None:
        """Do something with the proxy's help; say how it is done without the interface if there is none."""
        closed = self.session.index.closed
        if closed is not None:
            self._refuse("this session has ended: nothing can be sent into it any more", twin)
        elif self._steering is not None and self._steering.link.is_open:
            then(self._steering)
        else:
            self._open(then, twin)

    def _refuse(self, why: str, twin: str) -> None:
        self.notify(
            f"{why}; in a live one `{twin}` does the same", title="inject", timeout=8, markup=False
        )

    @work(exclusive=True, group="control")
    async def _open(self, then: Then, twin: str) -> None:
        if self._steering is not None:
            await self._steering.link.close()
            self._steering = None
        # Not in another thread: two that import the same modules can lock each other out.
        from .steering import Steering  # noqa: PLC0415 -- most sessions are only looked at

        try:
            self._steering = await Steering.open(self)
        except WireError as error:
            self.post_message(self.Reached(then, None, f"{error}\n{twin}"))
            return
        self.post_message(self.Reached(then, self._steering))

    @on(Reached)
    def _reached(self, message: Reached) -> None:
        if message.steering is None:
            why, _, twin = message.trouble.partition("\n")
            self._refuse(why, twin)
        elif self.app.screen is self:
            message.then(message.steering)

    # What steering hears of.

    @on(Drafted)
    def _drafted(self, message: Drafted) -> None:
        if message.drafts is None:
            self.notify(message.trouble, severity="error", markup=False)
        elif self._steering is not None and self.app.screen is self:
            message.then(message.drafts)

    @on(Reading.Scanned)
    def _has_grown(self) -> None:
        if self._steering is not None:
            self._steering.follow()
