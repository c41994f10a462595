"""The session's configuration: what the client asked for, what the server runs with, and what differs.

Everything is kept in GA's shape, whatever the wire's; see `dialects.normal_session`.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from ..audio import AudioFormat
from ..dialects import normal_session
from ..event import Json
from ..plain import number_of, object_of, objects_of, text_of
from .seen import Seen

_UPDATES_KEPT = 100
_MAX_DEPTH = 16
_KEYS_KEPT = 256
"""Keys of one object: updates that bring new ones for ever do not grow the session for ever."""
_SECRET_KEYS = frozenset({"authorization", "headers", "client_secret"})
"""Redacted, or never sent back: not to be compared."""
_SET_KEYS = frozenset({"output_modalities", "include", "modalities"})
"""Lists whose order means nothing."""


class Missing(Enum):
    """The type of `MISSING`."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
"""Nothing is known of a value; different from None, which is a value: off."""


@dataclass(slots=True)
class SessionUpdate:
    """One `session.update` of the client."""

    seq: int
    at: float
    event_id: str
    session: Json
    """As it was sent."""
    normal: Json
    """In GA's shape."""
    answer: Literal["updated", "error"] | None = None
    """None as long as the server has not answered."""
    answer_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that was requested and is not in force."""

    path: str
    """In GA's shape: `audio.input.turn_detection.threshold`."""
    requested: Any
    effective: Any
    """None also when the server's session has no such field."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the session declares."""

    name: str
    parameters: Json
    """Its JSON schema; empty when it declares none."""
    raw: Json
    """The declaration as the wire has it."""
    seq: int
    """The event that put it in force."""


class SessionState:
    """Fed the session's events; see `Conversation`."""

    def __init__(self) -> None:
        self.requested: Json = {}
        """All that the client's updates asked for, one over the other."""
        self.accepted: Json = {}
        """The same of those updates that the server took."""
        self.effective: Json = {}
        """The session that the server last told."""
        self.updates: deque[SessionUpdate] = deque(maxlen=_UPDATES_KEPT)
        """The client's updates, oldest first; the latest hundred."""
        self.created_seq: int | None = None
        self.created_at_s: float | None = None
        """When `session.created` came, in seconds since the recording's start."""
        self.updated_seq: int | None = None
        """The last `session.updated`."""
        self.input_format = AudioFormat()
        """What `input_audio_buffer.append` carries."""
        self.output_format = AudioFormat()
        """What audio deltas carry, unless their response has its own."""
        self._tools: dict[str, Tool] = {}

    # Taking events.

    def receive_update(self, seen: Seen) -> None:
        """A `session.update` of the client, or its beta name."""
        session = object_of(seen.fields.get("session"))
        normal = normal_session(session)
        if seen.type == "transcription_session.update":
            normal.setdefault("type", "transcription")
        self.updates.append(SessionUpdate(seen.seq, seen.at, seen.event_id, session, normal))
        self.requested = merged(self.requested, normal)

    def receive_session(self, seen: Seen) -> None:
        """A `session.created` or `session.updated` of the server, or their beta names."""
        session = object_of(seen.fields.get("session"))
        if seen.kind == "session.created":
            if self.created_seq is None:
                self.created_seq, self.created_at_s = seen.seq, seen.at
        else:
            self.updated_seq = seen.seq
            if (update := self.unanswered) is not None:
                update.answer, update.answer_seq = "updated", seen.seq
                self.accepted = merged(self.accepted, update.normal)
        if not session:
            return
        # xAI leaves out what did not change, but for its tools: there, none is none.
        known = {key: value for key, value in self.effective.items() if key != "tools"}
        self.effective = merged(known, normal_session(session))
        if seen.type.startswith("transcription_session."):
            self.effective.setdefault("type", "transcription")
        self._put_in_force(object_of(session), seen.seq)

    def refuse(self, update: SessionUpdate, seq: int) -> None:
        """An `error` answers an update: none of it is in force."""
        update.answer, update.answer_seq = "error", seq

    def _put_in_force(self, session: Json, seq: int) -> None:
        audio = object_of(self.effective.get("audio"))
        self.input_format = _format(audio, "input") or self.input_format
        self.output_format = _format(audio, "output") or self.output_format
        if not isinstance(self.effective.get("tools"), list):
            # xAI leaves the key out when there are none.
            self._tools = {}
            return
        raw_tools = objects_of(session.get("tools"))
        normal_tools = objects_of(self.effective["tools"])
        self._tools = {
            name: Tool(name, object_of(tool.get("parameters")), raw, seq)
            for tool, raw in zip(normal_tools, raw_tools, strict=True)
            if tool.get("type", "function") == "function" and (name := text_of(tool.get("name")))
        }

    # What is asked.

    @property
    def unanswered(self) -> SessionUpdate | None:
        """The oldest update that waits for its answer: the server answers in order."""
        return next((each for each in self.updates if each.answer is None), None)

    @property
    def is_known(self) -> bool:
        """Whether the server has told its session; a side-band connection may never hear it."""
        return bool(self.effective)

    def differences(self) -> list[Difference]:
        """What the client asked for in accepted updates and the server does not run with."""
        return differences_between(self.accepted, self.effective)

    def tools(self) -> dict[str, Tool]:
        """The functions in force by name; empty also as long as the session is not known."""
        return dict(self._tools)

    @property
    def turn_detection(self) -> Json | Literal[Missing.MISSING] | None:
        """The detection of turns in force; None when it is off, MISSING when it is not known."""
        source = object_of(object_of(self.effective.get("audio")).get("input"))
        detection = source.get("turn_detection", MISSING)
        return detection if detection is None or isinstance(detection, dict) else MISSING

    @property
    def creates_responses(self) -> bool:
        """Whether the end of a turn makes a response; true when it is not known, as by default."""
        detection = self.turn_detection
        if detection is MISSING:
            return not self.is_transcription
        if detection is None or self.is_transcription:
            return False
        return detection.get("create_response") is not False

    @property
    def output_modalities(self) -> list[str] | None:
        """`["audio"]` or `["text"]`; None when it is not known."""
        value = self.effective.get("output_modalities")
        return (
            [each for each in value if isinstance(each, str)] if isinstance(value, list) else None
        )

    @property
    def voice(self) -> str | None:
        """The voice's name or id."""
        value = object_of(object_of(self.effective.get("audio")).get("output")).get("voice")
        return _voice_name(value) or None

    @property
    def model(self) -> str | None:
        """The model that the server names."""
        return text_of(self.effective.get("model")) or None

    @property
    def expires_at(self) -> float | None:
        """When the server ends the session, in seconds of Unix time."""
        value = number_of(self.effective.get("expires_at"))
        return value or None

    @property
    def is_transcription(self) -> bool:
        """Whether it only transcribes: there are no responses then."""
        return (
            self.effective.get("type") == "transcription"
            or self.effective.get("object") == "realtime.transcription_session"
        )


def _format(audio: Json, side: str) -> AudioFormat | None:
    return AudioFormat.parse(object_of(audio.get(side)).get("format"))


def _voice_name(value: object) -> str:
    """A voice is a name, or an object with one (Voice Live), or with an id (OpenAI)."""
    if isinstance(value, dict):
        return text_of(value.get("name")) or text_of(value.get("id"))
    return text_of(value)


def merged(base: Json, update: Json, *, depth: int = 0) -> Json:
    """A partial session over another: objects are merged, everything else is replaced.

    An object of another `type` replaces: the fields of server VAD mean nothing in semantic VAD.
    """
    result = dict(base)
    for key, value in update.items():
        old = result.get(key)
        if isinstance(value, dict) and isinstance(old, dict) and depth < _MAX_DEPTH:
            is_alike = old.get("type") == value.get("type", old.get("type"))
            result[key] = merged(old, value, depth=depth + 1) if is_alike else value
        elif key in result or len(result) < _KEYS_KEPT:
            result[key] = value
    return result


def differences_between(requested: Json, effective: Json) -> list[Difference]:
    """The fields of a requested session that an effective one has otherwise, both in GA's shape.

    What the server adds is no difference; neither is the order of modalities, null against a
    missing field, or a voice told by name against one told as an object.
    """
    return list(_differences(requested, effective, "", 0))


def _differences(requested: Any, effective: Any, path: str, depth: int) -> Iterator[Difference]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(requested, dict) and isinstance(effective, dict):
        for key, value in requested.items():
            if key not in _SECRET_KEYS:
                inner = f"{path}.{key}" if path else key
                yield from _differences(value, effective.get(key), inner, depth + 1)
    elif not _is_same(requested, effective, path.rpartition(".")[2]):
        yield Difference(path, requested, effective)


def _is_same(requested: Any, effective: Any, key: str) -> bool:
    if key == "voice" and (name := _voice_name(requested)):
        return name == _voice_name(effective)
    if isinstance(requested, list) and isinstance(effective, list):
        if key in _SET_KEYS:
            return _words(requested) == _words(effective)
        return len(requested) == len(effective) and not any(
            True
            for mine, its in _paired(requested, effective)
            for _ in _differences(mine, its, key, 1)
        )
    if isinstance(requested, bool) or isinstance(effective, bool):
        return requested is effective
    return bool(requested == effective)


def _words(values: list[Any]) -> set[str]:
    return {each for each in values if isinstance(each, str)}


def _paired(requested: list[Any], effective: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Two lists element by element; tools by their names, in whatever order the server has them."""
    by_name = {name: each for each in effective if (name := _element_name(each))}
    for mine, its in zip(requested, effective, strict=True):
        yield mine, by_name.get(_element_name(mine), its)


def _element_name(element: Any) -> str:
    if not isinstance(element, dict):
        return ""
    return text_of(element.get("name")) or text_of(element.get("server_label"))
