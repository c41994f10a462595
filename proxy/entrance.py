"""The first steps of a connection: TLS or not, whose request it is, and where that should go."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from ..recordings.errors import RealtapError
from .handover import DIRECTLY, OWN_UPSTREAM, Ticket, take_ticket
from .leg import LEFT, Leg
from .tls import Authority, MissingExtraError
from .upstream import Upstream, parse_http_proxy, parse_upstream
from .wire.handshake import Head

_TLS_HANDSHAKE: Final = b"\x16"
"""First byte of a TLS ClientHello (RFC 8446, section 5.1)."""

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
        report: Takes one line for people.
        keeps_upstream: Captured sessions go to `upstream` too, not to the server that they ask for.
    """

    def __init__(
        self,
        upstream: Upstream,
        authority: Authority,
        secret: str,
        report: Callable[[str], None],
        *,
        keeps_upstream: bool = False,
    ) -> None:
        self._upstream = upstream
        self._authority = authority
        self._secret = secret
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
        is_tls = await client.peek() == _TLS_HANDSHAKE
        if is_tls:
            await self._secure(client, timeout_s)
        client.admit()
        try:
            request = await client.read_head()
        except ConnectionError:
            if is_tls:
                # In TLS 1.3 a client judges the certificate when the handshake is over for the server,
                # and some say nothing when they leave.
                self._tell_tls(client.lost_by)
            raise
        return self._arrival(request, "tls" if is_tls else "reverse")

    def _arrival(self, request: Head, via: str) -> Arrival:
        taken = take_ticket(request, self._secret)
        if taken is None:
            return Arrival(request, self._upstream, via)
        request, ticket = taken
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
        try:
            await client.secure(await self._authority.context(client.local_address), timeout_s)
        except MissingExtraError as error:
            if not self._has_told_missing:
                self._has_told_missing = True
                self._report(f"refused a connection: {error}; or use ws:// and http:// in the app")
            raise ConnectionError(str(error)) from error
        except (RealtapError, ssl.SSLError) as error:
            self._tell_tls(error)
            raise ConnectionError(str(error)) from error
        except OSError as error:
            self._tell_tls(None)
            raise ConnectionError(LEFT) from error

    def _tell_tls(self, error: Exception | None) -> None:
        reason = error.reason if isinstance(error, ssl.SSLError) else None
        text = reason or str(error or "the client left before it asked for anything")
        if error is None or "CERTIFICATE" in text or "UNKNOWN_CA" in text:
            text += f"; an app has to trust {self._authority.certificate}"
        self._report(f"refused a connection: TLS failed: {text}")
