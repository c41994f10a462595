"""The two questions that most people come with, answered with the events of the demo itself."""

from dataclasses import dataclass

from ...recordings.event import Event
from ...recordings.ids import ids_of


@dataclass(slots=True)
class FirstCall:
    """The first function call of a session that was answered as it should be, by event numbers."""

    named_in: int = 0
    """The first event that carries the function's name, nested in `item`."""
    done_in: int = 0
    """The end of the calling response."""
    asked_in: int = 0
    """The `response.create` that made the server go on."""
    _response_id: str = ""

    def watch(self, event: Event) -> None:
        """Look at the next event of the session."""
        match event.type:
            case "response.output_item.added" if not self.named_in:
                item = event.fields().get("item")
                if isinstance(item, dict) and item.get("type") == "function_call":
                    self.named_in = event.seq
                    self._response_id = ids_of(event).response
            case "response.done" if self._response_id and not self.done_in:
                if self._response_id == ids_of(event).response:
                    self.done_in = event.seq
            case "response.create" if self.done_in and not self.asked_in:
                self.asked_in = event.seq

    def answers(self) -> tuple[tuple[str, str], ...]:
        """Questions and answers; none when the session had no such call."""
        if not self.asked_in:
            return ()
        name = (
            f"in item.name of event {self.named_in}, response.output_item.added; the lines above "
            "repeat it for the whole call"
        )
        answer = (
            f"response.create, event {self.asked_in}, sent after response.done, event "
            f"{self.done_in}; without it nothing happens"
        )
        return (
            ("Where is the function's name?", name),
            ("What makes the server answer after the tool returned?", answer),
        )
