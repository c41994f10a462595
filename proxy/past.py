"""What a session has said so far, read from its own recording.

A director that nobody has needed yet has seen nothing, so that a session which nobody steers pays
nothing. When it is needed in the middle of a session, it learns the past from here.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from ..recordings import lines
from ..recordings.conversation import Seen
from ..recordings.event import Event

_TYPE: Final = b'"type":"'
_HEAD_BYTES: Final = 160
"""The members before an event's type, and the type, are shorter."""


def past(path: Path, is_wanted: Callable[[str], bool]) -> Iterator[Seen]:
    """The events of some types in a recording that is being written, in their order.

    Lines of other types, which are most and the longest, are not parsed. Secrets are redacted in what
    comes out.

    Args:
        path: The recording.
        is_wanted: Says it of a type; asked once for each.
    """
    known: dict[bytes, bool] = {}
    try:
        with path.open("rb") as file:
            for line in file:
                type_ = _type_of(line)
                if type_ is None:
                    continue
                if type_ not in known:
                    known[type_] = is_wanted(type_.decode("utf-8", "replace"))
                if known[type_] and (event := _event_of(line)) is not None:
                    yield Seen.of(event)
    except OSError:
        # What could not be recorded cannot be learned; that was told when it happened.
        return


def _type_of(line: bytes) -> bytes | None:
    """The type of the event in a line; None for another line."""
    if not line.startswith(b'{"seq":'):
        return None
    start = line.find(_TYPE, 0, _HEAD_BYTES)
    if start < 0:
        return None
    start += len(_TYPE)
    end = line.find(b'"', start)
    return line[start:end]


def _event_of(line: bytes) -> Event | None:
    try:
        entry = lines.decode(line)
    except lines.DamagedLineError:
        return None
    return entry if isinstance(entry, Event) else None
