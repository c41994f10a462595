"""Which responses run: one at most in the conversation, any number beside it."""

from collections.abc import Callable, Iterable

from ...recordings.event import Json
from . import faults
from .configuration import check_tool_choice
from .conversation import Conversation, Item
from .faults import Fault
from .improvisation import Situation
from .items import item_from_client
from .output_items import Steps
from .response import Response, Status, settings_for
from .script import Reply
from .state import SessionState
from .usage import Tokens, cached_tokens, context_tokens

_TOKENS_PER_MINUTE = 15_000_000
"""The limit in the recorded `rate_limits.updated`."""


class Responses:
    """Starts, drives and ends the responses of a session."""

    def __init__(self, state: SessionState, *, on_done: Callable[[Response], None]) -> None:
        self._on_done = on_done
        self.active: Response | None = None
        """The response that writes to the conversation, if one runs."""
        self.last_playback_end_s: float | None = None
        """When a client has played the last response; None before the first one."""
        self.on_interruption: Callable[[], None] = lambda: None
        """Called where the script lets the user speak in the middle of a response."""
        self._state = state
        self._outside: dict[str, Response] = {}
        self._tokens_before = 0
        self._prefix_before = ""

    def create(self, request: Json) -> Fault | None:
        """Begin a response, for a `response.create` or, with an empty request, for a spoken turn."""
        fault = self._check(request)
        if fault is not None:
            return fault
        context = self._context(request)
        if isinstance(context, Fault):
            return context
        state = self._state
        session = state.configuration.wire()
        reply = state.actor.reply(self._situation(session | _given(request), context))
        if reply.is_expiring:
            state.expire()
            return None
        self._start(request, session, reply, context)
        return None

    def cancel(self, response_id: str | None, reason: str) -> Fault | None:
        """End a response before its time; without an id the one in the conversation."""
        response = self.active if response_id is None else self._running(response_id)
        if response is None:
            return faults.response_cancel_not_active()
        response.cancel(reason)
        return None

    def _running(self, response_id: str) -> Response | None:
        if self.active is not None and self.active.id == response_id:
            return self.active
        return self._outside.get(response_id)

    # Beginning.

    def _check(self, request: Json) -> Fault | None:
        state = self._state
        is_outside = request.get("conversation") == "none"
        if state.configuration.is_transcription:
            return Fault(
                "invalid_value", "Responses are not supported in a transcription session.", "type"
            )
        if self.active is not None and not is_outside:
            return faults.active_response(self.active.id)
        voice = ((request.get("audio") or {}).get("output") or {}).get("voice")
        current = state.configuration.wire()["audio"]["output"]["voice"]
        if voice not in (None, current) and state.conversation.has_assistant_audio():
            return faults.cannot_update_voice()
        tools = {"tools": state.configuration.tools} | _given(request)
        return check_tool_choice(tools, "response")

    def _context(self, request: Json) -> list[Item] | Fault:
        """The items that the model reads: the conversation, or the request's own input."""
        given = request.get("input")
        if given is None:
            return list(self._state.conversation)
        items: list[Item] = []
        for index, fields in enumerate(given):
            item = self._input_item(fields, f"response.input[{index}]", items)
            if isinstance(item, Fault):
                return item
            items.append(item)
        return items

    def _input_item(self, fields: Json, path: str, before: Iterable[Item]) -> Item | Fault:
        if fields["type"] == "item_reference":
            item = self._state.conversation.get(fields["id"])
            return item or faults.unknown_item_reference(f"{path}.id", fields["id"])
        item = item_from_client(fields, self._state)
        if item.type == "function_call_output":
            calls = Conversation()
            for other in before:
                calls.add(other)
            if not calls.has_call(item.body["call_id"]):
                return faults.invalid_tool_call_id(item.body["call_id"])
        return item

    def _situation(self, settings: Json, context: list[Item]) -> Situation:
        names = {
            item.body["call_id"]: item.body["name"]
            for item in context
            if item.type == "function_call"
        }
        outputs: list[tuple[str, str]] = []
        for item in reversed(context):
            if item.type == "function_call_output":
                name = names.get(item.body["call_id"], "")
                outputs.insert(0, (name, item.body["output"]))
            elif item.type != "function_call":
                break
        said = (item.text for item in reversed(context) if item.role == "user")
        return Situation(
            text=next(said, ""),
            outputs=tuple(outputs),
            tools=tuple(settings.get("tools") or ()),
            tool_choice=settings.get("tool_choice") or "auto",
        )

    def _start(self, request: Json, session: Json, reply: Reply, context: list[Item]) -> None:
        state = self._state
        settings = settings_for(
            session,
            request,
            conversation_id=state.conversation_id,
            model=state.configuration.model,
        )
        read = self._read(session | _given(request), context)
        response = Response(
            state,
            settings,
            reply,
            context=read,
            cached=cached_tokens(self._tokens_before, read),
            on_done=self._after,
        )
        if response.is_default:
            self.active = response
        else:
            self._outside[response.id] = response
        self._drive(response, response.start(), reply)

    def _read(self, settings: Json, context: list[Item]) -> Tokens:
        """Count the context; a changed prompt spoils what the server has cached."""
        instructions, tools = settings.get("instructions") or "", settings.get("tools") or []
        prefix = repr((instructions, tools))
        if prefix != self._prefix_before:
            self._tokens_before = 0
            self._prefix_before = prefix
        return context_tokens(instructions, tools, context)

    # Driving.

    def _drive(self, response: Response, steps: Steps, reply: Reply) -> None:
        """Take the next step, unless the response was ended meanwhile."""
        if self._running(response.id) is None:
            return
        wait_s = next(steps, None)
        if wait_s is None:
            return
        if reply.is_hanging_up and response.has_output:
            self._state.outbox.hang_up()
            return
        if reply.is_interrupted and response.has_output and response.is_default:
            self.on_interruption()
            return
        self._state.schedule.after(wait_s, lambda: self._drive(response, steps, reply))

    def _after(self, response: Response) -> None:
        self._tokens_before = response.total_tokens
        if self.active is response:
            self.active = None
            self.last_playback_end_s = self._playback_end_s(response)
        else:
            del self._outside[response.id]
        pace = self._state.pace
        tokens = response.total_tokens
        self._state.schedule.after(pace.rate_limits_s, lambda: self._send_rate_limits(tokens))
        self._on_done(response)

    def _playback_end_s(self, response: Response) -> float:
        """When the user has heard the response; an interrupted one falls silent at once."""
        now_s = self._state.schedule.now_s
        if response.status is Status.CANCELLED:
            return now_s
        return max(now_s, response.playback_end_s or now_s)

    def _send_rate_limits(self, tokens: int) -> None:
        """What is left of the minute, after `response.done` (9 of 9 recorded), not before it."""
        limit = {
            "name": "tokens",
            "limit": _TOKENS_PER_MINUTE,
            "remaining": _TOKENS_PER_MINUTE - tokens,
            "reset_seconds": round(tokens * 60 / _TOKENS_PER_MINUTE, 3),
        }
        self._state.outbox.send("rate_limits.updated", rate_limits=[limit])


def _given(request: Json) -> Json:
    """The settings of a request that replace the session's."""
    names = ("instructions", "tools", "tool_choice")
    return {name: request[name] for name in names if request.get(name) is not None}
