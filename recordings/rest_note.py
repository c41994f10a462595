"""The note of one plain HTTP request about Realtime: making a client's secret, opening a call.

It is a recording of its own (`Header.via` is "http") with one note of the kind "rest", and it is no
session: lists and views tell it in words. `proxy.rest_notes` writes it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import RecordingError
from .event import Entry, Event, Header, Json, Note, Side
from .plain import encoded, number_of, one_line, text_of

VIA: Final = "http"
"""What `Header.via` says of such a recording."""

KIND: Final = "rest"
"""The kind of its note."""


@dataclass(frozen=True, slots=True)
class RestNote:
    """What was asked and answered, as far as a list tells it."""

    took_s: float
    """From the request to the end of the answer."""
    method: str
    path: str
    """Without the query."""
    status: int
    """0 when there was no answer."""
    outcome: str
    """What the request made, or why it made nothing; empty when that is not known."""

    @property
    def is_fine(self) -> bool:
        """Whether the server did what was asked."""
        return 200 <= self.status < 400

    @property
    def answer(self) -> str:
        """The status in a word."""
        return str(self.status) if self.status else "no answer"

    @property
    def words(self) -> str:
        """`POST /v1/realtime/client_secrets 200, ephemeral key for gpt-realtime`."""
        outcome = f", {self.outcome}" if self.outcome else ""
        return one_line(f"{self.method} {self.path} {self.answer}{outcome}")


def is_rest(header: Header) -> bool:
    """Whether a recording notes a plain HTTP request, and is no session."""
    return header.via == VIA


def ensure_session(header: Header, path: Path) -> None:
    """Refuse a recording that has no session in it.

    Raises:
        RecordingError: It notes a plain HTTP request.
    """
    if is_rest(header):
        raise RecordingError(
            "it notes a plain HTTP request and is no session; see `realtap show --expand`",
            path=path,
        )


def rest_note_of(entry: Entry | None) -> RestNote | None:
    """What a line notes of a plain HTTP request; None when it is another line."""
    if not isinstance(entry, Note) or entry.note.get("kind") != KIND:
        return None
    note = entry.note
    return RestNote(
        took_s=entry.at,
        method=text_of(note.get("method")),
        path=text_of(note.get("path")).partition("?")[0],
        status=int(number_of(note.get("status")) or 0),
        outcome=text_of(note.get("outcome")),
    )


def as_event(note: Note, header: Header) -> Event:
    """The request and its answer as fields, to be shown as those of an event are."""
    told = note.note
    fields: Json = {
        name: told[name] for name in ("method", "path", "status", "outcome", "via") if name in told
    }
    fields["took_ms"] = round(note.at * 1000)
    fields["request"] = {
        "headers": _by_name(header.request.get("headers")),
        "body": told.get("request"),
    }
    fields["response"] = {
        "headers": _by_name(told.get("response_headers")),
        "body": told.get("response"),
    }
    payload = encoded(fields).encode(errors="replace")
    return Event(seq=0, at=note.at, side=Side.SERVER, type=None, payload=payload)


def _by_name(headers: object) -> Json:
    """Header lines as an object; those of one name in one value (RFC 9110, section 5.3)."""
    found: dict[str, str] = {}
    for pair in headers if isinstance(headers, list | tuple) else ():
        match pair:
            case [str(name), str(value)]:
                found[name] = f"{found[name]}, {value}" if name in found else value
    return found
