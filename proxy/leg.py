"""One connection of a session: bytes in, bytes out, and the pressure back to the other leg."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Callable
from enum import Enum, auto
from typing import Final, Protocol

from .wire.handshake import HandshakeError, Head, HeadReader

EARLY_LIMIT_BYTES: Final = 256 * 1024
"""So much may come from a peer before the relay takes it; then its sender has to wait."""

READ_BYTES: Final = 128 * 1024
"""So much is read at once. Each leg has a buffer of this size."""

_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a TCP reset, so that a broken end stays a broken end."""


LEFT: Final = "closed the connection during the handshake"


class Pause(Enum):
    """Why a peer is not read."""

    KNOCKING = auto()
    """It is not known yet whether it speaks TLS."""
    EARLY = auto()
    """Nobody takes yet what comes."""
    SLOW_PEER = auto()
    """The other peer reads slowly."""
    QUEUE = auto()
    """Too much of what came is held back."""
    APART = auto()
    """What came last goes out a moment later than what was before it."""


class Receiver(Protocol):
    """Who takes what a leg gets."""

    def receive_data(self, data: bytes) -> None:
        """Bytes came."""

    def receive_eof(self) -> None:
        """The peer ended its direction; the other one may go on."""

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone; `error` says that it broke."""


class Leg(asyncio.BufferedProtocol):
    """A client's or an upstream's connection.

    It reads into a buffer of its own: without one, asyncio allocates 256 KiB for each read and gives
    most of it back, which takes 18 us where the read itself takes 3.

    What comes before somebody receives it is kept. When this leg's peer reads slowly, `other` is not
    read either, so that nothing piles up in between.
    """

    def __init__(self, on_connection: Callable[["Leg"], None] | None = None) -> None:
        self.other: Leg | None = None
        self._transport: asyncio.Transport | None = None
        self._plain: asyncio.Transport | None = None
        """What carries the TLS that `secure` has put on it."""
        self._on_connection = on_connection
        self._receiver: Receiver | None = None
        # A view, because TLS takes slices of it to write to, and those of a bytearray are copies.
        self._buffer = memoryview(bytearray(READ_BYTES))
        self._early = bytearray()
        self._is_at_eof = False
        self._is_lost = False
        self._pauses: set[Pause] = set()
        self._lost_by: Exception | None = None
        self._head: asyncio.Future[Head] | None = None
        self._head_reader = HeadReader(is_request=on_connection is not None)

    # What the owner of the leg does.

    async def peek(self) -> bytes:
        """The first byte that a client sends, which stays where it is; empty when there is none.

        Nothing of a client is read before `admit`, so that TLS can still be put on its connection.
        """
        connection: socket.socket | None = None
        if self._transport is not None:
            connection = self._transport.get_extra_info("socket")
        if connection is None or connection.fileno() < 0:
            return b""
        # The loop does not let anybody watch a descriptor that one of its transports has.
        with connection.dup() as watched, contextlib.suppress(OSError, NotImplementedError):
            # An error shows again to whoever reads next. Windows' own loop watches no sockets: there,
            # only plain connections are served.
            await _readable(watched)
            return watched.recv(1, socket.MSG_PEEK)
        return b""

    async def secure(
        self, context: ssl.SSLContext, timeout_s: float, *, server_hostname: str | None = None
    ) -> None:
        """Put TLS on the connection, of which nothing may have been read that belongs to it.

        Args:
            context: How TLS is done.
            timeout_s: How long it may take.
            server_hostname: Whose certificate the peer has to show; None when the peer is a client.

        Raises:
            OSError: TLS fails, or the client goes away.
        """
        if self._transport is None:
            raise ConnectionError(LEFT)
        self._plain = self._transport
        try:
            secured = await asyncio.get_running_loop().start_tls(
                self._transport,
                self,
                context,
                server_side=server_hostname is None,
                server_hostname=server_hostname,
                ssl_handshake_timeout=timeout_s,
            )
        except BaseException as error:
            # A frame of asyncio's holds what holds the error: all that is big in TLS would wait for the
            # collector, and apps that do not trust the authority try again and again.
            error.__traceback__ = None
            self._free()
            raise
        if secured is None:
            raise ConnectionError(LEFT)
        self._transport = secured

    def admit(self) -> None:
        """Begin to read a client."""
        self.resume_reading(Pause.KNOCKING)

    async def read_head(self) -> Head:
        """The head of the peer's request or answer; what follows it is kept for the receiver.

        Raises:
            HandshakeError: It is no HTTP head.
            ConnectionError: The peer went away before.
        """
        self._head = asyncio.get_running_loop().create_future()
        self._head_reader = HeadReader(is_request=self._on_connection is not None)
        try:
            self._seek_head()
            if self._is_at_eof or self._is_lost:
                self._fail_head(ConnectionError(LEFT))
            return await self._head
        finally:
            self._head = None

    def start(self, receiver: Receiver) -> None:
        """From now on the receiver gets what comes, beginning with what has come already."""
        self._receiver = receiver
        if self._early:
            early = bytes(self._early)
            self._early.clear()
            receiver.receive_data(early)
        if self._is_at_eof:
            receiver.receive_eof()
        if self._is_lost:
            receiver.connection_lost(self._lost_by)
        else:
            self.resume_reading(Pause.EARLY)

    def write(self, data: bytes) -> None:
        """Send bytes to the peer, if it is still there."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def end(self) -> None:
        """End our direction as the other side ended its own: what was written still goes out."""
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.can_write_eof():
            # A peer that is gone already is noticed by the reading side.
            with contextlib.suppress(OSError):
                self._transport.write_eof()
        else:
            # TLS has no half-closed connections in asyncio.
            self._transport.close()

    def close(self) -> None:
        """Close in order: what was written still goes out."""
        if self._transport is not None:
            self._transport.close()

    def reset(self) -> None:
        """Break the connection as the other one broke; what was written goes out when it can."""
        if self._transport is None:
            return
        connection: socket.socket | None = self._transport.get_extra_info("socket")
        if connection is not None and connection.fileno() >= 0:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        if self._plain is not None and not self._transport.get_write_buffer_size():
            # TLS would say goodbye first, and nothing would look broken.
            self._plain.close()
        else:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def pause_reading(self, reason: Pause) -> None:
        """Let the peer's bytes wait in the network until the reason is gone."""
        self._pauses.add(reason)
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self, reason: Pause) -> None:
        """A reason is gone: without another one, take the peer's bytes again."""
        self._pauses.discard(reason)
        if self._pauses or self._transport is None or self._transport.is_closing():
            return
        self._transport.resume_reading()

    def is_paused_by(self, reason: Pause) -> bool:
        """Whether the peer is not read for this reason."""
        return reason in self._pauses

    @property
    def unsent_bytes(self) -> int:
        """How much that was written waits for the peer to read."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    @property
    def lost_by(self) -> Exception | None:
        """What broke the connection; None when it is there, or ended in order."""
        return self._lost_by

    @property
    def local_address(self) -> str | None:
        """The address of this machine that the peer has reached; None when there is none."""
        if self._transport is None:
            return None
        name = self._transport.get_extra_info("sockname")
        return str(name[0]) if isinstance(name, tuple) else None

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.BaseProtocol."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._on_connection is not None:
            self.pause_reading(Pause.KNOCKING)
            self._on_connection(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """See asyncio.BufferedProtocol."""
        del sizehint
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """See asyncio.BufferedProtocol: so many bytes came."""
        data = bytes(self._buffer[:nbytes])
        if self._receiver is not None:
            self._receiver.receive_data(data)
            return
        self._early += data
        if len(self._early) > EARLY_LIMIT_BYTES:
            self.pause_reading(Pause.EARLY)
        self._seek_head()

    def eof_received(self) -> bool:
        """See asyncio.BufferedProtocol: True keeps our direction open; TLS closes both by itself."""
        self._is_at_eof = True
        if self._receiver is not None:
            self._receiver.receive_eof()
        self._fail_head(ConnectionError(LEFT))
        return self._transport is not None and self._transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.BaseProtocol."""
        self._is_lost = True
        self._lost_by = exc
        if self._receiver is not None:
            self._receiver.connection_lost(exc)
        self._fail_head(ConnectionError(LEFT))
        if self.other is not None:
            self.other.resume_reading(Pause.SLOW_PEER)
        self._free()

    def pause_writing(self) -> None:
        """See asyncio.BaseProtocol: this peer reads slowly, so the other one has to wait."""
        if self.other is not None:
            self.other.pause_reading(Pause.SLOW_PEER)

    def resume_writing(self) -> None:
        """See asyncio.BaseProtocol."""
        if self.other is not None:
            self.other.resume_reading(Pause.SLOW_PEER)

    def _seek_head(self) -> None:
        if self._head is None or self._head.done() or not self._early:
            return
        early = bytes(self._early)
        self._early.clear()
        try:
            found = self._head_reader.receive_data(early)
        except HandshakeError as error:
            self._fail_head(error)
            return
        if found is not None:
            head, rest = found
            self._early += rest
            self._head.set_result(head)

    def _free(self) -> None:
        """Give the buffer back now: the two legs of a session hold each other until the collector comes."""
        self._buffer = memoryview(bytearray())

    def _fail_head(self, error: Exception) -> None:
        if self._head is not None and not self._head.done():
            self._head.set_exception(error)


async def _readable(connection: socket.socket) -> None:
    """Wait until there is something to read, or an end."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(connection, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(connection)
