"""A Realtime session without sockets: client messages and the time go in, server events come out.

    session = Session(model="gpt-realtime", seed="1")
    session.open(now_s=0.0)
    session.receive('{"type": "response.create"}', now_s=0.1)
    for output in session.poll(now_s=0.1): ...   # what is due by then
    session.next_due_s                           # when to poll again

It holds what is particular to no part: the dispatch of events, their check, the session's own
events and its end. Nothing here reads a clock.
"""

from collections.abc import Callable

from ...recordings.event import Json
from ..driver import Close
from ..schedule import Schedule
from . import beta, defaults, faults
from .actor import Actor
from .configuration import Configuration
from .conversation import Conversation
from .dialect import Dialect
from .faults import Fault
from .ids import Ids
from .items import Items
from .outbox import Outbox, Output
from .pace import Pace
from .parsing import parse
from .response import Response
from .responses import Responses
from .script import Script
from .state import SessionState
from .turns import Turns
from .validation import check_event

MAX_DURATION_S = 60 * 60
"""How long the real server lets a session live."""

type _Handler = Callable[[Json], Fault | None]


class Session:
    """One session of a client, from after the handshake to its end."""

    def __init__(
        self,
        *,
        model: str = "gpt-realtime",
        dialect: Dialect = Dialect.GA,
        script: Script | None = None,
        pace: Pace | None = None,
        seed: str = "",
        started_unix_s: float = 0.0,
        max_duration_s: float = MAX_DURATION_S,
        is_transcription: bool = False,
        is_call: bool = False,
    ) -> None:
        """Make a session.

        Args:
            model: The model of the request's query.
            dialect: How it spells its events.
            script: What the model says; without one it improvises.
            pace: How quickly it speaks.
            seed: What makes this session's ids differ from another's.
            started_unix_s: Wall clock at the start, for `expires_at`.
            max_duration_s: After this the session expires.
            is_transcription: A session that only writes down what it hears.
            is_call: The session of a WebRTC or SIP call.
        """
        ids = Ids(seed)
        self._dialect = dialect
        session = _session_object(
            ids.call_session() if is_call else ids.session(),
            model=model,
            expires_at=int(started_unix_s + max_duration_s),
            is_transcription=is_transcription,
        )
        self._state = SessionState(
            ids=ids,
            outbox=Outbox(ids),
            schedule=Schedule(),
            configuration=Configuration(session),
            conversation=Conversation(),
            actor=Actor(script or Script()),
            pace=pace or Pace(),
            conversation_id=ids.conversation(),
            max_duration_s=max_duration_s,
        )
        self._items = Items(self._state)
        self._responses = Responses(self._state, on_done=self._after_response)
        self._turns = Turns(self._state, self._responses)
        self._waiting: list[Json] = []
        """Item events that wait for the end of the response which makes their call."""
        self._handlers: dict[str, _Handler] = {
            "session.update": self._update,
            "conversation.item.create": self._items.create,
            "conversation.item.delete": self._items.delete,
            "conversation.item.retrieve": self._items.retrieve,
            "conversation.item.truncate": self._items.truncate,
            "input_audio_buffer.append": self._turns.append,
            "input_audio_buffer.commit": self._turns.commit,
            "input_audio_buffer.clear": self._turns.clear,
            "response.create": self._create_response,
            "response.cancel": self._cancel_response,
        }

    def open(self, now_s: float) -> None:
        """Greet the client."""
        state = self._state
        state.schedule.run_until(now_s)
        state.outbox.send("session.created", session=state.configuration.wire())
        if self._dialect is Dialect.BETA and not state.configuration.is_transcription:
            conversation = {"id": state.conversation_id, "object": "realtime.conversation"}
            state.outbox.send("conversation.created", conversation=conversation)
        state.schedule.after(state.max_duration_s, state.expire)

    def configure(self, settings: Json) -> Fault | None:
        """Begin with these settings, in GA spelling and checked by `check_event`, instead of the defaults.

        `session.update` does the same later, and says so.
        """
        fault = self._state.configuration.update(
            settings, has_assistant_audio=False, is_responding=False, has_items=False
        )
        if fault is None:
            self._turns.configure()
        return fault

    def receive(self, message: str | bytes, now_s: float) -> None:
        """Take one WebSocket message: text, or bytes for a binary one."""
        self._state.schedule.run_until(now_s)
        if self.is_closed:
            return
        event = parse(message)
        fault = event if isinstance(event, Fault) else check_event(event, self._dialect)
        if fault is None and isinstance(event, dict):
            is_beta = self._dialect is Dialect.BETA
            fault = self._handle(beta.event_from_client(event) if is_beta else event)
        if fault is not None:
            self._state.outbox.fail(fault, _event_id(event))

    def poll(self, now_s: float) -> list[Output]:
        """What the server has said by now and nobody took yet."""
        self._state.schedule.run_until(now_s)
        outputs = self._state.outbox.take()
        if self._dialect is Dialect.GA:
            return outputs
        temperature = self._state.configuration.temperature
        spelled = (
            output
            if isinstance(output, Close)
            else beta.event_to_client(output, temperature=temperature)
            for output in outputs
        )
        return [output for output in spelled if output is not None]

    @property
    def settings(self) -> Json:
        """All that is in force, as `session.created` tells it."""
        return self._state.configuration.wire()

    @property
    def next_due_s(self) -> float | None:
        """When to poll again though no message came; None when the session is closed."""
        return None if self.is_closed else self._state.schedule.next_due_s

    @property
    def is_closed(self) -> bool:
        """The server has ended the session."""
        return self._state.outbox.is_closed

    # Handling events.

    def _handle(self, event: Json) -> Fault | None:
        if self._must_wait(event):
            self._waiting.append(event)
            return None
        handler = self._handlers.get(event["type"])
        if handler is None:
            return faults.unsupported_value("type", event["type"], self._handlers)
        return handler(event)

    def _must_wait(self, event: Json) -> bool:
        """An output for a call of the running response is accepted, but acknowledged only after
        `response.done` (7 of 7 recorded); item events behind it keep their order."""
        active = self._responses.active
        if active is None or not event["type"].startswith("conversation.item."):
            return False
        call_id = event.get("item", {}).get("call_id")
        return bool(self._waiting) or (
            event["type"] == "conversation.item.create"
            and event["item"]["type"] == "function_call_output"
            and call_id in active.call_ids
        )

    def _update(self, event: Json) -> Fault | None:
        state = self._state
        fault = state.configuration.update(
            event["session"],
            has_assistant_audio=state.conversation.has_assistant_audio(),
            is_responding=self._responses.active is not None,
            has_items=len(state.conversation) > 0,
        )
        if fault is None:
            self._turns.configure()
            state.outbox.send("session.updated", session=state.configuration.wire())
        return fault

    def _create_response(self, event: Json) -> Fault | None:
        return self._responses.create(event.get("response") or {})

    def _cancel_response(self, event: Json) -> Fault | None:
        return self._responses.cancel(event.get("response_id"), "client_cancelled")

    def _after_response(self, response: Response) -> None:
        if response.is_default:
            waiting, self._waiting = self._waiting, []
            for event in waiting:
                fault = self._handle(event)
                if fault is not None:
                    self._state.outbox.fail(fault, event.get("event_id"))
        self._turns.watch_silence()


def _session_object(
    session_id: str, *, model: str, expires_at: int, is_transcription: bool
) -> Json:
    if is_transcription:
        return defaults.transcription_session(session_id=session_id, expires_at=expires_at)
    return defaults.realtime_session(session_id=session_id, model=model, expires_at=expires_at)


def _event_id(event: object) -> str | None:
    """The id that the client gave its event, to be repeated in the error."""
    event_id = event.get("event_id") if isinstance(event, dict) else None
    return event_id if isinstance(event_id, str) else None
