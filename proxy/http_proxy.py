"""The HTTP proxy that a network asks for, between realtap and the upstream: who names it, and for whom.

As with other tools it is named by HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, in capital or small letters,
and NO_PROXY names the hosts that are called directly; on macOS and Windows the system's settings count
where none of these is set. This machine itself is always called directly.
"""

import base64
import ipaddress
import ssl
import urllib.request
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote, urlsplit

from .wire.handshake import HandshakeError

_SYSTEM: Final = "the system's settings"

_FOR_TLS: Final = ("wss", "https", "all")
_FOR_PLAIN: Final = ("ws", "https", "http", "all")
"""In this order. The proxy for HTTPS is preferred, because it is the one that takes CONNECT (RFC 6455, section 4.1)."""

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class HttpProxy:
    """A proxy on the way to the upstream, which is asked by CONNECT."""

    host: str
    port: int
    is_tls: bool = False
    """TLS is spoken with the proxy itself."""
    authorization: str | None = field(default=None, repr=False)
    """The value of `Proxy-Authorization`: a secret, for the proxy alone. Nothing shows or records it."""
    named_by: str = ""
    """Where the person names it: `HTTPS_PROXY`."""

    @property
    def place(self) -> str:
        """Host and port, for messages."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Its address, without name and password."""
        return f"{'https' if self.is_tls else 'http'}://{self.place}"

    @property
    def is_on_loopback(self) -> bool:
        """Whether it runs on this machine."""
        return is_loopback(self.host)

    @cached_property
    def tls(self) -> ssl.SSLContext | None:
        """How TLS is done with the proxy itself."""
        return ssl.create_default_context() if self.is_tls else None


# One proxy for all sessions: its TLS reads the system's authorities once, which takes 10 ms.
@lru_cache(maxsize=8)
def parse_http_proxy(url: str, *, named_by: str = "") -> HttpProxy:
    """The proxy at a URL like `http://NAME:PASSWORD@proxy.example:3128`; without a scheme it is http.

    Raises:
        HandshakeError: It is no URL, or one of another kind of proxy. The message shows no password.
    """
    who = named_by or "the address"
    unclear = f"{who} names no proxy: write it as http://proxy.example:3128"
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _unusable(unclear) from error
    if parts.scheme.startswith("socks"):
        raise _unusable(
            f"{who} names a SOCKS proxy, {parts.scheme}://{host}:{port or 1080}, which realtap cannot "
            "use: name an HTTP proxy in HTTPS_PROXY, or the server's host in NO_PROXY to call it directly"
        )
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise _unusable(unclear)
    return HttpProxy(
        host,
        _DEFAULT_PORTS[parts.scheme] if port is None else port,
        parts.scheme == "https",
        _authorization(parts.username, parts.password),
        named_by,
    )


def proxy_before(host: str, port: int, *, is_tls: bool) -> HttpProxy | None:
    """The proxy that a server has to be called through; None: directly.

    May take a while where the system's settings name addresses, because the host is looked up then.

    Raises:
        HandshakeError: The proxy that is named cannot be used.
    """
    if is_loopback(host) or urllib.request.proxy_bypass(f"{host}:{port}"):
        return None
    proxies = urllib.request.getproxies()
    kind = next((each for each in (_FOR_TLS if is_tls else _FOR_PLAIN) if proxies.get(each)), None)
    if kind is None:
        return None
    is_in_environment = kind in urllib.request.getproxies_environment()
    named_by = f"{kind}_proxy".upper() if is_in_environment else _SYSTEM
    return parse_http_proxy(proxies[kind], named_by=named_by)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # To call 0.0.0.0 is to call this machine.
    return address.is_loopback or address.is_unspecified


def _authorization(name: str | None, password: str | None) -> str | None:
    """RFC 7617, in UTF-8."""
    if name is None:
        return None
    pair = f"{unquote(name)}:{unquote(password or '')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _unusable(message: str) -> HandshakeError:
    return HandshakeError(message, status=HTTPStatus.BAD_GATEWAY)
