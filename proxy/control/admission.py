"""Who may come in: only somebody who knows the token, and no web page of somebody else's.

The token alone would do against guessing. `Host` and `Origin` are there against a page in the user's
own browser: it can send requests to loopback, also under a name of its own that it has pointed there
("DNS rebinding"), but it can forge neither header.
"""

import hmac
import ipaddress
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlsplit

from ..wire.handshake import HandshakeError, Head

CONTROL_PATH: Final = "/_realtap/control"
STATUS_PATH: Final = "/_realtap/status"

SHOWN_CHARACTERS: Final = 80
"""So much of a header that is refused is shown in the log."""


class Refused(HandshakeError):  # noqa: N818 -- it is an answer, by the word that the log has for it
    """Raised when a request gets an HTTP error for an answer."""


class Admission:
    """The door's rules for requests to realtap itself.

    Args:
        token: What a client has to show.
        host: The address that the proxy listens on.
        port: The port that it listens on.
    """

    def __init__(self, token: str, *, host: str, port: int) -> None:
        self._token = token.encode()
        self._port = port
        self._hosts = {
            host,
            *(("127.0.0.1", "::1", "localhost") if _reaches_loopback(host) else ()),
        }

    def admit(self, request: Head, local_address: str | None) -> str:
        """The path that a request asks for, when it may.

        Args:
            request: The request's head.
            local_address: The address of this machine that the client has reached.

        Raises:
            Refused: It may not; the message never holds what was tried as a token.
        """
        method, _, rest = request.first_line.partition(" ")
        target = urlsplit(rest.rpartition(" ")[0])
        hosts = set(self._allowed(local_address))
        self._check_host(request, hosts)
        _check_origin(request, hosts)
        if not self._knows_token(request, target.query):
            raise Refused(
                "the token is missing or wrong: send `Authorization: Bearer TOKEN` or `?token=TOKEN`",
                status=HTTPStatus.UNAUTHORIZED,
            )
        if target.path not in {CONTROL_PATH, STATUS_PATH}:
            raise Refused(
                f"nothing is there: try {CONTROL_PATH} or {STATUS_PATH}",
                status=HTTPStatus.NOT_FOUND,
            )
        if method != "GET":
            raise Refused("only GET is answered here", status=HTTPStatus.METHOD_NOT_ALLOWED)
        return target.path

    def _allowed(self, local_address: str | None) -> Iterator[str]:
        """The values of `Host` that a client may have sent on purpose."""
        for host in {*self._hosts, *([local_address] if local_address else [])}:
            name = f"[{host}]" if ":" in host else host
            yield f"{name}:{self._port}"
            if self._port == 80:
                yield name

    def _check_host(self, request: Head, allowed: set[str]) -> None:
        found = [value for name, value in request.headers if name.lower() == "host"]
        if len(found) != 1 or found[0].lower() not in allowed:
            shown = _shown(found[0]) if len(found) == 1 else f"{len(found)} values"
            raise Refused(
                f"the Host header has {shown}, which is not an address of this proxy",
                status=HTTPStatus.FORBIDDEN,
            )

    def _knows_token(self, request: Head, query: str) -> bool:
        scheme, _, credentials = (request.header("Authorization") or "").partition(" ")
        if scheme.lower() == "bearer":
            shown = credentials.strip()
        else:
            shown = next(iter(parse_qs(query).get("token", [])), "")
        # Headers are read as latin-1, so any bytes can be in them.
        return hmac.compare_digest(shown.encode("utf-8", "replace"), self._token)


def _check_origin(request: Head, allowed: set[str]) -> None:
    for name, value in request.headers:
        if name.lower() != "origin":
            continue
        scheme, _, host = value.lower().partition("://")
        if scheme != "http" or host not in allowed:
            raise Refused(
                f"the Origin header has {_shown(value)}: other sites' pages are not let in",
                status=HTTPStatus.FORBIDDEN,
            )


def _reaches_loopback(host: str) -> bool:
    """Whether somebody on this machine gets here by a name for loopback."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified


def _shown(value: str) -> str:
    return repr(value[:SHOWN_CHARACTERS])
