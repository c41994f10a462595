"""A client of a simulated session without sockets: it says events and hears the answers.

Time stands still unless a test lets it pass.
"""

import json
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from realtap.proxy.driver import Close
from realtap.proxy.simulator.outbox import Output
from realtap.proxy.simulator.pace import FAST
from realtap.proxy.simulator.script import parse_script
from realtap.proxy.simulator.session import Session
from realtap.proxy.voice import silence, synthesise_voice
from realtap.recordings.event import Json

WEATHER_TOOL: Json = {
    "type": "function",
    "name": "get_weather",
    "description": "Look up the weather for a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}

SPOKEN_TURN = silence(0.5) + synthesise_voice(1.5, seed=1) + silence(1.0)
"""PCM with one turn in it for server VAD."""


class Dialogue:
    """One session and all that it said."""

    def __init__(self, *, script: str = "", **options: Any) -> None:
        options.setdefault("pace", FAST)
        self.session = Session(script=parse_script(script), **options)
        self.now_s = 0.0
        self.heard: list[Json] = []
        self.close: Close | None = None
        self.session.open(self.now_s)
        self.greeting = self._take()

    # What the client does.

    def say(self, type_: str, **fields: Any) -> list[Json]:
        """Send an event; what is answered in the same instant."""
        return self.send(json.dumps({"type": type_, **fields}))

    def send(self, message: str | bytes) -> list[Json]:
        """Send a raw message."""
        self.session.receive(message, self.now_s)
        return self._take()

    def wait(self, seconds: float) -> list[Json]:
        """Let time pass; what is said meanwhile."""
        self.now_s += seconds
        return self._take()

    def settle(self) -> list[Json]:
        """Let a quick response come to its end."""
        return self.wait(1.0)

    def configure(self, **session: Any) -> list[Json]:
        """Send a `session.update`."""
        return self.say("session.update", session={"type": "realtime", **session})

    def write(self, text: str, **item: Any) -> list[Json]:
        """Add a user message."""
        content = [{"type": "input_text", "text": text}]
        fields = {"type": "message", "role": "user", "content": content, **item}
        return self.say("conversation.item.create", item=fields)

    def ask(self, text: str) -> list[Json]:
        """A whole text turn."""
        return [*self.write(text), *self.say("response.create"), *self.settle()]

    def speak(self, pcm: bytes = SPOKEN_TURN, *, piece_bytes: int = 4_800) -> list[Json]:
        """Append audio in pieces; what is answered in the same instant."""
        events: list[Json] = []
        for start in range(0, len(pcm), piece_bytes):
            audio = b64encode(pcm[start : start + piece_bytes]).decode()
            events += self.say("input_audio_buffer.append", audio=audio)
        return events

    def answer_call(self, call_id: str, output: str) -> list[Json]:
        """Send a function's output."""
        item = {"type": "function_call_output", "call_id": call_id, "output": output}
        return self.say("conversation.item.create", item=item)

    # What the client looks for.

    def last(self, type_: str) -> Json:
        """The last event of a type."""
        return next(event for event in reversed(self.heard) if event["type"] == type_)

    def _take(self) -> list[Json]:
        outputs: list[Output] = self.session.poll(self.now_s)
        events = [output for output in outputs if not isinstance(output, Close)]
        closes = [output for output in outputs if isinstance(output, Close)]
        self.close = closes[0] if closes else self.close
        self.heard += events
        return events


def types(events: Iterable[Json]) -> list[str]:
    """The types of events, runs of one type taken together."""
    names: list[str] = []
    for event in events:
        if not names or names[-1] != event["type"]:
            names.append(event["type"])
    return names


def one(events: Iterable[Json], type_: str) -> Json:
    """The only event of a type."""
    (event,) = [event for event in events if event["type"] == type_]
    return event


def error_of(events: Iterable[Json]) -> Json:
    """The content of the only `error`."""
    error: Json = one(events, "error")["error"]
    return error
