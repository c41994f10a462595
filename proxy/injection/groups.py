"""The calls of one response as a whole: they are read by the model with one `response.create`."""

from dataclasses import dataclass, field
from typing import Final

from ...recordings.conversation import Call, Seen
from ...recordings.event import Json, Origin
from .ledger import Ledger, Wait, is_complete
from .outputs import named_call

ACKNOWLEDGE_S: Final = 1.0
"""A server that has not acknowledged an output by then never acknowledges any."""

PATIENCE_S: Final = 10.0
"""So long the app's own `response.create` waits for calls of its group that nobody answers."""


@dataclass(slots=True, eq=False)
class Ask:
    """A `response.create` that is to be sent, or was."""

    event: Json
    payload: bytes
    event_id: str
    origin: Origin
    why: str
    made_at: float
    group: "Group | None" = None
    """The calls that it is for; None: it is for none."""
    is_apps: bool = False
    """The app said it; it is only sent later."""
    is_patient: bool = True
    """It is sent at its right time; refused, it waits again."""
    sent_at: float | None = None
    attempts: int = 0
    answered_by: str = ""
    """The response that came after it was sent: its own, or somebody else's that was quicker."""
    answered_at: float = 0.0
    is_satisfied: bool = False
    """Whoever's that response was, it serves."""
    reads: "tuple[Group, ...]" = ()
    """The groups whose outputs it is for, where it does not wait for the rest of them."""
    echo: Json = field(default_factory=dict)
    """The metadata of the app's requests that were merged with it."""
    is_served: bool = False
    """Another response has done what it asks for, before it was sent."""

    @property
    def is_plain(self) -> bool:
        """Whether any response would serve: it asks for nothing of its own."""
        return not self.is_apps and not self.event.get("response")


@dataclass(slots=True, eq=False)
class Group:
    """The calls of a response in which we take part."""

    key: str
    """The response's id; a call's own where no response is known."""
    calls: tuple[str, ...] = ()
    """The ids of calls without a response that is known."""
    origin: Origin = Origin.INJECTED
    why: str = ""
    """Of our part, for people."""
    wants_response: bool = False
    """A `response.create` follows when everything is in."""
    claims: dict[str, str] = field(default_factory=dict)
    """The calls that a rule is going to answer, by their ids, with its name."""
    ask: Ask | None = None
    answered_by: str = ""
    """The response that read the outputs."""
    asked_at: float = 0.0
    """When its `response.create` went out, or a response came that made it needless."""
    read_by: str = ""
    """The latest response that has read outputs of it without being asked to."""
    read_at: float = 0.0
    """When that began."""
    read_count: int = 0
    """How many outputs there were."""

    @property
    def is_open(self) -> bool:
        """Whether a response is still to be asked for."""
        is_sent = self.ask is not None and self.ask.sent_at is not None
        return self.wants_response and not self.answered_by and not is_sent

    def members(self, ledger: Ledger) -> list[Call]:
        """Its calls, but for those that were cut off and those that the server runs itself."""
        is_running = self._is_running(ledger)
        response = ledger.conversation.responses.get(self.key)
        calls = [] if response is None else list(response.calls)
        if not calls:
            known = (ledger.call(call_id) for call_id in self.calls)
            calls = [call for call in known if call is not None]
        return [
            call
            for call in calls
            if not (call.is_mcp or call.is_void) and (is_running or is_complete(call))
        ]

    def is_over(self, ledger: Ledger) -> bool:
        """Whether none of its calls is left that could be answered."""
        return not self._is_running(ledger) and not self.members(ledger)

    def _is_running(self, ledger: Ledger) -> bool:
        response = ledger.conversation.responses.get(self.key)
        return response is not None and response.is_active

    def waits(self, ledger: Ledger) -> list[Wait]:
        """What is missing before the model can read the outputs."""
        waits = []
        if self._is_running(ledger):
            waits.append(Wait(f"response.done of {self.key}"))
        members = self.members(ledger)
        waits += self._output_waits(members, ledger.now)
        if not waits:
            waits += self._acknowledgement_waits(members, ledger)
        return waits

    def _output_waits(self, members: list[Call], now: float) -> list[Wait]:
        until = None
        if self.ask is not None and self.ask.is_apps:
            until = self.ask.made_at + PATIENCE_S
            if now >= until:
                return []
        return [
            Wait(f"the output of {named_call(call)}", until)
            for call in members
            if call.output is None
        ]

    def _acknowledgement_waits(self, members: list[Call], ledger: Ledger) -> list[Wait]:
        """A server shows an output that came during the calling response only after that one."""
        response = ledger.conversation.responses.get(self.key)
        done_at = response.done_at if response is not None else None
        waits = []
        for call in members:
            output = call.output
            if output is None or output.is_accepted:
                continue
            until = max(output.at, done_at or 0.0) + ACKNOWLEDGE_S
            if ledger.now < until:
                text = f"the server's word that it has the output of {named_call(call)}"
                waits.append(Wait(text, until))
        return waits

    def mark_read(self, seen: Seen, ledger: Ledger) -> None:
        """A response begins while the server has all outputs that there are."""
        self.read_by, self.read_at = seen.response_id, seen.at
        self.read_count = self._count(ledger)

    def has_been_read(self, ledger: Ledger) -> bool:
        """Whether the model knows already what there is."""
        return 0 < self._count(ledger) == self.read_count

    def _count(self, ledger: Ledger) -> int:
        return sum(call.output is not None for call in self.members(ledger))

    def is_complete(self, ledger: Ledger) -> bool:
        """Whether each of its calls has its output."""
        members = self.members(ledger)
        return bool(members) and all(call.output is not None for call in members)

    def is_in(self, ledger: Ledger) -> bool:
        """Whether the server has all outputs: the next response reads them."""
        return self.is_complete(ledger) and self.is_read(ledger)

    def is_read(self, ledger: Ledger) -> bool:
        """Whether the server has those outputs that there are: a response that begins now reads them."""
        return not self._is_running(ledger) and not self._acknowledgement_waits(
            self.members(ledger), ledger
        )
