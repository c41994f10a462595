"""What the server is about to send: events in order, and at last perhaps a close."""

from typing import Any

from ...recordings.event import Json
from ..driver import Close
from .faults import Fault
from .ids import Ids

type Output = Json | Close


class Outbox:
    """Collects outputs until the driver takes them."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._outputs: list[Output] = []
        self.is_closed = False
        """A close was queued; later events are dropped, as no one could receive them."""

    def send(self, type_: str, /, **fields: Any) -> None:
        """Queue an event; the keys keep the order of the arguments, as on the wire."""
        self._put({"type": type_, "event_id": self._ids.event(), **fields})

    def send_delta(self, type_: str, delta: str, /, **fields: Any) -> None:
        """Queue a text-like delta with its obfuscation."""
        self.send(type_, **fields, delta=delta, obfuscation=self._ids.obfuscation(delta))

    def fail(self, fault: Fault, client_event_id: str | None = None) -> None:
        """Queue an `error`, and the close that some faults bring."""
        self._put(fault.event(self._ids.event(), client_event_id))
        if fault.close_code is not None:
            self.close(fault.close_code, fault.close_reason)

    def close(self, code: int, reason: str) -> None:
        """Queue the end of the connection."""
        self._put(Close(code, reason))
        self.is_closed = True

    def hang_up(self) -> None:
        """Queue a connection that breaks without a word."""
        self._put(Close(1006, "", is_abrupt=True))
        self.is_closed = True

    def take(self) -> list[Output]:
        """What is to be sent now."""
        outputs, self._outputs = self._outputs, []
        return outputs

    def _put(self, output: Output) -> None:
        if not self.is_closed:
            self._outputs.append(output)
