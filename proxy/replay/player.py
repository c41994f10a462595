"""Plays the server's side of a recording, without sockets: what the app says and the time go in,
what it hears comes out.

    player = Player(script)
    player.receive('{"type": "session.update", …}', now_s=0.1)
    for output in player.poll(now_s=0.1): ...   # text, bytes, or a `Close`
    player.next_due_s                           # when to poll again

A message of the server goes out when everything that the app had said before it in the recording has
arrived. The app may say things earlier than it did, in the same order; asides, which change nothing of
the conversation, in any. Audio is one stream: how it is cut does not matter, only how much there is.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from ...recordings.conversation import Seen
from ...recordings.event import Closed, Event, Side
from ...recordings.lines import classify
from ...recordings.replay.identities import Identities
from ...recordings.replay.matching import Level, Rules, differences
from ...recordings.replay.mismatch import Cause, Mismatch
from ...recordings.replay.place import Place
from ...recordings.replay.script import FromClient, FromServer, Script, is_aside, seen_of
from ..driver import Close, Output
from ..simulator.faults import Fault
from .echoes import Echoes
from .microphone import Microphone
from .strictness import Strictness, recorded_mistakes

MISMATCH_CODE: Final = 4400
"""The close code of a session that went another way than its recording."""

SETTLE_S: Final = 0.02
"""So long a `response.done` with function calls waits: an app that asks for the next response as soon
as it has the arguments is too early, and at instant pace would not be caught otherwise."""

PATIENCE_S: Final = 5.0
"""So long the app may be silent when it is its turn."""

_NORMAL: Final = 1000
_WITHOUT_CODE: Final = 1005
_WITHOUT_FRAME: Final = 1006
"""How a recording names ends that have no code of their own (RFC 6455, 7.4.1)."""


class Player:
    """One session of a replay.

    Args:
        script: What is played.
        rules: What must agree.
        speed: How many times faster than recorded; 0 does not wait at all.
        is_strict: Refuse what a real server refuses.
        patience_s: How long to wait for the app when it is its turn.
        settle_s: How long a `response.done` with function calls waits for an app that is too early.
        started_s: The caller's monotonic clock at the start.
        started_unix_s: Wall clock at the start, for `expires_at`.
    """

    def __init__(
        self,
        script: Script,
        rules: Rules | None = None,
        *,
        speed: float = 0.0,
        is_strict: bool = True,
        patience_s: float = PATIENCE_S,
        settle_s: float = SETTLE_S,
        started_s: float = 0.0,
        started_unix_s: float = 0.0,
    ) -> None:
        self.script = script
        self.mismatch: Mismatch | None = None
        """The first thing that went another way; None as long as all agrees."""
        self.is_closed = False
        self._rules = rules or Rules()
        self._speed = speed
        self._patience_s = patience_s
        self._settling_s = settle_s
        self._identities = Identities(script.client_made)
        self._echoes = Echoes(script, self._identities, started_unix_s=started_unix_s)
        self._strictness = Strictness(script.header) if is_strict else None
        self._recorded_mistakes = recorded_mistakes(script) if is_strict else frozenset()
        self._position = 0
        """Of the next step."""
        self._missing = [
            index
            for index, step in enumerate(script.steps)
            if isinstance(step, FromClient) and step.audio_bytes is None
        ]
        """The app's steps that have not come, in order."""
        self._microphone = Microphone(script, is_exact=self._rules.level is Level.EXACT)
        self._now_s = self._moved_at = self._heard_at = started_s
        """When the position moved last, and when the app did what could have been awaited."""
        self._moved_at_recorded = 0.0
        self._outputs: list[Output] = []

    # What happens.

    def receive(self, message: str | bytes, now_s: float) -> None:
        """The app says something."""
        self._advance(now_s)
        if self.is_closed:
            return
        seen = _seen(message, now_s)
        if not seen.is_audio:
            self._receive_event(seen)
            self._heard_at = now_s
        elif self._listen(seen):
            self._heard_at = now_s
        self._advance(now_s)

    def receive_close(self, now_s: float) -> None:
        """The app has ended the session."""
        self._advance(now_s)
        if not self.is_closed and not self._has_app_said_all:
            self._tell(self._place().missing_event(Cause.CLOSED))
        self.is_closed = True

    def poll(self, now_s: float) -> list[Output]:
        """What the app hears by now and was not given yet."""
        self._advance(now_s)
        outputs, self._outputs = self._outputs, []
        return outputs

    # What is asked.

    @property
    def next_due_s(self) -> float | None:
        """When to poll again though the app said nothing; None when nothing is to come by itself."""
        return None if self.is_closed else self._due_s()

    @property
    def is_finished(self) -> bool:
        """Whether all was said, by both sides, as it was recorded."""
        return self.mismatch is None and self._position == len(self.script.steps)

    @property
    def unplayed(self) -> int:
        """How many messages the app has not been sent."""
        return sum(isinstance(step, FromServer) for step in self.script.steps[self._position :])

    def finish(self) -> Mismatch | None:
        """The app is done: what is missing, if anything is, or what went wrong before."""
        if self.mismatch is None and not self._has_app_said_all:
            self._tell(self._place().missing_event(Cause.ENDED))
        return self.mismatch

    # The app's events.

    def _listen(self, seen: Seen) -> bool:
        """Take audio; whether the server may have waited for it."""
        is_awaited = self._microphone.take(seen)
        self._hear(seen)
        if self._microphone.differs_at is not None:
            self._fail(self._place().other_audio(self._microphone.differs_at))
        return is_awaited

    def _receive_event(self, seen: Seen) -> None:
        index, identities = self._agreed(seen)
        fault = None if self._strictness is None else self._strictness.fault(seen)
        if fault is not None and index not in self._recorded_mistakes:
            self._refuse(seen, fault)
        elif index is not None:
            self._take(index, identities, seen)
        elif not (is_aside(seen.type, seen.fields) and self._has_app_said_all):
            # An aside at the very end is one that the recorded app had no time for.
            self._fail(self._place().different(seen.type, seen.fields, self._rules))

    def _agreed(self, seen: Seen) -> tuple[int | None, Identities]:
        """The step that the event is, None when the recording has another one here; and the ids
        that are agreed on then."""
        for index in self._candidates(seen):
            identities = self._identities.trial()
            if self._agrees(self._said(index), seen, identities):
                return index, identities
        return None, self._identities

    def _candidates(self, seen: Seen) -> Iterator[int]:
        """What may come now: the next event, and every aside."""
        came_aside = is_aside(seen.type, seen.fields)
        same = (index for index in self._missing if self._said(index).is_aside == came_aside)
        return same if came_aside else islice(same, 1)

    def _agrees(self, step: FromClient, seen: Seen, identities: Identities) -> bool:
        if not seen.fields and not step.fields:
            return seen.event.payload == step.payload
        return not differences(step.fields, seen.fields, self._rules, identities)

    def _take(self, index: int, identities: Identities, seen: Seen) -> None:
        """The app has said what it said in the recording."""
        self._missing.remove(index)
        self._identities.adopt(identities)
        self._echoes.receive(self._said(index), seen)
        self._hear(seen)

    def _said(self, index: int) -> FromClient:
        step = self.script.steps[index]
        assert isinstance(step, FromClient)  # _missing names no others
        return step

    @property
    def _has_app_said_all(self) -> bool:
        return all(self._said(index).is_aside for index in self._missing)

    def _hear(self, seen: Seen) -> None:
        if self._strictness is not None:
            self._strictness.receive(seen)

    def _refuse(self, seen: Seen, fault: Fault) -> None:
        """Answer as the real server does; the session goes on, and has gone another way."""
        self._outputs.append(self._echoes.error(fault, seen.event_id))
        place = self._place()
        self._tell(place.refused(seen.type, seen.fields, self._rules, refusal=fault.message))

    def _fail(self, mismatch: Mismatch) -> None:
        self._tell(mismatch)
        self._outputs.append(Close(MISMATCH_CODE, mismatch.headline))
        self.is_closed = True

    def _tell(self, mismatch: Mismatch) -> None:
        """The first one counts: what follows may be its consequence."""
        if self.mismatch is None:
            self.mismatch = mismatch

    def _place(self) -> Place:
        return Place(
            self.script,
            tuple(self._missing),
            self._position,
            self._identities,
            audio_bytes=(self._microphone.wanted_bytes, self._microphone.came_bytes),
        )

    # The server's messages.

    def _advance(self, now_s: float) -> None:
        self._now_s = now_s
        while not self.is_closed and (due_s := self._due_s()) is not None and due_s <= now_s:
            self._step()

    def _due_s(self) -> float | None:
        """When something happens without the app; None when it only waits for the app to leave."""
        if self._position == len(self.script.steps):
            return self._end_due_s()
        step = self.script.steps[self._position]
        if self._waits_for_app(step):
            return max(self._moved_at, self._heard_at) + self._patience_s
        if isinstance(step, FromClient):
            return self._moved_at
        return self._moved_at + max(self._recorded_wait_s(step.at), self._settle_s(step))

    def _waits_for_app(self, step: FromClient | FromServer) -> bool:
        if isinstance(step, FromClient):
            return step.audio_bytes is None and self._position in self._missing
        return not self._microphone.has_enough

    def _recorded_wait_s(self, at: float) -> float:
        if not self._speed:
            return 0.0
        return max(at - self._moved_at_recorded, 0.0) / self._speed

    def _settle_s(self, step: FromServer) -> float:
        is_watched = self._strictness is not None and self._strictness.is_calling
        return self._settling_s if is_watched and step.type == "response.done" else 0.0

    def _end_due_s(self) -> float | None:
        closed = self.script.closed
        if closed is None or closed.side is Side.CLIENT:
            return None
        return self._moved_at + self._recorded_wait_s(closed.at)

    def _step(self) -> None:
        if self._position == len(self.script.steps):
            closed = self.script.closed
            assert closed is not None  # _end_due_s asked for it
            self._end(closed)
            return
        step = self.script.steps[self._position]
        if self._waits_for_app(step):
            self._fail(self._place().missing_event(Cause.SILENT))
            return
        self._position += 1
        self._moved_at, self._moved_at_recorded = self._now_s, step.at
        if isinstance(step, FromServer):
            self._play(step)
        elif step.audio_bytes is not None:
            self._microphone.pass_by(step)

    def _end(self, closed: Closed) -> None:
        """End the session as the recorded server did."""
        is_abrupt = closed.code == _WITHOUT_FRAME
        # A close frame without a code cannot be sent on purpose; 1000 means the same to an app.
        code = _NORMAL if closed.code == _WITHOUT_CODE else closed.code
        self._outputs.append(Close(code, closed.reason, is_abrupt=is_abrupt))
        self.is_closed = True

    def _play(self, step: FromServer) -> None:
        payload = self._echoes.rewrite(step)
        # A text that is not UTF-8 cannot be sent by a library; what is left of it shows where it was.
        self._outputs.append(payload.decode(errors="replace") if step.is_text else payload)
        if self._strictness is not None:
            self._strictness.receive(seen_of(step, payload, self._now_s))


def _seen(message: str | bytes, now_s: float) -> Seen:
    payload = message.encode() if isinstance(message, str) else message
    form, type_ = classify(payload, is_text_frame=isinstance(message, str))
    return Seen.of(Event(0, now_s, Side.CLIENT, type_, payload, form))
