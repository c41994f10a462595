"""The relay: passes a session's bytes on, and shows every message to the tap on the way.

It is not a WebSocket server glued to a WebSocket client. Frames, control frames, the close
handshake, half-closed and broken connections go through as they are, so nothing of ours can time a
session out, and each side sees the other side's behaviour, not ours.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from websockets.frames import Close, CloseCode, Frame
from websockets.frames import Opcode as FrameOpcode

from ..recordings.event import Side
from .injection.verdict import FORWARD, Verdict
from .leg import Leg
from .outlet import Outlet, Waiting
from .tap import ABNORMAL, Tap
from .wire.frames import (
    HOLD_LIMIT_BYTES,
    Control,
    FrameScanner,
    Message,
    Opcode,
    Part,
    Piece,
    Raw,
    parse_close,
)

if TYPE_CHECKING:
    from .injection.director import Director
    from .steering import Steering

STOP_REASON: Final = "realtap was stopped"
"""Close reason when the proxy itself ends a session."""

CLOSE_GRACE_S: Final = 5.0
"""So long the peers have to answer a close frame of ours."""


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
        self._grace: asyncio.TimerHandle | None = None
        self.steering: Steering[Director] | None = None
        """Does what a director says; None until there is one."""
        self._from_client = _Direction(
            self, Outlet(Side.CLIENT, client, server), server, tap, hold_limit_bytes
        )
        self._from_server = _Direction(
            self, Outlet(Side.SERVER, server, client), client, tap, hold_limit_bytes
        )

    def steer(self, director: "Director") -> "Steering[Director]":
        """Have a director decide about the messages from now on."""
        from .steering import Steering  # noqa: PLC0415 -- a session that nobody steers needs none of it

        outlets = self._from_client.outlet, self._from_server.outlet
        self.steering = steering = Steering(director, self._tap, self, outlets)
        return steering

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
            self._close(Side.SERVER, CloseCode.GOING_AWAY, STOP_REASON, None)
        else:
            self._client.close()
            self._server.close()

    def close(self, side: Side, code: int, reason: str, why: str) -> None:
        """End the session in order, as if a side had; what does not end in time is cut.

        One that is ending by itself is left alone.

        Raises:
            ProtocolError: A close frame cannot have this code, or such a long reason.
        """
        if self._ended_by is None and self._tap.ending is None:
            self._close(side, code, reason, why)
            loop = asyncio.get_running_loop()
            self._grace = loop.call_later(CLOSE_GRACE_S, self.abort)

    def cut(self, why: str, partial: bytes) -> None:
        """Break both connections as a network does.

        Args:
            why: Who does it and for what.
            partial: A message of which the client gets the first half of the frame.
        """
        self._tap.note("cut", f"realtap cuts both connections: {why}", why=why)
        self._tap.receive_close(Side.SERVER, ABNORMAL, "", is_ours=True, why=why)
        self._from_server.cut(partial)
        self._from_client.cut(b"")
        self._end_steering()

    def _close(self, side: Side, code: int, reason: str, why: str | None) -> None:
        frame = Frame(FrameOpcode.CLOSE, Close(code, reason).serialize())
        # What cannot be said is noticed before anything has happened.
        frame.check()
        self._tap.receive_close(side, code, reason, is_ours=True, why=why)
        self._from_client.close_destination(frame)
        self._from_server.close_destination(frame)
        self._end_steering()

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
            if self._grace is not None:
                self._grace.cancel()
            self._end_steering()
            self._on_end()

    def _end_steering(self) -> None:
        """Nothing can be decided, or sent, any more."""
        if self.steering is not None:
            self.steering.end()


class _Direction:
    """What one side says, on its way to the other. Implements `leg.Receiver`."""

    def __init__(
        self, relay: Relay, outlet: Outlet, destination: Leg, tap: Tap, hold_limit_bytes: int
    ) -> None:
        self.is_at_eof = False
        self.is_lost = False
        self._is_stopped = False
        """True when a close frame of our own was the last that the destination gets."""
        self._relay = relay
        self._side = outlet.side
        self.outlet = outlet
        self._destination = destination
        self._tap = tap
        self._scanner = FrameScanner(
            is_masked=outlet.side is Side.CLIENT, hold_limit_bytes=hold_limit_bytes
        )

    def receive_data(self, data: bytes) -> None:
        if self._is_stopped:
            return
        pieces = self._scanner.receive_data(data)
        outlet = self.outlet
        if len(pieces) == 1 and isinstance(piece := pieces[0], Message) and outlet.is_clear:
            # A conversation's pace: one read, one message. No list, no match, no join.
            verdict = self._tap.receive_message(self._side, piece)
            if verdict is FORWARD:
                self._destination.write(piece.wire)
            elif wire := self._take(piece, verdict):
                self._destination.write(wire)
        else:
            self._pass(pieces)
        steering = self._relay.steering
        if steering is not None and steering.has_news:
            steering.poll()

    def receive_eof(self) -> None:
        self.is_at_eof = True
        if not self._is_stopped:
            self._pass(self._scanner.receive_eof())
            self._end_queue(f"the {self._side} ended its direction")
        self._destination.end()
        self._relay.receive_eof(self._side)

    def connection_lost(self, error: Exception | None) -> None:
        if not (self.is_at_eof or self._is_stopped):
            self._pass(self._scanner.receive_eof())
            self._end_queue(f"the {self._side}'s connection is gone")
        self.is_lost = True
        self._relay.lose_connection(self._side, "" if error is None else str(error))
        if error is None:
            self._destination.close()
        else:
            self._destination.reset()

    def close_destination(self, frame: Frame) -> None:
        """Send the destination a close frame of our own, where the bytes allow one."""
        if self._is_stopped:
            return
        outlet = self.outlet
        outlet.let_go()
        outlet.write(self._flush("realtap ends the session"))
        if outlet.refusal is None and not outlet.is_inside_message:
            outlet.write(frame.serialize(mask=self._side is Side.CLIENT))
        self._destination.end()
        # Nothing may follow a close frame, so what still comes would not arrive: it is not taken.
        self._is_stopped = True
        outlet.refusal = "realtap has closed it"

    def cut(self, partial: bytes) -> None:
        """Break the destination's connection, behind the first half of a frame if there is one."""
        self._is_stopped = True
        if partial and self.outlet.refusal is None and not self.outlet.is_inside_message:
            wire = self.outlet.frame(partial)
            self.outlet.write(wire[: len(wire) // 2])
        self.outlet.refusal = "realtap has cut it"
        self._destination.reset()

    def _pass(self, pieces: list[Piece]) -> None:
        wires = [wire for piece in pieces if (wire := self._receive_piece(piece))]
        if wires:
            self._destination.write(wires[0] if len(wires) == 1 else b"".join(wires))

    def _receive_piece(self, piece: Piece) -> bytes:
        """Record what the piece tells; return the bytes that go on now."""
        match piece:
            case Message():
                return self._receive_message(piece)
            case Part():
                return self._receive_part(piece)
            case Control(opcode=Opcode.CLOSE):
                released = self._flush(f"the {self._side} closes")
                self._tap.receive_close(self._side, *parse_close(piece.payload))
                self.outlet.refusal = f"the {self._side} has closed it"
                return released + piece.wire
            case Raw():
                return self._receive_raw(piece)
        # A ping may overtake what waits: its sender must not take the connection for dead.
        return piece.wire

    def _receive_message(self, message: Message) -> bytes:
        outlet = self.outlet
        if outlet.is_clear:
            verdict = self._tap.receive_message(self._side, message)
            return message.wire if verdict is FORWARD else self._take(message, verdict)
        verdict = self._tap.receive_message(
            self._side,
            message,
            behind=outlet.head_seq,
            is_whole=not outlet.is_inside_message,
        )
        outlet.is_inside_message = False
        return self._take(message, verdict)

    def _take(self, message: Message, verdict: Verdict) -> bytes:
        """What goes out now of a message about which something was decided."""
        steering = self._relay.steering
        if steering is None:
            return message.wire
        return steering.take(self.outlet, message.wire, verdict)

    def _receive_part(self, part: Part) -> bytes:
        self.outlet.is_inside_message = True
        if not self.outlet.is_holding:
            return part.wire
        self.outlet.hold(Waiting(part.wire, verdict=FORWARD))
        return b""

    def _receive_raw(self, raw: Raw) -> bytes:
        """Pass on what are no frames.

        The first of them go apart from the messages before them: their receiver fails at once, and some
        throw away what they have read together with them and not answered yet. The sender may have
        left it the time to answer, which got lost on the way through here.
        """
        outlet = self.outlet
        # After a close frame nothing is answered any more.
        goes_apart = outlet.is_apart or (outlet.refusal is None and not self.is_at_eof)
        released = b"" if raw.reason is None else self._give_up_frames(raw.reason)
        if not goes_apart:
            return released + raw.wire
        outlet.write_apart(raw.wire)
        return released

    def _give_up_frames(self, reason: str) -> bytes:
        """Tell that no message will be found any more; return what waited."""
        released = self._flush("what follows are no frames")
        self.outlet.refusal = f"what the {self._side} sends are no frames: {reason}"
        self._tap.note(
            "raw",
            f"from here on the {self._side}'s bytes are passed on as they are, "
            f"because they are no frames: {reason}",
            side=self._side,
            reason=reason,
        )
        return released

    def _flush(self, why: str) -> bytes:
        """Let everything go that waits: what comes now must not overtake it."""
        steering = self._relay.steering
        if steering is None or not self.outlet.is_holding:
            return b""
        return steering.flush(self.outlet, why)

    def _end_queue(self, why: str) -> None:
        self.outlet.let_go()
        if wire := self._flush(why):
            self.outlet.write(wire)
        self.outlet.refusal = self.outlet.refusal or why
