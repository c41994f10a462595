"""What people ask of a session: to answer a call, to ask for a response, to send any event.

Whatever cannot be done is refused at once, with what could be done instead. What can, is done with the
next deeds; a dry run only says what that would be.
"""

from ...recordings.errors import InjectionError
from ...recordings.event import Json, Origin, Side
from ...recordings.plain import object_of, text_of
from ..schedule import Schedule
from .followups import Followups
from .held import Held
from .ids import MadeIds
from .made_call import undeclared
from .made_up import MadeUp
from .outputs import call_to_answer, named_call, output_event
from .rule import Desk
from .rules_at_work import RulesAtWork
from .status import HeldStatus, PendingCall, Planned, SessionStatus
from .validation import validate

BY_HAND = "by hand"
"""The reason of what a person asks for."""

_SENT = "sent"
_LISTED = 5
"""So many problems of an event are told."""


class Requests(Desk):
    """The part of a director that people speak to."""

    ids: MadeIds
    made_up: MadeUp
    followups: Followups
    rules: RulesAtWork
    last_seq: int
    _schedule: Schedule
    _held: Held

    def answer_call(
        self,
        *,
        call_id: str = "",
        name: str = "",
        output: str,
        respond: bool = True,
        now: bool = False,
        origin: Origin = Origin.INJECTED,
        why: str = BY_HAND,
        dry_run: bool = False,
    ) -> Planned:
        """Give a pending call its output at once; one `response.create` follows at the right time.

        Args:
            call_id: The call; or, where that is empty,
            name: its function: the oldest pending call of it. Neither: the only pending call.
            output: What the function gave back.
            respond: False: only the output.
            now: The `response.create` goes out at once too, whatever is going on.
            origin: Who asks.
            why: Stands in the recording.
            dry_run: Only say what would be sent, and when.

        Raises:
            InjectionError: There is no such call, or nobody waits for its output; the nearest pending
                calls are listed.
        """
        call = call_to_answer(self.ledger, call_id=call_id, name=name)
        if (known := self.followups.answer_to(call.call_id)) is not None:
            raise InjectionError(f"call {named_call(call)} has its output already: {known.why}")
        if dry_run:
            event = output_event(call, output, event_id=self.ids.event(), ledger=self.ledger)
        else:
            event = self.followups.answer(
                call, output, origin=origin, why=why, respond=respond and not now
            )
        if not respond:
            return Planned(
                f"output of {named_call(call)} {_SENT}, without a response.create", [event]
            )
        if now and not dry_run:
            self.followups.ask_now(None, origin=origin, why=why, call=call)
        text = _SENT if now else self.followups.preview(call)
        create = {"type": "response.create"}
        return Planned(
            f"output of {named_call(call)} {_SENT}; response.create {text}", [event, create]
        )

    def request_response(
        self,
        response: Json | None = None,
        *,
        now: bool = False,
        origin: Origin = Origin.INJECTED,
        why: str = BY_HAND,
        dry_run: bool = False,
    ) -> Planned:
        """Ask for a response when the floor is free; at once with `now`, or outside the conversation.

        Args:
            response: What is asked of it; None: the session's settings.
            now: Whatever is going on.
            origin: Who asks.
            why: Stands in the recording.
            dry_run: Only say what would be sent, and when.
        """
        event: Json = {"type": "response.create"}
        if response:
            event["response"] = response
        return self._request(event, now=now, origin=origin, why=why, dry_run=dry_run)

    def send_event(
        self,
        side: Side,
        event: Json,
        *,
        now: bool = False,
        validate: bool = True,
        origin: Origin = Origin.INJECTED,
        why: str = BY_HAND,
        dry_run: bool = False,
    ) -> Planned:
        """Send any event. A `response.create` waits for its time, as all of ours do.

        Args:
            side: Whom it plays: CLIENT's goes to the server.
            event: The event; one without `event_id` gets one.
            now: Let a `response.create` go out at once, and a second output for a call.
            validate: False: send it as it is, whatever is wrong with it.
            origin: Who asks.
            why: Stands in the recording.
            dry_run: Only say what would be sent, and when.

        Raises:
            InjectionError: Something is wrong with the event, or a call has its output already.
        """
        has_id = bool(text_of(event.get("event_id")))
        named = event if has_id else {"event_id": self.ids.event(), **event}
        if validate:
            self._check(side, named)
        kind = text_of(event.get("type")) if side is Side.CLIENT else ""
        if kind == "response.create":
            return self._request(event, now=now, origin=origin, why=why, dry_run=dry_run)
        item = object_of(event.get("item"))
        if kind == "conversation.item.create" and item.get("type") == "function_call_output":
            call_id, output = text_of(item.get("call_id")), item.get("output")
            if not now and (validate or self._has_output(call_id)) and isinstance(output, str):
                call_to_answer(self.ledger, call_id=call_id or "(none)", name="")
        if not dry_run:
            self.send(side, named, origin=origin, why=why)
            if kind == "conversation.item.create":
                self.followups.note_output(named, origin=origin, why=why)
        return Planned(f"{text_of(event.get('type')) or 'event'} {_SENT}", [named])

    def make_call(
        self,
        name: str,
        arguments: str,
        *,
        answer: str | None = None,
        now: bool = False,
        dry_run: bool = False,
    ) -> Planned:
        """Let the app believe that the model calls a function; see `made_up`.

        Args:
            name: The function's.
            arguments: JSON.
            answer: What the model says when the app has given its output.
            now: Also in the middle of a response.
            dry_run: Only say what would be sent.

        Raises:
            InjectionError: The session, the name or the arguments do not allow it.
        """
        events = self.made_up.preview(name, arguments, self)
        if not dry_run:
            sent = self.made_up.make_call(
                name, arguments, self, answer=answer, now=now, why=BY_HAND
            )
            is_sent, events = bool(sent), sent or events
        else:
            is_sent = now or not (self.ledger.is_responding or self.ledger.will_respond_itself)
        text = _SENT if is_sent else "follows as soon as no response is being made"
        text += undeclared(name, self.ledger)
        return Planned(f"call of {name} {text}", events)

    def status(self) -> SessionStatus:
        """What is going on."""
        ledger = self.ledger
        active = ledger.conversation.responses.active
        return SessionStatus(
            id=self.session_id,
            now_s=self.now,
            last_seq=self.last_seq,
            model=ledger.conversation.session.model or "",
            dialect=ledger.dialect,
            profile=ledger.profile.name,
            active_response=active[-1].id if active else "",
            pending_calls=[
                PendingCall.of(call)
                for call in ledger.pending_calls()
                if self.followups.answer_to(call.call_id) is None
            ],
            held=[HeldStatus.of(message) for message in self._held.all().values()],
            rules=self.rules.names(),
            planned=self.followups.plans(),
            made_up_calls=self.made_up.status(),
        )

    # Private.

    def _request(
        self, event: Json, *, now: bool, origin: Origin, why: str, dry_run: bool
    ) -> Planned:
        response = object_of(event.get("response"))
        if response.get("conversation") == "none":
            # Any number of these may run beside the conversation's own.
            if not dry_run:
                self.send(Side.CLIENT, event, origin=origin, why=why)
            return Planned(f"response.create {_SENT}", [event])
        if now:
            if not dry_run:
                self.followups.ask_now(event, origin=origin, why=why, call=None)
            return Planned(f"response.create {_SENT}", [event])
        text = self.followups.preview(None)
        if not dry_run:
            self.followups.ask(event, origin=origin, why=why)
        return Planned(f"response.create {text}", [event])

    def _has_output(self, call_id: str) -> bool:
        call = self.ledger.call(call_id)
        return call is not None and (
            call.output is not None or self.followups.answer_to(call_id) is not None
        )

    def _check(self, side: Side, event: Json) -> None:
        problems = validate(event, side, self.ledger.dialect, self.ledger.profile)
        if problems:
            told = "; ".join(str(problem) for problem in problems[:_LISTED])
            name = text_of(event.get("type")) or "the event"
            raise InjectionError(f"{name} would not be taken: {told}; it can be sent unchecked")
