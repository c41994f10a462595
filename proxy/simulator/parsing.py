"""From a WebSocket message to JSON, as strictly as a server that did not learn JSON from Python.

Python's parser takes `NaN`, half characters and any depth; what it lets in here would have to be sent
back, and no other side could read it.
"""

import json
import math

from . import faults

_DEEPEST = 128
"""The usual limit of strict parsers; no event of the protocol comes near it."""


def parse(message: str | bytes) -> object:
    """The JSON of a message; a `Fault` when there is none."""
    if isinstance(message, bytes):
        return faults.binary_frame()
    try:
        value: object = json.loads(message, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return faults.invalid_json()
    if _is_too_deep(value) or _has_half_character(message, value):
        return faults.invalid_json()
    return value


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _finite(digits: str) -> float:
    """`1e400` is JSON, but no number that could be written again."""
    value = float(digits)
    if math.isinf(value):
        raise ValueError(digits)
    return value


def _is_too_deep(value: object) -> bool:
    """Go down level by level instead of calling oneself: the depth is what is not trusted."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [child for each in level for child in _children(each)]
        if not level:
            return False
    return True


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _has_half_character(message: str, value: object) -> bool:
    """Whether an escape like `\\ud83d` stands alone: such text cannot be sent as UTF-8."""
    if "\\ud" not in message.lower():
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
