"""Responses that fail, and rate limits that are used up.

The real response is cancelled at the server, and its own `response.done` is edited to say `failed`.
So it has the shape and the ids of the server at hand, and comes when the server is free again: an app
that tries again meets no active response.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final, Literal

from msgspec import Meta

from ....recordings.conversation import Seen
from ....recordings.conversation.bounded import BoundedDict
from ....recordings.dialects import Dialect
from ....recordings.event import Json, Side
from ....recordings.paths import Path
from ....recordings.plain import objects_of
from ...simulator import faults as complaints
from ..quota import Quota
from ..rule import Desk
from ..splicing import with_field
from ..verdict import Verdict, drop, edit
from .fault import Fault
from .settings import Repeated

_ITEMS_KEPT: Final = 256
_STATUS: Final = Path.parse("response.status")
_DETAILS: Final = Path.parse("response.status_details")
_OUTPUT: Final = Path.parse("response.output")


class FailureSettings(Repeated, frozen=True, kw_only=True):
    """Of a response that fails, whatever for."""

    at: Annotated[
        Literal["start", "middle"],
        Meta(description="start: it says nothing; middle: what it said before stays"),
    ] = "start"
    message: Annotated[
        str, Meta(description="the error's message; empty: the server's own words for the code")
    ] = ""


class ResponseFailedSettings(FailureSettings, frozen=True, kw_only=True):
    """Of a response that fails with any code."""

    code: Annotated[
        str, Meta(description=f"the error's code: {', '.join(complaints.RESPONSE_FAILURE_CODES)}")
    ] = "server_error"


class RateLimitSettings(FailureSettings, frozen=True, kw_only=True):
    """Of a response that fails because the minute's tokens are used up."""

    reset_s: Annotated[
        float, Meta(ge=0, description="seconds until there are tokens again, as the server says")
    ] = 20.0


class _FailingResponse[Told: FailureSettings](Fault[Told], ABC):
    """Fails the response that is running, or the next one.

    What a response says that fails at its start is kept from the app, and deleted at the server, so
    that both know the same conversation.
    """

    kinds = frozenset({"response.*", "conversation.item.*", "error"})

    def __init__(self, name: str, settings: Told, sessions: Quota) -> None:
        super().__init__(name, settings, sessions)
        self._quota = Quota(settings.times or None, skip=settings.after)
        self._silent: set[str] = set()
        """Responses that fail at their start."""
        self._speaking: dict[str, bool] = {}
        """Responses that fail in their middle, and whether they were cancelled already."""
        self._hidden: BoundedDict[str, bool] = BoundedDict(_ITEMS_KEPT)
        """Items that the app has not seen, and whether they are in the conversation."""

    @property
    @abstractmethod
    def code(self) -> str:
        """The error's code."""

    def start(self, desk: Desk) -> None:
        """The response that is running has spoken already: it fails in its middle."""
        for response in desk.ledger.conversation.responses.active:
            if self._quota.take():
                self._cancel(response.id, desk)
                self._speaking[response.id] = True

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """Cancel, hide, and edit the end."""
        if seen.side is Side.CLIENT:
            return None
        match seen.kind:
            case "response.created":
                self._begin(seen, desk)
                return None
            case "response.done":
                return self._end(seen, desk)
            case "error":
                return drop(self.name) if self.answers_us(seen) else None
        if seen.response_id:
            return self._judge_output(seen, desk)
        return self._judge_item(seen)

    def _begin(self, seen: Seen, desk: Desk) -> None:
        if not self._quota.take():
            return
        if self.settings.at == "start":
            self._silent.add(seen.response_id)
            self._cancel(seen.response_id, desk)
        else:
            self._speaking[seen.response_id] = False

    def _cancel(self, response_id: str, desk: Desk) -> None:
        self.ask(desk, "response.cancel", response_id=response_id)

    def _judge_output(self, seen: Seen, desk: Desk) -> Verdict | None:
        if seen.response_id in self._silent:
            if seen.item_id and seen.item_id not in self._hidden:
                self._hidden[seen.item_id] = False
            return drop(self.name)
        if self._speaking.get(seen.response_id) is False and seen.kind.endswith(".delta"):
            self._speaking[seen.response_id] = True
            self._cancel(seen.response_id, desk)
        return None

    def _judge_item(self, seen: Seen) -> Verdict | None:
        """`conversation.item.…`, which does not name its response."""
        if seen.item_id not in self._hidden:
            return None
        self._hidden[seen.item_id] = True
        return drop(self.name)

    def _end(self, seen: Seen, desk: Desk) -> Verdict | None:
        is_silent = seen.response_id in self._silent
        if not is_silent and seen.response_id not in self._speaking:
            return None
        self._silent.discard(seen.response_id)
        self._speaking.pop(seen.response_id, None)
        for item_id in self._items_in_conversation(seen) if is_silent else ():
            self.ask(desk, "conversation.item.delete", item_id=item_id)
        self.told_failure(desk)
        return edit(self._failed(seen.event.payload, desk, is_silent=is_silent), self.name)

    def _items_in_conversation(self, seen: Seen) -> list[str]:
        response: Mapping[str, object] = seen.fields.get("response") or {}
        ids = [str(item.get("id")) for item in objects_of(response.get("output"))]
        return [item_id for item_id in ids if self._hidden.get(item_id)]

    def _failed(self, payload: bytes, desk: Desk, *, is_silent: bool) -> bytes:
        complaint = complaints.response_failure(self.code)
        if self.settings.message:
            complaint = replace(complaint, message=self.settings.message)
        details: Json | str = complaint.status_details()
        if desk.ledger.dialect is Dialect.XAI:
            # It says a bare word there, as in the recorded "unimplemented".
            details = self.code
        payload = with_field(payload, _STATUS, "failed")
        payload = with_field(payload, _DETAILS, details)
        return with_field(payload, _OUTPUT, []) if is_silent else payload

    def told_failure(self, desk: Desk) -> None:
        """The app is about to learn of the failure: what is said behind it."""


class ResponseFailed(_FailingResponse[ResponseFailedSettings]):
    """A response ends `failed`."""

    @property
    def code(self) -> str:
        """As it was told."""
        return self.settings.code


class RateLimit(_FailingResponse[RateLimitSettings]):
    """A response ends `failed`, and `rate_limits.updated` says that no token is left."""

    code = "rate_limit_exceeded"
    kinds = frozenset({*_FailingResponse.kinds, "rate_limits.updated"})
    _LIMIT = 40_000
    """Tokens a minute, of a server that has not said its limit."""

    def __init__(self, name: str, settings: RateLimitSettings, sessions: Quota) -> None:
        super().__init__(name, settings, sessions)
        self._limits: list[Json] = [{"name": "tokens", "limit": self._LIMIT}]
        self._is_told = False
        """The app was told our limits, and the server will tell its own."""

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """As for any failing response; the server's own limits behind it are dropped."""
        if seen.kind == "rate_limits.updated":
            self._limits = objects_of(seen.fields.get("rate_limits")) or self._limits
            is_told, self._is_told = self._is_told, False
            return drop(self.name) if is_told else None
        if seen.kind == "response.created":
            self._is_told = False
        return super().receive(seen, desk)

    def told_failure(self, desk: Desk) -> None:
        """The real server tells its limits behind each `response.done`."""
        self._is_told = True
        used_up = {"remaining": 0, "reset_seconds": self.settings.reset_s}
        limits = [limit | used_up for limit in self._limits]
        event_id = self.ids.event()
        self.tell(
            desk, {"type": "rate_limits.updated", "event_id": event_id, "rate_limits": limits}
        )
