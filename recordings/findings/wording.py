"""The words that findings are told in: names and ids from the wire, made safe and short."""

from collections.abc import Iterable, Sequence

from ..plain import cut

NAME_LIMIT = 80
"""Names and ids are rarely longer, and a sentence has to stay one."""


def shown(text: str) -> str:
    """A name or an id from the wire: no control characters, not too long, in words if it is empty."""
    return cut(text, NAME_LIMIT) if text else "(empty)"


def event(seq: int | None) -> str:
    """`event 12`."""
    return f"event {seq}" if seq else "an event before the recording"


def events(numbers: Iterable[int]) -> str:
    """`event 12`, `events 12 and 14`."""
    known = list(numbers)
    if len(known) == 1:
        return event(known[0])
    return f"events {listed([str(each) for each in known])}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; after five the rest is counted."""
    if len(words) > 5:
        words = [*words[:4], f"{len(words) - 4} more"]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def seconds(duration_s: float) -> str:
    """`3.2 s`."""
    return f"{duration_s:.1f} s"


def call_named(name: str, call_id: str) -> str:
    """`get_weather (call_1)`."""
    return f"{shown(name) if name else 'a call'} ({shown(call_id)})"
