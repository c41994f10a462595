"""What a client asked for, held against what is in force, and against what is allowed.

Works on sessions in the GA shape (`dialects.normal_session`). Only what was asked for is compared:
servers add fields, expand names and round numbers, and none of that is a difference.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ..event import Json
from ..plain import compact, number_of, object_of, objects_of, quoted, text_of

_NOT_COMPARED = frozenset(
    {
        "type",  # the session's own type is settled by the connection
        "id",
        "object",
        "model",  # servers answer a deployment or a snapshot for the name that was asked for
        "expires_at",
        "client_secret",
        "tracing",  # "auto" comes back as an object
        "prompt",  # a reference comes back filled in
        "include",
    }
)
_SHOWN_CHARACTERS: Final = 60
_MAX_DEPTH: Final = 8


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is not what was asked for."""

    path: str
    """Where it stands, in GA names: `audio.output.voice`."""
    requested: object
    effective: object

    def in_words(self, path: str) -> str:
        """`` `audio.output.voice` is "alloy" and not "nova" ``; `path` in the wire's own names."""
        return (
            f"`{path}` is {value_in_words(self.effective)} and not {value_in_words(self.requested)}"
        )


def value_in_words(value: object) -> str:
    """A value for a sentence."""
    if isinstance(value, str):
        return quoted(value, _SHOWN_CHARACTERS)
    return compact(value, _SHOWN_CHARACTERS)


def differences(requested: Json, effective: Json) -> list[Difference]:
    """Where the session in force is not what the update asked for.

    What the server does not mention at all is no difference: some servers echo a part only.
    """
    return list(_compared("", requested, effective, depth=0))


def _compared(path: str, requested: Json, effective: Json, *, depth: int) -> Iterator[Difference]:
    for name, wanted in requested.items():
        if name not in effective or (not path and name in _NOT_COMPARED):
            continue
        here = f"{path}.{name}" if path else name
        actual = effective[name]
        if special := _SPECIAL.get(here):
            if not special(wanted, actual):
                yield Difference(here, wanted, actual)
        elif isinstance(wanted, dict) and isinstance(actual, dict) and not _is_off(actual):
            if depth < _MAX_DEPTH:
                yield from _compared(here, wanted, actual, depth=depth + 1)
        elif not _is_same(wanted, actual):
            yield Difference(here, wanted, actual)


def _is_same(wanted: object, actual: object) -> bool:
    if _is_off(wanted) or _is_off(actual):
        return _is_off(wanted) and _is_off(actual)
    if isinstance(wanted, dict) != isinstance(actual, dict):
        return True  # another way to write a value, which nobody here can read
    if isinstance(wanted, str) and isinstance(actual, str):
        return _is_same_text(wanted, actual)
    number, other = number_of(wanted), number_of(actual)
    if number is not None and other is not None:
        return math.isclose(number, other, rel_tol=1e-4)
    return type(wanted) is not type(actual) or wanted == actual


def _is_same_text(wanted: str, actual: str) -> bool:
    """Equal, but for space around it, case, and a name that came back with its date."""
    wanted, actual = wanted.strip().lower(), actual.strip().lower()
    return wanted == actual or (wanted != "" and actual.startswith(f"{wanted}-"))


def _is_off(value: object) -> bool:
    """Whether the value switches something off: null, false and `{"type": null}` are one."""
    if isinstance(value, dict):
        return "type" in value and value["type"] in (None, "", "none")
    return value is None or value is False


def _is_same_instructions(wanted: object, actual: object) -> bool:
    if not isinstance(wanted, str) or not isinstance(actual, str):
        return True
    return " ".join(wanted.split()) == " ".join(actual.split())


def _is_same_modalities(wanted: object, actual: object) -> bool:
    """Audio brings its text with it: `["audio"]` and `["text", "audio"]` are one."""
    if not isinstance(wanted, list) or not isinstance(actual, list):
        return True
    return ("audio" in wanted) == ("audio" in actual)


def _is_same_limit(wanted: object, actual: object) -> bool:
    """`"inf"` and null are no limit."""
    number, other = number_of(wanted), number_of(actual)
    return number is None or other is None or number == other


def _is_same_temperature(wanted: object, actual: object) -> bool:
    """xAI says -1 for what it does not tell."""
    return actual == -1 or _is_same(wanted, actual)


def _is_same_voice(wanted: object, actual: object) -> bool:
    name, other = _voice_name(wanted), _voice_name(actual)
    return not name or not other or _is_same_text(name, other)


def _voice_name(voice: object) -> str:
    """Voice Live has objects for voices, OpenAI for custom ones."""
    fields = object_of(voice)
    return text_of(voice) or text_of(fields.get("name")) or text_of(fields.get("id"))


def _is_same_choice(wanted: object, actual: object) -> bool:
    name, other = _chosen(wanted), _chosen(actual)
    return not name or not other or name == other


def _chosen(choice: object) -> str:
    fields = object_of(choice)
    nested = text_of(object_of(fields.get("function")).get("name"))
    return text_of(choice) or text_of(fields.get("name")) or nested


def _has_same_tools(wanted: object, actual: object) -> bool:
    """Whether each tool that was asked for is there; the servers write them differently."""
    if not isinstance(wanted, list) or not isinstance(actual, list):
        return True
    return set(tool_names(wanted)) <= set(tool_names(actual)) and bool(wanted) >= bool(actual)


def tool_names(tools: object) -> list[str]:
    """The names of functions and the labels of MCP servers in a list of tools."""
    names = []
    for tool in objects_of(tools):
        nested = object_of(tool.get("function"))
        names.append(
            text_of(tool.get("name"))
            or text_of(nested.get("name"))
            or text_of(tool.get("server_label"))
        )
    return [name for name in names if name]


_SPECIAL: dict[str, Callable[[object, object], bool]] = {
    "instructions": _is_same_instructions,
    "output_modalities": _is_same_modalities,
    "max_output_tokens": _is_same_limit,
    "temperature": _is_same_temperature,
    "audio.output.voice": _is_same_voice,
    "tool_choice": _is_same_choice,
    "tools": _has_same_tools,
}


# What is allowed.


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """A value that the server refuses."""

    path: str
    value: object
    allowed: str
    """What is allowed, in words that follow "allowed is": `0.25 to 1.5`."""


def out_of_range(body: Json) -> list[OutOfRange]:
    """The values of a session, or of a response's settings, that OpenAI's GA server refuses."""
    return [found for check in _CHECKS if (found := check(body)) is not None]


def _at(body: Json, path: str) -> object:
    value: object = body
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value


def _modalities(body: Json) -> OutOfRange | None:
    value = _at(body, "output_modalities")
    if isinstance(value, list) and {"text", "audio"} <= {
        each for each in value if isinstance(each, str)
    }:
        allowed = 'either ["text"] or ["audio"]: audio brings its transcript'
        return OutOfRange("output_modalities", value, allowed)
    return None


def _pcm_rate(path: str) -> Callable[[Json], OutOfRange | None]:
    def check(body: Json) -> OutOfRange | None:
        audio = object_of(_at(body, path))
        rate = number_of(audio.get("rate"))
        if text_of(audio.get("type")) == "audio/pcm" and rate is not None and rate != 24_000:
            return OutOfRange(f"{path}.rate", rate, "24000")
        return None

    return check


def _between(
    path: str, least: float, most: float, unit: str = ""
) -> Callable[[Json], OutOfRange | None]:
    def check(body: Json) -> OutOfRange | None:
        value = number_of(_at(body, path))
        if value is None or least <= value <= most:
            return None
        return OutOfRange(path, value, f"{least:g} to {most:g}{unit}")

    return check


_TURN_DETECTION = "audio.input.turn_detection"
_EAGERNESS = ("low", "medium", "high", "auto")


def _idle_timeout(body: Json) -> OutOfRange | None:
    turn_detection = object_of(_at(body, _TURN_DETECTION))
    path = f"{_TURN_DETECTION}.idle_timeout_ms"
    value = turn_detection.get("idle_timeout_ms")
    if value is not None and turn_detection.get("type") == "semantic_vad":
        return OutOfRange(path, value, "only with server_vad")
    return _between(path, 5_000, 30_000, " ms")(body)


def _eagerness(body: Json) -> OutOfRange | None:
    path = f"{_TURN_DETECTION}.eagerness"
    value = _at(body, path)
    if not isinstance(value, str) or value in _EAGERNESS:
        return None
    return OutOfRange(path, value, "low, medium, high or auto")


def _max_output_tokens(body: Json) -> OutOfRange | None:
    value = body.get("max_output_tokens")
    number = number_of(value)
    if (number is not None and number >= 1) or value is None or value == "inf":
        return None
    return OutOfRange("max_output_tokens", value, 'a number from 1 on, or "inf"')


_CHECKS: tuple[Callable[[Json], OutOfRange | None], ...] = (
    _modalities,
    _pcm_rate("audio.input.format"),
    _pcm_rate("audio.output.format"),
    _between("audio.output.speed", 0.25, 1.5),
    _between(f"{_TURN_DETECTION}.threshold", 0, 1),
    _idle_timeout,
    _eagerness,
    _max_output_tokens,
)
"""Ranges of OpenAI's GA reference. Above its smallest value `max_output_tokens` depends on the model."""
