"""Findings about responses: how they end, whether they end, what they gave, how long they took."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Final

from ..conversation import Conversation, Seen
from ..conversation.responses import Response
from ..event import Json, Side
from ..plain import cut, number_of, object_of, objects_of, text_of
from .finding import Finding, Severity
from .handshake import is_sideband
from .rule import Rule
from .wording import shown

_MESSAGE_CHARACTERS: Final = 300


class _Endings(Rule, ABC):
    """Looks at each `response.done`."""

    kinds = frozenset({"response.done"})
    side = Side.SERVER

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        return self.look(seen, object_of(seen.fields.get("response")), state)

    @abstractmethod
    def look(self, seen: Seen, response: Json, state: Conversation) -> Iterable[Finding]:
        """What there is to tell about a response that is done."""


class ResponseFailed(_Endings):
    """A response ended with status `failed`."""

    slug = "response-failed"
    severity = Severity.ERROR
    kinds = frozenset({"response.done", "rate_limits.updated"})

    def __init__(self) -> None:
        self._reset = ""

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        if seen.kind == "rate_limits.updated":
            self._reset = _reset_in_words(seen)
            return ()
        return super().receive(seen, state)

    def look(self, seen: Seen, response: Json, state: Conversation) -> Iterator[Finding]:
        if response.get("status") != "failed":
            return
        code = text_of(
            object_of(object_of(response.get("status_details")).get("error")).get("code")
        )
        yield self.finding(
            seen.at,
            (seen.seq, _cause(seen, state)),
            f"the response {_name(seen)} failed: {reason_of(response.get('status_details'))}",
            self._advice(code),
        )

    def _advice(self, code: str) -> str:
        if "rate_limit" in code:
            return f"wait before the next response.create{self._reset}: the turn got no answer"
        if code in {"insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached"}:
            return "look at plan and billing: neither a retry nor a new connection helps"
        if code == "account_deactivated":
            return "the account is closed: neither a retry nor a new connection helps"
        return "tell the user that there is no answer, and send response.create again"


def _reset_in_words(seen: Seen) -> str:
    resets = [
        number_of(each.get("reset_seconds")) for each in objects_of(seen.fields.get("rate_limits"))
    ]
    longest = max((each for each in resets if each is not None), default=0)
    return f" (the limits are full again in {longest:g} s)" if longest > 0 else ""


class ResponseIncomplete(_Endings):
    """A response was broken off: the token limit, or the content filter."""

    slug = "response-incomplete"
    severity = Severity.WARNING

    def look(self, seen: Seen, response: Json, state: Conversation) -> Iterator[Finding]:
        if response.get("status") != "incomplete":
            return
        details = response.get("status_details")
        reason = text_of(object_of(details).get("reason"))
        todo = {
            "max_output_tokens": "raise max_output_tokens, or ask for shorter answers; do not run a "
            "function call of this response: its arguments are cut off",
            "content_filter": "look at what was asked and at the instructions: the filter stopped the answer",
        }
        yield self.finding(
            seen.at,
            (seen.seq, _cause(seen, state)),
            f"the response {_name(seen)} is incomplete: {reason_of(details)}",
            todo.get(reason, "the answer breaks off in the middle: ask again, or tell the user"),
        )


class ResponseCancelled(_Endings):
    """A response was cancelled, by the user's speech or by the client."""

    slug = "response-cancelled"
    severity = Severity.INFO

    def look(self, seen: Seen, response: Json, state: Conversation) -> Iterator[Finding]:
        if response.get("status") != "cancelled":
            return
        known = state.responses.get(seen.response_id)
        reason = reason_of(response.get("status_details"))
        by, seq = _canceller(known, reason)
        yield self.finding(
            seen.at,
            (seen.seq, seq),
            f"the response {_name(seen)} was cancelled{by}: {reason}",
            "stop the playback, and tell the server what was heard with conversation.item.truncate",
        )


def _canceller(response: Response | None, reason: str) -> tuple[str, int]:
    """By which event a response was cancelled, in words and as a number; 0 when it is not known."""
    if response is None:
        return "", 0
    interrupted, cancelled = response.interrupted_seq or 0, response.cancel_seq or 0
    if interrupted and (reason == "turn_detected" or not cancelled):
        return f" by the user's speech at event {interrupted}", interrupted
    if cancelled:
        return f" by the client's response.cancel at event {cancelled}", cancelled
    return "", 0


class ResponseEmpty(_Endings):
    """A completed response has no output at all."""

    slug = "response-empty"
    severity = Severity.WARNING

    def look(self, seen: Seen, response: Json, state: Conversation) -> Iterator[Finding]:
        if response.get("status") != "completed" or response.get("output") not in (None, []):
            return
        known = state.responses.get(seen.response_id)
        if (
            known is None
            or known.output_item_ids
            or known.calls
            or known.first_delta_at is not None
        ):
            return  # it had output, which this server does not repeat at the end
        yield self.finding(
            seen.at,
            (seen.seq, _cause(seen, state)),
            f"the response {_name(seen)} is completed and has no output: the model said nothing",
            "look at the instructions, at tool_choice and at the input: a turn of silence gets this too",
        )


class ResponseWithoutAudio(_Endings):
    """A spoken answer has a transcript, and no audio came with it."""

    slug = "response-without-audio"
    severity = Severity.WARNING

    def look(self, seen: Seen, response: Json, state: Conversation) -> Iterator[Finding]:
        known = state.responses.get(seen.response_id)
        if response.get("status") != "completed" or known is None or not known.was_created:
            return
        # Beside a call over WebRTC or telephony the audio runs elsewhere.
        if (
            known.first_audio_at is not None
            or is_sideband(state.header)
            or not state.session.created_seq
        ):
            return
        spoken = [item for item in objects_of(response.get("output")) if _transcript(item)]
        if spoken:
            yield self.finding(
                seen.at,
                (seen.seq, _cause(seen, state)),
                f"the response {_name(seen)} has a spoken message ({cut(_transcript(spoken[0]), 60)}) "
                "and not one audio delta came",
                "look whether the server has a voice at all, and whether deltas are lost on the way",
            )


def _transcript(item: Json) -> str:
    """What a message says in its audio parts."""
    if item.get("type") != "message":
        return ""
    parts = objects_of(item.get("content"))
    return next((text_of(part.get("transcript")) for part in parts if _is_audio(part)), "")


def _is_audio(part: Json) -> bool:
    return text_of(part.get("type")) in {"output_audio", "audio"}


class ResponseHanging(Rule):
    """A response is active and nothing of it comes any more."""

    slug = "response-hanging"
    severity = Severity.WARNING
    wait_s: Final = 15.0

    def __init__(self) -> None:
        self._told = _Bounded()

    def tick(self, now: float, state: Conversation) -> Iterator[Finding]:
        for response in (*state.responses.active, *state.responses.active_out_of_band):
            quiet_s = now - max(response.last_event_at, response.at)
            if quiet_s < self.wait_s or _waits_for_mcp(response) or response.seq in self._told:
                continue
            self._told.add(response.seq)
            yield self.finding(
                now,
                (response.seq,),
                f"the response {shown(response.id)} is active, and nothing of it has come for "
                f"{self.wait_s:g} s: neither a delta nor response.done",
                "send response.cancel and ask again: as long as it is active the conversation takes "
                "no other response",
            )


def _waits_for_mcp(response: Response) -> bool:
    """The server runs tools of MCP servers itself, however long they take."""
    return any(call.is_mcp for call in response.calls)


class ResponseCreateUnanswered(Rule):
    """Neither `response.created` nor an error comes for a `response.create`."""

    slug = "response-create-unanswered"
    severity = Severity.WARNING
    wait_s: Final = 5.0

    def __init__(self) -> None:
        self._told = _Bounded()

    def tick(self, now: float, state: Conversation) -> Iterator[Finding]:
        if not state.creates or state.responses.active:
            return  # a server may keep a request until the active response is over
        last = state.responses.last
        free_since = (last.done_at if last is not None else None) or 0.0
        for create in state.creates:
            if now - max(create.at, free_since) < self.wait_s or create.seq in self._told:
                continue
            self._told.add(create.seq)
            yield self.finding(
                now,
                (create.seq,),
                f"the response.create at event {create.seq} has neither a response.created nor an "
                f"error after {self.wait_s:g} s",
                "look whether the connection is alive, and send response.create again",
            )


class _Bounded:
    """The numbers of what was told, the latest thousand."""

    def __init__(self) -> None:
        self._numbers: dict[int, None] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._numbers

    def add(self, number: int) -> None:
        self._numbers[number] = None
        if len(self._numbers) > 1_000:
            del self._numbers[next(iter(self._numbers))]


class ResponseSlow(_Endings):
    """The answer took its time to begin."""

    slug = "response-slow"
    severity = Severity.INFO
    kinds = frozenset({"response.created", "response.done"})
    first_delta_s: Final = 5.0
    first_audio_s: Final = 3.0
    kept: Final = 100

    def __init__(self) -> None:
        self._stopped_at: dict[str, float] = {}

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        if seen.kind == "response.done":
            return super().receive(seen, state)
        stopped_at = state.input_audio.speech_stopped_at
        if stopped_at is not None and seen.response_id:
            self._stopped_at[seen.response_id] = stopped_at
            if len(self._stopped_at) > self.kept:
                del self._stopped_at[next(iter(self._stopped_at))]
        return ()

    def look(self, seen: Seen, response: Json, state: Conversation) -> Iterator[Finding]:  # noqa: ARG002 # its times are in the state
        known = state.responses.get(seen.response_id)
        stopped_at = self._stopped_at.pop(seen.response_id, None)
        if known is None or not known.was_created or known.first_delta_at is None:
            return
        model_s = known.first_delta_at - known.at
        if (
            known.cause.kind == "vad"
            and stopped_at is not None
            and known.first_audio_at is not None
        ):
            heard_s = known.first_audio_at - stopped_at
            if heard_s > self.first_audio_s:
                yield self._slow(
                    known,
                    seen,
                    f"the user heard the response {shown(known.id)} {heard_s:.1f} s after the end of the turn: "
                    f"{known.at - stopped_at:.1f} s until response.created, {model_s:.1f} s to the "
                    "first delta",
                )
                return
        if model_s > self.first_delta_s:
            what = f"the response {shown(known.id)} took {model_s:.1f} s from response.created to its first delta"
            yield self._slow(known, seen, what)

    def _slow(self, response: Response, seen: Seen, what: str) -> Finding:
        todo = "shorten instructions, tools and conversation, or say something before a slow turn"
        return self.finding(seen.at, (response.seq, seen.seq), what, todo)


class RateLimitNear(Rule):
    """Little is left of a rate limit."""

    slug = "rate-limit-near"
    severity = Severity.WARNING
    kinds = frozenset({"rate_limits.updated"})
    side = Side.SERVER
    low: Final = 0.1
    recovered: Final = 0.2

    def __init__(self) -> None:
        self._low: dict[str, bool] = {}

    def receive(self, seen: Seen, state: Conversation) -> Iterator[Finding]:  # noqa: ARG002 # the event says it all
        for limit in objects_of(seen.fields.get("rate_limits"))[:8]:
            name = text_of(limit.get("name"))[:40]
            most, left = number_of(limit.get("limit")), number_of(limit.get("remaining"))
            if most is None or left is None or most <= 0:
                continue
            was_low = self._low.get(name, False)
            if left / most < self.low and not was_low:
                reset = number_of(limit.get("reset_seconds"))
                again = "" if reset is None else f"; it is full again in {reset:g} s"
                yield self.finding(
                    seen.at,
                    (seen.seq,),
                    f"{left:,} of {most:,} {shown(name or 'units')} are left of the rate limit{again}",
                    "slow down, or ask for a higher limit: beyond it responses fail with "
                    "`rate_limit_exceeded`",
                )
            if len(self._low) < 16 or name in self._low:
                self._low[name] = left / most < (self.recovered if was_low else self.low)


class _Usage(_Endings):
    """Looks at the tokens of each response."""

    def look(self, seen: Seen, response: Json, state: Conversation) -> Iterable[Finding]:
        # xAI tells the usage beside the response, and an empty one in it.
        usage = object_of(response.get("usage")) or object_of(seen.fields.get("usage"))
        tokens = number_of(usage.get("input_tokens"))
        return () if tokens is None else self.count(seen, tokens, usage, state)

    @abstractmethod
    def count(
        self, seen: Seen, tokens: float, usage: Json, state: Conversation
    ) -> Iterable[Finding]:
        """What the input tokens of a response tell."""


class PromptCacheMissed(_Usage):
    """Turn after turn the whole conversation is paid in full."""

    slug = "prompt-cache-missed"
    severity = Severity.INFO
    from_turn: Final = 6
    least_tokens: Final = 1_024
    """Shorter input is never cached."""
    least_share: Final = 0.2
    in_a_row: Final = 3

    def __init__(self) -> None:
        self._turn = 0
        self._missed = 0

    def count(
        self,
        seen: Seen,
        tokens: float,
        usage: Json,
        state: Conversation,  # noqa: ARG002 # the tokens decide
    ) -> Iterator[Finding]:
        cached = number_of(object_of(usage.get("input_token_details")).get("cached_tokens"))
        self._turn += 1
        if cached is None or tokens < self.least_tokens or self._turn < self.from_turn:
            return
        self._missed = self._missed + 1 if cached / tokens < self.least_share else 0
        if self._missed == self.in_a_row:
            yield self.finding(
                seen.at,
                (seen.seq,),
                f"of the {tokens:,} input tokens of the response {_name(seen)} only {cached:,} came "
                f"from the cache, and in the {self.in_a_row - 1} responses before it was no better",
                "keep instructions, tools and the beginning of the conversation as they are: a "
                "change there makes all that follows be read at the full price",
            )


_CONTEXT_TOKENS = (
    ("gpt-realtime-2", 128_000),
    ("gpt-realtime", 28_224),
)
"""Room for input, by the beginning of the model's name; of gpt-realtime's 32k the answer takes some."""


class ContextNearlyFull(_Usage):
    """The conversation has grown close to what the model can read."""

    slug = "context-nearly-full"
    severity = Severity.INFO
    share: Final = 0.8

    def __init__(self) -> None:
        self._is_told = False

    def count(
        self,
        seen: Seen,
        tokens: float,
        usage: Json,  # noqa: ARG002 # the sum decides
        state: Conversation,
    ) -> Iterator[Finding]:
        model = state.session.model or ""
        room = next((room for start, room in _CONTEXT_TOKENS if model.startswith(start)), None)
        if room is None or self._is_told or tokens <= room * self.share:
            return
        self._is_told = True
        yield self.finding(
            seen.at,
            (seen.seq,),
            f"the response {_name(seen)} read {tokens:,} tokens, {tokens / room:.0%} of the "
            f"{room:,} that {model} has room for",
            "delete old items or set session.truncation: beyond it the server drops the oldest items",
        )


def reason_of(details: object) -> str:
    """`status_details` in one line: `server_error: The server had an error`, `turn_detected`.

    xAI's server has a bare string there.
    """
    fields = object_of(details)
    error = object_of(fields.get("error"))
    kind = text_of(error.get("code")) or text_of(error.get("type"))
    words = [
        cut(text_of(fields.get("reason")), _MESSAGE_CHARACTERS),
        f"`{shown(kind)}`" if kind else "",
        cut(text_of(error.get("message")), _MESSAGE_CHARACTERS),
    ]
    told = ", ".join(word for word in words if word)
    return told or cut(text_of(details), _MESSAGE_CHARACTERS) or "the server gives no reason"


def _name(seen: Seen) -> str:
    return shown(seen.response_id) if seen.response_id else "without an id"


def _cause(seen: Seen, state: Conversation) -> int:
    """The number of the event that the response came from; 0 when it is not known."""
    response = state.responses.get(seen.response_id)
    return (response.cause.seq or 0) if response is not None else 0


RULES: tuple[type[Rule], ...] = (
    ResponseFailed,
    ResponseIncomplete,
    ResponseCancelled,
    ResponseEmpty,
    ResponseWithoutAudio,
    ResponseHanging,
    ResponseCreateUnanswered,
    ResponseSlow,
    RateLimitNear,
    PromptCacheMissed,
    ContextNearlyFull,
)
