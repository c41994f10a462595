"""Findings over several sessions of one client: it connects again after an error that no new
connection mends.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from ..conversation import Seen
from ..event import Entry, Event, Header, Opened, Side
from ..jsontext import loads
from ..plain import object_of, text_of
from .errors import ADVICE, FATAL
from .finding import Finding, Severity
from .rule import Rule

_KINDS: Final = frozenset({"error", "response.done"})


class Place(NamedTuple):
    """Where in a session an error came; the answer to a handshake is no event."""

    at: float
    events: tuple[int, ...]


class Failures:
    """The errors of one session that no new connection mends, each where it came first."""

    def __init__(self) -> None:
        self.session_id = ""
        self.started = ""
        """Wall clock, ISO 8601: by it sessions are put in their order."""
        self.client: tuple[str, str] = ("", "")
        """Who connects again: the server's URL, and the client's User-Agent."""
        self.places: dict[str, Place] = {}
        """By code."""
        self._told: set[str] = set()

    def receive(self, entry: Entry) -> None:
        """Take the next entry of the recording."""
        match entry:
            case Header():
                self.session_id, self.started = entry.id, entry.started
                self.client = entry.upstream, text_of(entry.client.get("agent"))
            case Opened() if entry.status != 101:
                self._note(_code_in_body(entry.body or ""), Place(entry.at, ()))
            case Event() if entry.side is Side.SERVER and entry.type in _KINDS:
                seen = Seen.of(entry)
                self._note(_code_of(seen), Place(seen.at, (seen.seq,)))

    def _note(self, code: str, place: Place) -> None:
        if code in FATAL:
            self.places.setdefault(code, place)

    def again(self, before: "Failures | None") -> Iterator[Finding]:
        """The errors that the client's session before this one had too; each is told once.

        Args:
            before: That session; None when this is the first.
        """
        if before is None:
            return
        for code in self.places.keys() & before.places.keys() - self._told:
            self._told.add(code)
            yield SameFatalErrorAgain().repeated(code, self.places[code], before.session_id)


class EndedSessions:
    """The last session of each client that is over."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], Failures] = {}

    def add(self, failures: Failures) -> None:
        """A session is over."""
        self._last[failures.client] = failures

    def again(self, failures: Failures) -> Iterator[Finding]:
        """What a later session runs into again; each error is told once."""
        return failures.again(self._last.get(failures.client))


class SameFatalErrorAgain(Rule):
    """Two sessions of a client end in the same error. One session alone never shows it.

    It stands among the rules for its name and page; `Failures` finds it.
    """

    slug = "same-fatal-error-again"
    severity = Severity.INFO
    kinds = frozenset()

    def repeated(self, code: str, place: Place, earlier: str) -> Finding:
        """The finding about an error in a session, and the recording of the one before."""
        return self.finding(
            place.at,
            place.events,
            f"the session ends in `{code}` as the one before it did ({earlier})",
            f"do not connect again after this error: {ADVICE[code]}",
        )


def _code_of(seen: Seen) -> str:
    error: Mapping[str, object] = object_of(seen.fields.get("error"))
    if seen.kind == "response.done":
        response = object_of(seen.fields.get("response"))
        error = object_of(object_of(response.get("status_details")).get("error"))
    return text_of(error.get("code"))


def _code_in_body(body: str) -> str:
    """The code of a refused handshake; a body may be anything."""
    try:
        told = loads(body.encode())
    except (ValueError, RecursionError):
        return ""
    return text_of(object_of(object_of(told).get("error")).get("code"))


RULES: tuple[type[Rule], ...] = (SameFatalErrorAgain,)
