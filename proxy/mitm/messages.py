"""What the proxy and its mitmproxy process say to each other: lines of JSON on stdin and stdout.

The proxy says one `Orders`. The process answers with one `Ready` or `Failed`, and then tells things
as they happen. Secrets go this way, because others can read a process's arguments.
"""

from typing import Final

import msgspec

from ..capture import CaptureMode, Departure, RestCall

LINE_LIMIT_BYTES: Final = 4 * 1024 * 1024
"""No message is longer: see `line_of`."""


class Orders(msgspec.Struct, frozen=True):
    """What the process has to do."""

    door_host: str
    door_port: int
    """Where sessions are handed to."""
    secret: str
    """Makes a handover valid."""
    reverse: str
    """The server that plain requests at the door go to: `https://host:port`."""
    path_prefix: str
    """Put before the path of those requests."""
    upstream_hosts: tuple[str, ...]
    """`host:port` of that server."""
    through: str
    """The HTTP proxy that stands before it, `http://host:port`; empty when there is none."""
    through_authorization: str
    """The value of `Proxy-Authorization` for that; empty when it asks for none."""
    modes: tuple[str, ...]
    realtime_hosts: tuple[str, ...]
    confdir: str
    parent_pid: int


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """It listens."""

    port: int
    """Where it takes plain requests, on loopback."""
    modes: tuple[CaptureMode, ...]


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It cannot do what it should, and ends."""

    reason: str
    is_usage: bool = False
    """What is ordered is nonsense; otherwise something stands against it."""


class Called(msgspec.Struct, frozen=True, tag="called"):
    """A request about Realtime was answered."""

    call: RestCall


class Left(msgspec.Struct, frozen=True, tag="left"):
    """A captured app has left, because it does not trust the authority."""

    departure: Departure


class Said(msgspec.Struct, frozen=True, tag="said"):
    """Something for people."""

    text: str


type Message = Ready | Failed | Called | Left | Said


def line_of(message: Message) -> bytes:
    """The message as it is sent. One that is too long is told of instead: headers have no limit."""
    line = msgspec.json.encode(message) + b"\n"
    if len(line) <= LINE_LIMIT_BYTES:
        return line
    return line_of(Said(f"a request about Realtime was too long to be noted: {len(line):,} bytes"))


def read_message(line: bytes) -> Message:
    """The message in a line."""
    return msgspec.json.decode(line, type=Ready | Failed | Called | Left | Said)
