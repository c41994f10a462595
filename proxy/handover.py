"""How mitmproxy hands a Realtime session to the relay: a header that names the true upstream.

mitmproxy runs in a process of its own and connects to the door like any client. It puts one header in
front of the client's own; a secret in it that only the two processes know makes it valid. The door
takes the header out again, so that the upstream gets the client's request byte for byte.
"""

import hmac
from dataclasses import dataclass
from typing import Final

from .wire.handshake import Head

HEADER: Final = "X-Realtap-Handover"

OWN_UPSTREAM: Final = "-"
"""In place of an origin: the session goes where the proxy's own sessions go."""

DIRECTLY: Final = "-"
"""In place of a proxy: there is none on the way."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a handover tells."""

    via: str
    """How the session came in: `mitm:regular`."""
    origin: str = OWN_UPSTREAM
    """The server that the client asked for, `wss://host:port`."""
    through: str = DIRECTLY
    """The HTTP proxy that stands before it, `http://host:port`."""

    def value(self, secret: str) -> str:
        """The value of the header."""
        return f"{secret} {self.via} {self.origin} {self.through}"

    def line(self, secret: str) -> bytes:
        """The header's line, without its end."""
        return f"{HEADER}: {self.value(secret)}".encode("latin-1")


def take_ticket(head: Head, secret: str) -> tuple[Head, Ticket] | None:
    """The request without the header, and what that told; None when the request has no valid one."""
    if not head.headers or head.headers[0][0] != HEADER:
        return None
    parts = head.headers[0][1].split(" ")
    if len(parts) != 4 or not _is(parts[0], secret):
        return None
    first_line, _, rest = head.wire.partition(b"\r\n")
    wire = first_line + b"\r\n" + rest.partition(b"\r\n")[2]
    return Head(head.first_line, head.headers[1:], wire), Ticket(*parts[1:])


def _is(shown: str, secret: str) -> bool:
    return hmac.compare_digest(shown.encode("latin-1"), secret.encode())
