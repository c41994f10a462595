"""Prints a recording on stdout, in one of several forms."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from ...recordings import lines
from ...recordings.event import Entry, Event, Form, Unknown
from ...recordings.reader import Recording
from ...recordings.summary import Summariser
from . import talk
from .folding import FoldedRows
from .ids import ids_of
from .rows import Page, Rows

type Rendering = Callable[[Iterable[Entry]], Iterator[bytes]]
"""Entries to lines without their newline."""


def print_recording(path: Path, rendering: Rendering) -> None:
    """Print the entries that the file has now; a live one may still be growing."""
    recording = Recording(path)
    out = sys.stdout.buffer
    sys.stdout.flush()
    with talk.Progress("events read", is_wanted=not sys.stdout.isatty()) as progress:
        for line in rendering(recording.entries()):
            out.write(line + b"\n")
            progress.advance()
        out.flush()
    for warning in recording.warnings:
        talk.complain(f"{path.name}: {warning}")


def rows(*, is_folded: bool) -> Rendering:
    """Lines for people, on the page that stdout is."""

    def render(entries: Iterable[Entry]) -> Iterator[bytes]:
        page = Page.of_stdout()
        printed = FoldedRows(page) if is_folded else Rows(page)
        for entry in entries:
            for line in printed.lines_of(entry):
                yield line.encode(errors="replace")
        for line in printed.last_lines():
            yield line.encode(errors="replace")

    return render


def raw_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The frames, verbatim where a frame is one line of JSON."""
    for entry in entries:
        if not isinstance(entry, Event):
            continue
        if entry.form is Form.JSON:
            yield entry.payload
        else:
            # The end of the event's own line: `"text":…`, `"base64":…` or size and digest.
            kept = msgspec.json.decode(lines.encode(entry))
            names = ("text", "base64", "size", "sha256")
            yield msgspec.json.encode({name: kept[name] for name in names if name in kept})


def json_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The recording's own lines, with `ids` and `summary` added to the events."""
    summariser = Summariser()
    for entry in entries:
        match entry:
            case Event():
                added = {"ids": ids_of(entry).by_name, "summary": summariser.summarise(entry)}
                told = msgspec.structs.replace(entry, extra={**entry.extra, **added})
                yield lines.encode(told).rstrip(b"\n")
            case Unknown():
                yield entry.line
            case _:
                yield lines.encode(entry).rstrip(b"\n")
