"""Where two sessions part: the same conversation with another model, or at another server.

Words differ from run to run, so what is compared is the structure: who did what after what, which
functions were called with arguments of which shape, how responses ended, what is wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ..conversation import Call, Conversation, Item, Response
from ..paths import joined_path, json_in
from .outcome import Outcome


@dataclass(frozen=True, slots=True)
class Parting:
    """One thing in which two sessions differ."""

    what: str
    """`conversation`, `arguments`, `response`, `findings` or `events`."""
    where: str
    """At which place, in words."""
    recorded: str
    live: str
    is_grave: bool = True
    """False for what any two servers may do differently."""


def partings(recorded: Outcome, live: Outcome) -> list[Parting]:
    """In what the live session differs from the recorded one, in the order of the conversation."""
    return [
        *_conversations(recorded.conversation, live.conversation),
        *_arguments(recorded.calls, live.calls),
        *_endings(recorded.conversation, live.conversation),
        *_findings(recorded, live),
        *_event_types(recorded, live),
    ]


# Who did what.


def _conversations(recorded: Conversation, live: Conversation) -> Iterator[Parting]:
    old = [_step(item) for item in recorded.items.in_order()]
    new = [_step(item) for item in live.items.in_order()]
    for kind, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            where = f"after {old[i - 1]}, item {i}" if i else "at the beginning"
            yield Parting("conversation", where, _listed(old[i:i_end]), _listed(new[j:j_end]))


def _step(item: Item) -> str:
    if item.call is not None and item.kind == "function_call":
        return f"call of {item.call.name}"
    if item.kind == "function_call_output":
        name = item.call.name if item.call is not None else "an unknown call"
        return f"output of {name}"
    return f"{item.role} message" if item.kind == "message" else item.kind


def _listed(steps: Sequence[str]) -> str:
    return ", ".join(steps) or "nothing"


# Function calls.


def _arguments(recorded: Sequence[Call], live: Sequence[Call]) -> Iterator[Parting]:
    counts: dict[str, int] = {}
    for call in recorded:
        number = counts.get(call.name, 0)
        counts[call.name] = number + 1
        same = [each for each in live if each.name == call.name]
        if number < len(same):
            old, new = _shape(call.arguments), _shape(same[number].arguments)
            if old != new:
                where = f"call {number + 1} of {call.name}"
                yield Parting("arguments", where, _shown(old - new), _shown(new - old))


def _shape(arguments: str) -> frozenset[str]:
    """Every path of the arguments with the type of what lies there."""
    value = json_in(arguments)
    return frozenset(_typed_paths(value, "") if value is not None else {"not JSON"})


def _typed_paths(value: object, path: str) -> Iterator[str]:
    match value:
        case dict():
            for name, each in value.items():
                yield from _typed_paths(each, joined_path(path, name))
        case list():
            for each in value:
                yield from _typed_paths(each, joined_path(path, None))
        case _:
            yield f"{path}: {_type_name(value)}"


def _type_name(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "number", float: "number", str: "string"}
    return names.get(type(value), "object")


def _shown(paths: frozenset[str]) -> str:
    return ", ".join(sorted(paths)) or "nothing more"


# Responses, findings, events.


def _endings(recorded: Conversation, live: Conversation) -> Iterator[Parting]:
    pairs = zip(recorded.responses.all(), live.responses.all(), strict=False)
    for number, (old, new) in enumerate(pairs, 1):
        if old.status != new.status:
            yield Parting("response", f"response {number}", _ending(old), _ending(new))


def _ending(response: Response) -> str:
    return response.status or "not finished"


def _findings(recorded: Outcome, live: Outcome) -> Iterator[Parting]:
    old, new = ({each.slug for each in outcome.findings} for outcome in (recorded, live))
    for slug in sorted(old ^ new):
        found = next(each for each in (*recorded.findings, *live.findings) if each.slug == slug)
        is_grave = slug in new and found.severity != "info"
        sides = ("not found", "found") if slug in new else ("found", "not found")
        yield Parting("findings", f"{found.severity} {slug}", *sides, is_grave=is_grave)


def _event_types(recorded: Outcome, live: Outcome) -> Iterator[Parting]:
    old, new = ({each.type or "" for each in outcome.events} for outcome in (recorded, live))
    for type_ in sorted(old ^ new):
        sides = ("not seen", "seen") if type_ in new else ("seen", "not seen")
        yield Parting("events", type_ or "messages that are no events", *sides, is_grave=False)
