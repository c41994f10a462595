"""Steering: does with a session's messages what its director says, and sends the director's own.

The director is pure; here are the clock, the queues, the recording and the threads. Whatever the
director says is recorded before anybody can see it. When it fails, messages go on as they came.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final, Protocol, assert_never

from ..recordings.conversation import Seen
from ..recordings.errors import InjectionError, RealtapError
from ..recordings.event import Event, Fate, Side
from .injection.deeds import Close, Cut, Deed, Release, Run, Send
from .injection.held import HeldMessage
from .injection.verdict import FORWARD, Verdict, drop
from .outlet import Outlet, Waiting
from .tap import Tap

ROUNDS: Final = 10_000
"""Deeds that lead to deeds that lead to deeds: after so many at one moment it is a fault."""

FAULT_PAUSE_S: Final = 1.0
"""After so long a director that failed is asked again; what it had planned may be lost otherwise."""

_log = logging.getLogger(__name__)


class Director(Protocol):
    """Who decides, without sockets and clocks: see `injection.director`."""

    @property
    def held(self) -> Mapping[int, HeldMessage]:
        """What it holds, by the messages' numbers."""

    @property
    def next_due_s(self) -> float | None:
        """When it has to be asked for its deeds again."""

    def wants(self, type_: str | None) -> bool:
        """Whether it has to see messages of this type."""

    def is_concerned(self, event: Event) -> bool:
        """Whether it has to see a message of such a type, by its bytes."""

    def receive(self, seen: Seen) -> Verdict:
        """What becomes of a message."""

    def released(self, seen: Seen, verdict: Verdict) -> None:
        """A message that it held has gone, or was dropped."""

    def poll(self, now_s: float) -> list[Deed]:
        """What is to be done now."""

    def stop(self) -> None:
        """The session is over."""


class Ending(Protocol):
    """What ends a session; the relay does."""

    def close(self, side: Side, code: int, reason: str, why: str) -> None:
        """End it in order."""

    def cut(self, why: str, partial: bytes) -> None:
        """Break both connections."""


class Steering[D: Director]:
    """One session's edge between its director and its sockets. Implements `tap.Judge`.

    Args:
        director: Decides.
        tap: Records.
        ending: Ends the session.
        outlets: The two ways out.
    """

    def __init__(self, director: D, tap: Tap, ending: Ending, outlets: Sequence[Outlet]) -> None:
        self.has_news = False
        """The director has seen something since it was last asked for its deeds."""
        self.on_poll: Callable[[], None] | None = None
        """Called when something may have changed in what the director knows and plans."""
        self.director = director
        self.wants = director.wants
        """See `tap.Judge`; the director's own method, because it is asked for every message."""
        self._tap = tap
        self._ending = ending
        self._outlets = {outlet.side: outlet for outlet in outlets}
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time() - tap.clock()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting_sends: list[Send] = []
        """They came while a message was half out."""
        self._judged: Seen | None = None
        self._last_fault = ""
        self._is_polling = False
        self._is_over = False
        tap.judge = self

    # What the relay asks for each message.

    def judge(self, event: Event) -> Verdict:
        """What becomes of a message."""
        if not self.director.is_concerned(event):
            return FORWARD
        self.has_news = True
        self._judged = seen = Seen.of(event)
        return self.director.receive(seen)

    def take(self, outlet: Outlet, wire: bytes, verdict: Verdict) -> bytes:
        """What goes out now of the message that was recorded last."""
        is_held = verdict.fate is Fate.HELD
        if not is_held and (verdict.fate is Fate.DROPPED or not outlet.is_holding):
            return outlet.wire_of(wire, verdict)
        seen = self._judged if is_held else None
        seq = self._tap.message_count
        outlet.hold(Waiting(wire, seq=seq, seen=seen, verdict=None if is_held else verdict))
        return b""

    def flush(self, outlet: Outlet, why: str) -> bytes:
        """Let everything go that waits in a direction; what goes out."""
        for seq, message in self.director.held.items():
            if message.verdict is not None:
                # Decided already, only its turn had not come.
                outlet.decide(seq, message.verdict)
        outlet.decide_all(Verdict(why=why))
        return self._take_decided(outlet)

    # What happens by the director.

    def poll(self) -> None:
        """Do what the director wants done now, and look when it is to be asked again."""
        if self._is_polling or self._is_over:
            return
        self._is_polling = True
        self.has_news = False
        try:
            self._poll()
            due_s = self.director.next_due_s
        except Exception as error:  # noqa: BLE001 -- a rule's bug must not end the session
            self._tell("while plans were carried out", error)
            self._let_all_go("plans could not be carried out")
            due_s = self._tap.clock() + FAULT_PAUSE_S
        finally:
            self._is_polling = False
        self._set_timer(due_s)
        if self.on_poll is not None:
            self.on_poll()

    def check(self, side: Side) -> None:
        """Make sure that messages of our own can go out.

        Raises:
            InjectionError: They cannot.
        """
        outlet = self._outlets[side]
        if self._is_over or outlet.refusal is not None:
            reason = outlet.refusal or "the session is over"
            raise InjectionError(f"nothing can be sent to the {side.other} any more: {reason}")

    def end(self) -> None:
        """The session is over: nothing is planned any more."""
        if self._is_over:
            return
        for outlet in self._outlets.values():
            # Nobody is left to take it; the director is told, the recording's end tells the reader.
            self._abandon(outlet, "the session was over")
        self._is_over = True
        self._tap.judge = None
        if self._timer is not None:
            self._timer.cancel()
        try:
            self.director.stop()
        except Exception as error:  # noqa: BLE001 -- a rule's bug must not keep the session from ending
            self._tell("when the session was over", error)

    def _let_all_go(self, why: str) -> None:
        """Nobody may be left to say when: what waits must not wait for ever."""
        for outlet in self._outlets.values():
            outlet.decide_all(Verdict(why=why))
            if wire := self._take_decided(outlet):
                outlet.write(wire)

    # Private: deeds.

    def _poll(self) -> None:
        waiting, self._waiting_sends = self._waiting_sends, []
        for send in waiting:
            self._perform(send)
        rounds = 0
        while rounds < ROUNDS:
            deeds = self.director.poll(self._tap.clock())
            if not deeds:
                return
            for deed in deeds:
                self._perform(deed)
                if self._is_over:
                    return
                # A queue may be long, and each message's release leads to the next one's.
                rounds += not isinstance(deed, Release)
        raise RuntimeError(f"the director had {ROUNDS} deeds at one moment")

    def _perform(self, deed: Deed) -> None:
        match deed:
            case Send():
                self._send(deed)
            case Release():
                self._release(deed)
            case Close():
                self._ending.close(deed.side, deed.code, deed.reason, deed.why)
            case Cut():
                for outlet in self._outlets.values():
                    self._abandon(outlet, deed.why)
                self._ending.cut(deed.why, deed.partial)
            case Run():
                self._run(deed)
            case _:
                assert_never(deed)

    def _send(self, send: Send) -> None:
        """A message of our own: recorded, then written where no other message is half out."""
        outlet = self._outlets[send.side]
        if outlet.refusal is not None:
            text = f"an event of ours could not be sent as the {send.side}'s: {outlet.refusal}"
            self._tap.note("unsent", text, why=send.why)
        elif outlet.is_inside_message:
            self._waiting_sends.append(send)
        else:
            self._tap.record_made_up(send.side, send.payload, send.origin, send.why)
            outlet.write(outlet.frame(send.payload))

    def _release(self, release: Release) -> None:
        for outlet in self._outlets.values():
            if outlet.decide(release.seq, release.verdict):
                if wire := self._take_decided(outlet):
                    outlet.write(wire)
                return
        # It went on when the director failed over it, and must not be waited for.
        message = self.director.held.get(release.seq)
        if message is not None:
            self._tell_released(message.seen, release.verdict)

    def _take_decided(self, outlet: Outlet) -> bytes:
        """What goes out of a queue now, recorded before."""
        wires = []
        for waiting, verdict in outlet.take_decided():
            if waiting.seq:
                self._tap.record_release(waiting.seq, verdict)
                if waiting.seen is not None:
                    self._tell_released(waiting.seen, verdict)
            wires.append(outlet.wire_of(waiting.wire, verdict))
        return b"".join(wires)

    def _tell_released(self, seen: Seen, verdict: Verdict) -> None:
        self.has_news = True
        try:
            self.director.released(seen, verdict)
        except Exception as error:  # noqa: BLE001 -- a rule's bug must not end the session
            self._tell("after a held message went on", error)

    def _abandon(self, outlet: Outlet, why: str) -> None:
        """Nothing of what waits will arrive."""
        outlet.decide_all(drop(why))
        self._take_decided(outlet)

    # Private: time and threads.

    def _set_timer(self, due_s: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due_s is not None and not self._is_over:
            self._timer = self._loop.call_at(self._started + due_s, self.poll)

    def _run(self, deed: Run) -> None:
        """Work in a thread of its own, which does not keep the program from ending."""

        def work() -> None:
            try:
                result = deed.work()
            except Exception as error:  # noqa: BLE001 -- whoever asked for the work is told
                result = error
            with suppress(RuntimeError):  # The loop has ended meanwhile.
                self._loop.call_soon_threadsafe(self._finish_run, deed.then, result)

        threading.Thread(target=work, name="realtap-rule", daemon=True).start()

    def _finish_run(self, then: Callable[[object], None], result: object) -> None:
        if self._is_over:
            return
        try:
            then(result)
        except Exception as error:  # noqa: BLE001 -- a rule's bug must not end the session
            self._tell("after work in a thread", error)
        self.poll()

    def _tell(self, when: str, error: Exception) -> None:
        text = f"a fault of realtap: {type(error).__name__} {when}: {error}"
        if text == self._last_fault:
            # What fails once in a second would drown all else.
            return
        self._last_fault = text
        if not isinstance(error, RealtapError):
            _log.error("steering failed", exc_info=error)
        self._tap.fault(text)
