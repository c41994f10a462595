"""What a test gets: a running server, and afterwards what the app did with it."""

from collections.abc import Sequence
from typing import Protocol

from ...recordings.conversation import Call, Conversation
from ...recordings.event import Json
from ...recordings.findings.finding import Finding, Severity
from ...recordings.replay.mismatch import MARKER, Mismatch
from ...recordings.replay.outcome import Outcome
from ...recordings.replay.script import Script
from .settings import Settings


class Backend(Protocol):
    """Who plays the server: a replay, or the relay to a real one that is recorded."""

    @property
    def http_url(self) -> str:
        """The base URL for clients that take `http://`."""

    @property
    def scripts(self) -> Sequence[Script]:
        """What is played, one for each connection."""

    @property
    def replayed(self) -> int:
        """Sessions that were played from recordings."""

    @property
    def recorded(self) -> int:
        """Sessions that were recorded."""

    def outcomes(self) -> list[Outcome]:
        """What the sessions came to, in their order."""

    def mismatch(self) -> Mismatch | None:
        """What went another way than recorded so far."""

    def finish(self) -> Mismatch | None:
        """The app is done: also what it has not said."""

    def unplayed(self) -> list[str]:
        """What of the recordings was not asked for, in words."""


class RealtapSession:
    """A server for one test; several sessions when the app connects several times.

    The fixture `realtap_session` gives it.
    """

    def __init__(self, backend: Backend, settings: Settings) -> None:
        self.settings = settings
        self.backend = backend

    # Before and while the app runs.

    @property
    def http_url(self) -> str:
        """The base URL for clients that take `http://`: `OPENAI_BASE_URL` has it already."""
        return self.backend.http_url

    @property
    def url(self) -> str:
        """The base URL for clients that take `ws://`; they append `/realtime?model=…`."""
        return self.backend.http_url.replace("http://", "ws://", 1)

    # Afterwards.

    @property
    def sessions(self) -> list[Outcome]:
        """What each connection of the app came to, in order."""
        return self.backend.outcomes()

    @property
    def sent(self) -> list[Json]:
        """The events that the app sent, in all its sessions."""
        return [event for session in self.sessions for event in session.sent]

    @property
    def received(self) -> list[Json]:
        """The events that the app received, in all its sessions."""
        return [event for session in self.sessions for event in session.received]

    @property
    def calls(self) -> list[Call]:
        """The function calls of all sessions, with their arguments and outputs."""
        return [call for session in self.sessions for call in session.calls]

    @property
    def findings(self) -> list[Finding]:
        """What is wrong, in all sessions."""
        return [finding for session in self.sessions for finding in session.findings]

    @property
    def conversation(self) -> Conversation:
        """Items, responses, calls and settings of the last session.

        Raises:
            LookupError: The app has not connected.
        """
        sessions = self.sessions
        if not sessions:
            raise LookupError(f"the app has not connected to {self.url}")
        return sessions[-1].conversation

    @property
    def mismatch(self) -> Mismatch | None:
        """Where the app did something else than recorded; None as long as it did not."""
        return self.backend.mismatch()

    def assert_finished(self) -> None:
        """The app said everything that it said when it was recorded, in every session.

        Raises:
            AssertionError: It did not; the message tells where it stopped.
        """
        __tracebackhide__ = True  # pytest's traceback ends at the line of the test
        mismatch = self.backend.finish()
        if mismatch is not None:
            raise AssertionError(mismatch.text(MARKER))
        left = self.backend.unplayed()
        if left:
            raise AssertionError("not all was replayed: " + "; ".join(left))

    def complaint(self) -> str:
        """Why the test fails though it passed by itself; empty when it does not."""
        if (mismatch := self.mismatch) is not None:
            return mismatch.text(MARKER)
        return _told(self._failing_findings())

    def _failing_findings(self) -> list[Finding]:
        if self.settings.fail_on == "never":
            return []
        level = Severity(self.settings.fail_on)
        return [each for each in self.findings if each.severity.is_at_least(level)]


def _told(findings: Sequence[Finding]) -> str:
    lines = [f"{each.severity} {each.slug}: {each.what}\n  {each.todo}" for each in findings]
    return "\n".join(lines)
