"""One client of the control channel: WebSocket messages over a leg, requests in and answers out.

`websockets` has the protocol without sockets; the leg is the same that sessions use.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, Protocol

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request as HttpRequest
from websockets.protocol import State
from websockets.server import ServerProtocol

from ..leg import Leg
from ..wire.handshake import Head
from . import rpc

MAX_REQUEST_BYTES: Final = 16 * 1024 * 1024
"""A longer request ends the connection with code 1009: the longest real event is shorter."""

MAX_UNREAD_BYTES: Final = 64 * 1024 * 1024
"""A client that leaves more of its answers unread is cut."""


CLOSING_S: Final = 5.0
"""So long a client has to end its connection after a close frame."""

_QUIET: Final = logging.getLogger("realtap.control.wire")
_QUIET.setLevel(logging.WARNING)
"""The library's log: at a lower level it would show the handshake, which holds the token."""


class Answerer(Protocol):
    """Carries requests out."""

    def answer(self, call: rpc.Call, visit: "Visit") -> object:
        """The result, ready to be encoded; raises what is told to the client."""

    def leave(self, visit: "Visit") -> None:
        """A client is gone."""


class Visit:
    """A client that was let in. Implements `leg.Receiver`.

    Args:
        leg: Its connection.
        answerer: Carries its requests out.
        report: Takes one line for people about a request that was refused.
    """

    def __init__(self, leg: Leg, answerer: Answerer, report: Callable[[str], None]) -> None:
        self._leg = leg
        self._answerer = answerer
        self._report = report
        self._protocol = ServerProtocol(max_size=MAX_REQUEST_BYTES, logger=_QUIET)
        self._fragments: list[bytes] = []
        self._is_text = True
        self._is_failed = False
        self._ending: asyncio.TimerHandle | None = None
        self._gone = asyncio.get_running_loop().create_future()

    async def serve(self, request: Head) -> None:
        """Answer requests until the client is gone."""
        self._accept(request)
        self._leg.start(self)
        try:
            await self._gone
        finally:
            self._answerer.leave(self)
            if self._protocol.state is State.OPEN:
                self._protocol.send_close(CloseCode.GOING_AWAY, "realtap was stopped")
                self._flush()
            self._leave()
            self._leg.close()

    def notify(self, message: bytes) -> None:
        """Send a notification."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(message)
            self._flush()

    # What the leg calls.

    def receive_data(self, data: bytes) -> None:
        """See `leg.Receiver`."""
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._receive_frame(event)
        if self._protocol.parser_exc is not None and not self._is_failed:
            self._is_failed = True
            self._report(f"refused a control request: {self._protocol.parser_exc}")
        self._flush()

    def receive_eof(self) -> None:
        """See `leg.Receiver`."""
        self._protocol.receive_eof()
        self._flush()
        self._leave()

    def connection_lost(self, error: Exception | None) -> None:
        """See `leg.Receiver`."""
        del error
        self._leave()

    # Private.

    def _accept(self, request: Head) -> None:
        self._protocol.receive_data(request.wire)
        [parsed] = self._protocol.events_received()
        assert isinstance(parsed, HttpRequest)  # the head was read before
        response = self._protocol.accept(parsed)
        self._protocol.send_response(response)
        self._flush()
        if self._protocol.state is not State.OPEN:
            self._report(
                f"refused a control connection ({response.status_code}): "
                f"{self._protocol.handshake_exc}"
            )
            self._leave()

    def _receive_frame(self, frame: Frame) -> None:
        match frame.opcode:
            case Opcode.TEXT | Opcode.BINARY:
                self._is_text = frame.opcode is Opcode.TEXT
                self._fragments = [bytes(frame.data)]
            case Opcode.CONT:
                self._fragments.append(bytes(frame.data))
            case _:
                # Pings and close frames are answered by the protocol itself.
                return
        if frame.fin:
            self._receive_message(b"".join(self._fragments))
            self._fragments = []

    def _receive_message(self, data: bytes) -> None:
        call_id: object = None
        try:
            call = rpc.parse(self._text(data))
            call_id = call.id
            result = self._answerer.answer(call, self)
            answer = rpc.result(call_id, result) if call.wants_answer else None
        except Exception as error:  # noqa: BLE001 -- the client is told whatever went wrong
            self._report(f"refused a control request: {rpc.message_of(error)}")
            answer = rpc.failure(call_id, error)
        if answer is not None and self._protocol.state is State.OPEN:
            self._protocol.send_text(answer)

    def _text(self, data: bytes) -> str:
        if not self._is_text:
            raise rpc.RpcError(
                rpc.ErrorCode.PARSE, "the request is a binary message: send text messages"
            )
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise rpc.RpcError(rpc.ErrorCode.PARSE, "the request is not UTF-8") from error

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._leg.write(data)
            else:
                self._leg.end()
        if self._leg.unsent_bytes > MAX_UNREAD_BYTES:
            self._report("cut a control connection: its client does not read what it is sent")
            self._leg.abort()
        if self._protocol.close_expected() and self._ending is None:
            # What is on its way is read and thrown away: closing over it would reset the connection,
            # and the client might never see why.
            loop = asyncio.get_running_loop()
            self._ending = loop.call_later(CLOSING_S, self._leg.abort)

    def _leave(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
        if not self._gone.done():
            self._gone.set_result(None)
