"""What a session came to, as a test asks about it: what was said, called and answered, and what is wrong."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from ..conversation import Call, Conversation
from ..event import Entry, Event, Fate, Header, Json, Side
from ..findings.engine import Judge, settled
from ..findings.finding import Finding
from ..reader import Recording
from ..rest_note import ensure_session


class Outcome:
    """A session that is over, or as far as it has come.

    Args:
        header: Tells the server's profile.
        entries: What happened, without the header.
        profile: The kind of server, where the header cannot tell.
    """

    def __init__(self, header: Header, entries: Iterable[Entry]) -> None:
        self.header = header
        self._entries = tuple(entries)

    @classmethod
    def read(cls, path: Path) -> "Outcome":
        """The outcome of a recording.

        Raises:
            RecordingError: It cannot be read, or is no session.
        """
        recording = Recording(path)
        ensure_session(recording.header, path)
        return cls(
            recording.header, (each for each in recording.entries() if not isinstance(each, Header))
        )

    @property
    def events(self) -> list[Event]:
        """All messages, of both sides."""
        return [entry for entry in self._entries if isinstance(entry, Event)]

    @property
    def sent(self) -> list[Json]:
        """The events that the app sent, in order."""
        return list(self._fields(Side.CLIENT))

    @property
    def received(self) -> list[Json]:
        """The events that the app received, in order."""
        return list(self._fields(Side.SERVER))

    @property
    def conversation(self) -> Conversation:
        """Items, responses, calls and settings."""
        return self._judged[0]

    @property
    def calls(self) -> list[Call]:
        """The function calls with their arguments and outputs, in order."""
        return self.conversation.calls.all()

    @property
    def findings(self) -> Sequence[Finding]:
        """What is wrong, in the order in which it happened."""
        return self._judged[1]

    def _fields(self, side: Side) -> Iterator[Json]:
        for event in self.events:
            if event.side is side and event.fate is not Fate.DROPPED:
                yield event.fields()

    @cached_property
    def _judged(self) -> tuple[Conversation, list[Finding]]:
        judge = Judge(self.header)
        found = [finding for entry in self._entries for finding in judge.receive(entry)]
        return judge.conversation, settled([*found, *judge.finish()])
