"""What is going on in a live session, as values that can be written as JSON."""

import msgspec

from ...recordings.conversation import Call
from ...recordings.event import Json, Side
from .held import HeldMessage
from .made_call import MadeCall


class Planned(msgspec.Struct, frozen=True):
    """What was sent for somebody, or will be."""

    text: str
    """`sent; response.create follows after response.done of resp_1`."""
    events: list[Json] = []
    """The events, in their order; the ids of those that are not sent yet may come out otherwise."""


class PendingCall(msgspec.Struct, frozen=True):
    """A call that waits for its output."""

    call_id: str
    name: str
    arguments: str
    since_s: float
    """When it was announced, in seconds since the session started."""
    response_id: str

    @classmethod
    def of(cls, call: Call) -> "PendingCall":
        """What is told of a call."""
        return cls(call.call_id, call.name, call.arguments, call.announced_at, call.response_id)


class HeldStatus(msgspec.Struct, frozen=True):
    """A message that is held back."""

    seq: int
    side: Side
    """Who said it."""
    type: str
    since_s: float
    why: str
    until_s: float | None
    """When it goes on by itself; None: when somebody says so."""

    @classmethod
    def of(cls, message: HeldMessage) -> "HeldStatus":
        """What is told of a held message."""
        seen = message.seen
        return cls(seen.seq, seen.side, seen.type, message.since, message.why, message.until)


class SessionStatus(msgspec.Struct, frozen=True):
    """One live session. Times are seconds since it started."""

    id: str
    """The recording's."""
    now_s: float
    last_seq: int
    """The number of the last message that was looked at."""
    model: str
    dialect: str
    profile: str
    """The kind of server."""
    active_response: str
    """Empty when none writes to the conversation."""
    pending_calls: list[PendingCall]
    held: list[HeldStatus]
    rules: list[str]
    planned: list[str]
    """What will be sent, and what it waits for, for people."""
    made_up_calls: list[MadeCall]
