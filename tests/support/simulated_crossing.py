"""An app, rules, and the simulated server behind them: no sockets, and time passes when told to."""

import json

from desk import Crossing

from realtap.proxy.driver import Close
from realtap.proxy.injection.rule import RuleMaker
from realtap.proxy.simulator.pace import Pace
from realtap.proxy.simulator.script import parse_script
from realtap.proxy.simulator.session import Session
from realtap.recordings.event import Json, Side

_STEP_S = 0.001


class SimulatedCrossing(Crossing):
    """A crossing with a server that answers.

    Args:
        makers: The rules.
        script: What the server's model says, in TOML.
        options: The simulated session's.
    """

    def __init__(self, *makers: RuleMaker, script: str = "", **options: object) -> None:
        super().__init__(*makers)
        options.setdefault("pace", Pace())
        self.session = Session(script=parse_script(script), **options)  # type: ignore[arg-type] # a test's own
        self.server_close: Close | None = None
        """How the server ended the session by itself."""
        self.on_arrival = self._reach_server
        self._looked_at = 0
        self.session.open(0.0)
        self._pump()

    def say(self, type_: str, **fields: object) -> None:
        """The app sends an event, and the server answers what it answers at once."""
        self.client_says(json.dumps({"type": type_, **fields}).encode())
        self._pump()

    def ask(self, text: str = "Hello") -> None:
        """A text turn; its answer takes time."""
        content = [{"type": "input_text", "text": text}]
        self.say(
            "conversation.item.create",
            item={"type": "message", "role": "user", "content": content},
        )
        self.say("response.create", event_id="event_of_app")

    def wait(self, seconds: float) -> None:
        """Let time pass, for the rules and for the server."""
        end_s = self.desk.now + seconds
        while (due_s := self._next_s()) is not None and due_s <= end_s:
            self.run_until(max(due_s, self.desk.now))
            self._pump()
        self.run_until(end_s)
        self._pump()

    def wait_for(self, type_: str, *, at_most_s: float = 10.0) -> Json:
        """The next event of a type that the app gets, behind the one that was waited for last."""
        end_s = self.desk.now + at_most_s
        arrived = self.to_client.arrived
        while True:
            while self._looked_at < len(arrived):
                event: Json = json.loads(arrived[self._looked_at])
                self._looked_at += 1
                if event["type"] == type_:
                    return event
            if self.desk.now >= end_s:
                raise AssertionError(f"no {type_} within {at_most_s:g} s")
            self.wait(_STEP_S)

    def _next_s(self) -> float | None:
        dues = [each for each in (self.next_due_s, self.session.next_due_s) if each is not None]
        return min(dues, default=None)

    def _reach_server(self, side: Side, payload: bytes) -> None:
        if side is Side.CLIENT:
            self.session.receive(payload.decode(), self.desk.now)

    def _pump(self) -> None:
        """What the server has said until now."""
        while outputs := self.session.poll(self.desk.now):
            for output in outputs:
                if isinstance(output, Close):
                    self.server_close = output
                else:
                    self.server_says(output)
