"""Findings about the session's configuration: what became of each `session.update`.

What an update is spelled like is the concern of `dialect`, which belongs to this family too.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from ..conversation import Conversation, Seen
from ..conversation.session_state import SessionUpdate
from ..dialects import normal_session
from ..event import Json, Side
from ..plain import cut, object_of, text_of
from . import dialect
from .finding import Finding, Severity
from .handshake import query_names
from .retirement import retirement_of
from .rule import Rule
from .settings import Difference, differences, out_of_range, tool_names, value_in_words
from .spelling import Spelling, spelling_of, wire_path
from .suspicion import Suspicion
from .verdict import AwaitsVerdict, is_strict
from .wording import shown

_MESSAGE_CHARACTERS: Final = 300


class _Updates:
    """The updates of a session that a rule still waits for, held until they are answered."""

    kept: Final = 100
    """A server that never answers lets no more than these wait."""

    def __init__(self) -> None:
        self._last_seq = 0
        self._waiting: list[SessionUpdate] = []

    def waiting(self, state: Conversation) -> list[SessionUpdate]:
        """Those without an answer, and those answered since the last time."""
        updates = state.session.updates
        if updates and updates[-1].seq > self._last_seq:
            self._waiting += [each for each in updates if each.seq > self._last_seq]
            self._last_seq = updates[-1].seq
        if not self._waiting:
            return []
        before = self._waiting
        self._waiting = [each for each in before if each.answer is None][-self.kept :]
        return before

    def give_up(self, update: SessionUpdate) -> None:
        """Wait for this one no longer."""
        self._waiting = [each for each in self._waiting if each is not update]


class SessionUpdateRejected(Rule):
    """An `error` answers a `session.update`: nothing of it is in force."""

    slug = "session-update-rejected"
    severity = Severity.ERROR

    def __init__(self) -> None:
        self._updates = _Updates()

    def tick(self, now: float, state: Conversation) -> Iterator[Finding]:  # noqa: ARG002 # the answer decides
        for update in self._updates.waiting(state):
            if update.answer == "error":
                yield self._rejected(update, state)

    def finish(self, state: Conversation) -> Iterator[Finding]:
        yield from self.tick(state.last_at, state)

    def _rejected(self, update: SessionUpdate, state: Conversation) -> Finding:
        error = next((each for each in state.errors if each.seq == update.answer_seq), None)
        reason = (
            f"`{shown(error.code or 'no code')}`, {cut(error.message.rstrip('. '), _MESSAGE_CHARACTERS)}"
            if error
            else "its error is not kept"
        )
        is_guess = " (a guess: the error names no event_id)" if error and error.is_guess else ""
        return self.finding(
            state.last_at if error is None else error.at,
            (update.seq, update.answer_seq or 0),
            f"the server rejected the session.update at event {update.seq}{is_guess}: {reason}; "
            f"the whole update was dropped, with {_contents(update.session)}",
            f"correct {_place(error.param if error else None)} and send the whole update again; "
            f"until then the session runs with {_in_force(state)}",
        )


def _contents(session: Json) -> str:
    names = [f"`{shown(name)}`" for name in session if name != "type"]
    return (
        ", ".join(names[:12]) + ("…" if len(names) > 12 else "") if names else "all that was in it"
    )


def _place(param: str | None) -> str:
    return f"`{shown(param)}`" if param else "what the error names"


def _in_force(state: Conversation) -> str:
    """What the session runs with, in the settings that are noticed first."""
    effective = state.session.effective
    if not effective:
        return "the server's defaults"
    tools = tool_names(effective.get("tools"))
    detection = state.session.turn_detection
    vad = (
        shown(text_of(detection.get("type")))
        if isinstance(detection, dict)
        else "no turn detection"
    )
    words = [
        f"the instructions {value_in_words(text_of(effective.get('instructions')))}",
        f"the tools {', '.join(map(shown, tools[:8]))}" if tools else "no tools",
        f"the voice {shown(state.session.voice)}" if state.session.voice else "",
        vad if detection is None or isinstance(detection, dict) else "",
    ]
    return ", ".join(word for word in words if word)


class SessionUpdateUnanswered(Rule):
    """Neither `session.updated` nor an error comes for a `session.update`."""

    slug = "session-update-unanswered"
    severity = Severity.WARNING
    wait_s: Final = 5.0
    """OpenAI answers in 50 to 70 ms."""

    def __init__(self) -> None:
        self._updates = _Updates()

    def tick(self, now: float, state: Conversation) -> Iterator[Finding]:
        for update in self._updates.waiting(state):
            if update.answer or now - update.at < self.wait_s:
                continue
            self._updates.give_up(update)
            if not state.session.is_known:
                continue  # it may be a server that has no answer to updates
            yield self.finding(
                now,
                (update.seq,),
                f"the session.update at event {update.seq} has neither a session.updated nor an error "
                f"after {self.wait_s:g} s",
                "check the connection and send the update again: as long as it is not answered, do "
                "not count on its settings",
            )


class _ComparesUpdates(Rule, ABC):
    """Looks at a `session.updated` beside the update that it answers."""

    kinds = frozenset({"session.updated"})
    side = Side.SERVER

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        update = state.session.unanswered
        session = object_of(seen.fields.get("session"))
        if update is None or _is_other_spelling(update.session, session):
            return ()
        return self.compare(seen, update, differences(update.normal, normal_session(session)))

    @abstractmethod
    def compare(
        self, seen: Seen, update: SessionUpdate, found: list[Difference]
    ) -> Iterable[Finding]:
        """What the differences between an update and its answer mean."""


def _is_other_spelling(update: Json, answer: Json) -> bool:
    """The server speaks beta and was asked in GA: `ga-fields-on-beta-server` says so."""
    return spelling_of(update) is Spelling.GA and spelling_of(answer) is Spelling.BETA


class SettingNotApplied(_ComparesUpdates):
    """A setting that was asked for is not what `session.updated` tells."""

    slug = "setting-not-applied"
    severity = Severity.WARNING

    def compare(
        self, seen: Seen, update: SessionUpdate, found: list[Difference]
    ) -> Iterator[Finding]:
        spelling = spelling_of(update.session)
        words = [
            each.in_words(wire_path(each.path, spelling))
            for each in found
            if each.path != "instructions" or each.requested != ""
        ]
        if words:
            more = f", and {len(words) - 3} more" if len(words) > 3 else ""
            yield self.finding(
                seen.at,
                (update.seq, seen.seq),
                f"the server took the session.update at event {update.seq} with changes: "
                f"{', '.join(words[:3])}{more}",
                "ask for values that this server has, and read what is in force from session.updated",
            )


class InstructionsNotCleared(_ComparesUpdates):
    """`instructions: ""` was sent to clear them, and the server put its own text there."""

    slug = "instructions-not-cleared"
    severity = Severity.WARNING

    def compare(
        self, seen: Seen, update: SessionUpdate, found: list[Difference]
    ) -> Iterator[Finding]:
        for each in found:
            if each.path == "instructions" and each.requested == "":
                yield self.finding(
                    seen.at,
                    (update.seq, seen.seq),
                    f'the session.update at event {update.seq} cleared the instructions with "", and '
                    f"the server put its own in their place: {value_in_words(each.effective)}",
                    "write the instructions that you want, however short: an empty string brings the "
                    "server's default prompt back",
                )


class ResponseBeforeSessionUpdated(Rule):
    """A response began before the server had taken the first configuration."""

    slug = "response-before-session-updated"
    severity = Severity.WARNING
    blames_timing = True
    kinds = frozenset({"response.created"})
    side = Side.SERVER

    def __init__(self) -> None:
        self._is_told = False

    def receive(self, seen: Seen, state: Conversation) -> Iterator[Finding]:
        update = state.session.unanswered
        if self._is_told or update is None:
            return
        if any(each.answer == "updated" for each in state.session.updates):
            return
        self._is_told = True
        yield self.finding(
            seen.at,
            (seen.seq, update.seq),
            f"the response {shown(seen.response_id)} began before the server had answered the first "
            f"session.update, at event {update.seq}: it runs with the server's own settings",
            "wait for session.updated before the first response.create, and before audio is sent to "
            "a session whose turn detection makes responses",
        )


class SettingChangedTooLate(AwaitsVerdict):
    """A setting that cannot be changed any more: the voice after the first audio, the model."""

    slug = "setting-changed-too-late"
    severity = Severity.ERROR
    kinds = frozenset({"session.update", "session.updated", "error", "response.done"})

    def __init__(self) -> None:
        super().__init__()
        self._has_spoken = False

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        if seen.kind == "response.done":
            response = state.responses.get(seen.response_id)
            spoke = response is not None and response.first_audio_at is not None
            self._has_spoken = self._has_spoken or spoke
            return ()
        return super().receive(seen, state)

    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        session = normal_session(object_of(seen.fields.get("session")))
        wanted = {
            path: value
            for path, value in _paths(session)
            if path in {"audio.output.voice", "model"}
        }
        changed = {each.path for each in differences(session, state.session.effective)}
        if "audio.output.voice" in changed and self._has_assistant_audio(state):
            return self._voice(seen, state, wanted["audio.output.voice"])
        model, current = text_of(wanted.get("model")), state.session.model or ""
        if model and current and not _is_same_model(model, current, state):
            return self._model(seen, model, current)
        return None

    def _has_assistant_audio(self, state: Conversation) -> bool:
        return self._has_spoken or any(
            each.first_audio_at is not None for each in state.responses.active
        )

    def _voice(self, seen: Seen, state: Conversation, voice: object) -> Suspicion:
        return self.suspicion(
            seen,
            f"the session.update at event {seen.seq} changes the voice from "
            f"{value_in_words(state.session.voice)} to {value_in_words(voice)} after the assistant has spoken",
            "set the voice before the first response, or open another session: the server refuses "
            "the whole update with `cannot_update_voice`",
            codes=("cannot_update_voice",),
            words=("voice",),
            needs_error=not is_strict(state),
        )

    def _model(self, seen: Seen, model: str, current: str) -> Suspicion:
        return self.suspicion(
            seen,
            f"the session.update at event {seen.seq} asks for the model {shown(model)}, and the "
            f"session runs with {shown(current)}",
            "name the model in the URL of the connection and leave it out of session.update",
            codes=("cannot_update_model",),
            words=("model",),
            # Some servers take another model, and names of deployments are not those of models.
            needs_error=True,
        )


def _paths(session: Json) -> Iterator[tuple[str, object]]:
    """The values at the places that cannot be changed later."""
    if "model" in session:
        yield "model", session["model"]
    out = object_of(object_of(session.get("audio")).get("output"))
    if "voice" in out:
        yield "audio.output.voice", out["voice"]


def _is_same_model(model: str, current: str, state: Conversation) -> bool:
    query = query_names(state.header)
    asked = query.get("model") or query.get("deployment") or ""
    return model in (current, asked) or current.startswith(f"{model}-")


class ValueOutOfRange(AwaitsVerdict):
    """A value of a session or of a response's settings that the server refuses."""

    slug = "value-out-of-range"
    severity = Severity.ERROR

    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        name = "session" if seen.kind == "session.update" else "response"
        body = object_of(seen.fields.get(name))
        if spelling_of(body) is Spelling.BETA:
            return None  # beta took `["text", "audio"]`
        found = out_of_range(body)
        if not found:
            return None
        words = [f"`{name}.{each.path}` is {value_in_words(each.value)}" for each in found]
        allowed = [f"{each.allowed} for `{name}.{each.path}`" for each in found]
        return self.suspicion(
            seen,
            f"the {seen.type} at event {seen.seq} has a value that the server refuses: "
            f"{', '.join(words)}",
            f"use {', '.join(allowed)}; one bad value has the whole event refused",
            params=[f"{name}.{each.path}" for each in found],
            words=[each.path for each in found] + [each.path.rpartition(".")[2] for each in found],
            needs_error=not is_strict(state),
        )


class SessionUpdateWithoutEffect(Rule):
    """Update after update changes nothing."""

    slug = "session-update-without-effect"
    severity = Severity.INFO
    kinds = frozenset({"session.updated"})
    side = Side.SERVER
    tolerated: Final = 3

    def __init__(self) -> None:
        self._seqs: list[int] = []

    def receive(self, seen: Seen, state: Conversation) -> Iterator[Finding]:
        update = state.session.unanswered
        if update is None or len(self._seqs) > self.tolerated:
            return
        now = normal_session(object_of(seen.fields.get("session")))
        if _lasting(now) != _lasting(state.session.effective):
            return
        self._seqs.append(update.seq)
        if len(self._seqs) > self.tolerated:
            yield self.finding(
                seen.at,
                self._seqs,
                f"{len(self._seqs)} session.updates changed nothing in the session, the last one at "
                f"event {update.seq}",
                "send session.update only when a setting changes",
            )


def _lasting(session: Json) -> Json:
    return {name: value for name, value in session.items() if name != "expires_at"}


class InstructionsChangeEveryTurn(Rule):
    """Each response has other instructions or tools than the one before."""

    slug = "instructions-change-every-turn"
    severity = Severity.INFO
    kinds = frozenset({"response.created"})
    side = Side.SERVER
    tolerated: Final = 3

    def __init__(self) -> None:
        self._last: tuple[str, tuple[str, ...]] | None = None
        self._changes = 0

    def receive(self, seen: Seen, state: Conversation) -> Iterator[Finding]:
        effective = state.session.effective
        now = (text_of(effective.get("instructions")), tuple(tool_names(effective.get("tools"))))
        is_changed = self._last is not None and self._last != now
        self._changes = self._changes + 1 if is_changed else 0
        self._last = now
        if self._changes == self.tolerated + 1:
            yield self.finding(
                seen.at,
                (seen.seq,),
                f"the instructions or the tools were changed before each of the last {self._changes} "
                f"responses, up to {shown(seen.response_id)}",
                "keep the session's instructions and tools, and put what changes into "
                "conversation items or into response.create: a change makes the server read "
                "the whole conversation again at the full price",
            )


class ModelShuttingDown(Rule):
    """The session's model, or that of its transcription, is going to be shut down."""

    slug = "model-shutting-down"
    severity = Severity.INFO
    kinds = frozenset({"session.created", "session.updated"})
    side = Side.SERVER
    notice: Final = timedelta(days=180)
    """OpenAI announces the end of a model half a year before."""
    urgent: Final = timedelta(days=30)

    def __init__(self) -> None:
        self._told: set[str] = set()

    def receive(self, seen: Seen, state: Conversation) -> Iterator[Finding]:
        today = _day_of(state)
        # The days are OpenAI's. Others host models of the same name, and Azure has days of its own.
        if state.profile.name != "openai-ga" or today is None:
            return
        session = normal_session(object_of(seen.fields.get("session")))
        transcription = object_of(
            object_of(object_of(session.get("audio")).get("input")).get("transcription")
        )
        for model in (text_of(session.get("model")), text_of(transcription.get("model"))):
            end = retirement_of(model)
            if end is None or model in self._told or end.on - today > self.notice:
                continue
            self._told.add(model)
            verb = "was to be" if end.on <= today else "will be"
            yield self.finding(
                seen.at,
                (seen.seq,),
                f"the model {model} {verb} shut down by OpenAI on {end.on.isoformat()}",
                f"move to {end.replacement}",
                severity=Severity.WARNING if end.on - today <= self.urgent else None,
            )


def _day_of(state: Conversation) -> date | None:
    try:
        return datetime.fromisoformat(state.header.started).date() if state.header else None
    except ValueError:
        return None


RULES: tuple[type[Rule], ...] = (
    SessionUpdateRejected,
    SessionUpdateUnanswered,
    SettingNotApplied,
    InstructionsNotCleared,
    ResponseBeforeSessionUpdated,
    SettingChangedTooLate,
    ValueOutOfRange,
    SessionUpdateWithoutEffect,
    InstructionsChangeEveryTurn,
    ModelShuttingDown,
    *dialect.RULES,
)
