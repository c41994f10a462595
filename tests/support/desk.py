"""A desk for rules without a session: it notes what a rule asks for, and time passes when told to.

`Crossing` puts rules between an app and a server: what each side says goes past them, and what
reaches the other side is kept, with how the recording would mark it.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import msgspec

from realtap.proxy.injection.ledger import Ledger
from realtap.proxy.injection.rule import Rule, RuleMaker
from realtap.proxy.injection.verdict import FORWARD, Verdict
from realtap.proxy.schedule import Action, Schedule, Timer
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Event, Fate, Json, Origin, Side
from realtap.recordings.lines import classify


@dataclass(frozen=True, slots=True)
class Sent:
    """An event that a rule made up."""

    side: Side
    """Whom it plays."""
    event: Json
    origin: Origin
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A call that a rule answered."""

    call_id: str
    output: str
    origin: Origin
    why: str
    respond: bool


@dataclass(frozen=True, slots=True)
class Promise:
    """An output that a rule said would come."""

    origin: Origin
    why: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How a rule ended the session."""

    why: str
    code: int = 1006
    """1006: it was cut."""
    reason: str = ""
    side: Side = Side.SERVER
    partial: bytes = b""


class FakeDesk:
    """Implements `Desk`. Work in another thread is done when `do_work` is called."""

    def __init__(self, *, ledger: Ledger | None = None) -> None:
        self.ledger = ledger or Ledger()
        self.session_id = "20261120-141512-gpt-realtime-9f3a"
        self.schedule = Schedule()
        self.sent: list[Sent] = []
        self.answers: list[Answer] = []
        self.promises: dict[str, Promise] = {}
        self.ending: Ending | None = None
        self._work: deque[tuple[Callable[[], object], Callable[[object], None]]] = deque()

    @property
    def now(self) -> float:
        """As far as the test let time pass."""
        return self.schedule.now_s

    def after(self, delay_s: float, action: Action) -> Timer:
        """Done when the test lets that much time pass."""
        return self.schedule.after(delay_s, action)

    def send(self, side: Side, event: Json, *, origin: Origin, why: str) -> None:
        """Noted in `sent`."""
        self.sent.append(Sent(side, event, origin, why))

    def answer(
        self, call_id: str, output: str, *, origin: Origin, why: str, respond: bool = True
    ) -> None:
        """Noted in `answers`."""
        self.answers.append(Answer(call_id, output, origin, why, respond))

    def claim(self, call_id: str, *, origin: Origin, why: str) -> None:
        """Noted in `promises`."""
        self.promises[call_id] = Promise(origin, why)

    def disclaim(self, call_id: str, *, why: str) -> None:
        """No longer in `promises`."""
        if call_id in self.promises and self.promises[call_id].why == why:
            del self.promises[call_id]

    def close(self, side: Side, code: int, reason: str, *, why: str) -> None:
        """Noted in `ending`; the first one counts."""
        self.ending = self.ending or Ending(why, code, reason, side)

    def cut(self, *, why: str, partial: bytes = b"") -> None:
        """Noted in `ending`; the first one counts."""
        self.ending = self.ending or Ending(why, partial=partial)

    def run(self, work: Callable[[], object], then: Callable[[object], None]) -> None:
        """Kept for `do_work`."""
        self._work.append((work, then))

    # What a test does.

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.schedule.run_until(self.now + seconds)

    def do_work(self) -> None:
        """Do the work that was handed to another thread, and hand its results back."""
        while self._work:
            work, then = self._work.popleft()
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 -- as a thread's result, whatever it raises
                then(error)
            else:
                then(result)


def seen_of(side: Side, event: Json | bytes, *, seq: int = 1, at: float = 0.0) -> Seen:
    """A message of a side, as a rule gets it."""
    payload = event if isinstance(event, bytes) else json.dumps(event).encode()
    form, type_ = classify(payload, is_text_frame=True)
    return Seen.of(Event(seq=seq, at=at, side=side, type=type_, payload=payload, form=form))


@dataclass(slots=True)
class Direction:
    """What one side's messages come to."""

    arrived: list[bytes] = field(default_factory=list)
    """What reached the other side, in order."""
    waiting: deque[tuple[Seen, float, bytes]] = field(default_factory=deque)
    """Held messages and those behind them, with the time until which each is held, and what goes out
    then."""

    @property
    def events(self) -> list[Json]:
        """What arrived, parsed."""
        return [json.loads(payload) for payload in self.arrived]

    @property
    def types(self) -> list[str]:
        """The types of what arrived."""
        return [str(event["type"]) for event in self.events]


class Crossing:
    """An app and a server with rules between them: no frames, no clock.

    Args:
        makers: The rules, in their order.
    """

    def __init__(self, *makers: RuleMaker) -> None:
        self.desk = FakeDesk()
        self.rules: list[Rule] = [maker.make() for maker in makers]
        self.directions = {side: Direction() for side in Side}
        self.recorded: list[Event] = []
        """Every message with the mark that the recording would give it."""
        self.on_arrival: Callable[[Side, bytes], None] = lambda _side, _payload: None
        """Told what reached the other side of the one that said it."""
        self._performed = 0
        for rule in self.rules:
            rule.start(self.desk)
        self._perform()

    @property
    def to_client(self) -> Direction:
        """What the app gets."""
        return self.directions[Side.SERVER]

    @property
    def to_server(self) -> Direction:
        """What the server gets."""
        return self.directions[Side.CLIENT]

    def client_says(self, event: Json | bytes) -> Verdict:
        """The app sends a message."""
        return self._receive(Side.CLIENT, event)

    def server_says(self, *events: Json | bytes) -> list[Verdict]:
        """The server sends messages."""
        return [self._receive(Side.SERVER, event) for event in events]

    def wait(self, seconds: float) -> None:
        """Let time pass: what is held until then goes on."""
        end_s = self.desk.now + seconds
        while (due_s := self.next_due_s) is not None and due_s <= end_s:
            self.run_until(due_s)
        self.run_until(end_s)

    def run_until(self, now_s: float) -> None:
        """Do what is due by then."""
        self.desk.schedule.run_until(now_s)
        self._perform()
        for side, direction in self.directions.items():
            while direction.waiting and direction.waiting[0][1] <= self.desk.now:
                seen, _, payload = direction.waiting.popleft()
                self._arrive(side, seen, payload, is_real=True)

    @property
    def next_due_s(self) -> float | None:
        """When something happens though nobody says anything."""
        dues = [each.waiting[0][1] for each in self.directions.values() if each.waiting]
        if (due_s := self.desk.schedule.next_due_s) is not None:
            dues.append(due_s)
        return min(dues, default=None)

    def stop(self) -> None:
        """Switch the rules off."""
        for rule in self.rules:
            rule.stop(self.desk)
        self._perform()

    def marks(self) -> list[tuple[str | None, str, str | None]]:
        """Type, mark and reason of all recorded messages that are not plain ones."""
        return [
            (event.type, event.origin if event.fate is Fate.FORWARDED else event.fate, event.why)
            for event in self.recorded
            if event.origin is not Origin.WIRE or event.fate is not Fate.FORWARDED
        ]

    # Private: a message's way.

    def _receive(self, side: Side, event: Json | bytes) -> Verdict:
        seen = seen_of(side, event, seq=len(self.recorded) + 1, at=self.desk.now)
        verdict = self._verdict(seen)
        self._record(seen.event, verdict)
        direction = self.directions[side]
        payload = verdict.sent or seen.event.payload
        if verdict.fate is Fate.HELD or (direction.waiting and verdict.fate is not Fate.DROPPED):
            until = verdict.until if verdict.fate is Fate.HELD else 0.0
            direction.waiting.append((seen, float("inf") if until is None else until, payload))
        elif verdict.fate is not Fate.DROPPED:
            self._arrive(side, seen, payload, is_real=True)
        if side is Side.SERVER and verdict.fate is not Fate.FORWARDED:
            self.desk.ledger.receive(seen)
        self._perform()
        return verdict

    def _verdict(self, seen: Seen) -> Verdict:
        for rule in self.rules:
            if fits(seen.kind, rule.kinds) and (verdict := rule.receive(seen, self.desk)):
                return verdict
        return FORWARD

    def _arrive(self, side: Side, seen: Seen, payload: bytes, *, is_real: bool) -> None:
        if is_real and (side is Side.CLIENT or seen.event.payload is payload):
            self.desk.ledger.receive(seen)
        self.directions[side].arrived.append(payload)
        self.on_arrival(side, payload)

    def _perform(self) -> None:
        """Send what the rules made up."""
        while self._performed < len(self.desk.sent):
            sent = self.desk.sent[self._performed]
            self._performed += 1
            payload = msgspec.json.encode(sent.event)
            seen = seen_of(sent.side, payload, seq=len(self.recorded) + 1, at=self.desk.now)
            self._record(seen.event, FORWARD, origin=sent.origin, why=sent.why)
            self._arrive(sent.side, seen, payload, is_real=sent.side is Side.CLIENT)

    def _record(
        self,
        event: Event,
        verdict: Verdict,
        *,
        origin: Origin = Origin.WIRE,
        why: str | None = None,
    ) -> None:
        self.recorded.append(
            Event(
                seq=event.seq,
                at=event.at,
                side=event.side,
                type=event.type,
                payload=event.payload,
                form=event.form,
                origin=origin,
                fate=verdict.fate,
                why=why or verdict.why,
                sent=verdict.sent,
            )
        )


def fits(kind: str, patterns: Iterable[str] | None) -> bool:
    """Whether a rule wants to see messages of a type."""
    return patterns is None or any(fnmatchcase(kind, pattern) for pattern in patterns)


def fates(verdicts: Sequence[Verdict]) -> list[Fate]:
    """What became of messages."""
    return [verdict.fate for verdict in verdicts]
