"""What a client did that the server will probably refuse: told when the server has spoken, or not.

The server's word beats our arithmetic: it may have audio that never came over this socket (WebRTC,
telephony) or items from before the recording began. So a suspicion waits for the answer: an
acknowledgement acquits it, an `error` convicts it, and silence leaves it to the arithmetic.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..conversation import Seen
from ..plain import object_of, text_of

PATIENCE_S = 2.0
"""How long the server's answer is waited for. OpenAI's comes after 20 to 100 ms."""

SUSPECTED = 500
"""After so many suspicions of one session a rule whose judgement is costly makes no more."""

_KEPT = 200
"""So many suspicions wait at once; of a client that makes more the oldest are let go."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A client event that looks wrong."""

    seq: int
    at: float
    event_id: str
    """The client's own; empty when it set none."""
    what: str
    todo: str
    key: str = ""
    """What an acknowledgement names: an item's id, or nothing."""
    codes: frozenset[str] = field(default_factory=frozenset)
    """The codes of the errors that answer such an event."""
    words: tuple[str, ...] = ()
    """Words of the messages of errors that answer such an event, in lower case."""
    params: tuple[str, ...] = ()
    """What the `param` of such errors begins with."""
    needs_error: bool = False
    """Tell it only when the server complains: the arithmetic alone is not to be trusted."""

    def is_answered_by(self, error: dict[str, object]) -> bool:
        """Whether the content of an `error` event is about this: by id, else by code, field or words."""
        if event_id := text_of(error.get("event_id")):
            return event_id == self.event_id
        if text_of(error.get("code")) in self.codes:
            return True
        if self.params and text_of(error.get("param")).startswith(self.params):
            return True
        message = text_of(error.get("message")).lower()
        return any(word in message for word in self.words)


class Suspicions:
    """The suspicions of one rule that wait for the server's answer, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Suspicion] = []

    def add(self, suspicion: Suspicion) -> None:
        """Wait for the answer to this one."""
        self._waiting.append(suspicion)
        del self._waiting[:-_KEPT]

    def acquit(self, key: str = "") -> None:
        """The server accepted the oldest event with this key."""
        for index, suspicion in enumerate(self._waiting):
            if suspicion.key == key:
                del self._waiting[index]
                return

    def convict(self, error: Seen) -> Suspicion | None:
        """The suspicion that this `error` event is about; it waits no longer."""
        content = object_of(error.fields.get("error"))
        for index, suspicion in enumerate(self._waiting):
            if suspicion.is_answered_by(content):
                return self._waiting.pop(index)
        return None

    def overdue(self, now: float) -> Iterator[Suspicion]:
        """Those whose answer did not come in time; they wait no longer."""
        while self._waiting and now - self._waiting[0].at >= PATIENCE_S:
            suspicion = self._waiting.pop(0)
            if not suspicion.needs_error:
                yield suspicion

    def remaining(self) -> Iterator[Suspicion]:
        """Those that were never answered, at the end."""
        yield from self.overdue(float("inf"))
