"""A session in which calls are made up, without sockets: an app, `MadeUp`, and the simulated server.

Everything is recorded as a proxy would, so that the readers can judge what the app has seen.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from transcript import OPENAI, transcript

from realtap.proxy.driver import Close
from realtap.proxy.injection.ids import MadeIds
from realtap.proxy.injection.ledger import Ledger
from realtap.proxy.injection.made_up import MadeUp
from realtap.proxy.injection.verdict import FORWARD, Verdict
from realtap.proxy.schedule import Action, Schedule, Timer
from realtap.proxy.simulator.pace import FAST
from realtap.proxy.simulator.script import parse_script
from realtap.proxy.simulator.session import Session
from realtap.recordings.conversation import Conversation, Seen
from realtap.recordings.event import Entry, Event, Fate, Header, Json, Origin, Side
from realtap.recordings.findings.engine import Judge, settled
from realtap.recordings.findings.finding import Finding
from realtap.recordings.jsontext import loads


class Desk:
    """What `MadeUp` needs of a director."""

    def __init__(self, ledger: Ledger, schedule: Schedule) -> None:
        self.ledger = ledger
        self.session_id = "test"
        self.sent: list[tuple[Side, Json, Origin, str]] = []
        self._schedule = schedule

    @property
    def now(self) -> float:
        return self._schedule.now_s

    def after(self, delay_s: float, action: Action) -> Timer:
        return self._schedule.after(delay_s, action)

    def send(self, side: Side, event: Json, *, origin: Origin, why: str) -> None:
        self.sent.append((side, event, origin, why))

    def answer(self, *_: object, **__: object) -> None:
        raise NotImplementedError

    def claim(self, *_: object, **__: object) -> None:
        raise NotImplementedError

    def disclaim(self, *_: object, **__: object) -> None:
        raise NotImplementedError

    def close(self, *_: object, **__: object) -> None:
        raise NotImplementedError

    def cut(self, **_: object) -> None:
        raise NotImplementedError

    def run(self, work: Callable[[], object], then: Callable[[object], None]) -> None:
        raise NotImplementedError


class MadeUpSession:
    """The app says things with `say`; `heard` is all that it has got."""

    def __init__(self, *, upstream: str = OPENAI, script: str = "", **options: Any) -> None:
        options.setdefault("pace", FAST)
        self.server = Session(script=parse_script(script), **options)
        self.entries: list[Entry] = list(transcript(upstream=upstream))
        header = self.entries[0]
        assert isinstance(header, Header)
        self.schedule = Schedule()
        self.desk = Desk(Ledger(header), self.schedule)
        self.made_up = MadeUp(MadeIds("test"))
        self.now_s = 0.0
        self.heard: list[Json] = []
        self.reached_server: list[Json] = []
        self.server.open(self.now_s)
        self._exchange()

    # What the app does.

    def say(self, type_: str, **fields: Any) -> list[Json]:
        """Send an event; what the app hears at once."""
        payload = json.dumps({"type": type_, **fields}).encode()
        before = len(self.heard)
        verdict = self._pass(Side.CLIENT, payload)
        if verdict.fate is not Fate.DROPPED:
            sent = payload if verdict.sent is None else verdict.sent
            self.reached_server.append(loads(sent))
            self.server.receive(sent.decode(), self.now_s)
        self._exchange()
        return self.heard[before:]

    def hear(self, event: Json) -> None:
        """The server says something that the simulated one would not."""
        self._pass(Side.SERVER, json.dumps(event).encode())
        self.heard.append(event)

    def wait(self, seconds: float = 1.0) -> list[Json]:
        """Let time pass, in small steps; what the app hears meanwhile."""
        before = len(self.heard)
        end = self.now_s + seconds
        while self.now_s < end:
            self.now_s = min(end, self.now_s + 0.05)
            self._exchange()
        return self.heard[before:]

    def configure(self, **session: Any) -> list[Json]:
        """Send a `session.update`."""
        return self.say("session.update", session={"type": "realtime", **session})

    def write(self, text: str) -> list[Json]:
        """Add a user message."""
        content = [{"type": "input_text", "text": text}]
        item = {"type": "message", "role": "user", "content": content}
        return self.say("conversation.item.create", item=item)

    def ask(self, text: str) -> list[Json]:
        """A whole text turn with the real server."""
        return [*self.write(text), *self.say("response.create"), *self.wait()]

    def answer(self, call_id: object, output: object, **fields: Any) -> list[Json]:
        """Give a function's output."""
        item = {"type": "function_call_output", "call_id": call_id, "output": output}
        return self.say("conversation.item.create", item=item | fields)

    # What a person does.

    def make_call(
        self, name: str = "get_weather", arguments: str = '{"city":"Paris"}', **options: Any
    ) -> list[Json]:
        """Make up a call; what the app hears at once."""
        before = len(self.heard)
        self.made_up.make_call(name, arguments, self.desk, **options)
        self._exchange()
        return self.heard[before:]

    # What is known of it.

    def findings(self) -> list[Finding]:
        """What all rules say of the recording."""
        judge = Judge()
        found = [each for entry in self.entries for each in judge.receive(entry)]
        return settled([*found, *judge.tick(self.now_s + 5.0), *judge.finish()])

    def conversation(self) -> Conversation:
        """What the app takes the conversation for: all that it said and heard."""
        conversation = Conversation(profile=self.desk.ledger.profile)
        for entry in self.entries:
            if isinstance(entry, Event):
                conversation.receive(
                    Event(entry.seq, entry.at, entry.side, entry.type, entry.payload)
                )
        return conversation

    def _exchange(self) -> None:
        """The server says what it has to say, then what was planned is done."""
        outputs = self.server.poll(self.now_s)
        for output in outputs:
            if not isinstance(output, Close):
                self._pass(Side.SERVER, json.dumps(output).encode())
                self.heard.append(output)
        self.desk.ledger.tick(self.now_s)
        self.schedule.run_until(self.now_s)
        sent, self.desk.sent = self.desk.sent, []
        for side, event, origin, why in sent:
            assert side is Side.SERVER
            payload = json.dumps(event).encode()
            self._record(Event(0, 0, side, event["type"], payload, origin=origin, why=why))
            self.heard.append(event)

    def _pass(self, side: Side, payload: bytes) -> Verdict:
        raw = Event(len(self.entries), self.now_s, side, loads(payload).get("type"), payload)
        self.schedule.run_until(self.now_s)
        verdict = self.made_up.receive(Seen.of(raw), self.desk) or FORWARD
        event = self._record(raw, verdict)
        if verdict.fate is not Fate.DROPPED:
            self.desk.ledger.receive(Seen.of(event))
        return verdict

    def _record(self, raw: Event, verdict: Verdict | None = None) -> Event:
        event = Event(
            len(self.entries),
            0.1 + self.now_s,
            raw.side,
            raw.type,
            raw.payload,
            origin=raw.origin,
            fate=verdict.fate if verdict else raw.fate,
            why=(verdict.why if verdict else None) or raw.why,
            sent=verdict.sent if verdict else None,
        )
        self.entries.append(event)
        return event

    def marked(self) -> list[tuple[str | None, Origin, Fate, str | None]]:
        """The recorded events that somebody interfered with."""
        return [
            (entry.type, entry.origin, entry.fate, entry.why)
            for entry in self.entries
            if isinstance(entry, Event) and entry.why is not None
        ]


def call_id_of(events: Iterable[Json]) -> str:
    """The `call_id` of the only call in some events."""
    (call_id,) = {
        event["item"]["call_id"]
        for event in events
        if event.get("item", {}).get("type") == "function_call"
    }
    return str(call_id)
