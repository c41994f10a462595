"""Who wants to know what changes: subscribers, told at most twenty times a second."""

import asyncio
from collections.abc import Callable
from typing import Final, Literal, Protocol

import msgspec

from ..injection.status import SessionStatus
from . import rpc
from .methods import STATE, Change

INTERVAL_S: Final = 0.05
"""Changes that come closer together are told as one."""


class Listener(Protocol):
    """A client of the control channel."""

    def notify(self, message: bytes) -> None:
        """Send it a notification."""


class News:
    """Collects changes of sessions and tells them to the subscribers.

    Args:
        state_of: A session's state by its id; None when it is over.
    """

    def __init__(self, state_of: Callable[[str], SessionStatus | None]) -> None:
        self._state_of = state_of
        self._subscribers: list[Listener] = []
        self._changed: dict[str, Literal["began", "session", "rules"]] = {}
        """By session id; the rules' is empty."""
        self._told: dict[str, object] = {}
        """What was told last of each session, without what changes with every message."""
        self._timer: asyncio.TimerHandle | None = None

    # The channel's side.

    def subscribe(self, listener: Listener) -> None:
        """Tell a client from now on."""
        if listener not in self._subscribers:
            self._subscribers.append(listener)

    @property
    def has_subscribers(self) -> bool:
        """Whether anybody listens."""
        return bool(self._subscribers)

    def unsubscribe(self, listener: Listener) -> None:
        """A client is gone."""
        if listener in self._subscribers:
            self._subscribers.remove(listener)

    def stop(self) -> None:
        """The proxy stops."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # The proxy's side.

    def begin(self, session_id: str) -> None:
        """A session is open."""
        self._note(session_id, "began")

    def change(self, session_id: str) -> None:
        """Something may have changed in a session."""
        # Asked for each message that a director sees: nothing is done where nobody listens.
        if self._subscribers and session_id not in self._changed:
            self._note(session_id, "session")

    def change_rules(self) -> None:
        """The rules have changed."""
        self._note("", "rules")

    def end(self, last: SessionStatus) -> None:
        """A session is over: told at once, because nothing can be asked about it later."""
        self._changed.pop(last.id, None)
        self._told.pop(last.id, None)
        self._tell(Change(what="ended", session=last))

    # Private.

    def _note(self, session_id: str, what: Literal["began", "session", "rules"]) -> None:
        if not self._subscribers:
            return
        self._changed.setdefault(session_id, what)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(INTERVAL_S, self._tell_changes)

    def _tell_changes(self) -> None:
        self._timer = None
        changed, self._changed = self._changed, {}
        for session_id, what in changed.items():
            if what == "rules":
                self._tell(Change(what="rules"))
                continue
            state = self._state_of(session_id)
            if state is None:
                continue
            lasting = _lasting(state)
            if what == "session" and self._told.get(session_id) == lasting:
                continue
            self._told[session_id] = lasting
            self._tell(Change(what=what, session=state))

    def _tell(self, change: Change) -> None:
        message = rpc.notification(STATE, change)
        for subscriber in tuple(self._subscribers):
            subscriber.notify(message)


def _lasting(state: SessionStatus) -> object:
    """What of a state is worth telling: not the clock, not the count."""
    return msgspec.structs.replace(state, now_s=0.0, last_seq=0)
