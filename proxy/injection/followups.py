"""When a `response.create` goes out: never into an active response, once for all calls of a group.

Conditions that are looked at again and again, not reactions to single events: see `Group.waits` and
`Ledger`. The app's own `response.create` for such a group becomes the follow-up itself, or is
dropped where that has been sent already. What belongs to no group of ours is not touched.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from ...recordings.conversation import Call, Response, Seen
from ...recordings.conversation.bounded import BoundedDict
from ...recordings.event import Json, Origin, Side
from ...recordings.plain import object_of, text_of
from .app_side import AppSide, is_out_of_band, is_output
from .echoes import Echoes, metadata_of
from .groups import Ask, Group
from .ids import MadeIds
from .ledger import ANSWER_S, DOUBT_S, Ledger, Wait, answers_turn, is_callable_back
from .outputs import named_call, output_event
from .verdict import Verdict, drop
from .writing import payload_of

ATTEMPTS: Final = 3
"""So often a request that met an active response, in a race nobody could foresee, is sent again."""

ACTIVE_RESPONSE: Final = "conversation_already_has_active_response"
OUR_ERROR: Final = "answers an injected event"

_KEPT = 256
_GROUPS_KEPT = 32
"""Groups whose late requests are still known; each look goes through all of them."""

type Sender = Callable[[Json, bytes, Origin, str], None]


class Answer(msgspec.Struct):
    """An output of ours."""

    call_id: str
    event_id: str
    origin: Origin
    why: str
    is_refused: bool = False


class Followups:
    """One session's outputs and requests of ours.

    Args:
        ledger: The real conversation; it takes each event before `take` does.
        ids: Makes our ids.
        send: Sends an event to the server.
        tell: Takes a sentence about something of ours that failed.
    """

    def __init__(
        self, ledger: Ledger, ids: MadeIds, *, send: Sender, tell: Callable[[str], None]
    ) -> None:
        self._ledger = ledger
        self._ids = ids
        self._send = send
        self._tell = tell
        self._groups: BoundedDict[str, Group] = BoundedDict(_GROUPS_KEPT)
        self._answers: BoundedDict[str, Answer] = BoundedDict(_KEPT)
        """By `call_id`."""
        self._waiting: list[Ask] = []
        self._in_flight: Ask | None = None
        self._sent: BoundedDict[str, Ask] = BoundedDict(_KEPT)
        """By `event_id`, the latest."""
        self._own: BoundedDict[str, None] = BoundedDict(_KEPT)
        """The ids of other events of ours, the latest."""
        self._app = AppSide(ledger)
        self.echoes = Echoes()
        """What responses carry for the app."""

    # What is asked.

    @property
    def is_busy(self) -> bool:
        """Whether something is planned or on its way."""
        return bool(self._waiting) or self._in_flight is not None

    @property
    def next_look_s(self) -> float | None:
        """When something planned may go out though nothing happens; None when never."""
        times = [
            wait.until_s
            for ask in self._waiting
            for wait in self.waits(ask)
            if wait.until_s is not None
        ]
        if self._in_flight is not None:
            times.append(_deadline(self._in_flight))
        return min(times, default=None)

    def plans(self) -> list[str]:
        """What is to be sent, and what it waits for, for people."""
        return [f"response.create {self.schedule_of(ask)} ({ask.why})" for ask in self._waiting]

    def schedule_of(self, ask: Ask) -> str:
        """`follows after response.done of resp_1 and the output of call_2 (get_time)`."""
        waits = self.waits(ask)
        return f"follows after {_listed(wait.text for wait in waits)}" if waits else "follows"

    def answer_to(self, call_id: str) -> Answer | None:
        """The output of ours that a call has; a refused one does not count."""
        answer = self._answers.get(call_id)
        return None if answer is None or answer.is_refused else answer

    # What is asked for.

    def can_answer(self, call_id: str) -> bool:
        """Whether a call waits for an output that the conversation would take."""
        call = self._ledger.call(call_id)
        is_free = call is not None and call.is_pending and is_callable_back(call)
        return is_free and self.answer_to(call_id) is None

    def answer(
        self, call: Call, output: str, *, origin: Origin, why: str, respond: bool = True
    ) -> Json:
        """Send an output at once; the `response.create` follows by itself where it is wanted."""
        answer = Answer(call.call_id, self._ids.event(), origin, why)
        event = output_event(call, output, event_id=answer.event_id, ledger=self._ledger)
        self._answers[call.call_id] = answer
        self._send(event, payload_of(event), origin, why)
        group = self.take_part(call, origin=origin, why=why, respond=respond)
        group.claims.pop(call.call_id, None)
        return event

    def note_output(self, event: Json, *, origin: Origin, why: str) -> None:
        """An event that somebody wrote was sent: if it is an output, its call has one of ours."""
        item = object_of(event.get("item"))
        if item.get("type") == "function_call_output":
            call_id = text_of(item.get("call_id"))
            answer = Answer(call_id, text_of(event.get("event_id")), origin, why)
            self._answers[call_id] = answer

    def claim(self, call: Call, *, origin: Origin, why: str) -> None:
        """An output of ours will come: whoever asks for a response waits for it."""
        group = self.take_part(call, origin=origin, why=why, respond=True)
        group.claims[call.call_id] = why

    def disclaim(self, why: str, call_id: str = "") -> None:
        """The output that was promised will not come; without a `call_id`, none of this rule's."""
        for group in self._groups.values():
            claims = group.claims
            group.claims = {
                each: name
                for each, name in claims.items()
                if name != why or (call_id and each != call_id)
            }
            if claims and not group.claims and not self._has_part(group):
                group.wants_response = False
                if group.ask is not None and not group.ask.is_apps and group.ask in self._waiting:
                    self._waiting.remove(group.ask)
                    group.ask = None
                self._release_app(group)

    def _has_part(self, group: Group) -> bool:
        """Whether an output of the group is ours."""
        return any(self.answer_to(call.call_id) for call in group.members(self._ledger))

    def take_part(self, call: Call, *, origin: Origin, why: str, respond: bool) -> Group:
        """The group of a call, in which we take part from now on."""
        key = call.response_id or call.call_id
        group = self._groups.get(key)
        if group is None:
            group = Group(key)
            self._groups[key] = group
        if call.call_id not in group.calls:
            group.calls += (call.call_id,)
        if respond and not group.wants_response:
            group.origin, group.why = origin, why
            group.wants_response = True
        return group

    def ask(self, event: Json | None, *, origin: Origin, why: str) -> Ask:
        """A request that goes out when the floor is free; `event` is it, None: a plain one."""
        ask = self._made_ask(event, origin=origin, why=why)
        self._waiting.append(ask)
        return ask

    def ask_now(self, event: Json | None, *, origin: Origin, why: str, call: Call | None) -> Ask:
        """A request that goes out at once, whatever is going on."""
        ask = self._made_ask(event, origin=origin, why=why)
        ask.is_patient = False
        group = None if call is None else self._groups.get(call.response_id or call.call_id)
        if group is not None and self._is_answered(group, call):
            if group.ask in self._waiting:
                self._waiting.remove(group.ask)
            group.wants_response, group.ask, ask.group = True, ask, group
        self._dispatch(ask)
        return ask

    def _is_answered(self, group: Group, last: Call | None) -> bool:
        """Whether each call of the group has an output, ours that are about to be sent counted."""
        calls = group.members(self._ledger)
        return all(
            call is last or call.output is not None or self.answer_to(call.call_id)
            for call in calls
        )

    def preview(self, call: Call | None) -> str:
        """What a request would wait for, if it were made now; for people."""
        waits = self._floor_waits()
        if call is not None:
            key = call.response_id or call.call_id
            group = self._groups.get(key) or Group(key, (call.call_id,), wants_response=True)
            own = named_call(call)
            waits = [
                wait for wait in group.waits(self._ledger) if wait.text != f"the output of {own}"
            ] or waits
        return f"follows after {_listed(wait.text for wait in waits)}" if waits else "follows"

    def _made_ask(self, event: Json | None, *, origin: Origin, why: str) -> Ask:
        event = event or {"type": "response.create"}
        if not text_of(event.get("event_id")):
            event = {"event_id": self._ids.event(), **event}
        return Ask(
            event=event,
            payload=payload_of(event),
            event_id=text_of(event["event_id"]),
            origin=origin,
            why=why,
            made_at=self._ledger.now,
        )

    def own(self, event_id: str) -> None:
        """An event of ours goes to the server: the app must not see an error that answers it."""
        self._own[event_id] = None

    # The conditions.

    def look(self) -> None:
        """Send what may go out now."""
        self._give_up_waiting()
        for group in self._groups.values():
            if group.is_open and group.ask is None and not group.is_over(self._ledger):
                group.ask = self._made_ask(None, origin=group.origin, why=group.why)
                group.ask.group = group
                self._waiting.append(group.ask)
        for ask in self._waiting:
            if not self.waits(ask):
                self._waiting.remove(ask)
                self._dispatch(ask)
                return

    def waits(self, ask: Ask) -> list[Wait]:
        """What an ask waits for; nothing: it may go out now."""
        waits = [] if ask.group is None else ask.group.waits(self._ledger)
        return waits or self._floor_waits()

    def _floor_waits(self) -> list[Wait]:
        if self._in_flight is not None:
            return [Wait("the response that was just asked for")]
        waits = (self._ledger.response_wait(), self._ledger.turn_wait())
        return [wait for wait in waits if wait is not None]

    def _dispatch(self, ask: Ask) -> None:
        group = ask.group
        if group is not None and ask.is_patient and not group.is_complete(self._ledger):
            # The app's request has lost its patience: the calls that are open get one of their own.
            group.ask, ask.group = None, None
        elif group is not None:
            group.asked_at = self._ledger.now
        ask.sent_at = self._ledger.now
        self._in_flight = ask
        self._sent[ask.event_id] = ask
        self._send(ask.event, ask.payload, ask.origin, ask.why)

    def _give_up_waiting(self) -> None:
        """A request that nothing has answered is lost; a group of which no call is left is over."""
        ask = self._in_flight
        if ask is not None and self._ledger.now >= _deadline(ask):
            self._in_flight = None
            if not ask.answered_by:
                self._try_again(ask)
            elif ask.group is not None:
                ask.group.answered_by = ask.answered_by
        for group in self._groups.values():
            if group.is_open and group.is_over(self._ledger):
                group.wants_response = False
                self._release_app(group)
                if group.ask in self._waiting:
                    self._waiting.remove(group.ask)

    def _release_app(self, group: Group) -> None:
        """The app's request has no group any more that it would wait for."""
        if group.ask is not None and group.ask.is_apps:
            group.ask.group, group.ask = None, None

    def _try_again(self, ask: Ask) -> bool:
        """Let a request wait once more; False when it was often enough."""
        ask.attempts += 1
        if not ask.is_patient or ask.attempts > ATTEMPTS:
            self._abandon(ask)
            self._tell(f"the response.create of {ask.why} was not taken by the server")
            return False
        ask.sent_at, ask.answered_by = None, ""
        if ask.group is not None:
            ask.group.answered_by = ""
        self._waiting.insert(0, ask)
        return True

    def _abandon(self, ask: Ask) -> None:
        if ask.group is not None:
            ask.group.wants_response = False

    # Events that may not go on.

    def judge(self, seen: Seen) -> Verdict | None:
        """What becomes of an event because of us; None: nothing."""
        if seen.side is Side.SERVER:
            return self._judge_error(seen) if seen.kind == "error" else None
        if seen.kind == "response.create":
            return self._judge_create(seen)
        if is_output(seen):
            return self._judge_output(seen)
        return None

    def _judge_output(self, seen: Seen) -> Verdict | None:
        answer = self.answer_to(seen.call_id)
        if answer is None:
            return None
        why = f"{seen.call_id} was answered already: {answer.why}"
        return drop(why, stand_in=answer.origin)

    def _judge_create(self, seen: Seen) -> Verdict | None:
        if is_out_of_band(seen):
            return None
        touched = self._app.groups(self._groups)
        waiting = next((group for group in reversed(touched) if group.is_open), None)
        if waiting is not None:
            is_read = waiting.has_been_read(self._ledger)
            if is_read and not self._app.has_written_since(waiting.read_at):
                return self._merge(seen, waiting)
            return self._keep(seen, waiting)
        asked = next((group for group in reversed(touched) if group.asked_at), None)
        if asked is not None and not self._app.has_written_since(asked.asked_at):
            return self._merge(seen, asked)
        return None if self._in_flight is None else self._put_off(seen, self._in_flight)

    def _merge(self, seen: Seen, group: Group) -> Verdict:
        """Another request does what the app's asks for; a response to come carries the app's metadata,
        and one that has begun already cannot."""
        self._app.forget()
        metadata = metadata_of(seen.fields)
        stand_in = group.origin if metadata else None
        ask = group.ask
        if ask is None or ask.sent_at is None:
            why = f"merged with the request for {group.read_by}, which has read the outputs"
            return drop(why, stand_in=stand_in)
        why = f"merged with the response.create that was sent already: {ask.why}"
        if ask is self._in_flight and not ask.answered_by:
            ask.echo = {**ask.echo, **metadata}
            return drop(why)
        return drop(why, stand_in=stand_in)

    def _put_off(self, seen: Seen, ahead: Ask) -> Verdict:
        """The app would not have met an active response without us: its request goes after ours."""
        ask = self._app_ask(seen, ahead.origin, ahead.why)
        ask.reads = self._app.read_groups()
        self._app.forget()
        self._waiting.append(ask)
        return drop(f"kept for later: it {self.schedule_of(ask)}")

    def _keep(self, seen: Seen, group: Group) -> Verdict:
        """The app's request becomes the follow-up: what it asks for and its ids survive."""
        self._app.forget()
        if group.ask in self._waiting:
            self._waiting.remove(group.ask)
        ask = self._app_ask(seen, group.origin, group.why)
        ask.group, group.ask = group, ask
        self._waiting.append(ask)
        return drop(f"kept for later: it {self.schedule_of(ask)}, as that of {group.why}")

    def _app_ask(self, seen: Seen, origin: Origin, why: str) -> Ask:
        event, payload = seen.fields, seen.event.payload
        if not seen.event_id:
            event = {"event_id": self._ids.event(), **event}
            payload = payload_of(event)
        return Ask(
            event=event,
            payload=payload,
            event_id=text_of(event["event_id"]),
            origin=origin,
            why=f"the app's, kept for later: {why}",
            made_at=self._ledger.now,
            is_apps=True,
        )

    def _judge_error(self, seen: Seen) -> Verdict | None:
        error = object_of(seen.fields.get("error"))
        event_id = text_of(error.get("event_id"))
        ask = self._sent.get(event_id)
        if ask is not None:
            return self._judge_refusal(ask, error)
        answer = next((each for each in self._answers.values() if each.event_id == event_id), None)
        if answer is not None and event_id:
            answer.is_refused = True
            self._tell(f"{answer.why}: the server refused the output: {_words(error)}")
            return drop(OUR_ERROR)
        return drop(OUR_ERROR) if event_id in self._own else None

    def _judge_refusal(self, ask: Ask, error: Json) -> Verdict | None:
        if self._in_flight is ask:
            self._in_flight = None
        if error.get("code") == ACTIVE_RESPONSE:
            is_ours = ask.is_satisfied or self._try_again(ask) or not ask.is_apps
        else:
            self._abandon(ask)
            is_ours = not ask.is_apps
            if is_ours:
                self._tell(f"{ask.why}: the server refused response.create: {_words(error)}")
        return drop(OUR_ERROR) if is_ours else None

    # What happened.

    def take(self, seen: Seen, *, is_dropped: bool) -> None:
        """An event whose fate is known; the ledger has taken it, where it takes such events."""
        if seen.side is Side.CLIENT:
            self._app.take(seen, is_dropped=is_dropped)
        elif seen.kind == "response.created":
            self._take_created(seen)

    def _take_created(self, seen: Seen) -> None:
        """A response of the conversation began: it reads what is in."""
        response = self._ledger.conversation.responses.get(seen.response_id)
        if response is None or response.is_out_of_band:
            return
        if self._in_flight is not None:
            self._resolve(self._in_flight, response)
        for group in self._groups.values():
            if group.is_open and group.key != seen.response_id and group.is_read(self._ledger):
                self._serve(group, seen)
        for each in self._waiting:
            each.is_served |= bool(each.reads) and all(
                group.is_read(self._ledger) for group in each.reads
            )
        for each in self._waiting:
            if each.is_apps and _is_needless(each):
                self.echoes.give(response.id, metadata_of(each.event))
        self._waiting = [each for each in self._waiting if not _is_needless(each)]

    def _resolve(self, ask: Ask, response: Response) -> None:
        """A response began while a request was on its way: it is the answer, unless it is a turn's;
        then the request may still come to something."""
        ask.is_satisfied = ask.is_plain if ask.group is None else ask.group.is_in(self._ledger)
        ask.answered_by, ask.answered_at = response.id, response.at
        is_turns = answers_turn(response)
        if ask.is_satisfied or not is_turns:
            self.echoes.give(response.id, ask.echo)
        if ask.group is not None and (ask.is_satisfied or not is_turns):
            ask.group.answered_by = response.id
        if not is_turns:
            self._in_flight = None

    def _serve(self, group: Group, seen: Seen) -> None:
        """A response that nobody asked for this group begins: it reads what the group has."""
        group.mark_read(seen, self._ledger)
        if group.is_complete(self._ledger):
            group.answered_by, group.asked_at = seen.response_id, seen.at
        elif group.ask is not None and group.ask.is_apps:
            # What the app asked for is being done; what is missing gets a request of its own.
            group.ask.is_served, group.ask = True, None


def _deadline(ask: Ask) -> float:
    """When a request that is on its way is not waited for any longer."""
    if ask.answered_by:
        return ask.answered_at + DOUBT_S
    return (ask.sent_at or 0.0) + ANSWER_S


def _is_needless(ask: Ask) -> bool:
    """Whether the response that just began serves a request that still waits."""
    if ask.is_served:
        return True
    return bool(ask.group.answered_by) if ask.group is not None else ask.is_plain


def _words(error: Json) -> str:
    return text_of(error.get("message")) or text_of(error.get("code")) or "without a reason"


def _listed(texts: Iterable[str]) -> str:
    """`a, b and c`."""
    *head, last = list(texts)
    return f"{', '.join(head)} and {last}" if head else last
