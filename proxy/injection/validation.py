"""What is wrong with an event that somebody wants to send: all of it, in words, with what is near.

The shapes are the catalogue's. What a client says to OpenAI is besides held against the simulator's
tables, which are as strict as that server: its first complaint is told too, in its own words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Any, Final

import msgspec

from ...recordings.catalogue import ANY_NAME, Field, catalogue
from ...recordings.dialects import Dialect
from ...recordings.event import Json, Side
from ...recordings.plain import compact, quoted
from ...recordings.profiles import OPENAI_GA, Profile
from .shapes import DIALECT_TAGS, base_of, fields_for, missing_fields

_SHOWN: Final = 60
_LISTED: Final = 12
"""So many allowed words are told; models and voices are many."""
_DEEPEST: Final = 16

_STRICT: Final = frozenset({Dialect.GA, Dialect.BETA, Dialect.UNKNOWN})
"""Dialects in which OpenAI refuses a field that it does not know."""

_NEAR: Final = 0.7
_VERY_NEAR: Final = 0.86
"""How alike two names are when one is taken for a slip: more so where others may add fields, as
`speech_duration_ms` beside `silence_duration_ms`."""

_ARTICLES: Final = {"integer": "an integer", "object": "an object", "any": "any value"}


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong."""

    path: str
    """Where: `item.call_id`; empty for the event as a whole."""
    message: str
    """`is missing: the id of the call that this is the output of`."""

    def __str__(self) -> str:
        return f"{self.path} {self.message}" if self.path else self.message


def validate(
    event: object, side: Side, dialect: Dialect, profile: Profile = OPENAI_GA
) -> list[Problem]:
    """Everything that is wrong with an event; empty when the other side would take it.

    Args:
        event: JSON of any kind.
        side: Who would say it.
        dialect: The session's.
        profile: The server's: one that is not OpenAI's own kind may know more fields.
    """
    if not isinstance(event, dict):
        return [Problem("", f"an event is a JSON object, not {_kind(event)}")]
    if (problem := _type_problem(event, side, dialect)) is not None:
        return [problem]
    reference = catalogue().event(event["type"])
    if reference is None or (dialect is Dialect.XAI and side is Side.SERVER):
        # No more than the names of other servers' own events is known, and xAI leaves much out.
        return []
    if side is Side.CLIENT and reference.transport:
        return [Problem("type", f"{reference.type} exists over {reference.transport}")]
    is_strict = side is Side.CLIENT and dialect in _STRICT and profile.requires_session_type
    problems = list(_Check(base_of(dialect), is_strict=is_strict).object(event, reference.fields))
    if is_strict:
        problems += _refusal(event, dialect, problems)
    return problems


def _refusal(event: Json, dialect: Dialect, known: Iterable[Problem]) -> Iterator[Problem]:
    """What the server would say, unless it is about a place that something is said of already."""
    from ..simulator.dialect import Dialect as Spelling  # noqa: PLC0415 -- the simulator is loaded only on demand
    from ..simulator.validation import check_event  # noqa: PLC0415 -- see above

    spelling = Spelling.BETA if dialect is Dialect.BETA else Spelling.GA
    fault = check_event(event, spelling)
    if fault is None:
        return
    path = fault.param or ""
    if not any(path.startswith(each.path) or each.path.startswith(path) for each in known):
        yield Problem(path, f"would be refused: {fault.message.rstrip('.')}")


# The type.


def _type_problem(event: Json, side: Side, dialect: Dialect) -> Problem | None:
    if "type" not in event:
        return Problem("type", "is missing: it names the event, such as response.create")
    name = event["type"]
    if not isinstance(name, str):
        return Problem("type", f"must be a string, not {_kind(name)}")
    known = catalogue()
    if name in known.types(dialect, side):
        return None
    return Problem("type", f"{quoted(name, _SHOWN)} {_why_unknown(name, side, dialect)}")


def _why_unknown(name: str, side: Side, dialect: Dialect) -> str:
    known = catalogue()
    types = known.types(dialect, side)
    reference = known.event(name)
    if name in known.types(dialect, side.other):
        return f"is an event of the {side.other}, not of the {side}"
    renamed = () if reference is None else reference.ga + reference.beta
    if others := [each for each in renamed if each in types]:
        return f"does not exist in the {dialect} dialect; it is called {_listed(others)} there"
    near = get_close_matches(name, types, n=3)
    return f"is no event of the {side}{_did_you_mean(near)}"


# Objects and their fields.


class _Check:
    """Goes through an event beside the catalogue's fields."""

    def __init__(self, base: str, *, is_strict: bool) -> None:
        self._base = base
        self._is_strict = is_strict

    def object(
        self, value: Json, fields: Sequence[Field], before: str = "", depth: int = 0
    ) -> Iterator[Problem]:
        """What is missing, then each field in the order in which it was written."""
        for field in missing_fields(value, fields, self._base):
            path = f"{before}{field.name}"
            if self._is_strict or path != "session.type":
                yield Problem(path, f"is missing: {_meaning(field)}")
        known = fields_for(value, fields, self._base)
        for name, inner in value.items():
            named = [field for field in known if field.name == name]
            named = named or [field for field in known if field.name == ANY_NAME]
            if named:
                yield from self._field(inner, named, f"{before}{name}", depth)
            else:
                yield from self._unknown(name, f"{before}{name}", known, fields)

    def _unknown(
        self, name: str, path: str, known: Sequence[Field], all_fields: Sequence[Field]
    ) -> Iterator[Problem]:
        """Where fields may be added, only what looks like a slip is told."""
        elsewhere = [field for field in all_fields if field.name == name]
        if elsewhere and not self._is_strict:
            return
        cutoff = _NEAR if self._is_strict else _VERY_NEAR
        near = get_close_matches(name, [field.name for field in known], n=3, cutoff=cutoff)
        if near or self._is_strict:
            told = _where_else(elsewhere) or _did_you_mean(near)
            yield Problem(path, f"is no field here{told}")

    def _field(
        self, value: Any, fields: Sequence[Field], path: str, depth: int
    ) -> Iterator[Problem]:
        """A value, of which one of the fields must fit."""
        types = [each for field in fields for each in field.types]
        if value is None:
            if self._is_strict and any(field.is_required for field in fields):
                yield Problem(path, f"must be {_types_in_words(types)}, not null")
        elif not any(_fits(value, each) for each in types):
            yield Problem(path, f"must be {_types_in_words(types)}, not {_kind(value)}")
        elif depth < _DEEPEST:
            field = next(each for each in fields if any(_fits(value, one) for one in each.types))
            yield from self._content(value, field, path, depth + 1)

    def _content(self, value: Any, field: Field, path: str, depth: int) -> Iterator[Problem]:
        inner = catalogue().fields_of(field)
        if isinstance(value, list):
            for index, each in enumerate(value):
                yield from self._content(each, field, f"{path}[{index}]", depth)
        elif isinstance(value, dict):
            if inner:
                yield from self.object(value, inner, f"{path}.", depth)
        elif not _is_allowed(value, field):
            near = get_close_matches(str(value), field.values, n=1)
            told = f"is {compact(value, _SHOWN)}, which is none of {_listed(field.values)}"
            yield Problem(path, f"{told}{_did_you_mean(near)}")


def _is_allowed(value: Any, field: Field) -> bool:
    """Whether a word is among those that a field may have.

    New models come, and a deployment has the name that its owner gave it. Beside a word such as the
    limit "inf" any number is good.
    """
    if not field.values or field.has_other_values or field.name == "model":
        return True
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    has_words = any(not word.isdigit() for word in field.values)
    return (is_number and has_words) or str(value) in field.values


def _fits(value: Any, type_: str) -> bool:
    if type_.endswith("[]"):
        inner = type_.removesuffix("[]")
        return isinstance(value, list) and all(_fits(each, inner) for each in value)
    if isinstance(value, bool):
        # To Python it is a number.
        return type_ in {"boolean", "any"}
    return isinstance(value, _PYTHON_TYPES.get(type_, object))


_PYTHON_TYPES: Final[Mapping[str, type | UnionType]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": int | float,
    "object": dict,
}


# Words.


def _meaning(field: Field) -> str:
    told = field.meaning.split(". ")[0].rstrip(".")
    if field.values and not field.has_other_values:
        return f"{told[:1].lower()}{told[1:]}; one of {_listed(field.values)}"
    return told[:1].lower() + told[1:]


def _where_else(fields: Sequence[Field]) -> str:
    """Where a field of this name does exist."""
    renamed = [name for field in fields for name in (field.ga, field.beta) if name]
    if renamed:
        return f"; it is written {_listed(list(dict.fromkeys(renamed)))}"
    kinds = [kind for field in fields for kind in field.only if kind not in DIALECT_TAGS]
    return f"; only with type {_listed(list(dict.fromkeys(kinds)))}" if kinds else ""


def _did_you_mean(near: Sequence[str]) -> str:
    return f"; did you mean {_listed(near)}?" if near else ""


def _listed(words: Sequence[str]) -> str:
    shown = [*words[:_LISTED], "…"] if len(words) > _LISTED else list(words)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _types_in_words(types: Iterable[str]) -> str:
    words = []
    for each in dict.fromkeys(types):
        inner = each.removesuffix("[]")
        words.append(f"an array of {inner}s" if inner != each else _ARTICLES.get(each, f"a {each}"))
    return " or ".join(words)


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the string {quoted(value, _SHOWN)}"
        case list():
            return "an array"
        case _:
            return "an object"
