"""One response: from `response.created` to `response.done`.

It plays a `Reply`; when and how often there may be a response is the business of `responses`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ...recordings.event import Json
from . import defaults, faults
from .formats import AudioFormat
from .output_items import Budget, OutOfTokensError, OutputCall, OutputItem, OutputMessage, Steps
from .script import Reply
from .state import SessionState
from .usage import Tokens, response_usage

MOST_OUTPUT_TOKENS = 4096
"""Where a model ends also with `max_output_tokens` "inf"."""

_HEAD_START = 3
"""Deltas of one output item before the next one begins; from then on their deltas interleave."""

_REASONING_TOKENS = 12
"""How much a reasoning model thinks here; counted inside the output's text tokens."""


class Status(StrEnum):
    """How a response stands."""

    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class ResponseSettings:
    """What is in force for one response: the session's settings under those of the request."""

    modality: str
    audio: Json
    """The wire's `audio`: format and voice."""
    max_output_tokens: int | str
    metadata: Json | None
    conversation_id: str | None
    """None for a response outside the conversation."""
    is_reasoning: bool

    @property
    def limit(self) -> int:
        """The token limit; "inf" means what the model can say at most."""
        limit = self.max_output_tokens
        return limit if isinstance(limit, int) else MOST_OUTPUT_TOKENS

    @property
    def audio_format(self) -> AudioFormat | None:
        """The format of spoken output; None when the output is text."""
        return None if self.modality == "text" else AudioFormat.of(self.audio["output"]["format"])


class Response:
    """A response that is being made."""

    def __init__(
        self,
        state: SessionState,
        settings: ResponseSettings,
        reply: Reply,
        *,
        context: Tokens,
        cached: Tokens,
        on_done: Callable[["Response"], None],
    ) -> None:
        self.id = state.ids.response()
        self.status = Status.IN_PROGRESS
        self.settings = settings
        self.total_tokens = 0
        """What `usage.total_tokens` said; 0 before the end."""
        self._state = state
        self._reply = reply
        self._context = context
        self._cached = cached
        self._on_done = on_done
        self._budget = Budget(settings.limit)
        self._outputs: list[OutputItem] = []
        self._streams = self._planned_outputs()

    @property
    def is_default(self) -> bool:
        """It writes to the conversation; only one of these can be active."""
        return self.settings.conversation_id is not None

    @property
    def call_ids(self) -> set[str]:
        """The calls that it has begun to make."""
        calls = (output.item.body.get("call_id") for output in self._announced)
        return {call_id for call_id in calls if call_id is not None}

    @property
    def has_output(self) -> bool:
        """It has begun to answer."""
        return bool(self._announced)

    @property
    def _announced(self) -> list[OutputItem]:
        """The items that the client has heard of; one that waits for its turn is not among them."""
        return [output for output in self._outputs if output.is_announced]

    @property
    def playback_end_s(self) -> float | None:
        """When a client that plays at once has played everything; None without audio."""
        ends = [
            output.first_audio_s + output.item.audio_ms / 1000
            for output in self._outputs
            if isinstance(output, OutputMessage) and output.first_audio_s is not None
        ]
        return max(ends, default=None)

    def start(self) -> Steps:
        """Announce the response; the steps it will take, each a wait in seconds."""
        self._send("response.created", None, None)
        return self._steps()

    def cancel(self, reason: str) -> None:
        """End it now: `turn_detected` or `client_cancelled`."""
        self._close_outputs()
        self._finish(Status.CANCELLED, {"type": "cancelled", "reason": reason})

    # Playing the reply.

    def _steps(self) -> Steps:
        yield self._state.pace.thinking_s
        reason = self._reply.incomplete
        try:
            yield from self._played_outputs()
        except OutOfTokensError:
            reason = "max_output_tokens"
        self._close_outputs()
        yield self._state.pace.closing_s
        if self._reply.fail is not None:
            fault = faults.response_failure(self._reply.fail)
            self._finish(Status.FAILED, fault.status_details())
        elif reason is not None:
            self._finish(Status.INCOMPLETE, {"type": "incomplete", "reason": reason})
        else:
            self._finish(Status.COMPLETED, None)

    def _played_outputs(self) -> Steps:
        """All output items; each begins a little after the one before, then they interleave."""
        waiting = list(self._streams)
        playing: list[Steps] = []
        head_start = 0
        while waiting or playing:
            if waiting and (not playing or head_start >= _HEAD_START):
                output = waiting.pop(0)
                self._outputs.append(output)
                playing.append(output.play())
                head_start = 0
            head_start += 1
            for stream in list(playing):
                wait_s = next(stream, None)
                if wait_s is None:
                    playing.remove(stream)
                else:
                    yield wait_s

    def _planned_outputs(self) -> list[OutputItem]:
        reply = self._reply
        outputs: list[OutputItem] = []
        is_cut = reply.fail is not None or reply.incomplete is not None
        if reply.say is not None:
            text = reply.say[: len(reply.say) // 2] if is_cut else reply.say
            outputs.append(self._message(text))
        for call in reply.calls:
            options = self._options(len(outputs))
            outputs.append(OutputCall(self._state, call, call_id=self._state.ids.call(), **options))
        for output in outputs:
            output.is_cut = is_cut
        return outputs

    def _message(self, text: str) -> OutputMessage:
        phase = "commentary" if self._reply.calls else "final_answer"
        return OutputMessage(
            self._state,
            text,
            audio_format=self.settings.audio_format,
            phase=phase if self.settings.is_reasoning else None,
            **self._options(0),
        )

    def _options(self, output_index: int) -> Json:
        return {
            "response_id": self.id,
            "output_index": output_index,
            "budget": self._budget,
            "is_in_conversation": self.is_default,
        }

    # Ending.

    def _close_outputs(self) -> None:
        for output in self._outputs:
            if output.is_open:
                output.close("incomplete")

    def _finish(self, status: Status, details: Json | None) -> None:
        self.status = status
        usage = self._usage()
        self.total_tokens = usage["total_tokens"]
        self._send("response.done", details, usage)
        self._on_done(self)

    def _usage(self) -> Json:
        spent = self._budget.spent
        if not self.settings.is_reasoning:
            return response_usage(self._context, spent, cached=self._cached, reasoning=None)
        thought = _REASONING_TOKENS if spent.total else 0
        output = spent + Tokens(text=thought)
        return response_usage(self._context, output, cached=self._cached, reasoning=thought)

    def _send(self, event: str, details: Json | None, usage: Json | None) -> None:
        settings = self.settings
        response = {
            "object": "realtime.response",
            "id": self.id,
            "status": self.status,
            "status_details": details,
            "output": [output.item.wire() for output in self._announced],
            "conversation_id": settings.conversation_id,
            "output_modalities": [settings.modality],
            "max_output_tokens": settings.max_output_tokens,
            "audio": settings.audio,
            "usage": usage,
            "metadata": settings.metadata,
        }
        self._state.outbox.send(event, response=response)


def settings_for(
    session: Json, request: Json, *, conversation_id: str, model: str
) -> ResponseSettings:
    """Merge a request over the session.

    Args:
        session: The effective session object.
        request: The `response` of a `response.create`, empty for one that the server makes.
    """
    output = session["audio"]["output"]
    wanted = (request.get("audio") or {}).get("output") or {}
    modalities = request.get("output_modalities") or session["output_modalities"]
    is_outside = request.get("conversation") == "none"
    return ResponseSettings(
        modality=modalities[0],
        audio={
            "output": {
                "format": wanted.get("format") or output["format"],
                "voice": wanted.get("voice") or output["voice"],
            }
        },
        max_output_tokens=request.get("max_output_tokens") or session["max_output_tokens"],
        metadata=request.get("metadata"),
        conversation_id=None if is_outside else conversation_id,
        is_reasoning=defaults.is_reasoning(model),
    )
