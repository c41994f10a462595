"""Requests of the app that the server refuses: one response too many, a cancel that comes too late."""

from typing import Final
from uuid import uuid4

from ....recordings.conversation import Seen
from ....recordings.conversation.bounded import BoundedDict
from ....recordings.event import Json, Side
from ....recordings.paths import Path
from ....recordings.plain import object_of, text_of
from ...simulator import faults as complaints
from ..quota import Quota
from ..rule import Desk
from ..splicing import as_written, with_field
from ..verdict import Verdict, drop, edit
from .fault import Fault
from .settings import Repeated

_REQUESTS_KEPT: Final = 64
_EVENT_ID: Final = Path.parse("error.event_id")


class ActiveResponse(Fault[Repeated]):
    """A `response.create` is refused as if a response were running."""

    kinds = frozenset({"response.create"})

    def __init__(self, name: str, settings: Repeated, sessions: Quota) -> None:
        super().__init__(name, settings, sessions)
        self._quota = Quota(settings.times or None, skip=settings.after)

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """Keep the request from the server, and answer it with the server's error."""
        if seen.side is Side.SERVER or _is_out_of_band(seen) or not self._quota.take():
            return None
        complaint = complaints.active_response(self._response_id(desk))
        self.tell(desk, complaint.event(self.ids.event(), seen.event_id or None))
        return drop(self.name)

    def _response_id(self, desk: Desk) -> str:
        responses = desk.ledger.conversation.responses
        response = next(iter(responses.active), responses.last)
        return response.id if response is not None else self.ids.response()


class LateCancel(Fault[Repeated]):
    """A `response.cancel` reaches the server when the response is over.

    It is kept back and sent after `response.done`, and a `response.create` that the app sends
    meanwhile behind it. Audio goes on: holding all that the app says would hold the user's voice.
    """

    kinds = frozenset({"response.cancel", "response.create", "response.done", "error"})

    def __init__(self, name: str, settings: Repeated, sessions: Quota) -> None:
        super().__init__(name, settings, sessions)
        self._quota = Quota(settings.times or None, skip=settings.after)
        self._response_id = ""
        """The response whose end is awaited."""
        self._late: list[Json] = []
        self._given_ids: BoundedDict[str, None] = BoundedDict(_REQUESTS_KEPT)
        """Ids that requests without one got from us."""

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """Keep back, and send on at the response's end."""
        if seen.kind == "error":
            return self._as_app_expects(seen)
        if seen.kind == "response.done":
            if self._late and seen.response_id == self._response_id:
                self._send_late(desk)
            return None
        if seen.side is Side.SERVER or _is_out_of_band(seen):
            return None
        if self._late or (seen.kind == "response.cancel" and self._is_wanted(seen, desk)):
            self._late.append(self._with_id(seen))
            return drop(self.name)
        return None

    def stop(self, desk: Desk) -> None:
        """What was kept back is the app's own: it is not lost."""
        self._send_late(desk)

    def _is_wanted(self, seen: Seen, desk: Desk) -> bool:
        """Whether a response is running that is meant, and this is an occasion to be taken."""
        named = text_of(seen.fields.get("response_id"))
        active = [response.id for response in desk.ledger.conversation.responses.active]
        meant = [each for each in active if named in ("", each)]
        if not meant or not self._quota.take():
            return False
        self._response_id = meant[0]
        return True

    def _with_id(self, seen: Seen) -> Json:
        """The request with an id, which events that realtap sends must have."""
        event = as_written(seen.event.payload)
        if seen.event_id:
            return event
        event_id = f"event_{uuid4().hex}"
        self._given_ids[event_id] = None
        return event | {"event_id": event_id}

    def _as_app_expects(self, seen: Seen) -> Verdict | None:
        """An error that answers a request without an id has none."""
        error = object_of(seen.fields.get("error"))
        if text_of(error.get("event_id")) not in self._given_ids:
            return None
        return edit(with_field(seen.event.payload, _EVENT_ID, None), self.name)

    def _send_late(self, desk: Desk) -> None:
        late, self._late = self._late, []
        for event in late:
            self.pass_on(desk, event)


def _is_out_of_band(seen: Seen) -> bool:
    return object_of(seen.fields.get("response")).get("conversation") == "none"
