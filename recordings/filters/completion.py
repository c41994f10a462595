"""What can be written at a place of a filter: keys, paths, values, each with what it means."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..catalogue import Catalogue, Field
from .error import FilterError
from .keys import JOINED_FIELDS, KEYS, Kind
from .lexer import Operator, Word, tokens_of

_MOST = 200
"""A longer list helps nobody."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that can be written."""

    text: str
    """What stands in the filter then, from `start` to `end`."""
    start: int
    end: int
    """Characters of the filter that the text takes the place of."""
    meaning: str
    is_whole: bool = True
    """Nothing has to follow it: the term is complete."""


class Completer:
    """Proposes what can be written.

    Args:
        catalogue: The reference of events.
        values: What occurs in the session, by key or path: `type`, `name`, `call`, `finding`, ….
    """

    def __init__(
        self, catalogue: Catalogue, values: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        self._catalogue = catalogue
        self._values = values or {}
        self._fields = dict(_fields_of(catalogue))

    def at(self, text: str, position: int) -> list[Completion]:
        """The proposals for a place, those that fit best first; none inside quotes.

        Args:
            text: The filter as far as it is written.
            position: Where the cursor stands, in characters.
        """
        try:
            tokens = tokens_of(text[:position])
        except FilterError:
            return []
        last = tokens[-1] if tokens else None
        if not isinstance(last, Word) or last.end < position:
            return self._subjects("", position, position)
        if last.is_quoted:
            return []
        if last.operator is None:
            return self._subjects(last.value, last.position, position)
        return self._proposed_values(last, position)

    # Keys and paths.

    def _subjects(self, begun: str, start: int, end: int) -> list[Completion]:
        found = [
            Completion(f"{key.name}:", start, end, f"{key.meaning}, as {key.example}", False)
            for key in KEYS.values()
            if key.name.startswith(begun)
        ]
        if begun:
            found += [
                Completion(text, start, end, meaning, False) for text, meaning in self._paths(begun)
            ]
        return found[:_MOST]

    def _paths(self, begun: str) -> Iterator[tuple[str, str]]:
        """Paths that begin so, as far as their next dot: what lies below comes when it is asked for."""
        told: set[str] = set()
        for path, meaning in sorted(self._all_paths()):
            if not path.startswith(begun):
                continue
            step, dot, _ = path[len(begun) :].partition(".")
            shown = f"{begun}{step}{dot}"
            if shown not in told and shown != begun and shown not in KEYS:
                told.add(shown)
                field = self._fields.get(shown.removesuffix(".").removesuffix("[]"))
                yield (
                    (shown, field.meaning if field and dot else meaning)
                    if dot
                    else (
                        f"{shown}=",
                        meaning,
                    )
                )

    def _all_paths(self) -> Iterator[tuple[str, str]]:
        for path, field in self._fields.items():
            yield path, field.meaning
        yield from JOINED_FIELDS.items()

    # Values.

    def _proposed_values(self, word: Word, end: int) -> list[Completion]:
        start = word.value_position
        return [
            Completion(_written(value), start, end, meaning)
            for value, meaning in dict(self._values_of(word)).items()
            if value.lower().startswith(word.value.lower())
        ][:_MOST]

    def _values_of(self, word: Word) -> Iterator[tuple[str, str]]:
        if word.operator not in (Operator.HAS, Operator.IS, Operator.IS_NOT):
            return
        subject = word.subject
        for value in self._values.get(subject, ()):
            yield value, self._meaning_of(subject, value)
        key = KEYS.get(subject)
        if key is not None:
            yield from key.choices
            if key.name in ("type", "kind"):
                yield from ((event.type, event.summary) for event in self._catalogue.events())
            if key.kind is not Kind.PATTERN or not key.paths:
                return
        field = self._fields.get(subject.replace("[*]", "[]"))
        if field is not None:
            yield from ((value, field.meaning) for value in field.values)
            if "boolean" in field.types:
                yield from ((value, field.meaning) for value in ("true", "false"))
            yield "*", "any value: the field is there"

    def _meaning_of(self, subject: str, value: str) -> str:
        if subject in ("type", "kind") and (event := self._catalogue.event(value)):
            return event.summary
        return "in this session"


def _fields_of(catalogue: Catalogue) -> Iterator[tuple[str, Field]]:
    """Every path of the reference; of fields that several events have, the first."""
    told: set[str] = set()
    for event in catalogue.events():
        for path, field in catalogue.walk(event):
            if path not in told:
                told.add(path)
                yield path, field


def _written(value: str) -> str:
    """The value as it stands in a filter."""
    if value and not any(each.isspace() or each in '()"' for each in value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def term_for(path: str, value: object) -> str:
    """The term that finds a value at a path: what `=` on a field of the inspector writes."""
    match value:
        case str() if "*" in value or "?" in value:
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'{path}="{escaped}"'
        case str():
            return f"{path}={_written(value)}"
        case None | bool():
            return f"{path}={ {None: 'null', True: 'true', False: 'false'}[value] }".replace(
                " ", ""
            )
        case int() | float():
            return f"{path}={value}"
    return f"{path}=*"
