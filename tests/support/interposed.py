"""A director between an app and the simulated server, with a network that takes time: no sockets.

    wire = Interposed(script=..., makers=[...])
    wire.app_says("response.create")
    wire.run(until_s=2.0)

Each way keeps its order. Everything that passes the director is kept with its fate.
"""

import heapq
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from realtap.proxy.driver import Close
from realtap.proxy.injection.deeds import Deed, Release, Run, Send
from realtap.proxy.injection.director import Director
from realtap.proxy.injection.ids import MadeIds
from realtap.proxy.injection.rule import RuleMaker
from realtap.proxy.injection.rulebook import Rulebook
from realtap.proxy.injection.verdict import Verdict
from realtap.proxy.simulator.pace import FAST, Pace
from realtap.proxy.simulator.script import Script, parse_script
from realtap.proxy.simulator.session import Session
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Event, Fate, Json, Origin, Side
from realtap.recordings.profiles import OPENAI_GA

type Delay = Callable[[], float]


def at_once() -> float:
    """A network that takes no time."""
    return 0.0


@dataclass(slots=True)
class Passage:
    """One message at the director."""

    seq: int
    at: float
    side: Side
    event: Json
    payload: bytes
    origin: Origin = Origin.WIRE
    fate: Fate = Fate.FORWARDED
    why: str | None = None
    sent: bytes | None = None
    """What went out in its place."""

    @property
    def arrived(self) -> Json:
        """The event as the other side got it."""
        told: Json = json.loads(self.sent or self.payload)
        return told


@dataclass(slots=True)
class _Way:
    """One direction of a connection: what is sent arrives later, in order."""

    delay: Delay
    last_at: float = 0.0

    def arrival(self, now: float) -> float:
        self.last_at = max(self.last_at, now + self.delay())
        return self.last_at


@dataclass
class Interposed:
    """The app's end is the test: `app_says` and `on_heard`."""

    script: Script | str = ""
    makers: Sequence[RuleMaker] = ()
    delay: Delay = at_once
    pace: Pace = FAST
    session: Json = field(default_factory=dict)
    """What a `session.update` of the app says first; nothing when empty."""
    now: float = 0.0
    passages: list[Passage] = field(default_factory=list)
    at_server: list[tuple[float, bytes]] = field(default_factory=list)
    """What reached the server."""
    from_server: list[tuple[float, Json]] = field(default_factory=list)
    """What the server said."""
    heard: list[Json] = field(default_factory=list)
    """What reached the app."""
    faults: list[str] = field(default_factory=list)
    on_heard: Callable[[Json], None] = lambda _event: None

    def __post_init__(self) -> None:
        script = parse_script(self.script) if isinstance(self.script, str) else self.script
        self.rulebook = Rulebook()
        self.rulebook.put("test", self.makers)
        self.director = Director(
            "session",
            self.rulebook,
            profile=OPENAI_GA,
            on_fault=self.faults.append,
            ids=MadeIds("test"),
        )
        self.server = Session(script=script, pace=self.pace, seed="interposed")
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._seq = itertools.count(1)
        self._ways = {name: _Way(self.delay) for name in ("app", "to server", "server", "to app")}
        self._waiting: dict[int, Passage] = {}
        self.server.open(0.0)
        if self.session:
            self.app_says("session.update", session={"type": "realtime", **self.session})
        self.run(0.0)

    # What a test does.

    def app_says(self, type_: str, **fields: Any) -> None:
        """The app sends an event."""
        payload = json.dumps({"type": type_, **fields}).encode()
        self._arrive("app", lambda: self._receive(Side.CLIENT, payload))

    def answer_call(self, call_id: str, output: str = "app") -> None:
        """The app gives a call its output."""
        item = {"type": "function_call_output", "call_id": call_id, "output": output}
        self.app_says("conversation.item.create", item=item)

    def write(self, text: str) -> None:
        """The app adds what a user wrote."""
        item = {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": text}],
        }
        self.app_says("conversation.item.create", item=item)

    def at(self, time_s: float, action: Callable[[], None]) -> None:
        """Do something at a time."""
        heapq.heappush(self._agenda, (time_s, next(self._count), action))

    def after(self, delay_s: float, action: Callable[[], None]) -> None:
        """Do something later."""
        self.at(self.now + delay_s, action)

    def run(self, seconds: float = 1.0) -> "Interposed":
        """Let time pass."""
        end = self.now + seconds
        while (due := self._next_due()) is not None and due <= end:
            self.now = max(self.now, due)
            self._step()
        self.now = end
        self._step()
        return self

    # What a test looks for.

    def server_got(self, type_: str) -> list[Json]:
        """The events of a type that reached the server."""
        events = [json.loads(payload) for _, payload in self.at_server]
        return [event for event in events if event["type"] == type_]

    def server_said(self, type_: str) -> list[Json]:
        """The events of a type that the server said."""
        return [event for _, event in self.from_server if event["type"] == type_]

    def app_heard(self, type_: str) -> list[Json]:
        """The events of a type that reached the app."""
        return [event for event in self.heard if event["type"] == type_]

    def dropped(self) -> list[Passage]:
        """What was kept from the other side."""
        return [each for each in self.passages if each.fate is Fate.DROPPED]

    def injected(self) -> list[Passage]:
        """What is ours."""
        return [each for each in self.passages if each.origin is not Origin.WIRE]

    def call_id(self, index: int = -1) -> str:
        """A call that the app heard of."""
        calls = self.app_heard("response.function_call_arguments.done")
        return str(calls[index]["call_id"])

    # Private.

    def _next_due(self) -> float | None:
        times = [self.server.next_due_s, self.director.next_due_s]
        if self._agenda:
            times.append(self._agenda[0][0])
        return min((time for time in times if time is not None), default=None)

    def _step(self) -> None:
        """Do what is due, until nothing is."""
        while True:
            self._take_from_server()
            is_done = self._perform(self.director.poll(self.now))
            while self._agenda and self._agenda[0][0] <= self.now:
                heapq.heappop(self._agenda)[2]()
                self._take_from_server()
                is_done = self._perform(self.director.poll(self.now)) or True
            if not is_done:
                return

    def _take_from_server(self) -> None:
        for output in self.server.poll(self.now):
            assert not isinstance(output, Close), output
            self.from_server.append((self.now, output))
            payload = json.dumps(output).encode()
            self._arrive("server", partial(self._receive, Side.SERVER, payload))

    def _arrive(self, way: str, action: Callable[[], None]) -> None:
        self.at(self._ways[way].arrival(self.now), action)

    def _receive(self, side: Side, payload: bytes) -> None:
        """A message comes to the director, as to a session's edge."""
        event = json.loads(payload)
        passage = Passage(next(self._seq), self.now, side, event, payload)
        self.passages.append(passage)
        verdict = Verdict()
        told = Event(passage.seq, self.now, side, event["type"], payload)
        if self.director.wants(event["type"]) and self.director.is_concerned(told):
            verdict = self.director.receive(Seen.of(told))
        self._settle(passage, verdict)

    def _settle(self, passage: Passage, verdict: Verdict) -> None:
        passage.fate, passage.why, passage.sent = verdict.fate, verdict.why, verdict.sent
        if verdict.fate is Fate.HELD:
            self._waiting[passage.seq] = passage
        elif verdict.fate is not Fate.DROPPED:
            self._deliver(passage.side, verdict.sent or passage.payload)

    def _deliver(self, side: Side, payload: bytes) -> None:
        if side is Side.CLIENT:
            self._arrive("to server", lambda: self._reach_server(payload))
        else:
            self._arrive("to app", lambda: self._reach_app(payload))

    def _reach_server(self, payload: bytes) -> None:
        self.at_server.append((self.now, payload))
        self.server.receive(payload.decode(), self.now)

    def _reach_app(self, payload: bytes) -> None:
        event = json.loads(payload)
        self.heard.append(event)
        self.on_heard(event)

    def _perform(self, deeds: list[Deed]) -> bool:
        for deed in deeds:
            match deed:
                case Send():
                    event = json.loads(deed.payload)
                    passage = Passage(
                        next(self._seq),
                        self.now,
                        deed.side,
                        event,
                        deed.payload,
                        deed.origin,
                        why=deed.why,
                    )
                    self.passages.append(passage)
                    self._deliver(deed.side, deed.payload)
                case Release():
                    self._release(deed)
                case Run():
                    deed.then(deed.work())
                case _:
                    raise AssertionError(deed)
        return bool(deeds)

    def _release(self, deed: Release) -> None:
        passage = self._waiting.pop(deed.seq)
        event = Event(passage.seq, passage.at, passage.side, passage.event["type"], passage.payload)
        self._settle(passage, deed.verdict)
        self.director.released(Seen.of(event), deed.verdict)


TWO_CALLS = """
[[when]]
text = "*both*"
calls = [{ call = "get_time", arguments = {} }, { call = "get_weather", arguments = {} }]
[[when]]
text = "*slow*"
say = "This takes a little while, since it is a long sentence."
call = "get_time"
[[when]]
after = "*"
say = "Here you are."
"""
SLOW = Pace(thinking_s=0.1, token_s=0.05, closing_s=0.1)


def asked(text: str = "both", *, seconds: float = 1.0, **options: Any) -> Interposed:
    """A session in which the model has called functions."""
    wire = Interposed(script=TWO_CALLS, session={"output_modalities": ["text"]}, **options)
    wire.write(text)
    wire.app_says("response.create")
    return wire.run(seconds)


def creates(wire: Interposed) -> list[Json]:
    """The requests that reached the server, but for the user's own."""
    return wire.server_got("response.create")[1:]
