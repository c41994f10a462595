"""The shape of an HTTP Archive (HAR 1.2) with WebSocket messages in it, as browsers and proxies write it.

Chrome and Edge keep the messages of a connection in `_webSocketMessages` of its entry, and mitmproxy
and others do as they do. Only the members that matter here are told; all others are skipped.
"""

from typing import Any, Final

import msgspec

SEND: Final = "send"
"""The `type` of what the client said."""
RECEIVE: Final = "receive"
"""The `type` of what the server said."""
ERROR: Final = "error"
"""The `type` of what Chrome says about a connection that broke; `data` is its sentence."""

TEXT: Final = 1
"""The opcode of a text message; `data` is its text (RFC 6455, section 5.2)."""
BINARY: Final = 2
"""The opcode of a binary message; `data` is its base64."""

RESOURCE_TYPE: Final = "websocket"
"""The `_resourceType` of a WebSocket."""

UNKNOWN_URL: Final = "http://unknown.invalid/"
"""Stands for the URL of a session of which nobody knows it: an entry must have one (RFC 2606)."""


class NameValue(msgspec.Struct):
    """A header."""

    name: str
    value: str = ""


class OwnMessage(msgspec.Struct):
    """What realtap adds to a message."""

    base64: str | None = None
    """The bytes of a text message that is not UTF-8."""
    line: bool = False
    """True when a line of `OwnEntry.lines` tells the same and more."""


class Message(msgspec.Struct):
    """A message, or a word about the connection."""

    type: str
    data: str
    opcode: float = TEXT
    time: float | None = None
    """Seconds since 1970."""
    own: OwnMessage | None = msgspec.field(default=None, name="_realtap")


class Request(msgspec.Struct):
    """The client's handshake."""

    url: str
    headers: list[NameValue | tuple[str, str]] = []
    method: str = "GET"


class Content(msgspec.Struct):
    """The body of an answer."""

    text: str | None = None
    encoding: str | None = None


class Response(msgspec.Struct):
    """The server's answer to the handshake; its status is 0 when there was none."""

    status: int = 0
    headers: list[NameValue | tuple[str, str]] = []
    content: Content = msgspec.field(default_factory=Content)
    error: str | None = msgspec.field(default=None, name="_error")
    """What Chrome says about a connection that failed."""


class OwnEntry(msgspec.Struct):
    """What realtap adds to an entry: what a HAR has no place for."""

    lines: list[tuple[int, str]] = []
    """Lines of the recording, each with the number of messages that stand before it."""
    has_answer: bool = True
    """False when the answer to the handshake was not recorded: the one in the archive is made up."""


class Entry(
    msgspec.Struct, rename={"started": "startedDateTime", "messages": "_webSocketMessages"}
):
    """A request with its answer, and with the messages after it."""

    started: str
    request: Request
    response: Response = msgspec.field(default_factory=Response)
    timings: dict[str, Any] = {}
    """Milliseconds of each step; -1 for a step that there was not."""
    messages: list[Message] | None = None
    own: OwnEntry | None = msgspec.field(default=None, name="_realtap")
