"""Finds messages in the bytes of one direction of a WebSocket connection (RFC 6455, section 5).

A `FrameScanner` gets the bytes as they come from the socket, cut anywhere, and gives back pieces.
The `wire` of the pieces, joined, is exactly what came in, but for one thing: a control frame may
overtake the message that it interrupts, as RFC 6455 section 5.4 allows. So whoever writes every
`wire` on is transparent, and whoever leaves out the `wire` of a message has dropped that message.

A message is held until it is whole, so that it can be recorded before anybody receives it. Two kinds
do not wait: one longer than the limit, and one that is already known to be no UTF-8, because the
receiver may want to fail the connection at once (section 8.1). Bytes that make no sense are never
judged, only passed on: see `Raw`.
"""

import codecs
import hashlib
from enum import IntEnum
from typing import Final

import msgspec

try:
    from websockets.speedups import apply_mask
except ImportError:  # pragma: no cover -- only where websockets was built without its C extension
    from websockets.utils import apply_mask

HOLD_LIMIT_BYTES: Final = 64 * 1024 * 1024
"""Up to this size a message is held until it is recorded; a longer one streams through."""


_LONGEST_HEAD_BYTES: Final = 14
"""Two bytes, eight of length, four of mask."""

_PLAIN_TEXT: Final = 0x81
"""The first byte of an unfragmented text message: FIN, no reserved bits, opcode 1."""


class Opcode(IntEnum):
    """RFC 6455, section 11.8."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


# Plain numbers for the hot path: an IntEnum's member costs an attribute look-up and a slow compare.
_TEXT: Final = int(Opcode.TEXT)
_CLOSE: Final = int(Opcode.CLOSE)

# The pieces are msgspec structs because one is made for every message on the hot path.


class Message(msgspec.Struct, frozen=True, gc=False):
    """A whole message, or the end of one that has been streaming through."""

    is_text: bool
    payload: bytes | None
    """Unmasked; None when the message was longer than the limit."""
    wire: bytes
    """The frames as they came, or what is left of them when the beginning went out in `Part`s."""
    size: int
    """Length of the payload in bytes."""
    sha256: str | None = None
    """Digest of the payload in hex, when `payload` is None."""


class Control(msgspec.Struct, frozen=True, gc=False):
    """A ping, pong or close frame."""

    opcode: Opcode
    payload: bytes
    wire: bytes


class Part(msgspec.Struct, frozen=True, gc=False):
    """Bytes of a message that does not wait to be whole.

    A `Message` ends it, unless the connection or the sense of the bytes ends first.
    """

    wire: bytes


class Raw(msgspec.Struct, frozen=True, gc=False):
    """Bytes that are no frames; everything that follows in this direction is raw too."""

    wire: bytes
    reason: str | None
    """What is wrong, in words; None for the bytes that follow the first."""


type Piece = Message | Control | Part | Raw


class _ViolationError(Exception):
    """Raised inside the scanner when the bytes at hand cannot be a frame of this direction."""


class _FrameHead(msgspec.Struct, frozen=True, gc=False):
    is_final: bool
    opcode: int
    mask: bytes
    """Empty when the frame is not masked."""
    length: int
    """Of the payload, in bytes."""
    size: int
    """Of the head itself, in bytes."""


class _HeldMessage:
    """A message of which not all has come."""

    def __init__(self, *, is_text: bool) -> None:
        self.size = 0
        """Of the payload so far, in bytes."""
        self.is_streaming = False
        """True when its bytes go out as they come."""
        self._is_text = is_text
        self._wire: list[bytes] = []
        self._payload: list[bytes] | None = []
        """None when only the digest is kept."""
        self._digest = hashlib.sha256()
        self._decoder = codecs.getincrementaldecoder("utf-8")() if is_text else None

    def add(self, wire: bytes, payload: bytes) -> None:
        self._wire.append(wire)
        self.size += len(payload)
        if self._payload is None:
            self._digest.update(payload)
        else:
            self._payload.append(payload)

    def stream_if_malformed_by(self, payload: bytes) -> None:
        """Text that cannot become UTF-8, whatever follows, does not wait for its end."""
        if self._decoder is None or self.is_streaming:
            return
        try:
            self._decoder.decode(payload)
        except UnicodeDecodeError:
            self.is_streaming = True

    def stream_without_payload(self) -> None:
        """The message is too long to be held: keep size and digest."""
        self.is_streaming = True
        for payload in self._payload or ():
            self._digest.update(payload)
        self._payload = None

    def take_wire(self) -> bytes:
        """What has come and not been passed on."""
        wire = b"".join(self._wire)
        self._wire.clear()
        return wire

    def finish(self) -> Message:
        is_digest = self._payload is None
        return Message(
            is_text=self._is_text,
            payload=None if self._payload is None else b"".join(self._payload),
            wire=self.take_wire(),
            size=self.size,
            sha256=self._digest.hexdigest() if is_digest else None,
        )


class FrameScanner:
    """The bytes of one direction, cut into pieces.

    Args:
        is_masked: True for what a client sends: its frames must be masked (section 5.1).
        hold_limit_bytes: Longer messages stream through.
    """

    def __init__(self, *, is_masked: bool, hold_limit_bytes: int = HOLD_LIMIT_BYTES) -> None:
        self._is_masked = is_masked
        self._hold_limit_bytes = hold_limit_bytes
        self._pending = b""
        """The beginning of a frame head or of a control frame."""
        self._held: _HeldMessage | None = None
        self._frame: _FrameHead | None = None
        """The data frame whose payload is coming in."""
        self._received_bytes = 0
        """How much of its payload has come."""
        self._is_closed = False
        self._is_raw = False

    def receive_data(self, data: bytes) -> list[Piece]:
        """The pieces that the bytes complete, in order."""
        if self._is_raw:
            return [Raw(wire=data, reason=None)]
        if self._pending:
            data = self._pending + data
        pieces: list[Piece] = []
        position = 0
        if self._held is None and self._frame is None and not self._is_closed:
            position = self._take_plain(data, pieces)
        try:
            while position < len(data):
                end = self._receive_step(data, position, pieces)
                if end is None:
                    break
                position = end
            self._pending = data[position:]
        except _ViolationError as violation:
            self._is_raw = True
            self._pending = b""
            self._pass_held(pieces)
            pieces.append(Raw(wire=data[position:], reason=str(violation)))
        return pieces

    def receive_eof(self) -> list[Piece]:
        """What was held when the connection ended: it is passed on as it is."""
        pieces: list[Piece] = []
        self._pass_held(pieces)
        if self._pending:
            pieces.append(Raw(wire=self._pending, reason="the connection ended inside a frame"))
        self._pending = b""
        self._is_raw = True
        return pieces

    # Private: the short way.

    def _take_plain(self, data: bytes, pieces: list[Piece]) -> int:
        """Take the unfragmented text messages that the bytes begin with; return where they end.

        Nearly all traffic goes this way, at a third of the cost of the steps below, to which it
        leaves whatever is not exactly that, and every judgement of what is wrong.
        """
        position, available = 0, len(data)
        mask_bit = 0x80 if self._is_masked else 0
        while available - position >= _LONGEST_HEAD_BYTES and data[position] == _PLAIN_TEXT:
            length = data[position + 1] - mask_bit
            start = position + 2
            if length == 126:
                length = data[start] << 8 | data[start + 1]
                start += 2
            elif length == 127:
                length = int.from_bytes(data[start : start + 8])
                start += 8
            elif not 0 <= length < 126:
                break
            if mask_bit:
                start += 4
            end = start + length
            if end > available or length > self._hold_limit_bytes:
                break
            payload = data[start:end]
            if mask_bit:
                payload = apply_mask(payload, data[start - 4 : start])
            pieces.append(
                Message(is_text=True, payload=payload, wire=data[position:end], size=length)
            )
            position = end
        return position

    # Private: one step at a time.

    def _receive_step(self, data: bytes, position: int, pieces: list[Piece]) -> int | None:
        """Take one frame, or a part of one; return where it ends, or None when bytes are missing."""
        if self._is_closed:
            raise _ViolationError("bytes after a close frame")
        if self._frame is not None:
            return self._receive_payload(self._frame, data, position, b"", pieces)
        head = _read_head(data, position, is_masked=self._is_masked)
        if head is None:
            return None
        start = position + head.size
        end = start + head.length
        if head.opcode >= _CLOSE:
            if end > len(data):
                return None
            self._receive_control(head, data[position:end], pieces)
            return end
        if (
            self._held is None
            and head.is_final
            and end <= len(data)
            and head.length <= self._hold_limit_bytes
            and head.opcode  # a continuation is no message by itself
        ):
            pieces.append(_whole_message(head, data[position:end]))
            return end
        self._start_frame(head)
        return self._receive_payload(head, data, start, data[position:start], pieces)

    def _receive_control(self, head: _FrameHead, wire: bytes, pieces: list[Piece]) -> None:
        opcode = Opcode(head.opcode)
        if opcode is Opcode.CLOSE:
            # Section 5.5.1: no data frames follow, so what is held will never be whole.
            self._pass_held(pieces)
            self._is_closed = True
        payload = _unmask(wire[head.size :], head.mask)
        pieces.append(Control(opcode=opcode, payload=payload, wire=wire))

    def _start_frame(self, head: _FrameHead) -> None:
        if head.opcode == Opcode.CONTINUATION:
            if self._held is None:
                raise _ViolationError("a continuation frame without a message to continue")
        elif self._held is not None:
            raise _ViolationError("a new message inside a fragmented one")
        else:
            self._held = _HeldMessage(is_text=head.opcode == Opcode.TEXT)
        if self._held.size + head.length > self._hold_limit_bytes:
            self._held.stream_without_payload()
        self._frame = head
        self._received_bytes = 0

    def _receive_payload(
        self, frame: _FrameHead, data: bytes, position: int, head: bytes, pieces: list[Piece]
    ) -> int:
        held = self._held
        assert held is not None  # a frame in progress belongs to a message
        end = min(position + frame.length - self._received_bytes, len(data))
        wire = data[position:end]
        payload = _unmask(wire, _rotated(frame.mask, self._received_bytes))
        held.add(head + wire, payload)
        self._received_bytes += len(wire)
        if self._received_bytes == frame.length:
            self._frame = None
            if frame.is_final:
                self._held = None
                pieces.append(held.finish())
                return end
        held.stream_if_malformed_by(payload)
        if held.is_streaming:
            pieces.append(Part(wire=held.take_wire()))
        return end

    def _pass_held(self, pieces: list[Piece]) -> None:
        """Give up a message that will never be whole; its bytes go on all the same."""
        wire = b"" if self._held is None else self._held.take_wire()
        if wire:
            pieces.append(Part(wire=wire))
        self._held = self._frame = None


def _read_head(data: bytes, position: int, *, is_masked: bool) -> _FrameHead | None:
    """The frame head at the position; None when not all of it has come."""
    if len(data) - position < 2:
        return None
    first, second = data[position], data[position + 1]
    length = second & 0x7F
    if (
        first not in _FIRST_BYTES
        or (second >= 0x80) is not is_masked
        or (first >= _FIRST_CONTROL_BYTE and length > 125)
    ):
        raise _ViolationError(_reason(first, is_masked=is_masked, length=length))
    size = 2
    if length > 125:
        size = 4 if length == 126 else 10
        if len(data) - position < size:
            return None
        length = int.from_bytes(data[position + 2 : position + size])
        if length >= 1 << 63:
            raise _ViolationError("the highest bit of a frame's length is set")
    mask = b""
    if is_masked:
        mask = data[position + size : position + size + 4]
        size += 4
        if len(mask) < 4:
            return None
    return _FrameHead(first >= 0x80, first & 0x0F, mask, length, size)


_FIRST_BYTES: Final = frozenset(
    [0x00, 0x01, 0x02]  # a fragment that is not the last one
    + [0x80 | opcode for opcode in Opcode]  # the last one, or the only one
)
"""The first bytes that a frame can have: no reserved bits, a known opcode, whole control frames."""

_FIRST_CONTROL_BYTE: Final = 0x88


def _reason(first: int, *, is_masked: bool, length: int) -> str:
    """What is wrong with a frame's first two bytes (section 5.2)."""
    if first & 0x70:
        return "reserved bits are set, and no extension was agreed on"
    if first & 0x0F not in _OPCODES:
        return f"opcode {first & 0x0F:#x} is reserved"
    if first & 0x08 and (first < 0x80 or length > 125):
        return "a control frame is fragmented or longer than 125 bytes"
    return "a client's frame is not masked" if is_masked else "a server's frame is masked"


_OPCODES: Final = frozenset(Opcode)


def _whole_message(head: _FrameHead, wire: bytes) -> Message:
    payload = wire[head.size :]
    if head.mask:
        payload = apply_mask(payload, head.mask)
    return Message(head.opcode == _TEXT, payload, wire, head.length)


def _unmask(payload: bytes, mask: bytes) -> bytes:
    return apply_mask(payload, mask) if mask else payload


def _rotated(mask: bytes, offset: int) -> bytes:
    """The mask as it stands for the byte at the offset of the payload (section 5.3)."""
    shift = offset % 4
    return mask[shift:] + mask[:shift]


def parse_close(payload: bytes) -> tuple[int, str]:
    """Code and reason of a close frame; 1005 when it has none (RFC 6455, section 7.1.5)."""
    if len(payload) < 2:
        return 1005, ""
    return int.from_bytes(payload[:2]), payload[2:].decode(errors="replace")
