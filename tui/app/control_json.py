"""JSON as a person types it into an editor: what is wrong with it, and where."""

import json
from typing import Any

import msgspec

from ...recordings.errors import UsageError
from ...recordings.event import Json


def object_in(text: str, what: str) -> Json:
    """The JSON object that a text writes.

    Args:
        text: What stands in the editor.
        what: What it is, for errors: `the event`.

    Raises:
        UsageError: It is none; the message tells the line and the column.
    """
    value = _parsed(text, what)
    if not isinstance(value, dict):
        kind = "an array" if isinstance(value, list) else "no object"
        raise UsageError(f'{what} is {kind}; expected an object, as {{"name": …}}')
    return value


def what_is(text: str) -> str:
    """What a text is, in a word or two: a function may give back any text, but most give JSON."""
    if not text.strip():
        return "empty"
    try:
        _parsed(text, "it")
    except UsageError as error:
        looks_like_json = text.lstrip().startswith(("{", "["))
        return str(error) if looks_like_json else "plain text"
    return "JSON"


def pretty(value: Json) -> str:
    """An object, to be edited."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def _parsed(text: str, what: str) -> Any:
    try:
        value = json.loads(text, parse_constant=_refuse)
        # What JSON allows and cannot be sent: half an emoji, as `\\ud83d`.
        msgspec.json.encode(value)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UsageError(f"{what} is no JSON: {place}: {error.msg.lower()}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{what} is no JSON: {error}") from error
    return value


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")
