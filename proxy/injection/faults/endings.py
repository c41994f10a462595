"""Ends that a session should not have: cut in the middle of a frame, closed, expired."""

from typing import Annotated, Final

from msgspec import Meta

from ....recordings.conversation import Seen
from ....recordings.event import Side
from ...schedule import Timer
from ...simulator import faults as complaints
from ..quota import Quota
from ..rule import Desk
from ..verdict import Verdict, hold
from .fault import Fault
from .moment import Moment
from .settings import Ending, Skipped

_LONGEST_REASON: Final = 123
"""Bytes of a close frame's reason (RFC 6455, section 5.5)."""


class CutSettings(Ending, frozen=True, kw_only=True):
    """Of a connection that breaks."""

    when: Annotated[
        str, Meta(description="the event at which it breaks: a type, a pattern, audio or any")
    ] = "audio"
    after: Skipped = 0


class Cut(Fault[CutSettings]):
    """The connection breaks; of a server's message the app gets half a frame."""

    def __init__(self, name: str, settings: CutSettings, sessions: Quota) -> None:
        super().__init__(name, settings, sessions)
        self._moment = Moment(settings.when)
        self._quota = Quota(1, skip=settings.after)
        self.kinds = self._moment.kinds

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """Cut at the moment; a client's message still goes to the server.

        A server's message is held, so that nothing that came together with it goes on before the cut.
        """
        if not self._moment.has_come(seen) or not self._quota.take() or not self.sessions.take():
            return None
        if seen.side is Side.CLIENT:
            desk.cut(why=self.name)
            return None
        desk.cut(why=self.name, partial=seen.event.payload)
        return hold(self.name)


class CloseSettings(Ending, frozen=True, kw_only=True):
    """Of a session that the server closes."""

    code: Annotated[int, Meta(ge=1000, le=4999, description="the close code")] = 1011
    reason: Annotated[str, Meta(description="the close frame's reason")] = ""
    when: Annotated[
        str, Meta(description="the event behind which it closes: a type, a pattern, audio or any")
    ] = "response.created"
    after: Skipped = 0

    def __post_init__(self) -> None:
        """Raises ValueError for what no close frame can say."""
        if 1004 <= self.code <= 1006 or 1014 < self.code < 3000:
            raise ValueError(
                f"code {self.code} cannot be sent; there are 1000 to 1014 without 1004 to 1006, "
                "and 3000 to 4999"
            )
        if len(self.reason.encode()) > _LONGEST_REASON:
            raise ValueError(f"the reason is longer than {_LONGEST_REASON} bytes")


class Close(Fault[CloseSettings]):
    """The server closes the session, for no reason that the app has given."""

    def __init__(self, name: str, settings: CloseSettings, sessions: Quota) -> None:
        super().__init__(name, settings, sessions)
        self._moment = Moment(settings.when)
        self._quota = Quota(1, skip=settings.after)
        self.kinds = self._moment.kinds

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """Close behind the message."""
        if self._moment.has_come(seen) and self._quota.take() and self.sessions.take():
            desk.close(Side.SERVER, self.settings.code, self.settings.reason, why=self.name)
        return None


class SessionExpiredSettings(Ending, frozen=True, kw_only=True):
    """Of a session that is too old too early."""

    seconds: Annotated[
        float,
        Meta(ge=0, description="how long after the fault was switched on, or the session began"),
    ] = 10.0
    minutes: Annotated[int, Meta(ge=1, description="how long sessions last, as the error says")] = (
        60
    )


class SessionExpired(Fault[SessionExpiredSettings]):
    """The session reaches its greatest age: an error, and then the close."""

    def __init__(self, name: str, settings: SessionExpiredSettings, sessions: Quota) -> None:
        super().__init__(name, settings, sessions)
        self._timer: Timer | None = None

    def start(self, desk: Desk) -> None:
        """Let the time run."""
        self._timer = desk.after(self.settings.seconds, lambda: self._expire(desk))

    def stop(self, desk: Desk) -> None:  # noqa: ARG002 -- as the protocol has it
        """The session may live."""
        if self._timer is not None:
            self._timer.cancel()

    def _expire(self, desk: Desk) -> None:
        if not self.sessions.take():
            return
        complaint = complaints.session_expired(self.settings.minutes)
        self.tell(desk, complaint.event(self.ids.event()))
        desk.close(Side.SERVER, complaints.CLOSE_EXPIRED, complaint.close_reason, why=self.name)
