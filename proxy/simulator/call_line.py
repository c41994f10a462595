"""A call on real sockets: moves events between its side-band sockets and the call, and keeps the time."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from websockets.asyncio.server import ServerConnection, broadcast

from ...recordings.event import Side
from ..driver import Close, Output
from .call import Call

type Note = Callable[[Side, str | bytes], None]
"""Told each message of a socket."""


class CallLine:
    """Speaks for a call as long as it goes on, whether anybody is joined to it or not.

    Args:
        call: The call.
        encode: Makes messages of its events.
    """

    def __init__(self, call: Call, encode: Callable[[Call, float], list[Output]]) -> None:
        self._call = call
        self._encode = encode
        self._loop = asyncio.get_running_loop()
        self._has_news = asyncio.Event()
        self._sockets: dict[ServerConnection, Note | None] = {}
        call.on_news = self._has_news.set
        self.task = self._loop.create_task(self._speak(), name=f"call {call.id}")

    async def join(self, connection: ServerConnection, note: Note | None) -> None:
        """Be one of its side-band sockets until the connection ends."""
        self._sockets[connection] = note
        try:
            async for message in connection:
                if note is not None:
                    note(Side.CLIENT, message)
                self._call.receive(message, self._loop.time())
                self._has_news.set()
        finally:
            del self._sockets[connection]

    async def _speak(self) -> None:
        while True:
            self._has_news.clear()
            for output in self._encode(self._call, self._loop.time()):
                await self._send(output)
            if self._call.is_over:
                return
            due_s = self._call.next_due_s
            wait_s = None if due_s is None else max(0.0, due_s - self._loop.time())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_news.wait(), wait_s)

    async def _send(self, output: Output) -> None:
        if not isinstance(output, Close):
            broadcast(self._sockets, output)
            for note in self._sockets.values():
                if note is not None:
                    note(Side.SERVER, output)
            return
        for connection in tuple(self._sockets):
            if output.is_abrupt:
                connection.transport.abort()
            else:
                await connection.close(output.code, output.reason)
