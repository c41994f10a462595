"""Prints a recording on stdout, in one of several forms."""

import sys
from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from ...recordings import lines
from ...recordings.event import Entry, Event, Form, Json, Unknown
from ...recordings.ids import ids_of
from ...recordings.joins import Joined
from ...recordings.summary import Summariser
from .expanding import ExpandedRows
from .rows import Rows


class Printed(Protocol):
    """A form in which entries are printed."""

    tells_joined: bool
    """It shows what other events tell."""

    def lines_of(self, entry: Entry, joined: Sequence[Joined]) -> Iterator[bytes]:
        """The lines of an entry, without their newline."""

    def learn(self, event: Event) -> None:
        """Take an event that is not printed: those after it may need what it tells."""

    def last_lines(self) -> Iterator[bytes]:
        """What is still to be printed when the entries have ended."""


class PrintedRows:
    """Lines for people."""

    tells_joined = False

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def lines_of(self, entry: Entry, _joined: Sequence[Joined]) -> Iterator[bytes]:
        """One for an event."""
        return _encoded(self._rows.lines_of(entry))

    def learn(self, event: Event) -> None:
        """Take an event that is not printed."""
        self._rows.learn(event)

    def last_lines(self) -> Iterator[bytes]:
        """The runs that are still open."""
        return _encoded(self._rows.last_lines())


class PrintedTrees(PrintedRows):
    """Lines for people, with all fields below them."""

    tells_joined = True

    def __init__(self, rows: ExpandedRows) -> None:
        super().__init__(rows)
        self._expanded = rows

    def lines_of(self, entry: Entry, joined: Sequence[Joined]) -> Iterator[bytes]:
        """One for an event, and one for each of its fields."""
        return _encoded(self._expanded.lines_of(entry, joined))


def _encoded(told: Iterator[str]) -> Iterator[bytes]:
    return (line.encode(errors="replace") for line in told)


class RawLines:
    """The frames, verbatim where a frame is one line of JSON."""

    tells_joined = False

    def lines_of(self, entry: Entry, _joined: Sequence[Joined]) -> Iterator[bytes]:
        """The frame of an event; nothing for what is none."""
        if not isinstance(entry, Event):
            return
        if entry.form is Form.JSON:
            yield entry.payload
            return
        # The end of the event's own line: `"text":…`, `"base64":…` or size and digest.
        kept = msgspec.json.decode(lines.encode(entry))
        names = ("text", "base64", "size", "sha256")
        yield msgspec.json.encode({name: kept[name] for name in names if name in kept})

    def learn(self, event: Event) -> None:
        """A frame says nothing about others."""

    def last_lines(self) -> Iterator[bytes]:
        """Nothing waits."""
        return iter(())


class JsonLines:
    """The recording's own lines, with `ids`, `summary` and `joined` added to the events."""

    tells_joined = True

    def __init__(self) -> None:
        self._summariser = Summariser()

    def lines_of(self, entry: Entry, joined: Sequence[Joined]) -> Iterator[bytes]:
        """The entry's line."""
        match entry:
            case Event():
                added = {
                    "ids": ids_of(entry).by_name,
                    "summary": self._summariser.summarise(entry),
                    **_joined_members(joined),
                }
                told = msgspec.structs.replace(entry, extra={**entry.extra, **added})
                yield lines.encode(told).rstrip(b"\n")
            case Unknown():
                yield entry.line
            case _:
                yield lines.encode(entry).rstrip(b"\n")

    def learn(self, event: Event) -> None:
        """Take an event that is not printed."""
        self._summariser.learn(event)

    def last_lines(self) -> Iterator[bytes]:
        """Nothing waits."""
        return iter(())


def _joined_members(joined: Sequence[Joined]) -> Json:
    """`joined` by path; where each value comes from, and what has to be known of it, beside it."""
    if not joined:
        return {}
    sources = {each.path: each.source_seq for each in joined if each.source_seq is not None}
    notes = {each.path: each.note for each in joined if each.note}
    members = {"joined": {each.path: _encodable(each.value) for each in joined}}
    return members | {
        name: told for name, told in (("joined_from", sources), ("joined_notes", notes)) if told
    }


def _encodable(value: object) -> object:
    """A surrogate without its pair is legal in JSON, and msgspec writes none."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def write_lines(told: Iterator[bytes]) -> None:
    """Print on stdout."""
    out = sys.stdout.buffer
    for line in told:
        out.write(line + b"\n")
