"""What a rule found: one sentence that says what happened, and one that says what to do."""

from dataclasses import dataclass
from enum import StrEnum

from ..event import Json

PAGES = "docs/findings"
"""Where the page of each finding stands, seen from the top of the repository."""


class Severity(StrEnum):
    """How bad a finding is. Its order is that of `rank`."""

    ERROR = "error"
    """It is broken, or will be."""
    WARNING = "warning"
    """Probably a mistake, or it costs money or time."""
    INFO = "info"
    """Worth knowing; the session is as it should be."""

    @property
    def rank(self) -> int:
        """0 for what is worth knowing, 2 for what is broken."""
        return _RANKS[self]

    def is_at_least(self, other: "Severity") -> bool:
        """Whether it is as bad as the other, or worse."""
        return self.rank >= other.rank


_RANKS = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong in a session, or worth knowing."""

    slug: str
    """The rule's readable name: `missing-response-create`."""
    severity: Severity
    at: float
    """Seconds since the session started. A silence is found at the end of its time of grace."""
    events: tuple[int, ...]
    """The numbers (`Event.seq`) of the events that it is about, the causing one first."""
    what: str
    """What happened: one sentence with the real names and ids."""
    todo: str
    """What to do about it: one sentence."""

    @property
    def page(self) -> str:
        """The page that explains it, as a path in the repository."""
        return f"{PAGES}/{self.slug}.md"

    def as_json(self) -> Json:
        """The finding for machines: plain values, the keys in a fixed order."""
        return {
            "slug": self.slug,
            "severity": str(self.severity),
            "at": round(self.at, 6),
            "events": list(self.events),
            "what": self.what,
            "todo": self.todo,
            "page": self.page,
        }
