"""The shadow server: says what the session's server would say to what it must know nothing of.

It is made of the simulator's parts, so that it is as strict and as exact as that: the items and responses
that are made up live in a conversation of their own, in which the real items only stand for their places.
Everything it says comes at once, whole responses too, so that nothing of the real server can fall into
the middle. No sockets, no clock.
"""

from typing import Final

from ...recordings.conversation import Conversation as RealConversation
from ...recordings.dialects import Dialect, modalities_from_beta, normal_session
from ...recordings.event import Json
from ...recordings.plain import encoded, object_of, objects_of, text_of
from ..schedule import Schedule
from ..simulator import beta, defaults, faults
from ..simulator.actor import Actor
from ..simulator.configuration import Configuration
from ..simulator.conversation import Conversation, Item
from ..simulator.dialect import Dialect as Spelling
from ..simulator.faults import Fault
from ..simulator.formats import AudioFormat
from ..simulator.ids import Ids
from ..simulator.improvisation import Situation
from ..simulator.items import Items
from ..simulator.outbox import Outbox
from ..simulator.pace import Pace
from ..simulator.response import Response
from ..simulator.responses import Responses
from ..simulator.script import Call, Reply, Script
from ..simulator.state import SessionState
from ..simulator.validation import check_event
from .ids import MadeIds
from .shadow_dialect import SPELLINGS, UNLIMITED, event_to_client

_AT_ONCE: Final = Pace(
    thinking_s=0, token_s=0, audio_speed=0, closing_s=0, rate_limits_s=0, recognition_s=0
)

_STRICT: Final = frozenset({"openai-ga", "azure-ga"})
"""Servers that refuse an event for one field that they do not know. Of others it is not known, so that
only what everybody needs is asked for."""

_KEPT: Final = 256
"""Made-up items, the latest; older ones are as good as deleted."""

_NEEDED: Final = {
    "conversation.item.create": ("previous_item_id", "item"),
    "conversation.item.delete": ("item_id",),
    "conversation.item.retrieve": ("item_id",),
    "conversation.item.truncate": ("item_id", "content_index", "audio_end_ms"),
    "response.cancel": ("response_id",),
}
_NEEDED_OF_OUTPUT: Final = ("id", "type", "call_id", "output")
_NEEDED_OF_RESPONSE: Final = ("conversation", "metadata", "output_modalities")


class Shadow:
    """Plays the server for one session.

    Args:
        ids: Where its ids come from.
        real: The conversation that the real server knows of.
    """

    def __init__(self, ids: MadeIds, real: RealConversation) -> None:
        self._real = real
        self._actor = _Prompter()
        made = _ShadowIds(ids)
        self._state = SessionState(
            ids=made,
            outbox=Outbox(made),
            schedule=Schedule(),
            configuration=Configuration(_session_of(real)),
            conversation=_Beside(real),
            actor=self._actor,
            pace=_AT_ONCE,
            conversation_id=made.conversation(),
            max_duration_s=float("inf"),
        )
        self._items = Items(self._state)
        self._responses = Responses(self._state, on_done=_leave)
        self._stand_ins: set[str] = set()
        """Ids of real items."""
        self._handlers = {
            "conversation.item.create": self._items.create,
            "conversation.item.delete": self._items.delete,
            "conversation.item.retrieve": self._items.retrieve,
            "conversation.item.truncate": self._items.truncate,
            "response.cancel": self._cancel,
        }

    # What is asked.

    def real_predecessor(self, item_id: str) -> str | None:
        """The real item that stands before an item; None when there is none."""
        self._learn()
        before = None
        for item in self._state.conversation:
            if item.id == item_id:
                return before
            if item.id in self._stand_ins:
                before = item.id
        return before

    # What is said to the client.

    def call(self, name: str, arguments: Json) -> list[Json]:
        """A response in which the model calls a function."""
        return self._respond({}, Reply(calls=(Call(name, arguments),)))

    def respond(self, event: Json, answer: str | None) -> list[Json]:
        """What a `response.create` of the client brings: a response that says the answer, or nothing.

        A create that the server would refuse gets its error.
        """
        checked = self._checked(event, "response.create")
        if isinstance(checked, Fault):
            return self._refusal(checked, event)
        request = object_of(checked.get("response"))
        return self._respond(request, Reply(say=answer or None), event)

    def receive(self, event: Json) -> list[Json]:
        """What another event of the client brings: an acknowledgement or an error."""
        self._learn()
        checked = self._checked(event, text_of(event.get("type")))
        if isinstance(checked, Fault):
            return self._refusal(checked, event)
        fault = self._handlers[checked["type"]](checked)
        return self._said() if fault is None else self._refusal(fault, event)

    def use_conversation_id(self, conversation_id: str) -> None:
        """What the real server calls its conversation."""
        self._state.conversation_id = conversation_id

    def _respond(self, request: Json, reply: Reply, event: Json | None = None) -> list[Json]:
        self._learn()
        self._actor.line = reply
        # What somebody has made up is said to its end, unless the app itself asks for less.
        fault = self._responses.create({"max_output_tokens": UNLIMITED, **request})
        return self._said() if fault is None else self._refusal(fault, event or {})

    def _cancel(self, event: Json) -> Fault | None:
        """Nothing of ours ever runs: the refusal that comes too late a cancel gets."""
        return self._responses.cancel(event.get("response_id"), "client_cancelled")

    def _refusal(self, fault: Fault, event: Json) -> list[Json]:
        self._state.outbox.fail(fault, text_of(event.get("event_id")) or None)
        return self._said()

    def _said(self) -> list[Json]:
        """All that is to be said, in the session's spelling."""
        state = self._state
        state.schedule.run_until(state.schedule.now_s)
        events = [event for event in state.outbox.take() if isinstance(event, dict)]
        spelled = (event_to_client(event, self._dialect, self._real.session) for event in events)
        return [event for event in spelled if event is not None]

    # What the client says.

    @property
    def _dialect(self) -> Dialect:
        return self._real.dialect

    def _checked(self, event: Json, type_: str) -> Json | Fault:
        """The event in GA terms, or what the server would say against it."""
        if not _is_sendable(event):
            return faults.invalid_json()
        spelling = SPELLINGS.get(self._dialect, Spelling.GA)
        if self._real.profile.name not in _STRICT:
            event, spelling = _essence(event, type_), Spelling.GA
        fault = check_event(event, spelling)
        if fault is not None:
            return fault
        event = beta.event_from_client(event) if spelling is Spelling.BETA else event
        return self._placed(event)

    def _placed(self, event: Json) -> Json:
        """The event without a predecessor that only the server still remembers."""
        previous = event.get("previous_item_id")
        is_forgotten = (
            isinstance(previous, str)
            and self._real.items.knows(previous)
            and self._state.conversation.get(previous) is None
        )
        return event | {"previous_item_id": None} if is_forgotten else event

    # What is learned of the real session.

    def _learn(self) -> None:
        self._state.configuration = Configuration(_session_of(self._real))
        conversation = self._state.conversation
        for item in self._real.items.in_order():
            if item.is_deleted and item.id in self._stand_ins:
                self._stand_ins.remove(item.id)
                self._forget(item.id)
            elif not item.is_deleted and conversation.get(item.id) is None:
                self._stand_ins.add(item.id)
                conversation.add(Item(item.id, "message", {"content": []}))
        made_up = [item.id for item in conversation if item.id not in self._stand_ins]
        for item_id in made_up[:-_KEPT]:
            self._forget(item_id)

    def _forget(self, item_id: str) -> None:
        item = self._state.conversation.get(item_id)
        if item is not None:
            self._state.conversation.remove(item)


def _is_sendable(value: object) -> bool:
    """Whether a value can be written as UTF-8: JSON can hold half of a character, a frame cannot."""
    try:
        encoded(value).encode()
    except UnicodeEncodeError:
        return False
    return True


class _Beside(Conversation):
    """The made-up conversation, which knows the real calls too."""

    def __init__(self, real: RealConversation) -> None:
        super().__init__()
        self._real = real

    def has_call(self, call_id: str) -> bool:
        return super().has_call(call_id) or self._real.calls.knows(call_id)


class _Prompter(Actor):
    """A model that says what it is told to say."""

    def __init__(self) -> None:
        super().__init__(Script())
        self.line = Reply()

    def reply(self, situation: Situation) -> Reply:  # noqa: ARG002 -- the line was decided before
        return self.line


class _ShadowIds(Ids):
    """Marked ids for everything that a client may name."""

    def __init__(self, made: MadeIds) -> None:
        super().__init__(made.event())
        self._made = made

    def event(self) -> str:
        return self._made.event()

    def item(self) -> str:
        return self._made.item()

    def call(self) -> str:
        return self._made.call()

    def response(self) -> str:
        return self._made.response()

    def conversation(self) -> str:
        return self._made.conversation()


def _leave(response: Response) -> None:
    """Nothing waits for the end of a response that comes whole."""


def _session_of(real: RealConversation) -> Json:
    """The settings in force as far as the shadow has a use for them; the usual ones for the rest."""
    session = real.session
    known = session.effective
    made = defaults.realtime_session(session_id="", model=session.model or "", expires_at=0)
    made["tools"] = objects_of(known.get("tools"))
    if session.output_modalities == ["text"]:
        made["output_modalities"] = ["text"]
    output = object_of(object_of(known.get("audio")).get("output"))
    if object_of(output.get("format")).get("type") in AudioFormat:
        made["audio"]["output"]["format"] = output["format"]
    if output.get("voice"):
        made["audio"]["output"]["voice"] = output["voice"]
    return made


def _essence(event: Json, type_: str) -> Json:
    """What every server needs of an event, in GA terms, without what only some of them know."""
    essence = _only(event, ("type", *_NEEDED.get(type_, ())))
    if isinstance(item := event.get("item"), dict):
        essence["item"] = _only(item, _NEEDED_OF_OUTPUT)
    if isinstance(response := event.get("response"), dict):
        essence["response"] = _only(normal_session(response), _NEEDED_OF_RESPONSE)
    if modalities := object_of(essence.get("response")).get("output_modalities"):
        essence["response"]["output_modalities"] = modalities_from_beta(modalities)
    return essence


def _only(value: Json, names: tuple[str, ...]) -> Json:
    return {name: value[name] for name in names if name in value}
