"""One port in front of two servers: the first connections go to one, the others to the other."""

import asyncio
from contextlib import suppress
from typing import Self

_CHUNK_BYTES = 64 * 1024


class Switch:
    """Passes bytes on; it knows nothing of what they mean.

    Args:
        first: So many connections go to `port`.
        port: On this machine.
        then_port: Where the others go.
    """

    def __init__(self, first: int, port: int, then_port: int) -> None:
        self.port = 0
        self._first = first
        self._port = port
        self._then_port = then_port
        self._count = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._count += 1
        port = self._port if self._count <= self._first else self._then_port
        with suppress(OSError, asyncio.CancelledError):
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                async with asyncio.TaskGroup() as pumps:
                    pumps.create_task(_pump(reader, other_writer))
                    pumps.create_task(_pump(other_reader, writer))
            finally:
                other_writer.close()
        writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(_CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
