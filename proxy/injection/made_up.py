"""Made-up calls: a function call that no model has made, played to the client as its server would.

The app runs its function and says what came out. All of that is kept from the server, which knows
nothing of the call, and answered by the shadow server in its place: the output is acknowledged, the
`response.create` gets a response. Whatever the app says later about these items stays here too.

A call goes out when the session is quiet; everything the app says about it is answered at once, but a
response only when no real one is being made.
"""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from ...recordings.conversation import Seen
from ...recordings.conversation.bounded import BoundedDict
from ...recordings.conversation.calls import OUTPUT_LIMIT
from ...recordings.event import Json, Side
from ...recordings.paths import Path
from ...recordings.plain import encoded, object_of, objects_of, text_of
from .ids import MARK, MadeIds
from .made_call import Kept, MadeCall, check_text, checked_arguments
from .made_up_creates import Creates
from .splicing import with_field, without_field
from .verdict import Verdict, drop, edit

if TYPE_CHECKING:
    from .rule import Desk
    from .shadow import Shadow

_log = logging.getLogger(__name__)

type _Condition = Callable[[Desk], bool]
type _Action = Callable[[Desk], None]

_PREVIOUS: Final = Path.parse("previous_item_id")

_LOOK_AGAIN_S: Final = 0.25
"""How often it is asked whether the session has become quiet by the mere passing of time."""

_CALLS_KEPT: Final = 100
_IDS_KEPT: Final = 2_000


class MadeUp:
    """The made-up calls of one session.

    Args:
        ids: Makes the ids of what is made up.
        tell: Takes a sentence about a fault of ours: made-up calls are given up then, and the session
            goes on without them.
    """

    def __init__(self, ids: MadeIds, *, tell: Callable[[str], None] = lambda _text: None) -> None:
        self._ids = ids
        self._tell = tell
        self._shadow: Shadow | None = None
        self._owners: BoundedDict[str, MadeCall | Kept] = BoundedDict(_IDS_KEPT)
        """What an item, a response or a `call_id` of ours belongs to."""
        self._calls: deque[MadeCall] = deque(maxlen=_CALLS_KEPT)
        self._creates: Creates[MadeCall] = Creates()
        self._waiting: list[tuple[_Condition, _Action]] = []
        """What happens as soon as its condition holds."""
        self._looks_again = False

    @property
    def is_active(self) -> bool:
        """Whether `receive` has anything to do: a call was made up in this session."""
        return self._shadow is not None

    def status(self) -> list[MadeCall]:
        """The calls, oldest first; the latest hundred."""
        return list(self._calls)

    # Making a call.

    def preview(self, name: str, arguments: str, desk: "Desk") -> list[Json]:
        """The events that a call would consist of, with other ids.

        Raises:
            InjectionError: The session, the name or the arguments do not allow it.
        """
        from .shadow import Shadow  # noqa: PLC0415 -- the simulator is loaded only where a call is made up

        value = checked_arguments(name, arguments, desk.ledger.conversation)
        return Shadow(MadeIds(), desk.ledger.conversation).call(name, value)

    def make_call(
        self,
        name: str,
        arguments: str,
        desk: "Desk",
        *,
        answer: str | None = None,
        now: bool = False,
        why: str = "by hand",
    ) -> list[Json]:
        """Let the model call a function: at once when the session is quiet, else as soon as it is.

        Args:
            name: The function's; it need not be declared.
            arguments: A JSON object; none for an empty text.
            desk: The session's.
            answer: What the model says when the app has given its output.
            now: Also in the middle of a response.
            why: Who asks for it; stands in the recording.

        Returns:
            The events that are sent at once; none when the call waits.

        Raises:
            InjectionError: The session, the name or the arguments do not allow it.
        """
        value = checked_arguments(name, arguments, desk.ledger.conversation)
        check_text(answer or "")
        call = MadeCall(name, encoded(value), answer, desk.now)
        shadow = self._shadow_for(desk)
        self._calls.append(call)
        events: list[Json] = []

        def start(desk: "Desk") -> None:
            events.extend(shadow.call(name, value))
            item = next(event["item"] for event in events if "item" in event)
            call.call_id, call.stage = item["call_id"], "pending"
            self._owners[call.call_id] = call
            self._play(events, call, desk, why=why)

        self._when(_at_once if now else _is_quiet, start, desk)
        return events

    def _shadow_for(self, desk: "Desk") -> "Shadow":
        if self._shadow is None:
            from .shadow import Shadow  # noqa: PLC0415 -- see preview

            self._shadow = Shadow(self._ids, desk.ledger.conversation)
        return self._shadow

    def _play(
        self, events: list[Json], owner: MadeCall | Kept, desk: "Desk", *, why: str = ""
    ) -> None:
        for event in events:
            for key in ("item", "response"):
                if made_id := text_of(object_of(event.get(key)).get("id")):
                    self._owners[made_id] = owner
            desk.send(Side.SERVER, event, origin=owner.origin, why=why or owner.why)

    # Standing in for the server.

    def stand_in(self, seen: Seen, desk: "Desk", kept: Kept) -> None:
        """The app said what has been done already, and waits for the server's word: it gets ours.

        An item is acknowledged; a `response.create` gets an empty response as soon as no real one is
        being made.
        """
        try:
            if seen.kind == "conversation.item.create":
                self._play(self._shadow_for(desk).receive(seen.fields), kept, desk)
            elif seen.kind == "response.create":
                self._when(_is_free, lambda desk: self._respond(seen.fields, kept, desk), desk)
        except Exception as error:  # noqa: BLE001 -- a bug of ours must not end the session
            self._give_up(error)

    def _respond(self, fields: Json, kept: Kept, desk: "Desk") -> None:
        self._play(self._shadow_for(desk).respond(fields, None), kept, desk)

    # What waits.

    def _when(self, is_time: "_Condition", action: "_Action", desk: "Desk") -> None:
        self._waiting.append((is_time, action))
        self._look(desk)

    def _look(self, desk: "Desk") -> None:
        """Do what can be done now; look again later at what cannot."""
        ready = [each for each in self._waiting if each[0](desk)]
        self._waiting = [each for each in self._waiting if each not in ready]
        for _, action in ready:
            action(desk)
        if self._waiting and not self._looks_again:
            self._looks_again = True
            self._look_later(_LOOK_AGAIN_S, desk)

    def _look_later(self, delay_s: float, desk: "Desk") -> None:
        def look() -> None:
            self._looks_again = self._looks_again and delay_s == 0
            try:
                self._look(desk)
            except Exception as error:  # noqa: BLE001 -- a bug of ours must not end the session
                self._give_up(error)

        desk.after(delay_s, look)

    # What is said in the session.

    def receive(self, seen: Seen, desk: "Desk") -> Verdict | None:
        """A message comes by; None when it has nothing to do with made-up calls."""
        if not self.is_active:
            return None
        try:
            if seen.side is Side.CLIENT:
                handle = self._FROM_CLIENT.get(seen.kind)
                return None if handle is None else handle(self, seen, desk)
            self._receive_from_server(seen, desk)
        except Exception as error:  # noqa: BLE001 -- a bug of ours must not end the session
            self._give_up(error)
        return None

    def _give_up(self, error: Exception) -> None:
        """Forget everything: what the app says from now on goes to the server."""
        self._shadow = None
        self._owners.clear()
        self._waiting.clear()
        self._creates = Creates()
        _log.error("made-up calls failed", exc_info=error)
        self._tell(
            f"made-up calls failed and are given up in this session: {type(error).__name__}: {error}"
        )

    def _receive_from_server(self, seen: Seen, desk: "Desk") -> None:
        conversation = desk.ledger.conversation
        if seen.kind == "response.created":
            conversation_id = object_of(seen.fields.get("response")).get("conversation_id")
            if isinstance(conversation_id, str):
                self._shadow_for(desk).use_conversation_id(conversation_id)
            if conversation_id or not conversation.profile.echoes_conversation_id:
                self._creates.receive_real_response()
        elif seen.kind == "input_audio_buffer.committed" and (
            not conversation.session.creates_responses
        ):
            # The app asks for the answer to this turn itself.
            self._creates.receive_real_turn()
        if self._waiting:
            # The ledger learns of the message only after this.
            self._look_later(0, desk)

    def _commit(self, _seen: Seen, _desk: "Desk") -> None:
        self._creates.receive_real_turn()

    def _about_ours(self, seen: Seen, desk: "Desk") -> Verdict | None:
        """A request about one item or response."""
        owner = self._owners.get(seen.item_id or seen.response_id)
        return None if owner is None else self._kept(seen, owner, desk)[0]

    def _kept(self, seen: Seen, owner: MadeCall | Kept, desk: "Desk") -> tuple[Verdict, bool]:
        """Keep an event from the server and answer it; whether it was accepted."""
        events = self._shadow_for(desk).receive(seen.fields)
        self._play(events, owner, desk)
        return drop(owner.why), not _is_refusal(events)

    # Items of the app.

    def _item_create(self, seen: Seen, desk: "Desk") -> Verdict | None:
        item = object_of(seen.fields.get("item"))
        is_output = item.get("type") == "function_call_output"
        if is_output and (owner := self._owner_of_output(item, desk)) is not None:
            verdict, is_accepted = self._kept(seen, owner, desk)
            if is_accepted:
                owner.output = text_of(item.get("output"))[:OUTPUT_LIMIT]
                owner.stage = "output given"
            self._creates.receive_made_up_output(owner)
            return verdict
        if is_output or item.get("role") == "user" or item.get("type") == "mcp_approval_response":
            self._creates.receive_real_turn()
        before = self._owners.get(text_of(seen.fields.get("previous_item_id")))
        return None if before is None else edit(self._replaced(seen, desk), before.why)

    def _owner_of_output(self, item: Json, desk: "Desk") -> MadeCall | None:
        """The made-up call that an output is for, also one that spells its id wrongly.

        An id that nobody knows is the server's to refuse, unless it can only be meant for ours.
        """
        call_id = text_of(item.get("call_id"))
        if isinstance(owner := self._owners.get(call_id), MadeCall):
            return owner
        pending = [call for call in self._calls if call.stage == "pending"]
        if not pending or (call_id and desk.ledger.call(call_id) is not None):
            return None
        is_ours = MARK in call_id or not desk.ledger.pending_calls()
        return pending[0] if is_ours else None

    def _replaced(self, seen: Seen, desk: "Desk") -> bytes:
        """The event behind a real item; in front of all when the made-up items stand there."""
        payload = seen.event.payload
        previous = text_of(seen.fields.get("previous_item_id"))
        predecessor = self._shadow_for(desk).real_predecessor(previous)
        if predecessor is None and desk.ledger.conversation.items.last is None:
            return without_field(payload, _PREVIOUS)
        return with_field(payload, _PREVIOUS, predecessor or "root")

    # Responses that the app asks for.

    def _response_create(self, seen: Seen, desk: "Desk") -> Verdict | None:
        request = object_of(seen.fields.get("response"))
        named = [text_of(each.get("id")) for each in objects_of(request.get("input"))]
        owners = [self._owners.get(each) for each in named]
        calls = [each for each in owners if isinstance(each, MadeCall)]
        if not calls and request.get("conversation") != "none":
            unanswered = self._creates.outputs
            calls = self._creates.take(seen.at)
            self._leave(unanswered if not calls else [])
        if not calls:
            return None
        self._when(_is_free, lambda desk: self._answer(seen.fields, calls, desk), desk)
        return drop(calls[0].why)

    def _leave(self, calls: list[MadeCall]) -> None:
        """Nothing will be said about their outputs any more."""
        for call in calls:
            if call.stage == "output given":
                call.stage = "overtaken"

    def _answer(self, fields: Json, calls: list[MadeCall], desk: "Desk") -> None:
        given = [call for call in calls if call.stage == "output given"]
        words = " ".join(call.answer for call in given if call.answer)
        events = self._shadow_for(desk).respond(fields, words)
        if not _is_refusal(events):
            for call in given:
                call.stage = "answered"
        self._play(events, calls[0], desk)

    _FROM_CLIENT: ClassVar[Mapping[str, "Callable[[MadeUp, Seen, Desk], Verdict | None]"]] = {
        "conversation.item.create": _item_create,
        "conversation.item.delete": _about_ours,
        "conversation.item.retrieve": _about_ours,
        "conversation.item.truncate": _about_ours,
        "input_audio_buffer.commit": _commit,
        "response.cancel": _about_ours,
        "response.create": _response_create,
    }


def _at_once(_desk: "Desk") -> bool:
    return True


def _is_free(desk: "Desk") -> bool:
    """No real response is being made."""
    return not desk.ledger.is_responding


def _is_quiet(desk: "Desk") -> bool:
    """Nor will one begin by itself."""
    return not desk.ledger.is_responding and not desk.ledger.will_respond_itself


def _is_refusal(events: list[Json]) -> bool:
    return any(event["type"] == "error" for event in events)
