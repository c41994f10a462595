"""Lets those entries of a session through that a filter wants, with what other events tell of them.

Fed with the lines of a recording in order. A filter that asks for neither joined fields nor
findings decodes only the events that it wants and those that the next ones cannot be told without;
all others cost a look at their head.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .. import lines
from ..event import Closed, Entry, Event
from ..heads import head_of
from ..joins import Joined
from .candidate import Candidate, FindingLike
from .filter import Filter
from .history import History


class Sifted(NamedTuple):
    """An entry that somebody needs."""

    entry: Entry
    is_wanted: bool
    """False for an event that is only to be learned from: it may name a call or an audio format."""
    joined: Sequence[Joined] = ()
    """What other events tell of it, when the sieve was asked for that."""


class Sieve:
    """A filter at work on one session.

    Args:
        wanted: The filter; None wants every entry. With a filter only events are wanted.
        tells_joined: Give the joined fields of wanted events.
        findings: Findings by the number of each event that takes part in them; may still grow.
    """

    def __init__(
        self,
        wanted: Filter | None,
        *,
        tells_joined: bool = False,
        findings: Mapping[int, Sequence[FindingLike]] | None = None,
    ) -> None:
        self.events = 0
        """How many events came."""
        self.is_closed = False
        """The session's end came."""
        self._wanted = wanted
        self._tells_joined = tells_joined
        self._findings = findings if findings is not None else {}
        needs_history = tells_joined or (wanted is not None and wanted.needs_joined)
        self._history = History() if needs_history else None

    def sift(self, line: bytes) -> Sifted | None:
        """Take the next line; None when nobody needs it.

        Raises:
            DamagedLineError: It cannot be read.
        """
        if self._wanted is None or self._history is not None:
            return self._sift_entry(lines.decode(line))
        head = head_of(line) if line.endswith(b"}\n") else None
        if head is None:
            return self._sift_entry(lines.decode(line))
        self.events += 1
        findings = self._findings.get(head.seq, ()) if self._findings else ()
        candidate = Candidate(head, line=line, findings=findings)
        if self._wanted.matches(candidate):
            return Sifted(candidate.event, is_wanted=True)
        return Sifted(candidate.event, is_wanted=False) if _teaches(head.type, line) else None

    def _sift_entry(self, entry: Entry) -> Sifted | None:
        joined = self._history.receive(entry) if self._history else tuple[Joined]
        if not isinstance(entry, Event):
            self.is_closed = self.is_closed or isinstance(entry, Closed)
            return Sifted(entry, is_wanted=True) if self._wanted is None else None
        self.events += 1
        if self._wanted is not None:
            findings = self._findings.get(entry.seq, ())
            candidate = Candidate.of(entry, joined=joined, findings=findings)
            if not self._wanted.matches(candidate):
                return (
                    Sifted(entry, is_wanted=False)
                    if _teaches(entry.type or "", entry.payload)
                    else None
                )
        return Sifted(entry, is_wanted=True, joined=joined() if self._tells_joined else ())


def _teaches(event_type: str, raw: bytes) -> bool:
    """Whether an event may name a call or an audio format. Most of a session does not."""
    if event_type.endswith((".delta", ".append")):
        return False
    return b'"name"' in raw or event_type.startswith(_FORMAT_TYPES) or b"\\u00" in raw


_FORMAT_TYPES = ("session.", "transcription_session.", "response.created", "response.done")
"""Beginnings of the types of which some say in which format audio is."""
