"""Values of any kind as short plain words for one line of a terminal.

Nothing that comes out has a control character, an escape sequence, a line break or base64 in it.
"""

import json
import re
from collections.abc import Mapping

from .event import Json
from .jsontext import loads

_BASE64_RUN = re.compile(r"(?:data:[\w/.+-]{1,80};base64,)?[A-Za-z0-9+/_-]{64,}={0,2}")
_SCAN_FACTOR = 4
"""A text is looked at this many times further than it is shown, so that base64 is seen before its
first characters are shown."""
_SCAN_MIN = 512
_PAYLOAD_NAMES = frozenset({"audio", "data", "delta", "image", "video"})
_SHORT_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4}){6,}[A-Za-z0-9+/=]{0,4}")

_BREAKS = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def text_of(value: object) -> str:
    """The value if it is a string; else nothing."""
    return value if isinstance(value, str) else ""


def object_of(value: object) -> Json:
    """The value if it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> list[Json]:
    """The objects in the value if it is an array; else none."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def number_of(value: object) -> int | float | None:
    """The value if it is a number; else None."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number else None  # type: ignore[return-value] # mypy does not carry the test over


def safe(text: str) -> str:
    """The text with what a terminal would obey, or cannot show, written as an escape."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _spelled(each) for each in text)


def _spelled(character: str) -> str:
    code = ord(character)
    if character in _BREAKS:
        return _BREAKS[character]
    if code < 0x100:
        return " " if character == "\xa0" else f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str) -> str:
    """The text without line breaks and without control characters that would move the cursor."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else " " for each in " ".join(text.split()))


def cut(text: str, limit: int) -> str:
    """The text, safe, with base64 shown as its size, and cut to `limit` characters with `…`."""
    pieces: list[str] = []
    length = position = 0
    while position < len(text) and length <= limit:
        window = position + max(limit * _SCAN_FACTOR, _SCAN_MIN)
        if run := _BASE64_RUN.search(text, position, window):
            # It may go on beyond the window: it is measured where it really ends.
            run = _BASE64_RUN.match(text, run.start()) or run
            piece = text[position : run.start()] + _size_of_run(run)
            position = run.end()
        else:
            piece = text[position:window]
            position = window
        pieces.append(piece)
        length += len(piece)
    shown = safe("".join(pieces))
    if position >= len(text) and len(shown) <= limit:
        return shown
    return shown[:limit].rstrip() + "…"


def _size_of_run(run: re.Match[str]) -> str:
    kind, _, body = run[0].rpartition(",")
    name = kind.removeprefix("data:").removesuffix(";base64") or "base64"
    return f"({name} {size(len(body.rstrip('=')) * 3 // 4)})"


def quoted(text: str, limit: int) -> str:
    """The text in quotes, cut."""
    return f'"{cut(text, limit)}"'


def size(size_bytes: int) -> str:
    """`12 B`, `3.4 kB`, `100 MB`."""
    value = float(size_bytes)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.1f}".removesuffix(".0") + f" {unit}"
        value /= 1000
    return f"{value:.1f}".removesuffix(".0") + " GB"


def compact(value: object, limit: int) -> str:
    """JSON without the spaces between its tokens; a string that holds JSON is shown as that JSON."""
    if not isinstance(value, str):
        return cut(encoded(value), limit)
    try:
        return cut(encoded(loads(value.encode("utf-8", "surrogatepass"))), limit)
    except ValueError:
        return cut(value, limit)


def encoded(value: object) -> str:
    """The value as JSON without spaces."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return "…"


def scalars(fields: Mapping[str, object], *, skip: frozenset[str], limit: int) -> str:
    """The fields that are strings, numbers or literals, as `name value, name value`."""
    shown = []
    for name, value in fields.items():
        if name in skip or value is None or isinstance(value, dict | list):
            continue
        shown.append(f"{cut(name, limit)} {_scalar(name, value, limit)}")
    return ", ".join(shown)


def _scalar(name: str, value: object, limit: int) -> str:
    if not isinstance(value, str):
        return encoded(value)
    if name in _PAYLOAD_NAMES and _SHORT_BASE64.fullmatch(value):
        return f"(base64 {size(len(value.rstrip('=')) * 3 // 4)})"
    return cut(value, limit)
