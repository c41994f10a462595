"""Paths into an event: `item.content[0].transcript`, `response.output[].name`, `arguments.city`.

A path goes on into the JSON that a string holds, as `arguments` and `output` do. Names with
characters of their own meaning are written in quotes: `item."odd.name"`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .jsontext import loads

type Step = str | int | None
"""A member's name, an element's index, or None for every element."""

NAME = r'[^\s.\[\]=!~<>():"]+'
"""A name that needs no quotes, as a regular expression."""
QUOTED = r'"(?:[^"\\]|\\[\s\S])*"'
_STEP = re.compile(rf"(?P<name>{NAME})|(?P<quoted>{QUOTED})|\[(?P<index>\d{{0,9}}|\*)\]")
_PLAIN_NAME = re.compile(NAME)


@dataclass(frozen=True, slots=True)
class Path:
    """Where values lie in an event."""

    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, text: str) -> "Path":
        """The path that a text writes.

        Raises:
            ValueError: It is none.
        """
        steps: list[Step] = []
        position = 0
        while position < len(text):
            if steps and text[position] == ".":
                position += 1
            found = _STEP.match(text, position)
            if found is None:
                raise ValueError(f"{text!r} is not a path, at {position}")
            steps.append(_step(found))
            position = found.end()
        if not steps:
            raise ValueError("a path needs a name")
        return cls(tuple(steps))

    def __str__(self) -> str:
        text = ""
        for step in self.steps:
            text = joined_path(text, step)
        return text

    def values(self, root: object) -> list[object]:
        """All values that lie there, in order. A name maps over the elements of an array."""
        found = [root]
        for step in self.steps:
            found = [each for value in found for each in _members(value, step)]
            if not found:
                break
        return found

    def values_below(self, place: str, value: object) -> list[object]:
        """As `values`, in an object of which only the value at one place is known."""
        steps = list(self.steps)
        for there in _parsed(place).steps:
            if isinstance(there, int) and (not steps or isinstance(steps[0], str)):
                # A name maps over the elements.
                continue
            if not steps or steps.pop(0) not in (there, None if isinstance(there, int) else there):
                return []
        return Path(tuple(steps)).values(value)


def joined_path(path: str, step: Step) -> str:
    """The path one step further, in its written form."""
    match step:
        case None:
            return f"{path}[]"
        case int():
            return f"{path}[{step}]"
        case str():
            name = step if _PLAIN_NAME.fullmatch(step) else json.dumps(step)
            return f"{path}.{name}" if path else name


@lru_cache(maxsize=256)
def _parsed(text: str) -> Path:
    return Path.parse(text)


def json_in(text: str) -> dict[str, object] | list[object] | None:
    """The object or array that a string holds as JSON; None for every other text."""
    if not text.lstrip(" \t\r\n").startswith(("{", "[")):
        return None
    try:
        value = loads(text.encode())
    except ValueError:  # as is a surrogate without its pair, which cannot be encoded
        return None
    return value if isinstance(value, dict | list) else None


def _step(found: re.Match[str]) -> Step:
    if (name := found["name"]) is not None:
        return name
    if (quoted := found["quoted"]) is not None:
        return str(json.loads(quoted, strict=False))
    index = found["index"]
    return int(index) if index.isdigit() else None


def _members(value: object, step: Step) -> Iterator[object]:
    if isinstance(value, str):
        value = json_in(value)
    if isinstance(step, str):
        for holder in value if isinstance(value, list) else (value,):
            if isinstance(holder, dict) and step in holder:
                yield holder[step]
    elif isinstance(value, list):
        if step is None:
            yield from value
        elif step < len(value):
            yield value[step]
