"""A recorded session for replay, and an app without sockets that says what it is told."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from realtap.proxy.driver import Close, Output
from realtap.proxy.replay.player import Player
from realtap.recordings.event import Closed, Entry, Event, Header, Json, Side
from realtap.recordings.replay.script import FromClient, Script

STEP_S = 0.05
"""Between two recorded events that have no times."""


def header(name: str = "weather") -> Header:
    return Header(id=name, started="2026-11-20T10:00:00.000000Z", via="import", upstream="")


def script_of(said: Iterable[tuple[Side, Json]], *, closed: Closed | None = None) -> Script:
    """The script of events as they were said."""
    entries: list[Entry] = [header()]
    for seq, (side, fields) in enumerate(said, 1):
        payload = json.dumps(fields, ensure_ascii=False).encode()
        entries.append(Event(seq, seq * STEP_S, side, fields.get("type"), payload))
    if closed is not None:
        entries.append(closed)
    return Script.of(entries, Path("weather.jsonl"))


def script_of_lines(path: Path) -> Script:
    """The script of a session as plain lines, `{"from": …, "event": …}`."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return script_of((Side(line["from"]), line["event"]) for line in lines)


class Replayed:
    """A player, and what the app has heard of it."""

    def __init__(self, script: Script, **options: Any) -> None:
        self.player = Player(script, **options)
        self.now_s = 0.0
        self.heard: list[Json] = []
        self.messages: list[str | bytes] = []
        self.close: Close | None = None
        self._take()

    def say(self, type_: str, **fields: Any) -> None:
        """The app sends an event."""
        self.send(json.dumps({"type": type_, **fields}))

    def send(self, message: str | bytes) -> None:
        """The app sends a message."""
        self.player.receive(message, self.now_s)
        self._take()

    def wait(self, seconds: float = 1.0) -> None:
        """Time passes."""
        self.now_s += seconds
        self._take()

    def say_all(self, change: Callable[[Json], Json] = lambda fields: fields) -> None:
        """Say everything that the recorded app said, each event changed in one way."""
        for step in self.player.script.steps:
            if isinstance(step, FromClient):
                self.wait(0.1)
                self.send(json.dumps(change(step.fields), ensure_ascii=False))
        self.wait()

    def _take(self) -> None:
        for output in self.player.poll(self.now_s):
            self._hear(output)

    def _hear(self, output: Output) -> None:
        if isinstance(output, Close):
            self.close = output
            return
        self.messages.append(output)
        self.heard.append(json.loads(output))
