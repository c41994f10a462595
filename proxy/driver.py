"""Drives a session that knows no sockets over a WebSocket connection, and keeps the time for it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from websockets.asyncio.server import Server, ServerConnection
from websockets.exceptions import ConnectionClosed

from ..recordings.event import Side


@dataclass(frozen=True, slots=True)
class Close:
    """The server ends the connection; nothing follows."""

    code: int
    reason: str
    is_abrupt: bool = False
    """The connection breaks without a close frame, as a lost network does."""


type Output = str | bytes | Close
"""A message to be sent, or the end."""


class Speaker(Protocol):
    """A server's side of a session: messages and times go in, outputs come out."""

    def receive(self, message: str | bytes, now_s: float) -> None:
        """Take one message of the client: text, or bytes for a binary one."""

    def poll(self, now_s: float) -> Sequence[Output]:
        """What is to be said by now and nobody took yet."""

    @property
    def next_due_s(self) -> float | None:
        """When to poll again though no message came."""


def port_of(server: Server) -> int:
    """The port that a server listens on, also where it was left to the system."""
    port: int = next(iter(server.sockets)).getsockname()[1]
    return port


class Driver:
    """Moves messages between a connection and a session.

    Args:
        connection: The client's.
        note: Told each message, as it was received or sent.
    """

    def __init__(
        self, connection: ServerConnection, note: Callable[[Side, str | bytes], None] | None = None
    ) -> None:
        self._connection = connection
        self._note = note
        self._loop = asyncio.get_running_loop()
        self._has_news = asyncio.Event()
        """A message was received, so the session may have something to say."""
        self._has_ended = False

    async def converse(self, speaker: Speaker) -> None:
        """Hold a session until one side ends the connection."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._receive(speaker))
            await self._speak(speaker)

    async def send_all(self, outputs: Sequence[Output]) -> None:
        """Send messages, and end the connection where the server does."""
        for output in outputs:
            if not isinstance(output, Close):
                await self._connection.send(output)
                self._tell(Side.SERVER, output)
            elif output.is_abrupt:
                self._connection.transport.abort()
            else:
                await self._connection.close(output.code, output.reason)

    async def _receive(self, speaker: Speaker) -> None:
        """Hand over what comes in, as long as something comes in.

        What has arrived together is taken in before the answers go out: the library's iterator
        does not yield to other tasks while messages are buffered.
        """
        with suppress(ConnectionClosed):
            async for message in self._connection:
                self._tell(Side.CLIENT, message)
                speaker.receive(message, self._loop.time())
                self._has_news.set()
        self._has_ended = True
        self._has_news.set()

    async def _speak(self, speaker: Speaker) -> None:
        while not self._has_ended:
            self._has_news.clear()
            with suppress(ConnectionClosed):
                await self.send_all(speaker.poll(self._loop.time()))
            due_s = speaker.next_due_s
            wait_s = None if due_s is None else max(0.0, due_s - self._loop.time())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_news.wait(), wait_s)

    def _tell(self, side: Side, data: str | bytes) -> None:
        if self._note is not None:
            self._note(side, data)
