"""The spellings of the Realtime protocol, and one table of how they correspond.

Reasoning happens in the names of the GA protocol: `normal_type` and `normal_session` translate into
them. What is shown to people stays as the wire had it. The dialect is decided event by event,
because servers mix them: Azure Voice Live speaks beta and sends GA's `conversation.item.done`.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from .event import Json, Side
from .plain import object_of, text_of
from .profiles import GENERIC, PROFILES, Profile, profile_for, profile_named

__all__ = [
    "BETA_EVENTS",
    "FLAT_SESSION",
    "GENERIC",
    "PROFILES",
    "Dialect",
    "FlatField",
    "Profile",
    "decisive_dialect",
    "dialect_of",
    "normal_session",
    "normal_tool",
    "normal_type",
    "profile_for",
    "profile_named",
]


class Dialect(StrEnum):
    """How an event is spelled."""

    GA = "ga"
    """Since August 2025: nested `session.audio`, `response.output_*`, item added and done."""
    BETA = "beta"
    """October 2024 to May 2026, Azure Voice Live: flat session, `response.audio.*`, item created."""
    XAI = "xai"
    """GA's names with fields of both, and events of its own."""
    TRANSCRIPTION = "transcription"
    """A session that only transcribes: no responses."""
    TRANSLATION = "translation"
    """A session that only translates: no items and no responses."""
    LIVE = "live"
    """The Live API, another protocol: recognised, never judged."""
    UNKNOWN = "unknown"
    """No event of any of these."""


# Names of events.

BETA_EVENTS: Mapping[str, str] = {
    "response.text.delta": "response.output_text.delta",
    "response.text.done": "response.output_text.done",
    "response.audio.delta": "response.output_audio.delta",
    "response.audio.done": "response.output_audio.done",
    "response.audio_transcript.delta": "response.output_audio_transcript.delta",
    "response.audio_transcript.done": "response.output_audio_transcript.done",
    "conversation.item.created": "conversation.item.added",
    "transcription_session.update": "session.update",
    "transcription_session.created": "session.created",
    "transcription_session.updated": "session.updated",
}
"""Beta's name of an event to GA's name."""


def normal_type(type: str | None) -> str:  # noqa: A002 -- the protocol's word
    """An event's type as GA names it; what has no other name there stays."""
    return BETA_EVENTS.get(type, type) if type else ""


_SESSION_EVENTS = frozenset({"session.created", "session.updated", "session.update"})

_LIVE_EVENTS = frozenset(
    {
        "session.start",
        "session.started",
        "session.input_audio.append",
        "session.delegation.created",
        "response.event",
        "response.item.create",
    }
)

_TRANSLATION_EVENTS = frozenset(
    {
        "session.input_audio_buffer.append",
        "session.output_audio.delta",
        "session.output_transcript.delta",
        "session.input_transcript.delta",
        "session.close",
        "session.closed",
    }
)

_XAI_EVENTS = frozenset({"ping", "conversation.item.input_audio_transcription.updated"})

_TRANSCRIPTION_EVENTS = frozenset(
    {"transcription_session.update", "transcription_session.created"}
    | {"transcription_session.updated", "transcription.delta", "transcription.done"}
)

_GA_EVENTS = frozenset(BETA_EVENTS.values()) - _SESSION_EVENTS | {
    "conversation.item.done",
    "input_audio_buffer.timeout_triggered",
    "input_audio_buffer.dtmf_event_received",
}
"""Names that GA has and beta has not."""

_SHARED_EVENTS = _SESSION_EVENTS | {
    "conversation.created",
    "conversation.item.create",
    "conversation.item.delete",
    "conversation.item.deleted",
    "conversation.item.input_audio_transcription.completed",
    "conversation.item.input_audio_transcription.delta",
    "conversation.item.input_audio_transcription.failed",
    "conversation.item.input_audio_transcription.segment",
    "conversation.item.retrieve",
    "conversation.item.retrieved",
    "conversation.item.truncate",
    "conversation.item.truncated",
    "error",
    "input_audio_buffer.append",
    "input_audio_buffer.clear",
    "input_audio_buffer.cleared",
    "input_audio_buffer.commit",
    "input_audio_buffer.committed",
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "mcp_list_tools.completed",
    "mcp_list_tools.failed",
    "mcp_list_tools.in_progress",
    "output_audio_buffer.clear",
    "output_audio_buffer.cleared",
    "output_audio_buffer.started",
    "output_audio_buffer.stopped",
    "rate_limits.updated",
    "response.cancel",
    "response.content_part.added",
    "response.content_part.done",
    "response.create",
    "response.created",
    "response.done",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.mcp_call.completed",
    "response.mcp_call.failed",
    "response.mcp_call.in_progress",
    "response.mcp_call_arguments.delta",
    "response.mcp_call_arguments.done",
    "response.output_item.added",
    "response.output_item.done",
}
"""Names that GA and beta have in common."""


def dialect_of(event_type: str | None, fields: Json, side: Side) -> Dialect:
    """The dialect of one event, by its name and shape; GA when GA and beta spell it alike."""
    found = decisive_dialect(event_type, fields, side)
    if found is not None:
        return found
    return Dialect.GA if event_type in _SHARED_EVENTS else Dialect.UNKNOWN


def decisive_dialect(event_type: str | None, fields: Json, side: Side) -> Dialect | None:
    """The dialect that an event can only belong to; None when it says nothing about that."""
    if not event_type:
        return None
    by_name = _DIALECT_BY_NAME.get(event_type)
    if by_name is not None:
        return by_name
    if event_type in _SESSION_EVENTS:
        return _dialect_of_session(object_of(fields.get("session")), side)
    if event_type in {"response.create", "response.created", "response.done"}:
        return _dialect_of_response(object_of(fields.get("response")), side)
    return None


_DIALECT_BY_NAME: Mapping[str, Dialect] = {
    name: dialect
    for dialect, names in (
        (Dialect.GA, _GA_EVENTS),
        (Dialect.BETA, frozenset(BETA_EVENTS) - _TRANSCRIPTION_EVENTS),
        (Dialect.XAI, _XAI_EVENTS),
        (Dialect.TRANSCRIPTION, _TRANSCRIPTION_EVENTS),
        (Dialect.TRANSLATION, _TRANSLATION_EVENTS),
        (Dialect.LIVE, _LIVE_EVENTS),
    )
    for name in names
}

_DIALECT_BY_SESSION_TYPE: Mapping[object, Dialect] = {
    "transcription": Dialect.TRANSCRIPTION,
    "translation": Dialect.TRANSLATION,
    "realtime": Dialect.GA,
}


def _dialect_of_session(session: Json, side: Side) -> Dialect | None:
    if by_type := _DIALECT_BY_SESSION_TYPE.get(text_of(session.get("type"))):
        return by_type
    if session.get("object") == "realtime.transcription_session":
        return Dialect.TRANSCRIPTION
    is_flat = not _FLAT_KEYS.isdisjoint(session)
    is_nested = isinstance(session.get("audio"), dict) or "output_modalities" in session
    if is_flat and is_nested and side is Side.SERVER:
        return Dialect.XAI
    if is_flat:
        return Dialect.BETA
    return Dialect.GA if is_nested else None


def _dialect_of_response(response: Json, side: Side) -> Dialect | None:
    if isinstance(response.get("status_details"), str):
        return Dialect.XAI
    is_nested = "output_modalities" in response or isinstance(response.get("audio"), dict)
    is_flat = not {"modalities", "output_audio_format"}.isdisjoint(response)
    if is_flat and is_nested:
        return Dialect.XAI if side is Side.SERVER else Dialect.BETA
    if is_flat:
        return Dialect.BETA
    return Dialect.GA if is_nested else None


# Shapes of sessions.

_BETA_FORMATS: Mapping[str, Json] = {
    "pcm16": {"type": "audio/pcm", "rate": 24_000},
    "g711_ulaw": {"type": "audio/pcmu"},
    "g711_alaw": {"type": "audio/pcma"},
}


def format_from_beta(name: object) -> object:
    """`pcm16` -> `{"type": "audio/pcm", "rate": 24000}`, always a new object; others stay."""
    known = _BETA_FORMATS.get(name) if isinstance(name, str) else None
    return name if known is None else dict(known)


def modalities_from_beta(modalities: object) -> object:
    """GA has one modality, beta said `audio` and `text` together: audio brings its transcript."""
    if not isinstance(modalities, list):
        return modalities
    return ["audio"] if "audio" in modalities else modalities


def _same(value: object) -> object:
    return value


type FlatField = tuple[str, tuple[str, ...], Callable[[object], object]]

FLAT_SESSION: tuple[FlatField, ...] = (
    ("modalities", ("output_modalities",), modalities_from_beta),
    ("voice", ("audio", "output", "voice"), _same),
    ("speed", ("audio", "output", "speed"), _same),
    ("input_audio_format", ("audio", "input", "format"), format_from_beta),
    ("output_audio_format", ("audio", "output", "format"), format_from_beta),
    ("input_audio_transcription", ("audio", "input", "transcription"), _same),
    ("turn_detection", ("audio", "input", "turn_detection"), _same),
    ("input_audio_noise_reduction", ("audio", "input", "noise_reduction"), _same),
    ("max_response_output_tokens", ("max_output_tokens",), _same),
)
"""Each flat key of a beta session, its GA path, and its value's way to GA."""

_FLAT_KEYS = frozenset(key for key, _, _ in FLAT_SESSION)
_UNSPECIFIED = "not specified"
"""What xAI's sessions say in a flat field whose value is in the nested one."""
_RATE_KEYS = (("input_audio_sampling_rate", "input"), ("output_audio_sampling_rate", "output"))
"""Voice Live says the rate of `pcm16` beside it."""


def normal_session(session: Json) -> Json:
    """A session object, whole or partial, as GA nests it; keys without a place there stay on top.

    Tools come out flat, detection that is off comes out as None. Where a server sends both shapes
    (xAI), the nested one counts. The given object is not changed, but shares its values.
    """
    normal = {key: value for key, value in session.items() if key not in _FLAT_KEYS}
    if isinstance(audio := normal.get("audio"), dict):
        normal["audio"] = {
            key: dict(value) if isinstance(value, dict) else value for key, value in audio.items()
        }
    for key, path, to_ga in FLAT_SESSION:
        if key in session and session[key] != _UNSPECIFIED:
            _put(normal, path, to_ga(session[key]))
    for key, side in _RATE_KEYS:
        if key in normal:
            _put_rate(normal, side, normal.pop(key))
    if isinstance(tools := normal.get("tools"), list):
        normal["tools"] = [normal_tool(tool) for tool in tools]
    _put_off_detection(normal)
    return normal


def _put(holder: Json, path: tuple[str, ...], value: object) -> None:
    """Set what the nested shape does not say already."""
    for name in path[:-1]:
        inner = holder.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        holder = inner
    holder.setdefault(path[-1], value)


def _put_rate(normal: Json, side: str, rate: object) -> None:
    holder = object_of(object_of(normal.get("audio")).get(side))
    audio_format = holder.get("format")
    if isinstance(audio_format, dict) and audio_format.get("type") == "audio/pcm":
        holder["format"] = audio_format | {"rate": rate}


def _put_off_detection(normal: Json) -> None:
    """`{"type": null}` (xAI) and `{"type": "none"}` (Voice Live) mean null."""
    source = object_of(object_of(normal.get("audio")).get("input"))
    detection = source.get("turn_detection")
    if isinstance(detection, dict) and "type" in detection:
        kind = detection["type"]
        if kind is None or kind == "none":
            source["turn_detection"] = None


def normal_tool(tool: Any) -> Any:
    """A tool as the Realtime API declares it: the nested `function` of chat completions laid flat."""
    if not isinstance(tool, dict) or not isinstance(tool.get("function"), dict):
        return tool
    return {key: value for key, value in tool.items() if key != "function"} | tool["function"]
