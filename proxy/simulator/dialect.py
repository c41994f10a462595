"""The two spellings of the protocol, and how to get from one to the other.

The simulator thinks in GA terms only; at its edge this module renames what a beta client sends and
hears. It maps names and shapes, and checks nothing: keys it does not know pass as they are.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from ...recordings.event import Json


class Dialect(StrEnum):
    """How a server spells the protocol."""

    GA = "ga"
    """Since August 2025: nested `session.audio`, `response.output_*`, item added and done."""
    BETA = "beta"
    """October 2024 to May 2026: flat session, `response.audio.*`, `conversation.item.created`."""


_BETA_SERVER_EVENTS: Mapping[str, str | None] = {
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "conversation.item.added": "conversation.item.created",
    "conversation.item.done": None,
    "input_audio_buffer.timeout_triggered": None,
    "input_audio_buffer.dtmf_event_received": None,
}

_BETA_CONTENT_TYPES: Mapping[str, str] = {"output_text": "text", "output_audio": "audio"}
_GA_CONTENT_TYPES = {beta: ga for ga, beta in _BETA_CONTENT_TYPES.items()}

_BETA_AUDIO_FORMATS: Mapping[str, str] = {
    "audio/pcm": "pcm16",
    "audio/pcmu": "g711_ulaw",
    "audio/pcma": "g711_alaw",
}
_GA_AUDIO_FORMATS: Mapping[str, Json] = {
    "pcm16": {"type": "audio/pcm", "rate": 24_000},
    "g711_ulaw": {"type": "audio/pcmu"},
    "g711_alaw": {"type": "audio/pcma"},
}


def wire_name(type: str, dialect: Dialect) -> str | None:  # noqa: A002 -- the protocol's word
    """A server event's GA type as the dialect spells it; None when it has no such event."""
    return _BETA_SERVER_EVENTS.get(type, type) if dialect is Dialect.BETA else type


def content_type(type: str, dialect: Dialect) -> str:  # noqa: A002 -- the protocol's word
    """A content part's GA type, such as `output_text`, as the dialect spells it in items.

    Not for the `part` of `response.content_part` events: that is `text` or `audio` in both.
    """
    return _BETA_CONTENT_TYPES.get(type, type) if dialect is Dialect.BETA else type


def item_to_wire(item: Json, dialect: Dialect) -> Json:
    """A GA item as the dialect sends it. Beta items carry `object`; GA items do not."""
    if dialect is Dialect.GA:
        return item
    return {"object": "realtime.item"} | _with_content(item, _BETA_CONTENT_TYPES)


def item_from_wire(item: Json, dialect: Dialect) -> Json:
    """An item that a client of this dialect sent, in GA terms."""
    return item if dialect is Dialect.GA else _with_content(item, _GA_CONTENT_TYPES)


def audio_format_to_beta(audio_format: Json) -> str:
    """`{"type": "audio/pcm", "rate": 24000}` -> `pcm16`."""
    return _BETA_AUDIO_FORMATS[audio_format["type"]]


def audio_format_from_beta(name: str) -> Json:
    """`pcm16` -> `{"type": "audio/pcm", "rate": 24000}`; always a new object."""
    return dict(_GA_AUDIO_FORMATS[name])


def _modalities_to_beta(modalities: list[str]) -> list[str]:
    """GA has one modality, beta said `audio` and `text` together: audio brings its transcript."""
    return ["audio", "text"] if "audio" in modalities else modalities


def _modalities_from_beta(modalities: list[str]) -> list[str]:
    return ["audio"] if "audio" in modalities else ["text"]


type _Path = tuple[str, ...]
type _Convert = Callable[..., object]


def _same(value: object) -> object:
    return value


_FLAT_SESSION: tuple[tuple[str, _Path, _Convert, _Convert], ...] = (
    ("modalities", ("output_modalities",), _modalities_to_beta, _modalities_from_beta),
    ("voice", ("audio", "output", "voice"), _same, _same),
    ("speed", ("audio", "output", "speed"), _same, _same),
    (
        "input_audio_format",
        ("audio", "input", "format"),
        audio_format_to_beta,
        audio_format_from_beta,
    ),
    (
        "output_audio_format",
        ("audio", "output", "format"),
        audio_format_to_beta,
        audio_format_from_beta,
    ),
    ("input_audio_transcription", ("audio", "input", "transcription"), _same, _same),
    ("turn_detection", ("audio", "input", "turn_detection"), _same, _same),
    ("input_audio_noise_reduction", ("audio", "input", "noise_reduction"), _same, _same),
    ("max_response_output_tokens", ("max_output_tokens",), _same, _same),
)
"""Beta key, GA path, and the values' way to beta and back."""

_FLAT_RESPONSE = tuple(
    row for row in _FLAT_SESSION if row[0] in {"modalities", "voice", "output_audio_format"}
)
"""What a beta response object spells otherwise; it says `max_output_tokens` as GA does."""

_FLAT_RESPONSE_PARAMS = (*_FLAT_RESPONSE, _FLAT_SESSION[-1])
"""What the `response` of a beta `response.create` spells otherwise."""


def flatten_session(session: Json) -> Json:
    """A GA session object, whole or partial, as beta spells it. `type` has no beta counterpart."""
    flat = _flatten(session, _FLAT_SESSION)
    flat.pop("type", None)
    return flat


def nest_session(flat: Json, *, type: str = "realtime") -> Json:  # noqa: A002 -- the protocol's word
    """A beta session object, whole or partial, in GA terms.

    What GA has no place for (`temperature`, `client_secret`) keeps its key at the top, so that
    `flatten_session` gives it back. `type` is `transcription` for `transcription_session.update`.
    """
    return {"type": type} | _nest(flat, _FLAT_SESSION)


def flatten_response(response: Json) -> Json:
    """A GA response object as beta spells it, the items in its `output` too."""
    flat = _flatten(response, _FLAT_RESPONSE)
    if "output" in flat:
        flat["output"] = [item_to_wire(item, Dialect.BETA) for item in flat["output"]]
    return flat


def nest_response(flat: Json) -> Json:
    """The `response` of a beta client's `response.create` in GA terms, items in `input` too."""
    nested = _nest(flat, _FLAT_RESPONSE_PARAMS)
    if nested.get("input") is not None:
        nested["input"] = [item_from_wire(item, Dialect.BETA) for item in nested["input"]]
    return nested


def _flatten(nested: Json, table: tuple[tuple[str, _Path, _Convert, _Convert], ...]) -> Json:
    roots = {path[0] for _, path, _, _ in table}
    flat = {key: value for key, value in nested.items() if key not in roots}
    for key, path, to_beta, _ in table:
        holder: object = nested
        for name in path[:-1]:
            holder = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and path[-1] in holder:
            value = holder[path[-1]]
            flat[key] = None if value is None else to_beta(value)
    return flat


def _nest(flat: Json, table: tuple[tuple[str, _Path, _Convert, _Convert], ...]) -> Json:
    keys = {key for key, _, _, _ in table}
    nested = {key: value for key, value in flat.items() if key not in keys}
    for key, path, _, from_beta in table:
        if key not in flat:
            continue
        holder = nested
        for name in path[:-1]:
            holder = holder.setdefault(name, {})
        holder[path[-1]] = None if flat[key] is None else from_beta(flat[key])
    return nested


def _with_content(item: Json, names: Mapping[str, str]) -> Json:
    """The item with the types of its content parts renamed; the given one is not touched."""
    if not isinstance(item.get("content"), list):
        return dict(item)
    content = [part | {"type": names.get(part["type"], part["type"])} for part in item["content"]]
    return item | {"content": content}
