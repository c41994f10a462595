"""The way out of one direction: bytes for its destination, and the queue of what is held back.

While a message waits, everything behind it waits too, so that the order stays. It knows whether a
frame of our own may follow what has been written.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from websockets.frames import Frame, Opcode

from ..recordings.event import Fate, Side
from .injection.verdict import Verdict
from .leg import Leg, Pause

if TYPE_CHECKING:
    from ..recordings.conversation import Seen

QUEUE_LIMIT_BYTES: Final = 1024 * 1024
"""When more waits, the sender's bytes are left in the network."""

APART_S: Final = 0.02
"""Long enough for a peer on a busy machine to read what was written before."""


class Waiting:
    """What waits in a queue: a message, or bytes that belong behind one."""

    __slots__ = ("seen", "seq", "verdict", "wire")

    def __init__(
        self,
        wire: bytes,
        *,
        seq: int = 0,
        seen: "Seen | None" = None,
        verdict: Verdict | None = None,
    ) -> None:
        self.wire = wire
        self.seq = seq
        """The message's number; 0 for bytes that are no message of their own."""
        self.seen = seen
        """What the director holds, who is told of its release; None for what only waits its turn."""
        self.verdict = verdict
        """What becomes of it when its turn comes; None: that is not decided yet."""


class Outlet:
    """Where the messages of one side leave.

    Args:
        side: Whose messages they are.
        source: Where they come from; it is not read while too much waits.
        destination: Where they go.
    """

    def __init__(self, side: Side, source: Leg, destination: Leg) -> None:
        self.side = side
        self.is_clear = True
        """A message may go at once: nothing waits and no other is half out. Read for every message."""
        self.refusal: str | None = None
        """Why no frame of our own can go out any more; None when one can."""
        self._source = source
        self._destination = destination
        self._queue: deque[Waiting] = deque()
        self.queued_bytes = 0
        """How much waits."""
        self._is_inside_message = False
        self._apart = b""
        self._timer: asyncio.TimerHandle | None = None
        """Goes off when `_apart` may go."""

    @property
    def is_holding(self) -> bool:
        """Whether something waits."""
        return bool(self._queue)

    @property
    def is_apart(self) -> bool:
        """Whether bytes wait for the moment after those before them."""
        return self._timer is not None

    @property
    def is_inside_message(self) -> bool:
        """Whether the beginning of a message has come, and goes out, that is not whole yet."""
        return self._is_inside_message

    @is_inside_message.setter
    def is_inside_message(self, is_inside: bool) -> None:
        self._is_inside_message = is_inside
        self._look()

    # What goes out.

    def write(self, wire: bytes) -> None:
        """Send bytes to the destination."""
        self._destination.write(wire)

    def write_apart(self, wire: bytes) -> None:
        """Send bytes a moment later, so that they are not read together with those before them.

        The sender is not read until then.
        """
        self._apart += wire
        if self._timer is None:
            self._source.pause_reading(Pause.APART)
            self._timer = asyncio.get_running_loop().call_later(APART_S, self.let_go)

    def let_go(self) -> None:
        """Send at once what has to be apart."""
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        wire, self._apart = self._apart, b""
        self.write(wire)
        self._source.resume_reading(Pause.APART)

    def frame(self, payload: bytes) -> bytes:
        """A text message of our own; towards a server it is masked (RFC 6455, section 5.1)."""
        return Frame(Opcode.TEXT, payload).serialize(mask=self.side is Side.CLIENT)

    def wire_of(self, wire: bytes, verdict: Verdict) -> bytes:
        """What goes out of a message after a verdict that is final."""
        if verdict.fate is Fate.EDITED and verdict.sent is not None:
            return self.frame(verdict.sent)
        return b"" if verdict.fate is Fate.DROPPED else wire

    # What waits.

    @property
    def head_seq(self) -> int:
        """The number of the message that the others wait for; 0 when nothing waits."""
        return next((each.seq for each in self._queue if each.verdict is None), 0)

    def hold(self, waiting: Waiting) -> None:
        """Put something at the queue's end."""
        self._queue.append(waiting)
        self.queued_bytes += len(waiting.wire)
        self._look()

    def decide(self, seq: int, verdict: Verdict) -> bool:
        """Say what becomes of a message that waits; False when it does not."""
        for waiting in self._queue:
            if waiting.seq == seq:
                waiting.verdict = verdict
                return True
        return False

    def decide_all(self, verdict: Verdict) -> None:
        """Say the same of everything that is not decided."""
        for waiting in self._queue:
            waiting.verdict = waiting.verdict or verdict

    def take_decided(self) -> Iterator[tuple[Waiting, Verdict]]:
        """What may go now, in order, up to the first that has to wait on."""
        while self._queue and (verdict := self._queue[0].verdict) is not None:
            waiting = self._queue.popleft()
            self.queued_bytes -= len(waiting.wire)
            self._look()
            yield waiting, verdict

    def _look(self) -> None:
        self.is_clear = not (self._queue or self._is_inside_message)
        if self.queued_bytes > QUEUE_LIMIT_BYTES:
            self._source.pause_reading(Pause.QUEUE)
        elif self._source.is_paused_by(Pause.QUEUE):
            self._source.resume_reading(Pause.QUEUE)
