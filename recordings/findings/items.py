"""Rules about items: their content, their ids, and the transcripts of what the user said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from ..conversation import Conversation, Seen
from ..conversation.bounded import BoundedDict
from ..dialects import Dialect
from ..event import Json, Side
from ..plain import cut, object_of, objects_of, text_of
from .facts import did_you_mean, is_late_joined, say_s
from .finding import Finding, Severity
from .rule import Rule
from .suspicion import SUSPECTED, Suspicion, Suspicions
from .verdict import is_strict

_TRANSCRIPTION = "conversation.item.input_audio_transcription"


class _PredictedRefusal(Rule):
    """A client event that the server will probably refuse; its answer settles it."""

    severity = Severity.ERROR

    def __init__(self) -> None:
        self._waiting = Suspicions()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # what waits has all that it needs
        """Tell of events that were never answered."""
        return [self._told(each) for each in self._waiting.overdue(now)]

    def finish(self, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # what waits has all that it needs
        """Tell of events that will never be answered."""
        return [self._told(each) for each in self._waiting.remaining()]

    def _refused(self, error: Seen) -> Iterable[Finding]:
        suspicion = self._waiting.convict(error)
        return (self._told(suspicion, error),) if suspicion else ()

    def _told(self, suspicion: Suspicion, error: Seen | None = None) -> Finding:
        numbers = (suspicion.seq, error.seq if error else 0)
        at = error.at if error else suspicion.at
        return self.finding(at, numbers, suspicion.what, suspicion.todo)


class WrongContentPart(_PredictedRefusal):
    """An item is created with content that its role cannot have."""

    slug = "wrong-content-part"
    kinds = frozenset({"conversation.item.create", "conversation.item.added", "error"})

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Judge an item by its role and parts, then hear the server."""
        if seen.kind == "error":
            return self._refused(seen)
        item = object_of(seen.fields.get("item"))
        if text_of(item.get("type")) != "message":
            return ()
        role = text_of(item.get("role"))
        if seen.side is Side.CLIENT:
            fault = _wrong_part(item, is_beta=state.dialect is Dialect.BETA)
            what, todo = fault or ("", "")
            needs_error = not what or not is_strict(state)
            self._waiting.add(_suspected_part(seen, role, (what, todo), needs_error=needs_error))
        # A response's own item begins in progress; the client's is complete at once.
        elif item.get("status") != "in_progress":
            self._waiting.acquit(role)
        return ()


def _suspected_part(
    seen: Seen, role: str, fault: tuple[str, str], *, needs_error: bool
) -> Suspicion:
    """An item as a suspicion. One without fault only keeps its place in the order of the answers."""
    what, todo = fault
    return Suspicion(
        seen.seq,
        seen.at,
        seen.event_id if what else "",
        what,
        todo,
        key=role,
        params=("item.content",) if what else (),
        needs_error=needs_error,
    )


_PARTS = {
    "user": ("input_text", "input_audio", "input_image"),
    "system": ("input_text",),
    "assistant": ("output_text", "output_audio"),
}
_BETA_PARTS = {
    "user": ("input_text", "input_audio"),
    "system": ("input_text",),
    "assistant": ("text", "audio"),
}
_IMAGES = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/jpg;base64,")


def _wrong_part(item: Json, *, is_beta: bool) -> tuple[str, str] | None:
    """What is wrong with a message's content, and what to do; None when nothing is."""
    role, content = text_of(item.get("role")), item.get("content")
    allowed = (_BETA_PARTS if is_beta else _PARTS).get(role)
    if allowed is None:
        return None
    if not isinstance(content, list):
        got = "a string" if isinstance(content, str) else "no array"
        what = f"the content of a {role} message is {got}; it must be an array of parts"
        return what, f'send content as [{{"type": "{allowed[0]}", "text": "…"}}]'
    for index, part in enumerate(objects_of(content)):
        kind = text_of(part.get("type"))
        if kind not in allowed:
            listed = " or ".join(allowed)
            what = (
                f'content[{index}] of a {role} message has the type "{cut(kind, 40)}"; '
                f"a {role} message takes {listed}"
            )
            return what, f"send the part as {allowed[0]}"
        if kind == "input_image" and not text_of(part.get("image_url")).startswith(_IMAGES):
            start = cut(text_of(part.get("image_url")), 40) or "nothing"
            what = (
                f"image_url of content[{index}] is no data URI of a PNG or JPEG image, but {start}"
            )
            return what, "send the image itself: data:image/png;base64,…"
        if role == "assistant" and part.get("audio"):
            what = f"content[{index}] of an assistant message has audio, which a client cannot put there"
            return what, "send what the assistant said as output_text"
    return None


class UnknownItemId(_PredictedRefusal):
    """A client event names an item that does not exist, or no longer."""

    slug = "unknown-item-id"
    kinds = frozenset(
        {
            "conversation.item.create",
            "conversation.item.delete",
            "conversation.item.retrieve",
            "response.create",
            "conversation.item.added",
            "conversation.item.deleted",
            "conversation.item.retrieved",
            "response.created",
            "error",
        }
    )

    def __init__(self) -> None:
        super().__init__()
        self._own: BoundedDict[str, None] = BoundedDict(1_000)
        """Ids that the client chose; the server may not have shown their items yet."""
        self._left = SUSPECTED

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Look up the ids that the client names."""
        if seen.kind == "error":
            return self._refused(seen)
        if seen.side is Side.SERVER:
            self._acquit(seen)
            return ()
        for key, field, item_id in _named_items(seen):
            if item_id in self._own and seen.kind != "conversation.item.delete":
                continue
            if not self._left:
                break
            if fault := _unknown(item_id, state, is_own=item_id in self._own):
                self._left -= 1
                self._waiting.add(self._suspicion(seen, state, key, f"{field} {fault}"))
        if seen.kind == "conversation.item.create" and seen.item_id:
            self._own[seen.item_id] = None
        return ()

    def _acquit(self, seen: Seen) -> None:
        if seen.kind == "conversation.item.added":
            previous = text_of(seen.fields.get("previous_item_id"))
            self._waiting.acquit(f"conversation.item.create {previous}")
        elif seen.kind == "response.created":
            self._waiting.acquit("response.create")
        else:
            self._waiting.acquit(f"{seen.kind.removesuffix('d')} {seen.item_id}")

    @staticmethod
    def _suspicion(seen: Seen, state: Conversation, key: str, fault: str) -> Suspicion:
        return Suspicion(
            seen.seq,
            seen.at,
            seen.event_id,
            what=f"{seen.type} names in {fault}",
            todo="use an id that conversation.item.added told, and none whose item was deleted",
            key=key,
            codes=frozenset(
                {
                    "item_delete_invalid_item_id",
                    "item_retrieve_invalid_item_id",
                    "item_create_invalid_previous_item_id",
                }
            ),
            words=("does not exist", "not found"),
            params=("previous_item_id", "response.input", "item_id"),
            needs_error=is_late_joined(state),
        )


def _named_items(seen: Seen) -> Iterator[tuple[str, str, str]]:
    """The items that a client event names: the key of its acknowledgement, the field, the id."""
    match seen.kind:
        case "conversation.item.delete" | "conversation.item.retrieve":
            if seen.item_id:
                yield f"{seen.kind} {seen.item_id}", "item_id", seen.item_id
        case "conversation.item.create":
            previous = text_of(seen.fields.get("previous_item_id"))
            if previous not in {"", "root"}:
                yield f"{seen.kind} {previous}", "previous_item_id", previous
        case _:
            response = object_of(seen.fields.get("response"))
            for index, item in enumerate(objects_of(response.get("input"))[:100]):
                if item.get("type") == "item_reference" and (item_id := text_of(item.get("id"))):
                    yield seen.kind, f"response.input[{index}].id", item_id


def _unknown(item_id: str, state: Conversation, *, is_own: bool) -> str:
    """Why an id names no item; empty when it does."""
    item = state.items.get(item_id)
    if item is not None:
        return f"{item_id}, which was deleted before" if item.is_deleted else ""
    if is_own or state.items.knows(item_id):
        return ""
    return f"{cut(item_id, 80)}, which is no item of this session{did_you_mean(item_id, state)}"


# Transcripts of what the user said.


class TranscriptionFailed(Rule):
    """The server could not transcribe what the user said."""

    slug = "transcription-failed"
    severity = Severity.WARNING
    kinds = frozenset({f"{_TRANSCRIPTION}.failed"})
    side = Side.SERVER

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Lay the error flat."""
        error = object_of(seen.fields.get("error"))
        code = text_of(error.get("code")) or text_of(error.get("type")) or "no code"
        message = cut(text_of(error.get("message")), 200)
        model = _transcription_model(state)
        of_model = f" by {cut(model, 60)}" if model else ""
        what = (
            f"the transcription{of_model} of {seen.item_id or 'an item'} failed with {cut(code, 60)}"
            f"{f': {message}' if message else ''}"
        )
        todo = "look at the error; the response goes on without the transcript"
        if code == "DeploymentNotFound":
            todo = (
                f"deploy the model {cut(model, 60) or 'for transcription'} in the Azure resource, or "
                "name a deployment that exists in audio.input.transcription.model"
            )
        elif code == "audio_unintelligible":
            todo = "check the input audio's format and level: it could not be understood"
        return (self.finding(seen.at, (seen.seq,), what, todo),)


@dataclass(frozen=True, slots=True)
class _Expected:
    seq: int
    at: float


class TranscriptionLost(Rule):
    """A transcription is configured, the user's audio is committed, and no transcript comes."""

    slug = "transcription-lost"
    severity = Severity.WARNING
    kinds = frozenset(
        {
            "input_audio_buffer.committed",
            "conversation.item.deleted",
            *(
                f"{_TRANSCRIPTION}.{end}"
                for end in ("delta", "segment", "updated", "completed", "failed")
            ),
        }
    )
    side = Side.SERVER

    PATIENCE_S: ClassVar[float] = 10.0

    def __init__(self) -> None:
        self._expected: BoundedDict[str, _Expected] = BoundedDict(200)
        self._early: BoundedDict[str, None] = BoundedDict(200)
        """Items whose transcript began before they were committed, as xAI's do."""

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """An item waits from its commit to its transcript; each piece of it renews the patience."""
        if seen.kind == "input_audio_buffer.committed":
            if seen.item_id not in self._early and _transcription_model(state):
                self._expected[seen.item_id] = _Expected(seen.seq, seen.at)
            return ()
        expected = self._expected.pop(seen.item_id, None)
        is_piece = seen.kind.endswith((".delta", ".segment"))
        if expected is not None and is_piece:
            self._expected[seen.item_id] = _Expected(expected.seq, seen.at)
        elif expected is None:
            self._early[seen.item_id] = None
        return ()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:
        """Tell of items that waited in vain."""
        late = [
            item_id for item_id, each in self._expected.items() if now - each.at >= self.PATIENCE_S
        ]
        return [self._told(item_id, self._expected.pop(item_id), now, state) for item_id in late]

    def _told(self, item_id: str, lost: _Expected, now: float, state: Conversation) -> Finding:
        what = (
            f"{cut(_transcription_model(state), 60) or 'the transcription'} has sent no transcript of "
            f"{item_id or 'the committed audio'} for {say_s(now - lost.at)}, neither completed nor failed"
        )
        todo = "do not wait for the transcript of a turn: show the turn without it after a while"
        return self.finding(now, (lost.seq,), what, todo)


def _transcription(state: Conversation) -> object:
    """`audio.input.transcription` in force: an object, None when it is off, "" when not known."""
    source = object_of(object_of(state.session.effective.get("audio")).get("input"))
    return source.get("transcription", "")


def _transcription_model(state: Conversation) -> str:
    """The model that transcribes; empty when none does, or nothing is known of it."""
    return text_of(object_of(_transcription(state)).get("model"))


class TranscriptionNotConfigured(Rule):
    """Nothing transcribes what the user says; a warning where somebody plainly expects it."""

    slug = "transcription-not-configured"
    severity = Severity.INFO
    kinds = frozenset({"input_audio_buffer.committed"})
    side = Side.SERVER

    def __init__(self) -> None:
        self._is_told = False

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Look at the configuration at the first turn."""
        if self._is_told or _transcription(state) is not None or state.session.unanswered:
            return ()
        self._is_told = True
        include = state.session.effective.get("include")
        wants_logprobs = isinstance(include, list) and any(
            text_of(each).startswith("item.input_audio_transcription") for each in include
        )
        requested = object_of(object_of(state.session.requested.get("audio")).get("input"))
        is_requested = bool(object_of(requested.get("transcription")))
        what = (
            f"the user's audio {seen.item_id or '(no id)'} was committed and audio.input.transcription "
            "is null: no text of what the user says will come"
        )
        if wants_logprobs:
            what += ", though include asks for its logprobs"
        elif is_requested:
            what += ", though a session.update asked for it"
        todo = 'set audio.input.transcription, for example {"model": "gpt-realtime-whisper"}'
        is_expected = wants_logprobs or is_requested
        severity = Severity.WARNING if is_expected else None
        return (self.finding(seen.at, (seen.seq,), what, todo, severity=severity),)


class TranscriptArrivesLate(Rule):
    """The transcript of the user's turn comes after the answer has begun: told once a session."""

    slug = "transcript-arrives-late"
    severity = Severity.INFO
    kinds = frozenset(
        {"input_audio_buffer.committed", "response.created", f"{_TRANSCRIPTION}.completed"}
    )
    side = Side.SERVER

    def __init__(self) -> None:
        self._item_id = ""
        self._answers: BoundedDict[str, str] = BoundedDict(50)
        self._is_told = False

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Compare the transcript with the response that follows its item."""
        if seen.kind == "input_audio_buffer.committed":
            self._item_id = seen.item_id
            return ()
        if seen.kind == "response.created":
            if self._item_id:
                self._answers[self._item_id] = seen.response_id
            self._item_id = ""
            return ()
        response = state.responses.get(self._answers.get(seen.item_id, ""))
        began_at = response.first_delta_at if response else None
        if response is None or began_at is None or self._is_told:
            return ()
        self._is_told = True
        what = (
            f"the transcript of {seen.item_id} came {(seen.at - began_at) * 1000:.0f} ms after the first "
            f"words of {response.id}, which answers it"
        )
        todo = (
            "put transcripts into their item by item_id and order items by previous_item_id, not by "
            "the time of their arrival"
        )
        return (self.finding(seen.at, (seen.seq,), what, todo),)


RULES: tuple[type[Rule], ...] = (
    WrongContentPart,
    UnknownItemId,
    TranscriptionFailed,
    TranscriptionLost,
    TranscriptionNotConfigured,
    TranscriptArrivesLate,
)
