"""Joins two connections: what one says goes to the other as it comes."""

import asyncio

from .leg import Leg


async def splice(client: Leg, server: Leg, first: bytes) -> None:
    """Pass bytes on, both ways, until both connections are gone.

    Args:
        client: Who has connected.
        server: Whom it is to talk with.
        first: What was read of the client already.
    """
    ended = asyncio.Event()
    client.other, server.other = server, client
    server.write(first)
    there, back = _Pipe(client, server, ended), _Pipe(server, client, ended)
    there.opposite, back.opposite = back, there
    server.start(back)
    client.start(there)
    await ended.wait()


class _Pipe:
    """What one side says goes to the other as it comes. Implements `leg.Receiver`."""

    def __init__(self, source: Leg, destination: Leg, ended: asyncio.Event) -> None:
        self.opposite: _Pipe | None = None
        self.is_at_eof = False
        self.is_lost = False
        self._source = source
        self._destination = destination
        self._ended = ended

    def receive_data(self, data: bytes) -> None:
        self._destination.write(data)

    def receive_eof(self) -> None:
        self.is_at_eof = True
        self._destination.end()
        if self.opposite is not None and self.opposite.is_at_eof:
            # Nobody says anything more, and asyncio would keep the connections for ever.
            self._destination.close()
            self._source.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        if error is None:
            self._destination.close()
        else:
            self._destination.reset()
        if self.opposite is not None and self.opposite.is_lost:
            self._ended.set()
