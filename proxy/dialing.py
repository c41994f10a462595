"""Calls the upstream: directly, or through the HTTP proxy that the person's network asks for."""

import asyncio
import ssl
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from ..recordings.plain import safe
from .http_proxy import HttpProxy, is_loopback, proxy_before
from .leg import LEFT, Leg
from .upstream import Upstream
from .wire.handshake import HandshakeError, Head, answer_status

PROXY_SHARE: Final = 0.8
"""The proxy on the way has this share of the time: the rest is left to say that it was too slow."""


type IsOwn = Callable[[HttpProxy], bool]
"""Whether a proxy is realtap itself: an app's HTTPS_PROXY, set where realtap runs, too. Through it a
session would come back for ever."""


async def dial(
    upstream: Upstream, timeout_s: float, *, is_own: IsOwn = lambda _proxy: False
) -> Leg:
    """A connection to the upstream, with TLS if it wants that.

    Args:
        upstream: Whom to call.
        timeout_s: How long it may take.
        is_own: Which proxies to pass by.

    Raises:
        OSError: The upstream cannot be reached, or cannot be trusted.
        HandshakeError: The proxy on the way cannot be used, cannot be reached, or refuses.
    """
    through = await proxy_for(upstream, is_own=is_own)
    if through is not None:
        return await _tunnel(upstream, through, timeout_s)
    _, leg = await asyncio.get_running_loop().create_connection(
        Leg,
        upstream.host,
        upstream.port,
        ssl=upstream.tls,
        server_hostname=upstream.host if upstream.is_tls else None,
    )
    return leg


async def proxy_for(upstream: Upstream, *, is_own: IsOwn) -> HttpProxy | None:
    """The proxy through which an upstream is called; None: directly.

    Raises:
        HandshakeError: The proxy that is named cannot be used.
    """
    through = upstream.through
    if through is None and not is_loopback(upstream.host):
        # In a thread: on macOS it may look the host up.
        through = await asyncio.to_thread(
            proxy_before, upstream.host, upstream.port, is_tls=upstream.is_tls
        )
    return None if through is None or is_own(through) else through


def fault_of(error: OSError) -> str:
    """What is wrong with a peer that could not be called."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case ssl.SSLError():
            return f"TLS failed: {error.reason or error}"
    return f"cannot be reached: {error.strerror or error}"


async def _tunnel(upstream: Upstream, proxy: HttpProxy, timeout_s: float) -> Leg:
    try:
        async with asyncio.timeout(timeout_s * PROXY_SHARE):
            leg = await _reach(upstream, proxy)
    except TimeoutError as error:
        raise _refused(proxy, "took too long to answer") from error
    except ConnectionError as error:
        reason = fault_of(error) if error.errno else str(error) or LEFT
        raise _refused(proxy, reason) from error
    except OSError as error:
        raise _refused(proxy, fault_of(error)) from error
    if upstream.tls is not None:
        try:
            await leg.secure(upstream.tls, timeout_s, server_hostname=upstream.host)
        except BaseException:
            leg.abort()
            raise
    return leg


async def _reach(upstream: Upstream, proxy: HttpProxy) -> Leg:
    """A connection that the proxy has made to the upstream."""
    _, leg = await asyncio.get_running_loop().create_connection(
        Leg, proxy.host, proxy.port, ssl=proxy.tls
    )
    try:
        leg.write(_connect_request(upstream, proxy))
        answer = await leg.read_head()
        status = answer_status(answer)
    except HandshakeError as error:
        leg.abort()
        raise _refused(proxy, "did not answer in HTTP/1.1") from error
    except BaseException:
        leg.abort()
        raise
    if not 200 <= status < 300:
        leg.abort()
        text = f"answered {status} to CONNECT {upstream.place}"
        raise _refused(proxy, text + _advice(status, answer, proxy))
    return leg


def _connect_request(upstream: Upstream, proxy: HttpProxy) -> bytes:
    lines = [f"CONNECT {upstream.place} HTTP/1.1", f"Host: {upstream.place}"]
    if proxy.authorization is not None:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    return "\r\n".join([*lines, "", ""]).encode()


def _advice(status: int, answer: Head, proxy: HttpProxy) -> str:
    """What to do about a refusal."""
    if status != HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return ""
    schemes = [safe(value.split(" ")[0]) for value in _values(answer, "Proxy-Authenticate")]
    if schemes and "basic" not in map(str.lower, schemes):
        return f": it takes {', '.join(schemes)} only, which realtap cannot do"
    if proxy.authorization is not None:
        return ": it does not take the name and password"
    where = proxy.named_by or "its address"
    return f": it wants a name and a password, in {where} as http://NAME:PASSWORD@{proxy.place}"


def _values(head: Head, name: str) -> list[str]:
    return [value for key, value in head.headers if key.lower() == name.lower()]


def _refused(proxy: HttpProxy, reason: str) -> HandshakeError:
    named = f"; {proxy.named_by} names it" if proxy.named_by else ""
    return HandshakeError(
        f"the proxy {proxy.place} on the way {reason}{named}", status=HTTPStatus.BAD_GATEWAY
    )
