"""Changes single fields in the text of an event, and leaves the rest of the text as it was written.

Order of keys, spelling of numbers, escapes and spaces of everything that is not named stay: what
nobody asked to be changed is not. Only a string that holds JSON, of which a member is changed, gets
its quotes and escapes anew.
"""

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from ...recordings.event import Json
from ...recordings.paths import Path, Step, json_in
from ...recordings.plain import encoded

_SPACES: Final = " \t\r\n"
_decode = json.JSONDecoder(strict=False).raw_decode


class SpliceError(ValueError):
    """Raised when a field cannot be changed; the message says why."""


def with_field(payload: bytes, path: Path, value: object) -> bytes:
    """The event with another value at a path.

    Objects that are missing on the way are made; a name maps over the elements of an array, as it
    does in a filter.

    Raises:
        SpliceError: Something on the way is no object, or an array is too short.
    """
    return _spliced(payload, path, encoded(value))


def without_field(payload: bytes, path: Path) -> bytes:
    """The event without what lies at a path; the same when nothing does.

    Raises:
        SpliceError: The event is nested too deeply to be read.
    """
    return _spliced(payload, path, None)


def as_written(payload: bytes) -> Json:
    """An event whose values keep their text when msgspec encodes it again; `type` and `event_id` can be
    read.

    For an event that is sent on later: a number or half an emoji stays what it was.
    """
    text = payload.decode().strip(_SPACES)
    event: Json = {}
    for part in _parts(text):
        value = text[part.value_start : part.end]
        is_read = part.name in {"type", "event_id"} and value[0] == '"'
        event[str(part.name)] = json.loads(value) if is_read else msgspec.Raw(value.encode())
    return event


def _spliced(payload: bytes, path: Path, new: str | None) -> bytes:
    text = payload.decode()
    start = _skip_spaces(text, 0)
    try:
        end = _value_end(text, start)
        spliced = _splice(text[start:end], path.steps, new)
    except SpliceError as error:
        raise SpliceError(f"{path} cannot be changed: {error}") from None
    except RecursionError:
        raise SpliceError(f"{path} cannot be changed: the event is nested too deeply") from None
    return (text[:start] + spliced + text[end:]).encode()


class _Part(NamedTuple):
    """A member of an object, or an element of an array."""

    name: str | None
    """None for an element."""
    start: int
    """Where it begins: a member with its name."""
    value_start: int
    end: int


def _splice(text: str, steps: Sequence[Step], new: str | None) -> str:
    """A value's text with something else at the end of the steps, or with nothing there."""
    if not steps:
        return new or ""
    step = steps[0]
    match text[0], step:
        case '"', _:
            return _splice_string(text, steps, new)
        case "{", str(name):
            return _splice_object(text, name, steps[1:], new)
        case "[", _:
            return _splice_array(text, steps, new)
    if new is None:
        return text
    raise SpliceError(_mismatch(step, text))


def _splice_string(text: str, steps: Sequence[Step], new: str | None) -> str:
    """A string that holds JSON, as a call's arguments do."""
    inner = str(json.loads(text, strict=False))
    if json_in(inner) is None:
        if new is None:
            return text
        raise SpliceError("the string on the way holds no JSON")
    start = _skip_spaces(inner, 0)
    end = _value_end(inner, start)
    spliced = inner[:start] + _splice(inner[start:end], steps, new) + inner[end:]
    return json.dumps(spliced, ensure_ascii=text.isascii())


def _splice_object(text: str, name: str, rest: Sequence[Step], new: str | None) -> str:
    parts = _parts(text)
    # Of a name that stands there twice, readers take the last.
    found = [part for part in parts if part.name == name][-1:]
    if found:
        return _splice_parts(text, found, rest, new)
    return text if new is None else _with_member(text, parts, name, _nested(rest, new))


def _splice_array(text: str, steps: Sequence[Step], new: str | None) -> str:
    elements = _parts(text)
    match steps[0]:
        case str():
            # A name maps over the elements.
            holders = [each for each in elements if text[each.value_start] in "{["]
            return _splice_parts(text, holders, steps, new)
        case None:
            return _splice_parts(text, elements, steps[1:], new)
        case index:
            if index >= len(elements) and new is not None:
                raise SpliceError(f"the array has no element {index}")
            return _splice_parts(text, elements[index : index + 1], steps[1:], new)


def _splice_parts(text: str, parts: Sequence[_Part], rest: Sequence[Step], new: str | None) -> str:
    """The same change in several parts; from the last on, so that the places of the others stay."""
    for part in reversed(parts):
        if new is None and not rest:
            text = _without(text, part)
        else:
            value = _splice(text[part.value_start : part.end], rest, new)
            text = text[: part.value_start] + value + text[part.end :]
    return text


def _with_member(text: str, parts: Sequence[_Part], name: str, value: str) -> str:
    """A new last member, spaced as the others are."""
    colon = ": " if parts and text[parts[0].value_start - 1] == " " else ":"
    member = f"{encoded(name)}{colon}{value}"
    if not parts:
        return f"{{{member}}}"
    comma = ", " if colon == ": " else ","
    end = parts[-1].end
    return f"{text[:end]}{comma}{member}{text[end:]}"


def _without(text: str, part: _Part) -> str:
    """The text without a part and one of the commas beside it."""
    behind = _skip_spaces(text, part.end)
    if text[behind] == ",":
        return text[: part.start] + text[_skip_spaces(text, behind + 1) :]
    before = text[: part.start].rstrip(_SPACES)
    return before.removesuffix(",") + text[part.end :]


def _nested(steps: Sequence[Step], new: str) -> str:
    """What stands at a name that was not there: objects down to the new value."""
    for step in reversed(steps):
        if not isinstance(step, str):
            raise SpliceError(f"there is no array that has {_spelled(step)}")
        new = f"{{{encoded(step)}:{new}}}"
    return new


def _parts(text: str) -> list[_Part]:
    """The members of an object or the elements of an array, of which `text` is the whole text."""
    parts = []
    position = _skip_spaces(text, 1)
    while text[position] not in "}]":
        start, name = position, None
        if text[0] == "{":
            name, name_end = _decode(text, position)
            position = _skip_spaces(text, _skip_spaces(text, name_end) + 1)
        end = _value_end(text, position)
        parts.append(_Part(name, start, position, end))
        position = _skip_spaces(text, end)
        if text[position] == ",":
            position = _skip_spaces(text, position + 1)
    return parts


def _value_end(text: str, start: int) -> int:
    return _decode(text, start)[1]


def _skip_spaces(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACES:
        position += 1
    return position


def _mismatch(step: Step, text: str) -> str:
    wanted = (
        f"an object with {step}" if isinstance(step, str) else f"an array with {_spelled(step)}"
    )
    found = {"{": "an object", "[": "an array"}.get(text[0], text[:40])
    return f"expected {wanted}, but there is {found}"


def _spelled(step: Step) -> str:
    return "elements" if step is None else f"the element {step}"
