"""Findings about the end of a session: close codes decoded, and what was lost with it.

They belong to the family `lifecycle`. The end of a file is no close: a recording that just stops
says nothing about its session.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from ..conversation import Conversation
from ..event import Closed, Side
from ..plain import cut
from .finding import Finding, Severity
from .handshake import agent_of
from .rule import Rule
from .wording import shown

SWITCHING_PROTOCOLS: Final = 101
"""The status of a handshake that opened a session."""

_REASON_CHARACTERS: Final = 200

_CODES: Mapping[int, str] = {
    1001: "going away",
    1002: "protocol error",
    1003: "cannot accept this kind of data",
    1006: "no close frame: the connection just broke",
    1007: "a message of the wrong encoding",
    1008: "policy violation",
    1009: "message too big",
    1010: "an extension is missing",
    1011: "internal error, or no answer to a ping",
    1012: "the server restarts",
    1013: "try again later",
    1014: "a gateway got no answer",
}
"""RFC 6455, section 7.4.1, and the IANA registry."""


class _Ending(Rule, ABC):
    """Looks at the close."""

    def finish(self, state: Conversation) -> Iterator[Finding]:
        closed, opened = state.closed, state.opened
        is_refused = opened is not None and opened.status != SWITCHING_PROTOCOLS
        if closed is not None and is_theirs(closed) and not is_refused:
            yield from self.look(closed, state)

    @abstractmethod
    def look(self, closed: Closed, state: Conversation) -> Iterator[Finding]:
        """What there is to tell about the end of a session."""


def is_theirs(closed: Closed | None, side: Side | None = None) -> bool:
    """Whether one of the two, or this one, ended the session, and not the proxy."""
    if closed is None or closed.extra.get("origin") == "injected":
        return False
    return side is None or closed.side is side


def _is_expired(closed: Closed, state: Conversation) -> bool:
    """Whether the server ended the session because its time was over."""
    if closed.side is not Side.SERVER or closed.code not in {1000, 1001}:
        return False
    words = closed.reason.lower()
    if "maximum duration" in words or "expired" in words:
        return True
    return any(each.code == "session_expired" for each in state.errors)


class SessionExpired(_Ending):
    """The server ended the session at its maximum duration."""

    slug = "session-expired"
    severity = Severity.WARNING

    def look(self, closed: Closed, state: Conversation) -> Iterator[Finding]:
        if not _is_expired(closed, state):
            return
        reason = cut(closed.reason, _REASON_CHARACTERS)
        error = next((each.seq for each in state.errors if each.code == "session_expired"), 0)
        yield self.finding(
            closed.at,
            (error,),
            f"the server ended the session because its time was over: close {closed.code}"
            f"{f', {reason}' if reason else ''}",
            "open the next session before expires_at; code 1001 counts as a clean close, and many "
            "clients end without an error",
        )


class AuthenticationRefused(_Ending):
    """OpenAI's server refused the key, after the 101."""

    slug = "authentication-refused"
    severity = Severity.ERROR

    def look(self, closed: Closed, state: Conversation) -> Iterator[Finding]:
        if closed.code == 3000 and closed.side is Side.SERVER:
            yield self.finding(
                closed.at,
                (_last_error(state),),
                f"the server refused the key: close 3000{_reason(closed)}, after HTTP 101",
                "look at the key: it is missing, wrong or of another project; the status of the "
                "handshake tells nothing here",
            )


class ConnectionRejected(_Ending):
    """The server ended the session because of what was asked of it."""

    slug = "connection-rejected"
    severity = Severity.ERROR
    codes: ClassVar[frozenset[int]] = frozenset({1002, 1003, 1007, 1008, 1010})

    def look(self, closed: Closed, state: Conversation) -> Iterator[Finding]:
        is_own_code = 3001 <= closed.code <= 4999
        if closed.side is not Side.SERVER or not (is_own_code or closed.code in self.codes):
            return
        yield self.finding(
            closed.at,
            (_last_error(state),),
            f"the server ended the session: close {_code(closed)}{_reason(closed)}",
            _advice_for_reason(closed.reason),
        )


_REASONS: Mapping[str, str] = {
    "beta_api_shape_disabled": (
        "remove the header `OpenAI-Beta: realtime=v1`, and use a client library that speaks GA"
    ),
    "invalid_model": "use a model that the server has in realtime mode",
    "missing_model": "add `?model=…` to the URL",
}


def _advice_for_reason(reason: str) -> str:
    """What to do about `invalid_request_error.invalid_model`: the code stands behind the dot."""
    code = reason.rpartition(".")[2].strip()
    return _REASONS.get(
        code, "mend what the reason and the last error say; the same request ends the same way"
    )


class MessageTooBig(_Ending):
    """A side ended the session over a message that was longer than it takes."""

    slug = "message-too-big"
    severity = Severity.ERROR

    def look(self, closed: Closed, state: Conversation) -> Iterator[Finding]:
        if closed.code != 1009:
            return
        is_client = closed.side is Side.CLIENT
        agent = agent_of(state.header)
        who = f"the client{f' ({cut(agent, 80)})' if agent else ''}" if is_client else "the server"
        yield self.finding(
            closed.at,
            (),
            f"{who} ended the session over a message longer than it takes: close 1009{_reason(closed)}",
            "raise the client library's limit: max_size in websockets, max_msg_size in aiohttp"
            if is_client
            else "send smaller messages: pieces of audio of 20 to 200 ms, smaller images",
        )


class ConnectionLost(_Ending):
    """The connection broke, or a side gave it up."""

    slug = "connection-lost"
    severity = Severity.WARNING
    by_server: ClassVar[frozenset[int]] = frozenset({1001, 1006, 1011, 1012, 1013, 1014})
    by_client: ClassVar[frozenset[int]] = frozenset({1002, 1007, 1011})
    """A client that is just gone (1006) or goes away (1001) has mostly been closed by its user."""

    def look(self, closed: Closed, state: Conversation) -> Iterator[Finding]:
        codes = self.by_server if closed.side is Side.SERVER else self.by_client
        if closed.code not in codes or _is_expired(closed, state):
            return
        open_responses = state.responses.active
        lost = (
            f" in the middle of the response {shown(open_responses[-1].id)}"
            if open_responses
            else ""
        )
        yield self.finding(
            closed.at,
            tuple(each.seq for each in open_responses[-1:]),
            f"the connection was lost{lost}: the {closed.side} ended it with close {_code(closed)}"
            f"{_reason(closed)}",
            "connect again, and tell the new session what matters of the conversation"
            + ("; the answer that was lost is incomplete" if lost else ""),
            severity=Severity.ERROR if lost else None,
        )


class AnswerCutOff(_Ending):
    """The client ended the session while a response was active."""

    slug = "answer-cut-off"
    severity = Severity.INFO

    def look(self, closed: Closed, state: Conversation) -> Iterator[Finding]:
        open_responses = state.responses.active
        is_lost = closed.code in ConnectionLost.by_client
        if closed.side is not Side.CLIENT or not open_responses or is_lost:
            return
        last = open_responses[-1]
        yield self.finding(
            closed.at,
            (last.seq,),
            f"the client ended the session (close {_code(closed)}) in the middle of the response {shown(last.id)}",
            "nothing, if the user hung up; else wait for response.done before the close",
        )


def _code(closed: Closed) -> str:
    words = _CODES.get(closed.code)
    return f"{closed.code} ({words})" if words else str(closed.code)


def _reason(closed: Closed) -> str:
    return f", {cut(closed.reason, _REASON_CHARACTERS)}" if closed.reason else ""


def _last_error(state: Conversation) -> int:
    """The number of the last `error`: OpenAI's server says one before it refuses; else 0."""
    return state.errors[-1].seq if state.errors else 0


RULES: tuple[type[Rule], ...] = (
    SessionExpired,
    AuthenticationRefused,
    ConnectionRejected,
    MessageTooBig,
    ConnectionLost,
    AnswerCutOff,
)
