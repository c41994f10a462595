"""The two spellings of the protocol, and how to get from one to the other.

The simulator thinks in GA terms only; at its edge this module renames what a beta client sends and
hears. Which name corresponds to which is told by `recordings.dialects`. This maps names and shapes,
and checks nothing: keys it does not know pass as they are.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from ...recordings.dialects import BETA_EVENTS, FLAT_SESSION, FlatField, format_from_beta
from ...recordings.event import Json


class Dialect(StrEnum):
    """How a server spells the protocol."""

    GA = "ga"
    """Since August 2025: nested `session.audio`, `response.output_*`, item added and done."""
    BETA = "beta"
    """October 2024 to May 2026: flat session, `response.audio.*`, `conversation.item.created`."""


_BETA_SERVER_EVENTS: Mapping[str, str | None] = {
    **{ga: beta for beta, ga in BETA_EVENTS.items() if not ga.startswith("session.")},
    "conversation.item.done": None,
    "input_audio_buffer.timeout_triggered": None,
    "input_audio_buffer.dtmf_event_received": None,
}
"""GA's name to beta's; a session's kind decides how its events are named, see `beta`."""

_BETA_CONTENT_TYPES: Mapping[str, str] = {"output_text": "text", "output_audio": "audio"}
_GA_CONTENT_TYPES = {beta: ga for ga, beta in _BETA_CONTENT_TYPES.items()}

_BETA_AUDIO_FORMATS: Mapping[str, str] = {
    "audio/pcm": "pcm16",
    "audio/pcmu": "g711_ulaw",
    "audio/pcma": "g711_alaw",
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
    audio_format = format_from_beta(name)
    assert isinstance(audio_format, dict)
    return audio_format


def _modalities_to_beta(modalities: list[str]) -> list[str]:
    """GA has one modality, beta said `audio` and `text` together: audio brings its transcript."""
    return ["audio", "text"] if "audio" in modalities else modalities


type _ToBeta = Callable[..., object]

_TO_BETA: Mapping[str, _ToBeta] = {
    "modalities": _modalities_to_beta,
    "input_audio_format": audio_format_to_beta,
    "output_audio_format": audio_format_to_beta,
}
"""How a value becomes beta's, by its beta key; the others are the same in both."""

_FLAT_RESPONSE = tuple(
    row for row in FLAT_SESSION if row[0] in {"modalities", "voice", "output_audio_format"}
)
"""What a beta response object spells otherwise; it says `max_output_tokens` as GA does."""

_FLAT_RESPONSE_PARAMS = (
    *_FLAT_RESPONSE,
    *(row for row in FLAT_SESSION if row[0] == "max_response_output_tokens"),
)
"""What the `response` of a beta `response.create` spells otherwise."""


def flatten_session(session: Json) -> Json:
    """A GA session object, whole or partial, as beta spells it. `type` has no beta counterpart."""
    flat = _flatten(session, FLAT_SESSION)
    flat.pop("type", None)
    return flat


def nest_session(flat: Json, *, type: str = "realtime") -> Json:  # noqa: A002 -- the protocol's word
    """A beta session object, whole or partial, in GA terms.

    What GA has no place for (`temperature`, `client_secret`) keeps its key at the top, so that
    `flatten_session` gives it back. `type` is `transcription` for `transcription_session.update`.
    """
    return {"type": type} | _nest(flat, FLAT_SESSION)


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


def _flatten(nested: Json, table: tuple[FlatField, ...]) -> Json:
    roots = {path[0] for _, path, _ in table}
    flat = {key: value for key, value in nested.items() if key not in roots}
    for key, path, _ in table:
        holder: object = nested
        for name in path[:-1]:
            holder = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and path[-1] in holder:
            value = holder[path[-1]]
            to_beta = _TO_BETA.get(key)
            flat[key] = to_beta(value) if to_beta and value is not None else value
    return flat


def _nest(flat: Json, table: tuple[FlatField, ...]) -> Json:
    keys = {key for key, _, _ in table}
    nested = {key: value for key, value in flat.items() if key not in keys}
    for key, path, to_ga in table:
        if key not in flat:
            continue
        holder = nested
        for name in path[:-1]:
            holder = holder.setdefault(name, {})
        holder[path[-1]] = to_ga(flat[key])
    return nested


def _with_content(item: Json, names: Mapping[str, str]) -> Json:
    """The item with the types of its content parts renamed; the given one is not touched."""
    if not isinstance(item.get("content"), list):
        return dict(item)
    content = [part | {"type": names.get(part["type"], part["type"])} for part in item["content"]]
    return item | {"content": content}
