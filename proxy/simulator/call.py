"""A WebRTC or SIP call: a session whose audio goes another way, with side-band sockets beside it.

A side-band socket (`?call_id=`) gets the call's events but for `session.created` and the audio, and its
client events act on the session as if the caller's own app had sent them (seen in recorded sessions).
Several sockets may be on one call: all of them get all events.
"""

from collections.abc import Callable

from ...recordings.event import Json
from ..driver import Close
from .ids import Ids
from .outbox import Outbox, Output
from .parsing import parse
from .parts import EVENT_ID
from .schema import Object, String
from .session import Session

_CLEAR = "output_audio_buffer.clear"
_CLEAR_SHAPE = Object({"type": String(), "event_id": EVENT_ID})

_NOT_ON_THE_SIDE = frozenset(
    {
        "session.created",
        "conversation.created",
        "response.audio.delta",
        "response.output_audio.delta",
    }
)
"""Events that only the call's own data channel gets; the audio goes over the media connection."""

_HUNG_UP = Close(1000, "")
"""How a call's sockets are closed when it ends. The code is not recorded: a plain one."""


class Call:
    """One call, without sockets.

    Args:
        call_id: Its id.
        session: None while an incoming call rings.
    """

    def __init__(self, call_id: str, session: Session | None) -> None:
        self.id = call_id
        self.on_news: Callable[[], None] = lambda: None
        """Told when there is something to poll though no message came."""
        self._session = session
        self._own = Outbox(Ids(call_id))
        """Events that no session over a WebSocket has."""
        self._playback = _Playback()
        self._is_over = False
        self._is_end_told = False

    @property
    def is_ringing(self) -> bool:
        """Whether it waits for `accept` or `reject`."""
        return self._session is None and not self._is_over

    @property
    def is_over(self) -> bool:
        """Whether it has ended: nobody can join it any more."""
        return self._is_over or (self._session is not None and self._session.is_closed)

    def accept(self, session: Session) -> None:
        """Take an incoming call."""
        self._session = session
        self.on_news()

    def hang_up(self) -> None:
        """End it, from either side."""
        self._is_over = True
        self.on_news()

    def receive(self, message: str | bytes, now_s: float) -> None:
        """Take one message of a side-band socket."""
        if self._session is None or self.is_over:
            return
        event = parse(message)
        if not (isinstance(event, dict) and event.get("type") == _CLEAR):
            self._session.receive(message, now_s)
        elif fault := _CLEAR_SHAPE.check(event, ""):
            self._own.fail(fault)
        elif response_id := self._playback.clear():
            self._own.send("output_audio_buffer.cleared", response_id=response_id)

    def poll(self, now_s: float) -> list[Output]:
        """What the side-band sockets get now."""
        outputs: list[Output] = []
        if self._session is not None:
            for output in self._session.poll(now_s):
                outputs += [output] if isinstance(output, Close) else self._on_the_side(output)
        outputs += self._own.take()
        if self._is_over and not self._is_end_told:
            self._is_end_told = True
            outputs.append(_HUNG_UP)
        return outputs

    @property
    def next_due_s(self) -> float | None:
        """When to poll again though no message came."""
        return None if self._session is None or self.is_over else self._session.next_due_s

    def _on_the_side(self, event: Json) -> list[Output]:
        """What becomes of one event of the session: left out, or with one about the playback."""
        shown: list[Output] = [] if event["type"] in _NOT_ON_THE_SIDE else [event]
        if made := self._playback.watch(event):
            type_, response_id = made
            self._own.send(type_, response_id=response_id)
        return [*shown, *self._own.take()]


class _Playback:
    """What the server knows of the sound that the caller hears.

    It ends with the response here, because nobody listens; the real server waits until it has sent all.
    """

    def __init__(self) -> None:
        self._playing: str | None = None
        """The id of the response that is heard."""

    def watch(self, event: Json) -> tuple[str, str] | None:
        """The type of the event that follows from one of the session's, and the response's id."""
        match event["type"]:
            case "response.output_audio.delta" | "response.audio.delta" if self._playing is None:
                self._playing = event["response_id"]
                return "output_audio_buffer.started", event["response_id"]
            case "input_audio_buffer.speech_started" if response_id := self.clear():
                return "output_audio_buffer.cleared", response_id
            case "response.done" if event["response"]["id"] == self._playing:
                self._playing = None
                return "output_audio_buffer.stopped", event["response"]["id"]
            case _:
                return None

    def clear(self) -> str | None:
        """Stop the sound; the response's id, or None when nothing is heard."""
        response_id, self._playing = self._playing, None
        return response_id
