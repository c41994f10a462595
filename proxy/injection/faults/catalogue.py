"""All faults there are, by name."""

from collections.abc import Mapping
from typing import Final

from .endings import Close, CloseSettings, Cut, CutSettings, SessionExpired, SessionExpiredSettings
from .failures import RateLimit, RateLimitSettings, ResponseFailed, ResponseFailedSettings
from .kind import FaultKind
from .requests import ActiveResponse, LateCancel
from .server_events import DelayedTranscript, DelayedTranscriptSettings, LostSessionUpdated
from .settings import Repeated
from .slowness import SlowAudio, SlowAudioSettings, Stall, StallSettings

_KINDS = (
    FaultKind(
        "response-failed",
        summary="the running response, or the next one, ends with status failed and an error code",
        app_should=(
            "read response.done.response.status, tell the user, and ask again for server_error only; "
            "no error event comes"
        ),
        settings=ResponseFailedSettings,
        rule=ResponseFailed,
    ),
    FaultKind(
        "active-response",
        summary="a response.create is refused with conversation_already_has_active_response",
        app_should=(
            "wait for response.done before the next response.create, and send it again after this error"
        ),
        settings=Repeated,
        rule=ActiveResponse,
    ),
    FaultKind(
        "rate-limit",
        summary=(
            "a response fails with rate_limit_exceeded, and rate_limits.updated says that no token is left"
        ),
        app_should="wait for reset_seconds, then ask again; not at once, and not for ever",
        settings=RateLimitSettings,
        rule=RateLimit,
    ),
    FaultKind(
        "late-cancel",
        summary=(
            "a response.cancel reaches the server when the response is over, which answers "
            "response_cancel_not_active"
        ),
        app_should="take this error as harmless, and stop playing when it cancels, not when it is told to",
        settings=Repeated,
        rule=LateCancel,
    ),
    FaultKind(
        "lost-session-updated",
        summary="session.updated does not come, though the update is in force",
        app_should="not wait for it for ever: go on, or say after some seconds what is missing",
        settings=Repeated,
        rule=LostSessionUpdated,
    ),
    FaultKind(
        "delayed-transcript",
        summary="what the user said is written down seconds later, after the answer to it",
        app_should="attach a transcript by its item_id, never by the order of arrival",
        settings=DelayedTranscriptSettings,
        rule=DelayedTranscript,
    ),
    FaultKind(
        "cut",
        summary="the connection breaks in the middle of a frame, without a close frame",
        app_should="connect again with a growing delay, restore session and history, and tell the user",
        settings=CutSettings,
        rule=Cut,
    ),
    FaultKind(
        "close",
        summary="the server closes the session with a code and a reason",
        app_should="look at the code: connect again for 1001, 1006, 1011 and 1012, not for 1008 and 3000",
        settings=CloseSettings,
        rule=Close,
    ),
    FaultKind(
        "session-expired",
        summary="the session reaches its greatest age early: an error session_expired, then close 1001",
        app_should="begin a new session before expires_at, and hand the conversation over",
        settings=SessionExpiredSettings,
        rule=SessionExpired,
    ),
    FaultKind(
        "stall",
        summary="nothing comes for some seconds; then everything comes at once, in its order",
        app_should="show that it waits, keep the connection for some seconds, and take the burst",
        settings=StallSettings,
        rule=Stall,
    ),
    FaultKind(
        "slow-audio",
        summary="a response's audio comes slower than it is played",
        app_should="buffer some audio before it plays, and wait without noise when the buffer is empty",
        settings=SlowAudioSettings,
        rule=SlowAudio,
    ),
)

FAULTS: Final[Mapping[str, FaultKind]] = {kind.name: kind for kind in _KINDS}
"""In the order in which they are told."""
