"""What the list of sessions knows of each recording."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from ...recordings.conversation import Seen
from ...recordings.errors import RecordingError
from ...recordings.event import Entry, Event
from ...recordings.findings.engine import Judge, settled
from ...recordings.findings.finding import Finding, Severity
from ...recordings.plain import text_of
from ...recordings.reader import Outline, Recording, outline
from ...recordings.rest_note import RestNote
from .liveness import Liveness
from .wording import moment, reason

COUNTED_EVENTS = 2_000_000
"""Calls and findings of longer recordings are told when they are opened: to count takes minutes."""
STEP_ENTRIES = 200
"""So many lines are counted in one go: a few milliseconds."""
FINE_CODES = frozenset({1000, 1001, 1005})
"""Close codes of an ordinary end; 1001 is also the session's maximum duration."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What only one who understands a recording can count."""

    calls: int
    findings: tuple[int, int, int]
    """Errors, warnings, and what is good to know."""
    model: str = ""
    """What the server says that it is; empty when it says nothing."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """One recording."""

    path: Path
    found: Outline | None
    """None when it cannot be read: then `trouble` says why."""
    trouble: str = ""
    is_live: bool = False
    counts: Counts | None = None
    """None as long as nobody counted."""

    @property
    def model(self) -> str:
        """The model that the server named, else the one that was asked for, else the call that was joined."""
        if self.rest is not None:
            return ""
        if self.counts is not None and self.counts.model:
            return self.counts.model
        query = parse_qs(urlsplit(self.found.header.upstream).query) if self.found else {}
        return next(
            (query[name][0] for name in ("model", "deployment", "call_id") if query.get(name)), ""
        )

    @property
    def rest(self) -> RestNote | None:
        """The plain HTTP request that it notes; None for a session."""
        return self.found.rest if self.found is not None else None

    @property
    def words(self) -> str:
        """What a search looks at."""
        found = self.found
        told: tuple[str, ...] = () if self.rest is None else (self.rest.words,)
        if found is not None:
            agent = text_of(found.header.client.get("agent"))
            told += (found.header.upstream, agent, found.name, found.note)
        return " ".join((self.path.stem, self.model, self.state, *told)).casefold()

    @property
    def state(self) -> str:
        """How it ended, or that it did not."""
        if self.found is None:
            return "unreadable"
        if self.is_live:
            return "live"
        if self.rest is not None:
            return f"http {self.rest.status}" if self.rest.status else self.rest.answer
        if self.found.closed is None:
            return "no end"
        return f"closed {self.found.closed.code}"

    @property
    def is_worth_counting(self) -> bool:
        """Calls and findings can be told in a reasonable time."""
        found = self.found
        return found is not None and found.rest is None and found.events <= COUNTED_EVENTS

    def judged(self, liveness: Liveness) -> "Shelved":
        """The same, live or not as it is now."""
        found = self.found
        if found is None or found.closed is not None:
            return self
        is_live = liveness.is_live(self.path, moment(found.header.started))
        return self if is_live is self.is_live else replace(self, is_live=is_live)


def shelved(path: Path, liveness: Liveness) -> Shelved:
    """Read one recording's outline."""
    try:
        found = outline(path)
    except RecordingError as error:
        return Shelved(path, None, reason(error))
    return Shelved(path, found).judged(liveness)


class Counting:
    """Counts calls and findings of one recording, bit by bit.

    Args:
        path: The recording.
        size_bytes: How long it was when that was decided.
        is_live: Its session goes on: what its silence says is not asked.

    Raises:
        RecordingError: It cannot be read.
    """

    def __init__(self, path: Path, size_bytes: int, *, is_live: bool) -> None:
        self.path = path
        self.size_bytes = size_bytes
        self._is_live = is_live
        self._entries: Iterator[Entry] = Recording(path).entries()
        self._judge = Judge()
        self._found: list[Finding] = []
        self._calls: set[str] = set()

    def more(self) -> Counts | None:
        """Read on; the counts, once the end was reached.

        Raises:
            RecordingError: The file cannot be read any more.
        """
        entries = list(islice(self._entries, STEP_ENTRIES))
        for entry in entries:
            self._found += self._judge.receive(entry)
            if isinstance(entry, Event) and "audio" not in (entry.type or ""):
                self._calls.add(Seen.of(entry).call_id)
        return None if len(entries) == STEP_ENTRIES else self._counts()

    def _counts(self) -> Counts:
        if not self._is_live:
            self._found += self._judge.finish()
        told = settled(self._found)
        errors, warnings, others = (
            sum(each.severity is level for each in told) for level in Severity
        )
        model = self._judge.conversation.session.model or ""
        return Counts(len(self._calls - {""}), (errors, warnings, others), model)
