"""Findings about `error` events: each of them, with the event of the client that it answers."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..conversation import Conversation
from ..conversation.errors_seen import ErrorSeen
from ..plain import cut
from .finding import Finding, Severity
from .rule import Rule
from .wording import shown

_MESSAGE_CHARACTERS: Final = 300

HARMLESS = frozenset({"response_cancel_not_active"})
"""Errors that change nothing: what the client wanted is so already."""

FATAL = frozenset(
    {
        "account_deactivated",
        "billing_hard_limit_reached",
        "credit_balance_exhausted",
        "insufficient_quota",
        "invalid_api_key",
    }
)
"""Errors that no new connection mends."""

ADVICE: Mapping[str, str] = {
    "account_deactivated": "the account is closed: a new connection ends the same way",
    "billing_hard_limit_reached": "raise the billing limit: a new connection ends the same way",
    "conversation_already_has_active_response": (
        "wait for response.done, or cancel the active response, before the next response.create"
    ),
    "credit_balance_exhausted": "top the account up: a new connection ends the same way",
    "input_audio_buffer_commit_empty": (
        "append at least 100 ms of audio before the commit, and do not commit while turn detection "
        "is on: the server has committed by itself"
    ),
    "insufficient_quota": "look at plan and billing: a new connection ends the same way",
    "invalid_api_key": "use a key that is valid for this server",
    "invalid_json": "send one JSON object in each text message",
    "invalid_tool_call_id": "copy the call_id of the function_call item into its output",
    "missing_required_parameter": "add the field that the message names",
    "rate_limit_exceeded": "slow down: rate_limits.updated tells when there is room again",
    "session_expired": "open a new session before the old one's expires_at",
    "unknown_parameter": "remove or rename the field that the message names",
}
"""What to do about an error, by its code."""


class _AfterErrors(Rule, ABC):
    """Looks at each `error` once the conversation knows what it answers."""

    def __init__(self) -> None:
        self._last_seq = 0

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # errors have their own time
        if not state.errors or state.errors[-1].seq <= self._last_seq:
            return ()
        new = [each for each in state.errors if each.seq > self._last_seq]
        self._last_seq = state.errors[-1].seq
        return [finding for error in new for finding in self.look(error, state)]

    def finish(self, state: Conversation) -> Iterable[Finding]:
        return self.tick(state.last_at, state)

    @abstractmethod
    def look(self, error: ErrorSeen, state: Conversation) -> Iterable[Finding]:
        """What there is to tell about an error."""


class ServerError(_AfterErrors):
    """The server reports an error."""

    slug = "server-error"
    severity = Severity.ERROR

    def look(self, error: ErrorSeen, state: Conversation) -> Iterator[Finding]:
        # A rejected update is told with all that it takes along: `session-update-rejected`.
        is_update = any(each.answer_seq == error.seq for each in state.session.updates)
        if error.code in HARMLESS or is_update:
            return
        yield self.finding(
            error.at,
            (error.seq, error.answers_seq or 0),
            f"the server reports {_told(error)}; {_answered(error)}",
            ADVICE.get(
                error.code, "mend what the message names; the event that it answers had no effect"
            ),
        )


class HarmlessError(_AfterErrors):
    """The server reports an error that changes nothing."""

    slug = "harmless-error"
    severity = Severity.WARNING

    def look(self, error: ErrorSeen, state: Conversation) -> Iterator[Finding]:  # noqa: ARG002 # the code decides
        if error.code in HARMLESS:
            yield self.finding(
                error.at,
                (error.seq, error.answers_seq or 0),
                f"the server reports {_told(error)}; {_answered(error)}",
                "ignore it, or send response.cancel only while a response is active: nothing is lost",
            )


def _told(error: ErrorSeen) -> str:
    name = shown(error.code or error.type or "an error without a code")
    where = f" at `{shown(error.param)}`" if error.param else ""
    return (
        f"`{name}`{where}: {cut(error.message.rstrip('. '), _MESSAGE_CHARACTERS) or 'no message'}"
    )


def _answered(error: ErrorSeen) -> str:
    """What the error answers, and how sure that is."""
    if error.answers_seq is None:
        return f"what it answers is not known: {error.reason}"
    guess = f", a guess: {error.reason}" if error.is_guess else ""
    return f"it answers the client's {shown(error.answers_type or 'message')} at event {error.answers_seq}{guess}"


class ErrorWithoutEventId(_AfterErrors):
    """What an error answers is a guess, because the client names its events by nothing."""

    slug = "error-without-event-id"
    severity = Severity.INFO

    def __init__(self) -> None:
        super().__init__()
        self._is_told = False

    def look(self, error: ErrorSeen, state: Conversation) -> Iterator[Finding]:  # noqa: ARG002 # the error decides
        if self._is_told or error.event_id or not error.is_guess:
            return
        self._is_told = True
        yield self.finding(
            error.at,
            (error.seq, error.answers_seq or 0),
            f"the client sends no event_id, so the error at event {error.seq} names no event, and "
            "what it answers is a guess",
            'send an "event_id" of your own with each event: the server repeats it in its errors',
        )


RULES: tuple[type[Rule], ...] = (
    ServerError,
    HarmlessError,
    ErrorWithoutEventId,
)
