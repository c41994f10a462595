"""The two spellings of a session's fields: flat in the beta dialect, nested in GA.

Pure tables and functions: which spelling an object uses, and how a field is called in the other
one. The mapping is OpenAI's own, from its migration guide of the GA release (August 2025).
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from ..dialects import FLAT_SESSION
from ..event import Json
from ..plain import encoded, object_of

REMOVED = ""
"""What stands for the new name of a field that GA does not have any more."""

SESSION_NAMES: Mapping[str, str] = {
    **{name: ".".join(path) for name, path, _ in FLAT_SESSION},
    "temperature": REMOVED,
}
"""Fields of a beta session, and their places in a GA session."""

_RESPONSE_FIELDS = (
    "modalities",
    "voice",
    "output_audio_format",
    "max_response_output_tokens",
    "temperature",
)
RESPONSE_NAMES: Mapping[str, str] = {name: SESSION_NAMES[name] for name in _RESPONSE_FIELDS}
"""Fields of a beta `response.create`, and their places in GA."""

_BETA_NAMES = {new: old for old, new in SESSION_NAMES.items() if new}
_NEW_VALUES = {name: to_ga for name, _, to_ga in FLAT_SESSION}


class Spelling(StrEnum):
    """How a session object spells its fields."""

    GA = "ga"
    BETA = "beta"
    BOTH = "both"
    """xAI's server writes and takes either."""
    NEITHER = "neither"
    """Nothing in it tells."""


def spelling_of(session: Json) -> Spelling:
    """Which dialect's names the object uses."""
    is_ga = isinstance(session.get("audio"), dict) or "output_modalities" in session
    is_beta = any(name in session for name in SESSION_NAMES)
    if is_ga:
        return Spelling.BOTH if is_beta else Spelling.GA
    return Spelling.BETA if is_beta else Spelling.NEITHER


def beta_fields(body: Json, names: Mapping[str, str]) -> list[str]:
    """The fields of the body that only the beta dialect has at this place, in its order."""
    return [name for name in body if name in names]


def ga_fields(session: Json) -> list[str]:
    """The paths in the body that only the GA dialect has, in its order."""
    return [path for path in _paths(session) if path in _BETA_NAMES]


def in_ga(name: str, value: object, names: Mapping[str, str]) -> str:
    """How the field of a beta body is written in GA: `` `voice` as `audio.output.voice` ``."""
    new = names[name]
    new_value = _NEW_VALUES[name](value)
    if new_value != value:
        return f"`{name}` as `{new}` = `{encoded(new_value)}`"
    return f"`{name}` as `{new}`"


def in_beta(path: str) -> str:
    """How the path of a GA body is written in the beta dialect."""
    return f"`{path}` as `{_BETA_NAMES[path]}`"


def wire_path(path: str, spelling: Spelling) -> str:
    """A GA path in the names that a body of this spelling has."""
    if spelling is not Spelling.BETA:
        return path
    for new, old in _BETA_NAMES.items():
        if path == new or path.startswith(f"{new}."):
            return old + path.removeprefix(new)
    return path


def _paths(session: Json) -> Iterator[str]:
    """The paths at which the two spellings differ: the top level and the leaves of `audio`."""
    for name, value in session.items():
        if name != "audio":
            yield name
            continue
        for direction, settings in object_of(value).items():
            for setting in object_of(settings):
                yield f"audio.{direction}.{setting}"
