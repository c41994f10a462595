"""What people write on a recording: a name, and a note of one line.

Labels are lines of the recording itself, so that everything stays in the one file:

    {"at":61.2,"note":{"kind":"name","text":"the call that was never answered"}}

The proxy opens its file for appending and writes each line with one call, and so does this: a label
can be put on a live session as well as on an old one. The last label of a kind counts; an empty one
takes it off.
"""

import os
from enum import StrEnum
from pathlib import Path

from . import lines
from .errors import RecordingError
from .event import Entry, Note
from .plain import text_of


class Label(StrEnum):
    """The kinds of labels; the values are the `kind` of a note."""

    NAME = "name"
    """What people call the session."""
    NOTE = "note"
    """What they want to remember of it."""


def label_of(entry: Entry | None) -> tuple[Label, str] | None:
    """The label that a line puts on its recording; None when it is another line."""
    kind = text_of(entry.note.get("kind")) if isinstance(entry, Note) else ""
    if not isinstance(entry, Note) or kind not in set(Label):
        return None
    return Label(kind), text_of(entry.note.get("text"))


def write_label(path: Path, label: Label, text: str, *, at: float) -> None:
    """Put a label on a recording.

    Args:
        path: The recording; it must be one, see `reader.outline`.
        label: Which.
        text: Its text, made one line; empty to take the label off.
        at: The time of the recording's last line, in seconds from the session's start.

    Raises:
        RecordingError: The file cannot be written.
    """
    told = " ".join(text.encode(errors="replace").decode().split())
    line = lines.encode(Note(at=at, note={"kind": label, "text": told}))
    try:
        # Never made here: a label without a recording would be a file that nobody can read.
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        try:
            _append(descriptor, line)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise RecordingError(
            f"the {label} cannot be written: {error.strerror or error}", path=path
        ) from error


def _append(descriptor: int, line: bytes) -> None:
    """One write; it begins on a line of its own also behind a torn one."""
    before = os.fstat(descriptor)
    is_torn = before.st_size > 0 and os.pread(descriptor, 1, before.st_size - 1) != b"\n"
    os.write(descriptor, b"\n" + line if is_torn else line)
    # When a recording was last written to tells whether its session is live, and how long it is
    # silent: a label is no sign of life.
    os.utime(descriptor, ns=(before.st_atime_ns, before.st_mtime_ns))
