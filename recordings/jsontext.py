"""JSON as it is seen on the wire, which is a little more than msgspec reads."""

import json
from typing import Any

import msgspec


def loads(text: bytes) -> Any:
    """Parse JSON, also the JSON that msgspec refuses.

    A surrogate without its pair is grammatical (RFC 8259, section 8.2) and seen in practice: servers
    that write `\\ud83d` cut an emoji in two between deltas. So is a number beyond a float's range.

    Raises:
        ValueError: It is not JSON, or nested too deeply to be read.
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        # Decoded here: `json` takes bytes with nulls in them for UTF-16, which no frame is.
        return json.loads(text.decode(), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
