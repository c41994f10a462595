"""A refused handshake: the upstream's answer goes back as it is, and the connection ends."""

from collections.abc import Callable
from typing import Final

from ..recordings.event import Side
from .leg import Leg
from .tap import ABNORMAL, Tap
from .wire.handshake import Head, answer_status

SHOWN_BODY_BYTES: Final = 64 * 1024
"""So much of a refusal's body the tap gets to see."""


class Refusal:
    """Passes the answer's body to the client. Implements `leg.Receiver` for the upstream's bytes.

    The connection is not used for another request, although HTTP would allow it: that request would
    cross the proxy unseen.
    """

    def __init__(
        self, client: Leg, server: Leg, answer: Head, tap: Tap, *, on_end: Callable[[], None]
    ) -> None:
        self._client = client
        self._server = server
        self._answer = answer
        self._tap = tap
        self._on_end = on_end
        self._length = _content_length(answer)
        self._received_bytes = 0
        self._body = bytearray()
        self._is_over = False

    def start(self) -> None:
        """Begin with what came behind the answer's head."""
        self._server.other, self._client.other = self._client, self._server
        self._client.write(self._answer.wire)
        self._client.start(_UntilGone(self._finish))
        self._server.start(self)
        if self._length == 0:
            self._finish()

    def receive_data(self, data: bytes) -> None:
        """A part of the body."""
        self._client.write(data)
        self._received_bytes += len(data)
        self._body += data[: SHOWN_BODY_BYTES - len(self._body)]
        if self._length is not None and self._received_bytes >= self._length:
            self._finish()

    def receive_eof(self) -> None:
        """The end of the body."""
        self._finish()

    def connection_lost(self, error: Exception | None) -> None:
        """The end of the body, or a break in it; see `leg.Receiver`."""
        del error
        self._finish()

    def _finish(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        status = answer_status(self._answer)
        body = self._body.decode(errors="replace")
        self._tap.receive_answer(status, self._answer.headers, None, body)
        self._tap.receive_close(Side.SERVER, ABNORMAL, "")
        self._client.close()
        self._server.close()
        self._on_end()


class _UntilGone:
    """Takes what a client sends after it was refused: nothing of it is passed on."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._on_end = on_end

    def receive_data(self, data: bytes) -> None:
        del data
        self._on_end()

    def receive_eof(self) -> None:
        """A client may end its direction and still read the answer."""

    def connection_lost(self, error: Exception | None) -> None:
        del error
        self._on_end()


def _content_length(answer: Head) -> int | None:
    """The length of the body in bytes; None when it ends with the connection, or is chunked."""
    if answer_status(answer) in {204, 304}:
        return 0
    text = answer.header("Content-Length")
    return int(text) if text is not None and text.isdecimal() else None
