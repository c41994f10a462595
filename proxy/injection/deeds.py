"""What a session's edge does on the director's word: values, without sockets."""

from collections.abc import Callable

import msgspec

from ...recordings.event import Origin, Side
from .verdict import Verdict


class Send(msgspec.Struct, frozen=True):
    """Send a message of our own."""

    side: Side
    """Whom it plays: CLIENT's goes to the server, SERVER's to the client."""
    payload: bytes
    """The event's JSON on one line."""
    origin: Origin
    why: str | None = None
    """Who made it, for people: `mock get_weather`."""


class Release(msgspec.Struct, frozen=True):
    """Let a held message go on, or not."""

    seq: int
    verdict: Verdict
    """Forwarded, edited or dropped."""


class Close(msgspec.Struct, frozen=True):
    """End the session in order: both peers get a close frame of ours."""

    side: Side
    """Who seems to have ended it."""
    code: int
    reason: str
    why: str


class Cut(msgspec.Struct, frozen=True):
    """Break both connections, as a network does, in the middle of a frame where that is asked for."""

    why: str
    partial: bytes = b""
    """A message to the client of which only the first half of its frame is sent before the cut."""


class Run(msgspec.Struct, frozen=True):
    """Do work that may take long, such as a user's function, in another thread."""

    work: Callable[[], object]
    then: Callable[[object], None]
    """Called in the session's thread with what `work` gave back, or with the exception it raised."""


type Deed = Send | Release | Close | Cut | Run
