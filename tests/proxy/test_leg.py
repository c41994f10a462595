"""One connection of a session, without a network."""

import asyncio
import gc
import ssl
import weakref

import pytest

from realtap.proxy.leg import READ_BYTES, Leg


async def test_of_a_connection_that_is_gone_no_buffer_is_kept() -> None:
    """The two legs of a session hold each other until the collector comes, which may take long."""
    leg = Leg()
    assert len(leg.get_buffer(-1)) == READ_BYTES
    leg.connection_lost(None)
    assert len(leg.get_buffer(-1)) == 0


async def test_of_tls_that_failed_nothing_waits_for_the_collector() -> None:
    legs: asyncio.Queue[Leg] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Leg(legs.put_nowait), "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"\x16no TLS")
    leg = await legs.get()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    gc.disable()
    try:
        with pytest.raises(ssl.SSLError):
            await leg.secure(context, 5.0)
        kept = weakref.ref(context)
        del context
        assert kept() is None
    finally:
        gc.enable()
        writer.close()
        server.close()
