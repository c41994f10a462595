"""What the control channel can be asked: each request a struct, with the type of its answer.

The table `METHODS` is made of these; dispatch, client and documentation go by it.
"""

from typing import Any, ClassVar, Literal

import msgspec

from ...recordings.event import Json, Side
from ..injection.status import HeldStatus, Planned, SessionStatus

# What is answered.


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """It was carried out; there is nothing to tell."""


class ProxyState(msgspec.Struct, frozen=True, kw_only=True):
    """The proxy and its open sessions."""

    version: str
    pid: int
    url: str
    """What an app takes as its base."""
    upstream: str
    recordings: str
    """The folder."""
    sessions: list[SessionStatus]
    """Oldest first."""
    mocks: "MocksState"
    faults: list[str]
    """Those for all sessions, as they were written."""
    breakpoints: list[str]
    """The filters of those for all sessions."""


class MocksState(msgspec.Struct, frozen=True, kw_only=True):
    """The mocks that are in force."""

    source: str
    """A file's path, `text` for what was set by hand, or empty."""
    rules: list[str]
    """Their names."""
    problem: str | None = None
    """Why the file as it is now is not in force."""


class FaultOn(msgspec.Struct, frozen=True):
    """A fault that is on."""

    written: str
    """`name` or `name:key=value,key=value`."""
    session: str = ""
    """The only session that it is on in; empty: in all."""

    @property
    def name(self) -> str:
        """Which fault it is."""
        return fault_name(self.written)

    def __str__(self) -> str:
        return f"{self.written} in {self.session}" if self.session else self.written


def fault_name(written: str) -> str:
    """The name in `name:key=value`."""
    return written.partition(":")[0].strip()


class FaultState(msgspec.Struct, frozen=True, kw_only=True):
    """A fault that can be switched on."""

    name: str
    summary: str
    app_should: str
    """What an app should do about it."""
    parameters: dict[str, Any]
    """With their defaults."""
    written: str
    """`name:key=value,key=value` with all defaults, to be edited."""
    on: list[FaultOn]
    """Where it is on."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The `params` of a `state` notification: something has changed."""

    what: Literal["began", "ended", "session", "rules"]
    session: SessionStatus | None = None
    """The session as it is now, or was in the end; null for `rules`."""


# What can be asked.


class Request[R](msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request whose answer is an R: `await control.ask(SessionsList())`."""

    method: ClassVar[str]
    """Its name on the wire."""
    result: ClassVar[Any]
    """The type of its answer."""


class Status(Request[ProxyState], frozen=True, kw_only=True):
    """The proxy, its sessions and its rules."""

    method = "status"
    result = ProxyState


class SessionsList(Request[list[SessionStatus]], frozen=True, kw_only=True):
    """The open sessions, oldest first."""

    method = "sessions.list"
    result = list[SessionStatus]


class SessionShow(Request[SessionStatus], frozen=True, kw_only=True):
    """One session."""

    method = "session.status"
    result = SessionStatus
    session: str = ""
    """Its id, or a part of it that no other has; the newest open one without it. So everywhere."""


class SessionClose(Request[Done], frozen=True, kw_only=True):
    """End a session in order, with a close frame to both peers."""

    method = "session.close"
    result = Done
    session: str = ""
    code: int = 1000
    reason: str = ""


class InjectOutput(Request[Planned], frozen=True, kw_only=True):
    """Answer a pending call; `response.create` follows at the right time."""

    method = "inject.output"
    result = Planned
    session: str = ""
    call_id: str = ""
    """Which call; or `name`."""
    name: str = ""
    """The oldest pending call of this function."""
    output: str
    respond: bool = True
    """False: the output only, no `response.create`."""
    now: bool = False
    """Send all of it at once, whatever the session is doing."""
    dry_run: bool = False
    """Only tell what would be sent, and when. So everywhere."""


class InjectResponse(Request[Planned], frozen=True, kw_only=True):
    """Ask for a response, as soon as none is active."""

    method = "inject.response"
    result = Planned
    session: str = ""
    response: Json | None = None
    """The options of `response.create`."""
    now: bool = False
    dry_run: bool = False


class InjectEvent(Request[Planned], frozen=True, kw_only=True):
    """Send any event."""

    method = "inject.event"
    result = Planned
    session: str = ""
    side: Side
    """Whom it plays: a `client` event goes to the server, a `server` event to the app."""
    event: Json
    now: bool = False
    validate: bool = True
    """False: send it even if it is not what the reference says."""
    dry_run: bool = False


class InjectCall(Request[Planned], frozen=True, kw_only=True):
    """Make up a function call for the app to answer; the server never hears of it."""

    method = "inject.call"
    result = Planned
    session: str = ""
    name: str
    arguments: str = "{}"
    """JSON."""
    answer: str | None = None
    """What the model then says; without it, nothing."""
    now: bool = False
    dry_run: bool = False


class HeldList(Request[list[HeldStatus]], frozen=True, kw_only=True):
    """The messages that wait at breakpoints."""

    method = "held.list"
    result = list[HeldStatus]
    session: str = ""


class HeldRelease(Request[Done], frozen=True, kw_only=True):
    """Let a held message go on, drop it, or send another text in its place."""

    method = "held.release"
    result = Done
    session: str = ""
    seq: int
    action: Literal["forward", "drop", "edit"] = "forward"
    event: Json | None = None
    """The other text, for `edit`."""


class MocksSet(Request[MocksState], frozen=True, kw_only=True):
    """Replace the mocks: by TOML, by a file that is read again when it changes, or by none."""

    method = "mocks.set"
    result = MocksState
    toml: str | None = None
    path: str | None = None
    """Absolute, or relative to where the proxy was started."""


class MocksGet(Request[MocksState], frozen=True, kw_only=True):
    """The mocks that are in force."""

    method = "mocks.get"
    result = MocksState


class FaultsList(Request[list[FaultState]], frozen=True, kw_only=True):
    """All faults, and which of them are on."""

    method = "faults.list"
    result = list[FaultState]


class FaultsSet(Request[Done], frozen=True, kw_only=True):
    """Replace the faults that are on: for a session, or for all without one."""

    method = "faults.set"
    result = Done
    session: str = ""
    faults: list[str]
    """`name` or `name:key=value,key=value`; an empty list switches all off."""


class BreakpointsSet(Request[Done], frozen=True, kw_only=True):
    """Replace the breakpoints: for a session, or for all without one."""

    method = "breakpoints.set"
    result = Done
    session: str = ""
    filters: list[str]
    """In the filter language; an empty list takes all away."""
    timeout_s: float | None = 60.0
    """After this a message goes on by itself; null: never."""


class Subscribe(Request[ProxyState], frozen=True, kw_only=True):
    """From now on, `state` notifications tell what changes; the answer is the state now."""

    method = "subscribe"
    result = ProxyState


METHODS: dict[str, type[Request[Any]]] = {
    request.method: request
    for request in (
        Status,
        SessionsList,
        SessionShow,
        SessionClose,
        InjectOutput,
        InjectResponse,
        InjectEvent,
        InjectCall,
        HeldList,
        HeldRelease,
        MocksSet,
        MocksGet,
        FaultsList,
        FaultsSet,
        BreakpointsSet,
        Subscribe,
    )
}
"""All of them by name, in the order of the documentation."""

STATE = "state"
"""The method of the notifications."""
