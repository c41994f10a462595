"""Calls the upstream: directly, or through the HTTP proxy that the person's network asks for."""

import asyncio
from http import HTTPStatus

from .leg import Leg
from .upstream import HttpProxy, Upstream
from .wire.handshake import HandshakeError, answer_status


async def dial(upstream: Upstream, timeout_s: float) -> Leg:
    """A connection to the upstream, with TLS if it wants that.

    Raises:
        OSError: It cannot be reached, or cannot be trusted.
        HandshakeError: The proxy on the way refuses.
    """
    if upstream.through is not None:
        return await _tunnel(upstream, upstream.through, timeout_s)
    _, leg = await asyncio.get_running_loop().create_connection(
        Leg,
        upstream.host,
        upstream.port,
        ssl=upstream.tls,
        server_hostname=upstream.host if upstream.is_tls else None,
    )
    return leg


async def _tunnel(upstream: Upstream, proxy: HttpProxy, timeout_s: float) -> Leg:
    _, leg = await asyncio.get_running_loop().create_connection(
        Leg, proxy.host, proxy.port, ssl=proxy.tls
    )
    try:
        await _connect(leg, upstream, proxy)
        if upstream.tls is not None:
            await leg.secure(upstream.tls, timeout_s, server_hostname=upstream.host)
    except BaseException:
        leg.abort()
        raise
    return leg


async def _connect(leg: Leg, upstream: Upstream, proxy: HttpProxy) -> None:
    leg.write(f"CONNECT {upstream.place} HTTP/1.1\r\nHost: {upstream.place}\r\n\r\n".encode())
    status = answer_status(await leg.read_head())
    if status != HTTPStatus.OK:
        raise HandshakeError(
            f"the proxy {proxy.host}:{proxy.port} on the way answered {status}",
            status=HTTPStatus.BAD_GATEWAY,
        )
