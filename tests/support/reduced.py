"""Conversations for tests: of scripted steps, of the simulated server, of real sessions."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dialogue import Dialogue
from transcript import OPENAI, Step, transcript

from realtap.recordings.conversation import Conversation, Seen
from realtap.recordings.event import Event, Json, Side
from realtap.recordings.joins import Joined, Joiner

SHARED_WIRE = Path(__file__).resolve().parents[3] / "shared" / "wire"
WIRE_SESSIONS = sorted(SHARED_WIRE.glob("*/*.jsonl"))
"""Real sessions of four servers, where the checkout has them beside it."""


def reduced(*steps: Step, upstream: str = OPENAI, **options: Any) -> Conversation:
    """The conversation after scripted steps; `options` as of `transcript`."""
    conversation = Conversation()
    for entry in transcript(*steps, upstream=upstream, **options):
        conversation.receive(entry)
    return conversation


def joins_of(*steps: Step, **options: Any) -> list[tuple[Seen, dict[str, Joined]]]:
    """Each event of scripted steps with its joined values by their paths."""
    events = [entry for entry in transcript(*steps, **options) if isinstance(entry, Event)]
    return joins_of_events(events)


def joins_of_events(events: Iterable[Event]) -> list[tuple[Seen, dict[str, Joined]]]:
    """Each event with its joined values by their paths."""
    conversation = Conversation()
    joiner = Joiner(conversation)
    joined = []
    for event in events:
        seen = Seen.of(event)
        conversation.receive(seen)
        joined.append((seen, {each.path: each for each in joiner.join(seen)}))
    return joined


def events_of_wire(path: Path) -> list[Event]:
    """The events of a session in `shared/wire`; steps of 0.05 s where no time is told."""
    events: list[Event] = []
    for line in path.read_text().splitlines():
        value = json.loads(line)
        if "event" in value:
            at = value.get("at", len(events) * 0.05)
            events.append(an_event(value["event"], Side(value["from"]), len(events) + 1, at))
    return events


def an_event(fields: Json, side: Side, seq: int = 1, at: float = 0.0) -> Event:
    """An event as a recording has it."""
    type_ = fields.get("type")
    name = type_ if isinstance(type_, str) else None
    return Event(seq, at, side, name, json.dumps(fields).encode())


class SimulatedSession(Dialogue):
    """A session with the simulated server, both sides of it as the events of a recording."""

    def __init__(self, **options: Any) -> None:
        self.events: list[Event] = []
        super().__init__(**options)

    def send(self, message: str | bytes) -> list[Json]:
        fields = json.loads(message)
        self.events.append(an_event(fields, Side.CLIENT, len(self.events) + 1, self.now_s))
        return super().send(message)

    def _take(self) -> list[Json]:
        heard = super()._take()
        for fields in heard:
            self.events.append(an_event(fields, Side.SERVER, len(self.events) + 1, self.now_s))
        return heard

    @property
    def conversation(self) -> Conversation:
        """What the reducer makes of it."""
        conversation = Conversation()
        for event in self.events:
            conversation.receive(event)
        return conversation
