"""The director of one session: decides about each message, and has plans of its own.

Free of sockets and clocks. The session's edge asks `wants` for each message and `receive` for those;
at the end of each read, and when `next_due_s` comes, it does what `poll` says, until that says
nothing more. When a held message has gone, or was dropped, it says so with `released`.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from ...recordings.conversation import Seen
from ...recordings.dialects import Profile, normal_type
from ...recordings.event import Event, Fate, Header, Json, Origin, Side
from ...recordings.filters.candidate import without_audio
from ...recordings.filters.needles import Needles
from ...recordings.plain import text_of
from ..schedule import Action, Schedule, Timer
from .deeds import Close, Cut, Deed, Release, Run, Send
from .followups import Followups
from .held import Held, HeldMessage
from .idle import AUDIO
from .ids import MadeIds, is_made_up
from .ledger import APPEND, LEDGER_KINDS, Ledger
from .made_call import Kept
from .made_up import MadeUp
from .requests import Requests
from .rulebook import Rulebook
from .rules_at_work import RulesAtWork
from .verdict import FORWARD, Verdict, hold
from .writing import payload_of

_TYPES_KEPT: Final = 1_000
"""Types whose answer of `wants` is kept: an app may invent new ones for ever."""


class Director(Requests):
    """One session's. Implements `Desk` for its rules, and `steering.Director` for its edge.

    Args:
        session_id: The recording's id.
        rulebook: The rules of the proxy.
        header: The recording's; it tells the server's profile.
        profile: Overrules the header's.
        on_fault: Takes a sentence about a part of ours that failed.
        ids: Makes our ids.
    """

    def __init__(
        self,
        session_id: str,
        rulebook: Rulebook,
        *,
        header: Header | None = None,
        profile: Profile | None = None,
        on_fault: Callable[[str], None] = lambda _text: None,
        ids: MadeIds | None = None,
    ) -> None:
        self._ledger = Ledger(header, profile=profile)
        self.ids = ids or MadeIds()
        self.made_up = MadeUp(self.ids, tell=on_fault)
        self.last_seq = 0
        """The number of the last message that was looked at."""
        self._session_id = session_id
        self._schedule = Schedule()
        self._deeds: list[Deed] = []
        self._held = Held()
        self._wanted: dict[str | None, bool] = {}
        self._hears_playback = False
        self._needles: dict[str | None, Needles] = {}
        """Of the types that only rules want, and these only with one of some bytes in them."""
        self.followups = Followups(self.ledger, self.ids, send=self._send, tell=on_fault)
        self.rules = RulesAtWork(
            rulebook, session_id, self, on_fault=on_fault, on_stop=self._forget_rule
        )

    # What the edge asks.

    def wants(self, type_: str | None) -> bool:
        """Whether a message of this type is to be looked at; asked for every message."""
        if self.rules.is_stale:
            self._follow_rulebook()
        known = self._wanted.get(type_)
        return self._decide_wanted(type_) if known is None else known

    def is_concerned(self, event: Event) -> bool:
        """Whether a message of a type that is wanted is to be looked at, by its bytes."""
        needles = self._needles.get(event.type)
        return needles is None or needles.may_be_in(without_audio(event.type or "", event.payload))

    def receive(self, seen: Seen) -> Verdict:
        """What becomes of a message: asked before it is recorded and goes on."""
        self._pass_time(seen.at)
        self.last_seq = max(self.last_seq, seen.seq)
        if self.rules.is_stale:
            self._follow_rulebook()
        is_behind = self._held.is_holding(seen.side)
        verdict = self._judged(seen, is_behind=is_behind)
        if verdict.fate is Fate.HELD or (is_behind and verdict.fate is not Fate.DROPPED):
            return self._hold(seen, verdict)
        return self._settle(seen, verdict)

    def released(self, seen: Seen, verdict: Verdict) -> None:
        """A message that was held has gone, or was dropped."""
        self._held.remove(seen)
        if not self._held:
            self._forget_wanted()
        if seen.side is Side.CLIENT:
            # For the server it is said now.
            self._take(replace(seen, at=self.now), verdict)

    def learn(self, seen: Seen) -> None:
        """Take in what happened before it began: an event of the server, or one that reached it."""
        self.last_seq = max(self.last_seq, seen.seq)
        self._take(seen, FORWARD)

    def poll(self, now_s: float) -> list[Deed]:
        """What is to be done now; ask again when it is done, until there is nothing more."""
        self._pass_time(now_s)
        if self.rules.is_stale:
            self._follow_rulebook()
        self._schedule.run_until(now_s)
        if self._held:
            for message in list(self._held.ready()):
                self._let_go(message)
        self.followups.look()
        deeds, self._deeds = self._deeds, []
        for deed in deeds:
            if isinstance(deed, Send) and deed.side is Side.CLIENT:
                self._take_own(deed)
        self._count_audio()
        return deeds

    @property
    def next_due_s(self) -> float | None:
        """When `poll` has something to do though no message came; None when never."""
        if self._deeds or (self._held and any(self._held.ready())):
            return self.now
        times = [self._schedule.next_due_s, self.followups.next_look_s]
        return min((time for time in times if time is not None), default=None)

    def stop(self) -> None:
        """The session is over: the rules are told."""
        self.rules.stop()

    # The desk of rules.

    @property
    def ledger(self) -> Ledger:
        """The real server's conversation; the message at hand is not in it yet."""
        return self._ledger

    @property
    def now(self) -> float:
        """Seconds since the session started."""
        return self.ledger.now

    @property
    def session_id(self) -> str:
        """The recording's id."""
        return self._session_id

    def after(self, delay_s: float, action: Action) -> Timer:
        """Do something later; the rule that plans it answers for it."""
        return self._schedule.after(delay_s, self.rules.guarded(action))

    def send(self, side: Side, event: Json, *, origin: Origin, why: str) -> None:
        """Send an event of our own at once; it gets an id of ours where it has none."""
        if not text_of(event.get("event_id")):
            event = {"event_id": self.ids.event(), **event}
        if side is Side.CLIENT and is_made_up(text_of(event["event_id"])):
            # An error that answers it is not for the app, as is one for the app's own event.
            self.followups.own(text_of(event["event_id"]))
        self._deeds.append(Send(side, payload_of(event), origin, why))

    def answer(
        self, call_id: str, output: str, *, origin: Origin, why: str, respond: bool = True
    ) -> None:
        """Answer a pending call; nothing happens when it has been answered meanwhile."""

        def give() -> None:
            call = self.ledger.call(call_id)
            if call is not None and self.followups.can_answer(call_id):
                self.followups.answer(call, output, origin=origin, why=why, respond=respond)

        # The message at hand, which may be what announces the call, is not in the ledger yet.
        self._schedule.after(0, give)

    def claim(self, call_id: str, *, origin: Origin, why: str) -> None:
        """Promise an output: the app's `response.create` waits for it, as for that of a sibling."""

        def take() -> None:
            call = self.ledger.call(call_id)
            if call is not None and self.followups.can_answer(call_id):
                self.followups.claim(call, origin=origin, why=why)

        self._schedule.after(0, take)

    def disclaim(self, call_id: str, *, why: str) -> None:
        """Take the promise of an output back."""
        self._schedule.after(0, lambda: self.followups.disclaim(why, call_id))

    def close(self, side: Side, code: int, reason: str, *, why: str) -> None:
        """End the session in order."""
        self._deeds.append(Close(side, code, reason, why))

    def cut(self, *, why: str, partial: bytes = b"") -> None:
        """Break the connections."""
        self._deeds.append(Cut(why, partial))

    def run(self, work: Callable[[], object], then: Callable[[object], None]) -> None:
        """Do work in another thread; `then` gets its result or its exception."""
        guarded = self.rules.guarded
        acting = self.rules.acting

        def finish(result: object) -> None:
            before, self.rules.acting = self.rules.acting, acting
            try:
                action = guarded(lambda: then(result))
            finally:
                self.rules.acting = before
            action()

        self._deeds.append(Run(work, finish))

    # Held messages.

    @property
    def held(self) -> Mapping[int, HeldMessage]:
        """The messages that wait, by their numbers."""
        return self._held.all()

    def release(self, seq: int, verdict: Verdict = FORWARD) -> None:
        """Say what becomes of a held message; it goes when those before it are gone.

        Raises:
            InjectionError: It is not held.
        """
        self._held.decide(seq, verdict)

    def _forget_rule(self, name: str) -> None:
        """A rule was switched off: what it promised will not come, what it held goes on."""
        self.followups.disclaim(name)
        self._held.let_go(name)

    # Private: a message's way.

    def _judged(self, seen: Seen, *, is_behind: bool) -> Verdict:
        verdict = self.made_up.receive(seen, self)
        if verdict is None and not (is_behind and seen.side is Side.CLIENT):
            verdict = self.followups.judge(seen)
        if verdict is None:
            verdict = self.rules.receive(seen)
        return verdict or FORWARD

    def _hold(self, seen: Seen, verdict: Verdict) -> Verdict:
        self._forget_wanted()
        if verdict.fate is Fate.HELD:
            message = self._held.hold(seen, verdict.why or "held", verdict.until)
            if verdict.until is not None:
                delay_s = max(0.0, verdict.until - self._schedule.now_s)
                self._schedule.after(delay_s, lambda: self._held.expire(seen.seq, verdict.late))
        else:
            message = self._held.hold_behind(seen, verdict)
        if seen.side is Side.SERVER:
            # What the server has said counts, whenever the app hears of it.
            self._take(seen, FORWARD)
        return verdict if verdict.fate is Fate.HELD else hold(message.why)

    def _let_go(self, message: HeldMessage) -> None:
        """A held message's turn has come: it is judged again, since much may have happened."""
        verdict = message.verdict or FORWARD
        if message.seen.side is Side.CLIENT and verdict.fate is not Fate.DROPPED:
            verdict = self.followups.judge(_as_sent(message.seen, verdict)) or verdict
        elif message.seen.side is Side.SERVER:
            verdict = self.followups.echoes.edited(message.seen, verdict)
        self._stand_in(message.seen, verdict)
        message.is_leaving = True
        self._deeds.append(Release(message.seen.seq, verdict))

    def _settle(self, seen: Seen, verdict: Verdict) -> Verdict:
        """A message goes its way at once."""
        self._take(seen, verdict)
        if seen.side is Side.SERVER:
            return self.followups.echoes.edited(seen, verdict)
        self._stand_in(seen, verdict)
        return verdict

    def _stand_in(self, seen: Seen, verdict: Verdict) -> None:
        if verdict.stand_in is not None:
            self.made_up.stand_in(seen, self, Kept(verdict.why or "", verdict.stand_in))

    def _take(self, seen: Seen, verdict: Verdict) -> None:
        """A message goes on, or does not: the ledger learns of what the server knows."""
        is_dropped = verdict.fate is Fate.DROPPED
        if seen.side is Side.SERVER:
            self.ledger.receive(seen)
        elif not is_dropped:
            seen = _as_sent(seen, verdict)
            self.ledger.receive(seen)
        self.followups.take(seen, is_dropped=is_dropped)
        if seen.kind != APPEND:
            self._count_audio()

    def _take_own(self, send: Send) -> None:
        """An event of ours goes to the server. The edge numbers it right after the last message; the
        ledger needs no more than a number that tells it from others."""
        self.last_seq += 1
        type_ = _type_of(send.payload)
        event = Event(
            self.last_seq,
            self.now,
            Side.CLIENT,
            type_,
            send.payload,
            origin=send.origin,
            why=send.why,
        )
        self.ledger.receive(Seen.of(event))

    def _send(self, _event: Json, payload: bytes, origin: Origin, why: str) -> None:
        self._deeds.append(Send(Side.CLIENT, payload, origin, why))

    # Private: what is to be looked at.

    def _pass_time(self, now_s: float) -> None:
        self._schedule.now_s = max(self._schedule.now_s, now_s)
        self.ledger.tick(now_s)

    def _follow_rulebook(self) -> None:
        self.rules.follow()
        self._forget_wanted()
        self._count_audio()

    def _decide_wanted(self, type_: str | None) -> bool:
        kind = normal_type(type_)
        is_wanted = self.ledger.wants_audio if kind == APPEND else kind in LEDGER_KINDS
        is_wanted = is_wanted or (kind == AUDIO and self._hears_playback)
        is_wanted = is_wanted or bool(self._held)
        if len(self._wanted) >= _TYPES_KEPT:
            self._forget_wanted()
        if not is_wanted and self.rules.wants(kind):
            is_wanted, needles = True, self.rules.needles(kind)
            if needles is not None:
                self._needles[type_] = needles
        self._wanted[type_] = is_wanted
        return is_wanted

    def _forget_wanted(self) -> None:
        self._wanted.clear()
        self._needles.clear()

    def _count_audio(self) -> None:
        """Appended audio is looked at where a plan of ours may depend on it."""
        is_on = bool(self.rules) or self.followups.is_busy or self.ledger.has_pending_calls
        is_change = self.ledger.count_audio(is_on=is_on)
        if is_change or self._hears_playback is not self.ledger.wants_playback:
            self._hears_playback = self.ledger.wants_playback
            self._forget_wanted()


def _as_sent(seen: Seen, verdict: Verdict) -> Seen:
    """A client's message as the server gets it."""
    if verdict.fate is not Fate.EDITED or verdict.sent is None:
        return seen
    return Seen.of(replace(seen.event, fate=Fate.EDITED, sent=verdict.sent))


class _Typed(msgspec.Struct):
    type: str | None = None


_decode_type = msgspec.json.Decoder(_Typed).decode


def _type_of(payload: bytes) -> str | None:
    try:
        return _decode_type(payload).type
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
