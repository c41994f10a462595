"""Plays the client's side of a recording to a live server, without sockets.

The live server makes ids of its own and takes its own time. So what the app says again names the live
items, calls and responses, and waits for what it waited for: for the greeting, for the end of the
responses that it had heard, for the call that it answers. Where the live session does not bring that,
the two have parted.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ...recordings.conversation import Call, Conversation, Item, Response, Seen
from ...recordings.event import Event, Json, Side
from ...recordings.lines import classify
from ...recordings.plain import number_of, object_of, text_of
from ...recordings.replay.identities import Identities, ids_in
from ...recordings.replay.script import FromClient, FromServer, Script, seen_of

PATIENCE_S: Final = 30.0
"""So long the live server may be silent when something is awaited from it."""


class AppPlayer:
    """The app of a recording, at another server.

    Args:
        script: What it says.
        speed: How many times faster than recorded; 0 sends as soon as may be.
        patience_s: How long the live server may be silent.
        started_s: The caller's monotonic clock at the start.
    """

    def __init__(
        self,
        script: Script,
        *,
        speed: float = 1.0,
        patience_s: float = PATIENCE_S,
        started_s: float = 0.0,
    ) -> None:
        self.script = script
        self.waits_for = ""
        """What the live server has not brought yet, in words; empty when nothing is awaited."""
        self.has_parted = False
        """The live server did not bring it in time: nothing more is said."""
        self._speed = speed
        self._patience_s = patience_s
        self._recorded = Conversation(script.header, keep=None)
        self._live = Conversation(script.header, keep=None)
        self._live_count = 0
        self._position = 0
        self._last = (started_s, 0.0)
        """When the app spoke last: now, and in the recording."""
        self._heard_at = started_s

    def receive(self, message: str | bytes, now_s: float) -> None:
        """The live server says something."""
        self._heard_at = now_s
        payload = message.encode() if isinstance(message, str) else message
        _, type_ = classify(payload, is_text_frame=isinstance(message, str))
        self._take(Side.SERVER, payload, type_, now_s)

    def poll(self, now_s: float) -> Iterator[str | bytes]:
        """What the app says now."""
        while self._position < len(self.script.steps):
            step = self.script.steps[self._position]
            if isinstance(step, FromServer):
                self._recorded.receive(seen_of(step, step.payload, step.at))
                self._position += 1
                continue
            self.waits_for = self._lack(step)
            if self.waits_for:
                self.has_parted = now_s - self._heard_at >= self._patience_s
                return
            if now_s < self._due_s(step):
                return
            yield self._say(step, now_s)
        self.waits_for = self._lack_at_end()
        self.has_parted = bool(self.waits_for) and now_s - self._heard_at >= self._patience_s

    @property
    def is_finished(self) -> bool:
        """Whether all was said and everything that was awaited has come."""
        return self._position == len(self.script.steps) and not self._lack_at_end()

    def next_due_s(self, now_s: float) -> float:
        """When to poll again though the server said nothing."""
        if self.waits_for or self._position == len(self.script.steps):
            return self._heard_at + self._patience_s
        step = self.script.steps[self._position]
        return self._due_s(step) if isinstance(step, FromClient) else now_s

    # What an event of the app waits for.

    def _lack(self, step: FromClient) -> str:
        if self._recorded.session.created_seq and not self._live.session.created_seq:
            return "session.created"
        if step.audio_bytes is not None:
            # A microphone waits for nobody.
            return ""
        missing = next(self._missing_ids(step.fields), "")
        if missing:
            return missing
        if lack := self._lack_of_responses():
            return lack
        is_create = step.type == "response.create"
        is_beside = object_of(step.fields.get("response")).get("conversation") == "none"
        if is_create and not is_beside and self._live.responses.active:
            return "the end of the active response"
        return ""

    def _lack_of_responses(self) -> str:
        wanted, came = _ended(self._recorded), _ended(self._live)
        return f"the end of response {came + 1} of {wanted}" if came < wanted else ""

    def _lack_at_end(self) -> str:
        return self._lack_of_responses()

    def _due_s(self, step: FromClient) -> float:
        said_at, recorded_at = self._last
        if not self._speed:
            return said_at
        return said_at + max(step.at - recorded_at, 0.0) / self._speed

    # Saying it.

    def _say(self, step: FromClient, now_s: float) -> str | bytes:
        payload = self._renamed(step)
        self._recorded.receive(seen_of(step, step.payload, step.at))
        self._take(Side.CLIENT, payload, step.type, now_s)
        self._position += 1
        self._last = (now_s, step.at)
        self._heard_at = now_s
        return payload.decode(errors="replace") if step.is_text else payload

    def _renamed(self, step: FromClient) -> bytes:
        identities = Identities(self.script.client_made)
        for recorded in set(ids_in(step.fields)):
            if (live := self._live_id(recorded)) is not None:
                identities.live_by_recorded[recorded] = live
        payload = identities.rewrite(step.payload)
        return self._cut_truncation(step, payload)

    def _cut_truncation(self, step: FromClient, payload: bytes) -> bytes:
        """The live answer may be shorter than the recorded one was when it was cut off."""
        end_ms = number_of(step.fields.get("audio_end_ms"))
        live_id = self._live_id(text_of(step.fields.get("item_id")))
        item = self._live.items.get(live_id or "")
        if step.type != "conversation.item.truncate" or end_ms is None or item is None:
            return payload
        if item.audio_ms >= end_ms:
            return payload
        return payload.replace(
            b'"audio_end_ms":%d' % end_ms, b'"audio_end_ms":%d' % int(item.audio_ms)
        ).replace(b'"audio_end_ms": %d' % end_ms, b'"audio_end_ms": %d' % int(item.audio_ms))

    def _take(self, side: Side, payload: bytes, type_: str | None, now_s: float) -> None:
        self._live_count += 1
        self._live.receive(Seen.of(Event(self._live_count, now_s, side, type_, payload)))

    # Which live thing stands for a recorded one.

    def _missing_ids(self, fields: Json) -> Iterator[str]:
        for recorded in ids_in(fields):
            if self._is_of_server(recorded) and self._live_id(recorded) is None:
                item = self._recorded.items.get(recorded)
                call = self._recorded.calls.get(recorded) or (item and item.call)
                yield f"a call of {call.name}" if call else f"what was {recorded} in the recording"

    def _is_of_server(self, recorded: str) -> bool:
        known = self._recorded
        return recorded not in self.script.client_made and (
            known.calls.get(recorded) is not None
            or known.items.get(recorded) is not None
            or known.responses.get(recorded) is not None
        )

    def _live_id(self, recorded: str) -> str | None:
        """The live id of the same thing: the second call of a function is the second call of it."""
        if recorded in self.script.client_made:
            return recorded
        old, new = self._recorded, self._live
        if call := old.calls.get(recorded):
            return _counterpart(call, old.calls.all(), new.calls.all(), _call_kind, _call_id)
        if item := old.items.get(recorded):
            items = old.items.in_order(), new.items.in_order()
            return _counterpart(item, *items, _item_kind, _item_id)
        if response := old.responses.get(recorded):
            responses = old.responses.all(), new.responses.all()
            return _counterpart(response, *responses, _response_kind, _response_id)
        return None


def _counterpart[T](
    thing: T,
    recorded: Sequence[T],
    live: Sequence[T],
    kind: Callable[[T], object],
    name: Callable[[T], str],
) -> str | None:
    same = [each for each in recorded if kind(each) == kind(thing)]
    index = next((i for i, each in enumerate(same) if each is thing), None)
    candidates = [each for each in live if kind(each) == kind(thing)]
    if index is None or index >= len(candidates):
        return None
    return name(candidates[index])


def _call_kind(call: Call) -> object:
    return call.name


def _call_id(call: Call) -> str:
    return call.call_id


def _item_kind(item: Item) -> object:
    return item.kind, item.role


def _item_id(item: Item) -> str:
    return item.id


def _response_kind(response: Response) -> object:
    return response.is_out_of_band


def _response_id(response: Response) -> str:
    return response.id


def _ended(conversation: Conversation) -> int:
    return sum(response.done_seq is not None for response in conversation.responses.all())
