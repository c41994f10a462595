"""What the real server and its client have agreed on so far: the server's own conversation.

Everything that the server really said counts, also what an intervention kept from the app; of the
client's events, those that reached the server. Made-up server events are not in it.
"""

from collections import deque
from typing import Final

import msgspec

from ...recordings.conversation import Call, Conversation, Create, Response, Seen, Tool
from ...recordings.dialects import Dialect, Profile
from ...recordings.event import Fate, Header, Side
from ...recordings.plain import number_of
from .idle import Idle

KEPT: Final = 128
"""Items, responses and calls that are kept of those that are over."""

ANSWER_S: Final = 10.0
"""A `response.create` that has made no response and no error by then makes none."""

ROUND_TRIP_S: Final = 0.5
"""Whatever was sent longer ago, the server has had, and its answer has come back."""

TURN_ANSWER_S: Final = 3.0
"""A turn that has made no response by then makes none; servers answer a turn in the same instant."""

DOUBT_S: Final = 2.0
"""So long a request may still be on its way though a response has begun: the user's turn made that."""

SILENT_APP_S: Final = 2.0
"""Servers hear time pass by the audio alone: a turn whose audio has ceased for so long stays open."""

_SETTINGS: Final = frozenset({"session.created", "session.updated"})
_DOUBTED_KEPT: Final = 16
_FAST_S: Final = 0.1
_FAST_SURPLUS_MS: Final = 250.0
"""More audio ahead of its time than the jitter of an app that sends a microphone's."""

LEDGER_KINDS: Final = frozenset(
    {
        "conversation.item.added",
        "conversation.item.create",
        "conversation.item.delete",
        "conversation.item.deleted",
        "conversation.item.retrieve",
        "conversation.item.truncate",
        "error",
        "input_audio_buffer.clear",
        "input_audio_buffer.cleared",
        "input_audio_buffer.commit",
        "input_audio_buffer.committed",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.timeout_triggered",
        "response.cancel",
        "response.create",
        "response.created",
        "response.done",
        "response.function_call_arguments.done",
        "response.output_item.added",
        "response.output_item.done",
        "session.created",
        "session.update",
        "session.updated",
    }
)
"""The events that a ledger is fed, in GA's names: none of those that stream."""

APPEND: Final = "input_audio_buffer.append"


class Wait(msgspec.Struct, frozen=True):
    """Something that has to happen, or to pass, before a `response.create` of ours may go out."""

    text: str
    """For people, after the words `waits for`."""
    until_s: float | None = None
    """When it is not waited for any longer; None: until it happens."""


class Ledger:
    """One session's. Fed by the director; rules and requests ask it.

    Args:
        header: The recording's; it tells the server's profile.
        profile: Overrules the header's.
    """

    def __init__(self, header: Header | None = None, *, profile: Profile | None = None) -> None:
        self.conversation = Conversation(header, keep=KEPT, profile=profile)
        self.now = 0.0
        """Seconds since the session started."""
        self.counts_audio_since: float | None = None
        """Since when it is fed the appended audio; None while it is not."""
        self._appends: deque[tuple[float, float]] = deque()
        self._doubted: deque[tuple[Create, float]] = deque(maxlen=_DOUBTED_KEPT)
        """Requests that were on their way when the server answered a turn, with the time of that."""
        self._idle = Idle()
        self._idle_timeout_ms = 0.0
        """In force; kept, since it is asked for at each message."""
        self._fast_at: float | None = None
        """When audio last came much faster than it was spoken."""

    # Taking events.

    def tick(self, now: float) -> None:
        """Time has passed."""
        if now > self.now:
            self.now = now
            self.conversation.tick(now)

    def receive(self, seen: Seen) -> None:
        """Take an event that the server sent, or that reached it."""
        self.tick(seen.at)
        if seen.kind == APPEND:
            self._count(seen)
        if seen.kind == "response.created":
            self._receive_created(seen)
        elif seen.kind == APPEND or seen.kind in LEDGER_KINDS:
            self.conversation.receive(seen)
        if seen.side is Side.SERVER:
            if seen.kind in _SETTINGS:
                self._idle_timeout_ms = self._told_idle_timeout_ms()
            self._receive_idle(seen)

    def _receive_idle(self, seen: Seen) -> None:
        """Those outside of the conversation are not what the user is silent after."""
        response = self.conversation.responses.get(seen.response_id)
        if response is None or not response.is_out_of_band:
            own = None if response is None else response.audio_format
            audio_format = own or self.conversation.session.output_format
            self._idle.receive(seen, audio_s=audio_format.duration_s(seen.audio_bytes))

    def _receive_created(self, seen: Seen) -> None:
        """A turn's response is no answer to a request, which may reach the server only later."""
        asked = [create for create in self.conversation.creates if not create.is_out_of_band]
        self.conversation.receive(seen)
        response = self.conversation.responses.get(seen.response_id)
        if response is None or response.is_out_of_band:
            return
        if answers_turn(response):
            self._doubted.extend((create, seen.at) for create in asked)
        elif self._doubted:
            self._doubted.popleft()

    @property
    def wants_audio(self) -> bool:
        """Whether it is to be fed the appended audio: always the first, to know that there is some."""
        return self.counts_audio_since is not None or not self._has_audio

    def count_audio(self, *, is_on: bool) -> bool:
        """Appended audio is fed from now on, or not any more; whether that is a change."""
        is_change = is_on is (self.counts_audio_since is None)
        if is_change:
            self.counts_audio_since = self.now if is_on else None
            self._appends.clear()
        return is_change

    @property
    def _has_audio(self) -> bool:
        return self.conversation.input_audio.appends > 0

    def _count(self, seen: Seen) -> None:
        if seen.side is Side.SERVER or seen.event.fate is Fate.DROPPED:
            return
        length_ms = seen.audio_bytes / self.conversation.session.input_format.bytes_per_ms
        # The time at which it goes on: what was held back goes all at once.
        now = self.now
        self._appends.append((now, length_ms))
        while self._appends[0][0] < now - ROUND_TRIP_S:
            self._appends.popleft()
        lately_ms = sum(length for _, length in self._appends)
        just_now_ms = sum(length for at, length in self._appends if at >= now - _FAST_S)
        is_fast = (
            just_now_ms - _FAST_S * 1000 >= _FAST_SURPLUS_MS
            or lately_ms - ROUND_TRIP_S * 1000 >= _FAST_SURPLUS_MS
        )
        if is_fast and lately_ms >= self._silence_ms:
            self._fast_at = now

    @property
    def _silence_ms(self) -> float:
        """How much audio a turn's end needs at least."""
        detection = self.conversation.session.turn_detection
        value = detection.get("silence_duration_ms") if isinstance(detection, dict) else None
        return number_of(value) or 0.0

    # Who speaks, and who is about to.

    @property
    def is_responding(self) -> bool:
        """Whether a response writes to the conversation, or was asked for and not answered yet."""
        return self.response_wait() is not None

    @property
    def will_respond_itself(self) -> bool:
        """Whether the server is about to respond without being asked: to a turn of the user."""
        return self.turn_wait() is not None

    def response_wait(self) -> Wait | None:
        """The end of the active response, or the answer to a request for one."""
        active = self.conversation.responses.active
        if active:
            return Wait(f"response.done of {active[-1].id}")
        for create in self.conversation.creates:
            until = create.at + ANSWER_S
            if not create.is_out_of_band and self.now < until:
                return Wait("the answer to a response.create that is on its way", until)
        for create, at in self._doubted:
            if create.error_seq is None and self.now < at + DOUBT_S:
                return Wait("the answer to a response.create that is on its way", at + DOUBT_S)
        return None

    def turn_wait(self) -> Wait | None:
        """The response that the server makes by itself, if one is to be expected."""
        turn = self.conversation.responses.turn
        if turn is not None and self.now < turn.at + TURN_ANSWER_S:
            return Wait("the server's answer to the user's turn", turn.at + TURN_ANSWER_S)
        if (wait := self._idle_wait()) is not None or not self._makes_responses:
            return wait
        return self._speech_wait() or self._burst_wait()

    def _idle_wait(self) -> Wait | None:
        """The moment at which the server speaks by itself, unless somebody does before."""
        timeout_ms = self._idle_timeout_ms
        until = self._idle.clear_from(self.now, timeout_ms / 1000) if timeout_ms else None
        if until is None:
            return None
        return Wait("the session's idle timeout, at which the server may speak by itself", until)

    def _told_idle_timeout_ms(self) -> float:
        detection = self.conversation.session.turn_detection
        value = detection.get("idle_timeout_ms") if isinstance(detection, dict) else None
        return number_of(value) or 0.0

    @property
    def wants_playback(self) -> bool:
        """Whether it is to be fed the audio of responses: the idle timeout counts from its end."""
        return self._idle_timeout_ms > 0

    @property
    def _makes_responses(self) -> bool:
        session = self.conversation.session
        update = session.unanswered
        if update is not None and session.creates_responses is False:
            # The server may have taken it already.
            audio = update.normal.get("audio")
            source = audio.get("input") if isinstance(audio, dict) else None
            return isinstance(source, dict) and bool(source.get("turn_detection"))
        return session.creates_responses

    def _speech_wait(self) -> Wait | None:
        """The user speaks: the turn's end makes a response, as long as its audio goes on."""
        audio = self.conversation.input_audio
        if audio.speech is None or audio.speech_started_at is None:
            return None
        text = "the end of the user's turn, which the server answers by itself"
        if self.counts_audio_since is None:
            return Wait(text)
        heard_at = max(
            audio.last_append_at or 0.0, audio.speech_started_at, self.counts_audio_since
        )
        until = heard_at + SILENT_APP_S
        return Wait(text, until) if self.now < until else None

    def _burst_wait(self) -> Wait | None:
        """Audio that comes faster than it is spoken may hold a whole turn, which the server answers
        before anything of ours arrives."""
        since = self._fast_at
        if self.counts_audio_since is not None and self._has_audio:
            since = max(since or 0.0, self.counts_audio_since)
        if since is None or self.now >= since + ROUND_TRIP_S:
            return None
        return Wait("the turns that the audio just sent may hold", since + ROUND_TRIP_S)

    # Calls and items.

    def pending_calls(self) -> list[Call]:
        """The calls that wait for their output and can be given one, oldest first."""
        return [
            call
            for call in self.conversation.calls.pending()
            if is_callable_back(call) and is_complete(call)
        ]

    @property
    def has_pending_calls(self) -> bool:
        """Whether a call waits for its output, also one that is still being made."""
        return bool(self.conversation.calls.pending())

    def call(self, call_id: str) -> Call | None:
        """The call with this id."""
        return self.conversation.calls.get(call_id)

    def calls_named(self, name: str) -> list[Call]:
        """The calls of a function: the pending ones first, each in their order."""
        pending = self.pending_calls()
        named = [call for call in self.conversation.calls.all() if call.name == name]
        return sorted(named, key=lambda call: call not in pending)

    def has_item(self, item_id: str) -> bool:
        """Whether the server has an item of this id in its conversation."""
        item = self.conversation.items.get(item_id)
        return item is not None and item.is_listed and not item.is_deleted

    @property
    def last_item_id(self) -> str:
        """The last item's id; empty when there is none."""
        for item in reversed(self.conversation.items.in_order()):
            if not item.is_deleted:
                return item.id
        return ""

    def tools(self) -> dict[str, Tool]:
        """The functions in force, by name."""
        return self.conversation.session.tools()

    @property
    def dialect(self) -> Dialect:
        """How the session spells its events."""
        return self.conversation.dialect

    @property
    def profile(self) -> Profile:
        """What is known of the server."""
        return self.conversation.profile


def answers_turn(response: Response) -> bool:
    """Whether the server made a response by itself."""
    return response.cause.kind in {"vad", "idle_timeout"}


def is_complete(call: Call) -> bool:
    """Whether the model has said all of the call."""
    return call.arguments_seq is not None or call.status == "completed"


def is_callable_back(call: Call) -> bool:
    """Whether the conversation knows the call; the calls of out-of-band responses are not in it."""
    return call.response is None or not call.response.is_out_of_band
