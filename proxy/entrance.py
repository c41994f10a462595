"""The first steps of a connection: TLS or not, whose request it is, and where that should go."""

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from ..recordings.errors import RealtapError
from .capture import Departure
from .distrust import Distrust
from .handover import DIRECTLY, OWN_UPSTREAM, Ticket, take_ticket
from .http_proxy import parse_http_proxy
from .leg import LEFT, Leg
from .tls import Authority, MissingExtraError
from .upstream import Upstream, parse_upstream
from .wire.handshake import Head

_TLS_HANDSHAKE: Final = b"\x16"
"""First byte of a TLS ClientHello (RFC 8446, section 5.1)."""

_DISTRUST: Final = re.compile(r"UNKNOWN_CA|ALERT_\w*CERTIFICATE")
"""The alerts by which a client tells that it does not take the certificate (RFC 8446, section 6.2)."""

__all__ = ["Arrival", "Entrance"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that came in."""

    request: Head
    upstream: Upstream
    """Where a session goes that it asks for."""
    via: str
    """How it came: see `Header.via`."""


class Entrance:
    """What all connections of a proxy have to pass.

    Args:
        upstream: Where sessions go unless somebody knows better.
        authority: Signs the certificates of those who begin with TLS.
        secret: Makes a handover valid: see `handover`.
        distrust: Told of those who leave when they see a certificate.
        report: Takes one line for people.
        keeps_upstream: Captured sessions go to `upstream` too, not to the server that they ask for.
    """

    def __init__(
        self,
        upstream: Upstream,
        authority: Authority,
        secret: str,
        distrust: Distrust,
        report: Callable[[str], None],
        *,
        keeps_upstream: bool = False,
    ) -> None:
        self._upstream = upstream
        self._authority = authority
        self._secret = secret
        self._distrust = distrust
        self._report = report
        self._keeps_upstream = keeps_upstream
        self._has_told_missing = False
        self._captured: dict[Ticket, Upstream] = {}

    async def enter(self, client: Leg, timeout_s: float) -> Arrival:
        """The client's first request.

        Raises:
            ConnectionError: The client is gone, or was sent away; people have been told.
            HandshakeError: What came is no HTTP request.
        """
        if await client.peek() == _TLS_HANDSHAKE:
            return self._arrival(await self._read_secured(client, timeout_s), "tls")
        client.admit()
        return self._arrival(await client.read_head(), "reverse")

    async def _read_secured(self, client: Leg, timeout_s: float) -> Head:
        await self._secure(client, timeout_s)
        client.admit()
        try:
            request = await client.read_head()
        except ConnectionError:
            # In TLS 1.3 a client judges the certificate when the handshake is over for the server,
            # and some say nothing when they leave.
            self._take_leave(client, client.lost_by)
            raise
        self._distrust.came(_place(client))
        return request

    def _arrival(self, request: Head, via: str) -> Arrival:
        taken = take_ticket(request, self._secret)
        if taken is None:
            return Arrival(request, self._upstream, via)
        request, ticket = taken
        origin = urlsplit(ticket.origin)
        if origin.scheme == "wss" and origin.hostname:
            self._distrust.came(origin.hostname)
        if self._keeps_upstream or ticket.origin == OWN_UPSTREAM:
            return Arrival(request, self._upstream, ticket.via)
        return Arrival(request, self._upstream_of(ticket), ticket.via)

    def _upstream_of(self, ticket: Ticket) -> Upstream:
        found = self._captured.get(ticket)
        if found is None:
            # Kept, because reading the system's authorities takes 10 ms.
            found = parse_upstream(ticket.origin)
            if ticket.through != DIRECTLY:
                found = replace(found, through=parse_http_proxy(ticket.through))
            self._captured[ticket] = found
        return found

    async def _secure(self, client: Leg, timeout_s: float) -> None:
        context = await self._context(client)
        try:
            await client.secure(context, timeout_s)
        except OSError as error:
            self._take_leave(client, error)
            raise ConnectionError(LEFT) from error

    async def _context(self, client: Leg) -> ssl.SSLContext:
        try:
            return await self._authority.context(client.local_address)
        except MissingExtraError as error:
            if not self._has_told_missing:
                self._has_told_missing = True
                self._report(f"refused a connection: {error}; or use ws:// and http:// in the app")
            raise ConnectionError(str(error)) from error
        except RealtapError as error:
            self._report(f"refused a connection: {error}")
            raise ConnectionError(str(error)) from error

    def _take_leave(self, client: Leg, error: Exception | None) -> None:
        """Tell why a client has left before it asked for anything."""
        reason = (error.reason or str(error)) if isinstance(error, ssl.SSLError) else ""
        if reason and not _DISTRUST.search(reason):
            self._report(f"refused a connection: TLS failed: {reason}")
            return
        words = reason.partition("ALERT_")[2].replace("_", " ").lower() or reason
        self._distrust.left(Departure(_place(client), "tls", words))


def _place(client: Leg) -> str:
    """What a client that came in at the door calls realtap."""
    return client.local_address or "this proxy"
