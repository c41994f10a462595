"""Carries requests out: one method of `Service` for each request of `methods`.

It knows the proxy by the protocol `House` only, and nothing of sockets.
"""

import os
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from websockets.exceptions import ProtocolError
from websockets.frames import Close, Frame, Opcode

from ...recordings.errors import InjectionError, UsageError
from ...recordings.event import Side
from ..injection.director import Director
from ..injection.requests import BY_HAND
from ..injection.rulebook import ALL_SESSIONS
from ..injection.status import Planned, SessionStatus
from ..injection.verdict import Verdict, drop, edit
from ..injection.writing import payload_of
from ..regime import BREAKPOINTS, FAULTS_ON, Regime, mocks_path
from ..steering import Steering
from . import methods, rpc
from .methods import METHODS
from .news import News
from .visit import Visit


class OpenSession(Protocol):
    """A session that can be asked, and told."""

    @property
    def id(self) -> str:
        """The recording's id."""

    @property
    def director(self) -> Director:
        """Decides."""

    @property
    def steering(self) -> Steering[Director]:
        """Carries out."""

    def close(self, code: int, reason: str, why: str) -> None:
        """End it in order."""


class House(Protocol):
    """The proxy, as the control channel sees it."""

    @property
    def url(self) -> str:
        """What an app takes as its base."""

    @property
    def upstream_origin(self) -> str:
        """The server."""

    @property
    def recordings(self) -> Path:
        """The folder."""

    @property
    def live_sessions(self) -> Sequence[OpenSession]:
        """Oldest first."""


class Service:
    """Implements `visit.Answerer`.

    Args:
        house: The proxy.
        regime: Its rules.
        on_subscribe: Called when somebody wants to be told of changes.
    """

    def __init__(self, house: House, regime: Regime, *, on_subscribe: Callable[[], None]) -> None:
        self.news = News(self._status_by_id)
        self._house = house
        self._regime = regime
        self._on_subscribe = on_subscribe
        self._handlers: dict[type[methods.Request[Any]], Callable[[Any], object]] = {
            methods.Status: lambda _: self.status(),
            methods.SessionsList: lambda _: self.status().sessions,
            methods.SessionShow: lambda it: self._session(it.session).director.status(),
            methods.SessionClose: self._close,
            methods.InjectOutput: self._inject_output,
            methods.InjectResponse: self._inject_response,
            methods.InjectEvent: self._inject_event,
            methods.InjectCall: self._inject_call,
            methods.HeldList: lambda it: self._session(it.session).director.status().held,
            methods.HeldRelease: self._release,
            methods.MocksSet: self._set_mocks,
            methods.MocksGet: lambda _: self._mocks(),
            methods.FaultsList: lambda _: self._faults(),
            methods.FaultsSet: self._set_faults,
            methods.BreakpointsSet: self._set_breakpoints,
        }

    def answer(self, call: rpc.Call, visit: Visit) -> object:
        """The result of a request.

        Raises:
            RpcError: It is no request of the table, or its parameters are wrong.
            RealtapError: It cannot be carried out.
        """
        kind = METHODS.get(call.method)
        if kind is None:
            known = ", ".join(METHODS)
            message = f"there is no method {call.method[:40]!r}: there are {known}"
            raise rpc.RpcError(rpc.ErrorCode.METHOD_NOT_FOUND, message)
        request = rpc.params_of(call, kind)
        if isinstance(request, methods.Subscribe):
            self.news.subscribe(visit)
            self._on_subscribe()
            return self.status()
        return self._handlers[kind](request)

    def leave(self, visit: Visit) -> None:
        """A client is gone."""
        self.news.unsubscribe(visit)

    # The state.

    def status(self) -> methods.ProxyState:
        """The proxy, its sessions and its rules."""
        house, regime = self._house, self._regime
        return methods.ProxyState(
            version=version("realtap"),
            pid=os.getpid(),
            url=house.url,
            upstream=house.upstream_origin,
            recordings=str(house.recordings.absolute()),
            sessions=[session.director.status() for session in house.live_sessions],
            mocks=self._mocks(),
            faults=regime.written(FAULTS_ON),
            breakpoints=regime.written(BREAKPOINTS),
        )

    def _mocks(self) -> methods.MocksState:
        regime = self._regime
        return methods.MocksState(
            source=regime.mocks_source, rules=regime.mock_names, problem=regime.mocks_problem
        )

    def _faults(self) -> list[methods.FaultState]:
        return [
            methods.FaultState(
                name=kind.name,
                summary=kind.summary,
                app_should=kind.app_should,
                parameters={each.name: each.default for each in kind.parameters},
                written=kind.example,
                on=[methods.FaultOn(text, session_id) for text, session_id in on],
            )
            for kind, on in self._regime.faults()
        ]

    def _status_by_id(self, session_id: str) -> SessionStatus | None:
        for session in self._house.live_sessions:
            if session.id == session_id:
                return session.director.status()
        return None

    # Which session is meant.

    def _session(self, session_id: str) -> OpenSession:
        """The session with this id, or a part of one; the newest without.

        Raises:
            InjectionError: There is none, or more than one.
        """
        sessions = self._house.live_sessions
        if not sessions:
            raise InjectionError("no session is open: start the app, or wait until it connects")
        if not session_id:
            return sessions[-1]
        found = [each for each in sessions if each.id == session_id]
        found = found or [each for each in sessions if session_id in each.id]
        if len(found) == 1:
            return found[0]
        told = ", ".join(each.id for each in (found or sessions))
        which = "means more than one of" if found else "is none of the open sessions:"
        raise InjectionError(f"{session_id!r} {which} {told}")

    # What is sent.

    def _inject_output(self, request: methods.InjectOutput) -> Planned:
        return self._plan(
            request.session,
            Side.CLIENT,
            lambda director: director.answer_call(
                call_id=request.call_id,
                name=request.name,
                output=request.output,
                respond=request.respond,
                now=request.now,
                dry_run=request.dry_run,
            ),
        )

    def _inject_response(self, request: methods.InjectResponse) -> Planned:
        return self._plan(
            request.session,
            Side.CLIENT,
            lambda director: director.request_response(
                request.response, now=request.now, dry_run=request.dry_run
            ),
        )

    def _inject_event(self, request: methods.InjectEvent) -> Planned:
        return self._plan(
            request.session,
            request.side,
            lambda director: director.send_event(
                request.side,
                request.event,
                now=request.now,
                validate=request.validate,
                dry_run=request.dry_run,
            ),
        )

    def _inject_call(self, request: methods.InjectCall) -> Planned:
        return self._plan(
            request.session,
            Side.SERVER,
            lambda director: director.make_call(
                request.name,
                request.arguments,
                answer=request.answer,
                now=request.now,
                dry_run=request.dry_run,
            ),
        )

    def _plan(self, session_id: str, side: Side, ask: Callable[[Director], Planned]) -> Planned:
        """Ask a session's director, and have it done at once."""
        session = self._session(session_id)
        session.steering.check(side)
        planned = ask(session.director)
        session.steering.poll()
        return planned

    # What waits, and how a session ends.

    def _release(self, request: methods.HeldRelease) -> methods.Done:
        session = self._session(request.session)
        session.director.release(request.seq, _verdict(request))
        session.steering.poll()
        return methods.Done()

    def _close(self, request: methods.SessionClose) -> methods.Done:
        session = self._session(request.session)
        try:
            Frame(Opcode.CLOSE, Close(request.code, request.reason).serialize()).check()
        except ProtocolError as error:
            raise UsageError(f"a close frame cannot say that: {error}") from error
        session.close(request.code, request.reason, BY_HAND)
        return methods.Done()

    # The rules.

    def _set_mocks(self, request: methods.MocksSet) -> methods.MocksState:
        if request.path is not None and request.toml is not None:
            raise UsageError("mocks come from a path or from TOML, not from both: leave one out")
        if request.path is not None:
            self._regime.follow(mocks_path(request.path))
        else:
            self._regime.set_mocks(request.toml or "")
        return self._mocks()

    def _set_faults(self, request: methods.FaultsSet) -> methods.Done:
        session_id = self._session(request.session).id if request.session else ALL_SESSIONS
        self._regime.set_faults(request.faults, session_id=session_id)
        return methods.Done()

    def _set_breakpoints(self, request: methods.BreakpointsSet) -> methods.Done:
        session_id = self._session(request.session).id if request.session else ALL_SESSIONS
        self._regime.set_breakpoints(
            request.filters, timeout_s=request.timeout_s, session_id=session_id
        )
        return methods.Done()


def _verdict(request: methods.HeldRelease) -> Verdict:
    match request.action:
        case "forward":
            return Verdict(why=BY_HAND)
        case "drop":
            return drop(BY_HAND)
        case "edit":
            if request.event is None:
                raise UsageError("the action edit needs the event that goes out instead")
            return edit(payload_of(request.event), BY_HAND)
