"""What the simulated model does without a script: call the tool that fits, else answer in words.

No intelligence, only word overlap; but deterministic, and close enough to a model's choice that an
app with its own tools can be tried without writing a script first.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ...recordings.event import Json
from .script import Call, Reply

_LONGEST_QUOTE = 200

_GREETING = "Hello! How can I help you today?"

_COMMON_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and any are as at be can could do for from get give has have how i in is it its look "
        "me my of on or please set some tell that the there this to up us use want was what when "
        "where which who will with would you your",
    )
)
"""Words that say nothing about a tool."""

_LEADS = re.compile(
    r"\b(?:in|for|at|to|about|of|on|near|named|called|name is|i am|i'm)\s+"
    r"(?=(?:the\s+)?([^.,;:!?]+))",
    re.IGNORECASE,
)
"""Words that announce a value; matches may overlap (`of the weather in Paris`)."""

_NAMES = re.compile(r"\b[A-Z][\w'-]*(?:\s+[A-Z][\w'-]*)*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Situation:
    """What the model knows when it is asked to respond."""

    text: str = ""
    """What the user said or wrote last."""
    outputs: tuple[tuple[str, str], ...] = ()
    """Name and output of the function calls that were just answered."""
    tools: tuple[Json, ...] = ()
    tool_choice: str | Json = field(default="auto")


def improvise(situation: Situation) -> Reply:
    """A plausible reply."""
    tool = _chosen_tool(situation)
    if tool is not None:
        return Reply(calls=tuple(_improvised_calls(tool, situation.text)))
    if situation.outputs:
        return Reply(say=" ".join(_retold(output) for _, output in situation.outputs))
    said = _shortened(situation.text.strip())
    if not said:
        return Reply(say=_GREETING)
    stop = "" if said[-1] in ".!?" else "."
    return Reply(say=f"You said: {said}{stop} What else can I do for you?")


def fill_arguments(tool: Json, text: str) -> Json:
    """Arguments that a tool's schema would accept, taken from the text where possible."""
    schema = tool.get("parameters")
    return _object(schema, _Hints(text)) if isinstance(schema, dict) else {}


def _chosen_tool(situation: Situation) -> Json | None:
    """The tool that the choice forces, or that shares the most words with the user's text."""
    functions = [tool for tool in situation.tools if tool.get("type", "function") == "function"]
    choice = situation.tool_choice
    if isinstance(choice, dict):
        return next((tool for tool in functions if tool["name"] == choice.get("name")), None)
    if choice == "none" or not functions:
        return None
    if choice == "auto" and situation.outputs:
        return None
    words = _words(situation.text)
    best = max(functions, key=lambda tool: len(words & _tool_words(tool)))
    return best if choice == "required" or words & _tool_words(best) else None


def _tool_words(tool: Json) -> set[str]:
    schema = tool.get("parameters")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    names = " ".join(properties) if isinstance(properties, dict) else ""
    return _words(f"{tool['name']} {tool.get('description') or ''} {names}")


def _words(text: str) -> set[str]:
    """The telling words of a text, in the singular; `getWeather` and `get_weather` are two."""
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", text).replace("_", " ")
    words = re.findall(r"[^\W\d_]+", split.lower())
    return {word.removesuffix("s") for word in words if len(word) > 1} - _COMMON_WORDS


def _improvised_calls(tool: Json, text: str) -> Iterator[Call]:
    """One call, or one for each name when the text lists several (`Paris and Rome`)."""
    schema = tool.get("parameters")
    listed = _list(schema, "required") if isinstance(schema, dict) else []
    required = [name for name in listed if isinstance(name, str)]
    names = _listed_names(text)
    if len(required) == 1 and len(names) > 1:
        arguments = fill_arguments(tool, text)
        if isinstance(arguments.get(required[0]), str):
            for name in names:
                yield Call(tool["name"], arguments | {required[0]: name})
            return
    yield Call(tool["name"], fill_arguments(tool, text))


def _listed_names(text: str) -> list[str]:
    for lead in _LEADS.finditer(text.replace(",", " and")):
        parts = [part.strip() for part in re.split(r"\s+and\s+", lead[1]) if part.strip()]
        if len(parts) > 1 and all(_NAMES.fullmatch(part) for part in parts):
            return parts
    return []


def _retold(output: str) -> str:
    """An output in words: an object becomes `temperature 21, sky clear`."""
    try:
        value = json.loads(output)
    except ValueError:
        value = output
    told = _shortened(_told(value))
    return f"Here is what I found: {told.rstrip('.')}."


def _shortened(text: str) -> str:
    """The beginning of a long text: nobody wants to hear a file read out."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE].rstrip()} …"


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_told(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(_told(each) for each in value)
    return value if isinstance(value, str) else json.dumps(value)


class _Hints:
    """What the user's text offers to fill arguments with; each hint is used once."""

    def __init__(self, text: str) -> None:
        leads = [_name_in(lead[1].strip()) for lead in _LEADS.finditer(text)]
        names = [name[0] for name in _NAMES.finditer(text) if name.start() > 0]
        proper = [lead for lead in leads if lead in names]
        self._phrases = proper + leads[::-1] + names
        self._numbers = _NUMBER.findall(text)
        self._words = _words(text)
        self._last = (re.findall(r"\w+", text) or [""])[-1]

    def phrase(self, name: str) -> str:
        """The next phrase that could be a value; the property's own name is none."""
        while self._phrases:
            phrase = self._phrases.pop(0)
            if phrase.lower() != name.lower():
                self._phrases = [other for other in self._phrases if other != phrase]
                return phrase
        return self._last or name

    def number(self) -> str | None:
        """The next number of the text."""
        return self._numbers.pop(0) if self._numbers else None

    def mentions(self, value: object) -> bool:
        """Whether the text has this word."""
        return bool(_words(str(value)) & self._words)


def _name_in(phrase: str) -> str:
    """The name at the start of a phrase (`Paris today`), or the phrase."""
    name = _NAMES.match(phrase)
    return name[0] if name else phrase


def _list(schema: Json, key: str) -> list[Any]:
    """A list of the schema. Schemas are the client's own and may be any JSON."""
    value = schema.get(key)
    return value if isinstance(value, list) else []


def _object(schema: Json, hints: _Hints) -> Json:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return {}
    required = _list(schema, "required")
    return {
        name: _value(name, property_, hints)
        for name, property_ in properties.items()
        if isinstance(property_, dict) and (name in required or _is_mentioned(property_, hints))
    }


def _is_mentioned(schema: Json, hints: _Hints) -> bool:
    return any(hints.mentions(value) for value in _list(schema, "enum"))


def _value(name: str, schema: Json, hints: _Hints) -> Any:
    if "const" in schema:
        return schema["const"]
    if values := _list(schema, "enum"):
        return next((value for value in values if hints.mentions(value)), values[0])
    type_ = _type_of(schema)
    make = _MAKERS.get(type_)
    return make(schema, hints) if make is not None else _string(name, schema, hints, type_)


def _type_of(schema: Json) -> str:
    """The first type that is not null, also through `anyOf`."""
    for option in _list(schema, "anyOf"):
        if isinstance(option, dict) and option.get("type") != "null":
            return _type_of(option)
    type_ = schema.get("type", "string")
    if isinstance(type_, list):
        return next((str(each) for each in type_ if each != "null"), "null")
    return str(type_)


def _array(schema: Json, hints: _Hints) -> list[Any]:
    items = schema.get("items")
    return [_value("item", items if isinstance(items, dict) else {}, hints)]


def _number(schema: Json, hints: _Hints) -> float:
    fallback: Any = schema.get("default", schema.get("minimum", 1))
    number = hints.number()
    if number is None and not isinstance(fallback, int | float):
        return 1.0
    return float(fallback if number is None else number)


_MAKERS: dict[str, Callable[[Json, _Hints], Any]] = {
    "object": _object,
    "array": _array,
    "integer": lambda schema, hints: int(_number(schema, hints)),
    "number": _number,
    "boolean": lambda schema, _: schema.get("default", True),
}
"""A value for each JSON type but strings."""

_FORMATTED = {
    "date": "2026-01-01",
    "time": "12:00:00",
    "date-time": "2026-01-01T12:00:00Z",
    "email": "someone@example.com",
}
"""Strings of the formats that a phrase would not match."""


def _string(name: str, schema: Json, hints: _Hints, type_: str) -> str | None:
    if type_ == "null":
        return None
    if "default" in schema:
        return str(schema["default"])
    return _FORMATTED.get(str(schema.get("format"))) or hints.phrase(name)
