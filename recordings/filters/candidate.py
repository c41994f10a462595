"""One event as a filter looks at it: what is cheap is there, the rest is made when it is asked for."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from .. import lines
from ..event import Event, Form, Json
from ..heads import Head, head_of, head_of_event
from ..jsontext import loads
from ..paths import Path
from .needles import is_spelled


class JoinedValue(Protocol):
    """A field that other events tell: see `joins`."""

    @property
    def path(self) -> str:
        """Where it would lie in the event."""

    @property
    def value(self) -> object:
        """What it is."""


class FindingLike(Protocol):
    """What a filter must know of a finding."""

    @property
    def slug(self) -> str:
        """Its name."""

    @property
    def severity(self) -> str:
        """`error`, `warning` or `info`."""


_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{64,}={0,2}")
"""So long a run is no word of a language."""


class Candidate:
    """An event that a filter judges.

    Args:
        head: Number, time, side and type.
        line: The event's line, when it was not decoded yet.
        event: The event, when it was.
        joined: Gives the joined fields.
        findings: What is wrong with the event.
    """

    __slots__ = ("_bare", "_event", "_fields", "_joined", "_line", "_told", "findings", "head")

    def __init__(
        self,
        head: Head,
        *,
        line: bytes = b"",
        event: Event | None = None,
        joined: Callable[[], Iterable[JoinedValue]] | None = None,
        findings: Sequence[FindingLike] = (),
    ) -> None:
        self.head = head
        self.findings = findings
        """What is wrong with the event, as far as the caller knows."""
        self._line = line
        self._bare: bytes | None = None
        self._event = event
        self._joined = joined
        self._fields: Json | None = None
        self._told: Sequence[JoinedValue] | None = None

    @classmethod
    def of(
        cls,
        event: Event,
        *,
        joined: Callable[[], Iterable[JoinedValue]] | None = None,
        findings: Sequence[FindingLike] = (),
    ) -> "Candidate":
        """The candidate for an event that was read already."""
        return cls(head_of_event(event), event=event, joined=joined, findings=findings)

    @classmethod
    def of_line(cls, line: bytes) -> "Candidate | None":
        """The candidate for a line of a recording; None when the line is no event.

        Raises:
            DamagedLineError: It cannot be read. A damaged event may also pass here and raise later.
        """
        if line.endswith(b"}\n") and (head := head_of(line)) is not None:
            return cls(head, line=line)
        entry = lines.decode(line)
        return cls.of(entry) if isinstance(entry, Event) else None

    @property
    def event(self) -> Event:
        """The whole event.

        Raises:
            DamagedLineError: Its line cannot be read.
        """
        if self._event is None:
            entry = lines.decode(self._line)
            if not isinstance(entry, Event):
                raise lines.DamagedLineError("expected an event")
            self._event = entry
        return self._event

    @property
    def payload(self) -> bytes:
        """The message as the file has it."""
        start = self.head.payload_start
        return self.event.payload if start is None or self._event else self._line[start:-2]

    @property
    def size_bytes(self) -> int:
        """The message's length on the wire; of a redacted one, in the file."""
        if self.head.payload_start is None:
            return self.event.size or len(self.event.payload)
        return len(self._line) - self.head.payload_start - 2

    @property
    def fields(self) -> Json:
        """The event's JSON object; an empty one when it is none."""
        if self._fields is None:
            is_json = self.head.payload_start is not None or self.event.form is Form.JSON
            self._fields = _object_in(self.payload) if is_json else {}
        return self._fields

    def tell(self, joined: Sequence[JoinedValue]) -> None:
        """Give it its joined fields."""
        self._told = joined

    def joined_values(self, path: Path) -> list[object]:
        """The values at a path among the joined fields."""
        if self._told is None:
            self._told = tuple(self._joined()) if self._joined else ()
        return [value for each in self._told for value in path.values_below(each.path, each.value)]

    def may_hold(self, needle: bytes) -> bool:
        r"""False when these bytes are nowhere in the message, not even written as `\u0061`.

        Audio is not looked at: it is most of a session's bytes.
        """
        if self._bare is None:
            # The line's head does no harm: the answer may be a wrong yes, never a wrong no.
            self._bare = without_audio(self.head.type, self._line or self.payload)
        return needle in self._bare or is_spelled(self._bare)

    def words(self) -> bytes:
        """The message without audio and other base64, in lower case.

        In place of what is left out stands a character that is in no JSON: what was apart stays apart.
        """
        return _BASE64.sub(b"\0", without_audio(self.head.type, self.payload)).lower()


def without_audio(event_type: str, raw: bytes) -> bytes:
    """A message, or a line, without the base64 of its audio, which no filter looks at."""
    if event_type.endswith("audio.delta"):
        key = b'"delta":'
    elif event_type.endswith(".append"):
        key = b'"audio":'
    else:
        return raw
    found = raw.find(key)
    if found < 0:
        return raw
    start = found + len(key)
    start += raw.startswith(b" ", start)
    end = raw.find(b'"', start + 1)
    is_text = end > 0 and raw.startswith(b'"', start)
    return raw[:start] + raw[end:] if is_text else raw


def _object_in(payload: bytes) -> Json:
    try:
        value = loads(payload)
    except ValueError:
        # Another program wrote the line.
        return {}
    return value if isinstance(value, dict) else {}
