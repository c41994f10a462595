"""The relay: passes a session's bytes on, and shows every message to the tap on the way.

It is not a WebSocket server glued to a WebSocket client. Frames, control frames, the close
handshake, half-closed and broken connections go through as they are, so nothing of ours can time a
session out, and each side sees the other side's behaviour, not ours.
"""

from collections.abc import Callable
from typing import Final

from websockets.frames import Close, CloseCode, Frame
from websockets.frames import Opcode as FrameOpcode

from ..recordings.event import Side
from .leg import Leg
from .tap import ABNORMAL, Tap
from .wire.frames import (
    HOLD_LIMIT_BYTES,
    Control,
    FrameScanner,
    Message,
    Opcode,
    Piece,
    Raw,
    parse_close,
)

STOP_REASON: Final = "realtap was stopped"
"""Close reason when the proxy itself ends a session."""


class Relay:
    """A session after its handshake: two directions between two legs.

    Args:
        client: The app's connection.
        server: The upstream's connection.
        tap: Sees every message.
        on_end: Called once, when both connections are gone.
        hold_limit_bytes: Longer messages stream through.
    """

    def __init__(
        self,
        client: Leg,
        server: Leg,
        tap: Tap,
        *,
        on_end: Callable[[], None],
        hold_limit_bytes: int = HOLD_LIMIT_BYTES,
    ) -> None:
        self._client = client
        self._server = server
        self._tap = tap
        self._on_end = on_end
        self._ended_by: Side | None = None
        self._from_client = _Direction(self, Side.CLIENT, server, tap, hold_limit_bytes)
        self._from_server = _Direction(self, Side.SERVER, client, tap, hold_limit_bytes)

    def start(self) -> None:
        """Begin with what came behind the handshake's heads."""
        self._client.other, self._server.other = self._server, self._client
        self._server.start(self._from_server)
        self._client.start(self._from_client)

    def stop(self) -> None:
        """End the session in order: both peers get a close frame, 1001 "going away".

        One that is ending by itself only loses its connections.
        """
        if self._ended_by is None and self._tap.ending is None:
            self._tap.receive_close(Side.SERVER, CloseCode.GOING_AWAY, STOP_REASON, is_ours=True)
            self._from_client.close_destination(CloseCode.GOING_AWAY, STOP_REASON)
            self._from_server.close_destination(CloseCode.GOING_AWAY, STOP_REASON)
        else:
            self._client.close()
            self._server.close()

    def abort(self) -> None:
        """End both connections at once."""
        self._client.abort()
        self._server.abort()

    def receive_eof(self, side: Side) -> None:
        """A side ended its direction; when both have, the connections are closed."""
        self._ended_by = self._ended_by or side
        if self._from_client.is_at_eof and self._from_server.is_at_eof:
            self._client.close()
            self._server.close()

    def lose_connection(self, side: Side, reason: str) -> None:
        """A side's connection is gone; when both are, the session is over."""
        self._ended_by = self._ended_by or side
        self._tap.receive_close(self._ended_by, ABNORMAL, reason)
        if self._from_client.is_lost and self._from_server.is_lost:
            self._on_end()


class _Direction:
    """What one side says, on its way to the other. Implements `leg.Receiver`."""

    def __init__(
        self, relay: Relay, side: Side, destination: Leg, tap: Tap, hold_limit_bytes: int
    ) -> None:
        self.is_at_eof = False
        self.is_lost = False
        self._is_stopped = False
        """True when a close frame of our own was the last that the destination gets."""
        self._relay = relay
        self._side = side
        self._destination = destination
        self._tap = tap
        self._scanner = FrameScanner(
            is_masked=side is Side.CLIENT, hold_limit_bytes=hold_limit_bytes
        )

    def receive_data(self, data: bytes) -> None:
        if self._is_stopped:
            return
        pieces = self._scanner.receive_data(data)
        if len(pieces) == 1 and isinstance(piece := pieces[0], Message):
            # A conversation's pace: one read, one message. No list, no match, no join.
            self._destination.write(self._tap.receive_message(self._side, piece))
        else:
            self._pass(pieces)

    def receive_eof(self) -> None:
        self.is_at_eof = True
        if not self._is_stopped:
            self._pass(self._scanner.receive_eof())
        self._destination.end()
        self._relay.receive_eof(self._side)

    def connection_lost(self, error: Exception | None) -> None:
        if not (self.is_at_eof or self._is_stopped):
            self._pass(self._scanner.receive_eof())
        self.is_lost = True
        self._relay.lose_connection(self._side, "" if error is None else str(error))
        if error is None:
            self._destination.close()
        else:
            self._destination.reset()

    def close_destination(self, code: CloseCode, reason: str) -> None:
        """Send the destination a close frame of our own, where the bytes allow one."""
        if self._scanner.is_between_frames:
            frame = Frame(FrameOpcode.CLOSE, Close(code, reason).serialize())
            self._destination.write(frame.serialize(mask=self._side is Side.CLIENT))
        self._destination.end()
        # Nothing may follow a close frame, so what still comes would not arrive: it is not taken.
        self._is_stopped = True

    def _pass(self, pieces: list[Piece]) -> None:
        wires = [self._receive_piece(piece) for piece in pieces]
        if wires:
            self._destination.write(wires[0] if len(wires) == 1 else b"".join(wires))

    def _receive_piece(self, piece: Piece) -> bytes:
        """Record what the piece tells; return the bytes that go on."""
        match piece:
            case Message():
                return self._tap.receive_message(self._side, piece)
            case Control(opcode=Opcode.CLOSE):
                self._tap.receive_close(self._side, *parse_close(piece.payload))
            case Raw(reason=str(reason)):
                self._tap.note(
                    "raw",
                    f"from here on the {self._side}'s bytes are passed on as they are, "
                    f"because they are no frames: {reason}",
                    side=self._side,
                    reason=reason,
                )
        return piece.wire
