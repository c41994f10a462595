"""Turns a filter's words into predicates.

filter  = any
any     = all, { "OR", all }
all     = term, { [ "AND" ], term }
term    = "-", term | "(", any, ")" | word
"""

import re
from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from functools import cache

from ..catalogue import catalogue
from ..dialects import normal_type
from ..event import Side
from ..paths import NAME, Path
from .comparing import Between, Is, Like, Number, Test, TextTest, number_in
from .error import FilterError
from .keys import KEYS, SEVERITIES, Key, Kind
from .lexer import Mark, Operator, Sign, Token, Word, tokens_of
from .predicates import (
    AllOf,
    AnyOf,
    AtIs,
    FateIs,
    FieldIs,
    FieldIsNot,
    HasFinding,
    Not,
    OriginIs,
    Predicate,
    Says,
    SeqIs,
    SideIs,
    SizeIs,
    TypeIs,
)
from .told import TEXT_PATHS

JOINED_ROOTS = (
    "call",
    "answers",
    "item.role",
    "item.text",
    "response.id",
    "response.cause",
    "response.input.call",
)
"""Where joined fields lie: only a filter that asks there needs the events before."""

_INDEX = re.compile(r"\[[^\]]*\]")
_DEEPEST = 50
"""Parentheses and minuses in each other; a person writes two."""
_COMPARISONS = (Operator.MORE, Operator.LEAST, Operator.LESS, Operator.MOST)
_UNQUOTED = re.compile(r'[=<>~"]')
"""Whoever writes these means a comparison."""
_EQUAL = (Operator.HAS, Operator.IS, Operator.IS_NOT)
_OPERATORS = {
    Kind.PATTERN: (*_EQUAL, Operator.LIKE),
    Kind.CHOICE: _EQUAL,
    Kind.NUMBER: (*_EQUAL, *_COMPARISONS),
    Kind.TEXT: _EQUAL,
}
"""What goes with which key."""
_BY_NUMBER: dict[str, Callable[[Test], Predicate]] = {"seq": SeqIs, "at": AtIs, "size": SizeIs}
_RANGE = re.compile(r"(?P<least>[^.]*(?:\.\d+)?)\.\.(?P<most>.*)")


class Parser:
    """Reads one filter.

    Raises:
        FilterError: It cannot be cut into words.
    """

    def __init__(self, text: str) -> None:
        self.needs_joined = False
        """It asks for fields that other events tell."""
        self.needs_joined_text = False
        """It asks for those of them that are long."""
        self.needs_findings = False
        self._text = text
        self._tokens = tokens_of(text)
        self._next = 0
        self._depth = 0

    def parsed(self) -> Predicate:
        """The filter's question; an empty filter lets everything pass.

        Raises:
            FilterError: It cannot be read.
        """
        if not self._tokens:
            return AllOf(())
        found = self._any()
        if (token := self._peek()) is not None:
            raise self._error("this parenthesis closes nothing", token.position, "")
        return found

    # The grammar.

    def _any(self) -> Predicate:
        parts = [self._all()]
        while self._takes(Mark.OR):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else AnyOf(parts)

    def _all(self) -> Predicate:
        parts = [self._term()]
        while (token := self._peek()) is not None and not _is(token, Mark.OR, Mark.CLOSE):
            self._takes(Mark.AND)
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else AllOf(parts)

    def _term(self) -> Predicate:
        token = self._peek()
        if token is None or _is(token, Mark.OR, Mark.AND, Mark.CLOSE):
            position = len(self._text) if token is None else token.position
            raise self._error("expected a term", position, self._hint_for_term())
        self._next += 1
        if isinstance(token, Word):
            return self._word(token)
        if token.mark is Mark.NOT and not self._text[token.position + 1 :][:1].strip():
            raise self._error("expected a term", token.position + 1, self._hint_for_term())
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("too many parentheses in each other", token.position, "")
        found = Not(self._term()) if token.mark is Mark.NOT else self._group(token)
        self._depth -= 1
        return found

    def _group(self, opened: Sign) -> Predicate:
        found = self._any()
        if not self._takes(Mark.CLOSE):
            raise self._error("this parenthesis is never closed", opened.position, "")
        return found

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _takes(self, mark: Mark) -> bool:
        token = self._peek()
        if token is None or not _is(token, mark):
            return False
        self._next += 1
        return True

    def _hint_for_term(self) -> str:
        before = self._tokens[self._next - 1] if self._next else None
        if isinstance(before, Sign) and before.mark is Mark.NOT:
            return 'a minus stands right before what is left out, as -type:*.delta; write "-" for a dash'
        return f'as {KEYS["type"].example}, item.name=get_weather or "free text"'

    def _error(self, message: str, position: int, hint: str) -> FilterError:
        return FilterError(message, text=self._text, position=position, hint=hint)

    # Words.

    def _word(self, word: Word) -> Predicate:
        if word.operator is None:
            return self._free_text(word)
        if not word.value and not word.is_quoted:
            raise self._error(
                f"a value is missing after {word.subject}{word.operator}",
                word.value_position,
                f"as {KEYS[word.subject].example}" if word.subject in KEYS else 'as "" or *',
            )
        if (key := KEYS.get(word.subject)) is not None:
            return self._key(key, word)
        is_name = re.fullmatch(NAME, word.subject) is not None
        if word.operator is Operator.HAS and is_name and word.subject not in _field_names():
            raise self._unknown_key(word)
        return self._path(word)

    def _free_text(self, word: Word) -> Predicate:
        found = None if word.is_quoted else _UNQUOTED.search(word.value)
        if found is not None:
            raise self._error(
                f"{found[0]} does not stand in a word that is looked for",
                word.position + found.start(),
                f'text to look for is written "{word.value}"',
            )
        return Says(word.value)

    def _unknown_key(self, word: Word) -> FilterError:
        name, value = word.subject, word.value
        nearest = get_close_matches(name.lower(), KEYS, n=1, cutoff=0.6)
        meant = f"did you mean {nearest[0]}:?" if nearest else f"the keys are {', '.join(KEYS)}."
        return self._error(
            f"there is no key {name}",
            word.position,
            f'{meant} A field is written {name}={value}, text to look for "{name}:{value}"',
        )

    def _path(self, word: Word) -> Predicate:
        path = self._parsed_path(word)
        is_joined = self._is_joined((str(path),))
        test = self._test(word)
        if word.operator is Operator.IS_NOT:
            return FieldIsNot(path, test, is_joined=is_joined)
        return FieldIs((path,), test, is_joined=is_joined)

    def _parsed_path(self, word: Word) -> Path:
        try:
            return Path.parse(word.subject)
        except ValueError as error:
            raise self._error(
                "this path cannot be read",
                word.position,
                'as item.content[0].text or item."odd name"',
            ) from error

    def _test(self, word: Word) -> Test:
        if word.operator in _COMPARISONS:
            return Number(str(word.operator), self._number(word.value, word.value_position))
        return self._text_test(word)

    def _expression(self, word: Word) -> re.Pattern[str]:
        try:
            return re.compile(word.value, re.IGNORECASE)
        except (re.error, OverflowError, RecursionError) as error:
            at = getattr(error, "pos", None) or 0
            raise self._error(
                f"not a regular expression: {getattr(error, 'msg', error)}",
                word.value_position + at + word.is_quoted,
                "a text with wildcards is written with = and *, as item.name=get_*",
            ) from error

    def _number(self, text: str, position: int) -> float:
        number = number_in(text)
        if number is None:
            raise self._error(f"{text!r} is not a number", position, "as 12 or 12.5")
        return number

    # Keys.

    def _key(self, key: Key, word: Word) -> Predicate:
        """`key:value` and `key=value` say the same."""
        if word.operator not in _OPERATORS[key.kind]:
            raise self._error(
                f"{key.name} does not go with {word.operator}",
                word.operator_position,
                f"as {key.example}",
            )
        found = self._asked(key, word)
        return Not(found) if word.operator is Operator.IS_NOT else found

    def _asked(self, key: Key, word: Word) -> Predicate:
        match key.kind:
            case Kind.NUMBER:
                return _BY_NUMBER[key.name](self._number_test(word))
            case Kind.CHOICE:
                return self._choice(key, word)
            case Kind.TEXT:
                return Says(word.value)
            case Kind.PATTERN:
                return self._pattern(key, word)

    def _pattern(self, key: Key, word: Word) -> Predicate:
        test = self._text_test(word)
        match key.name:
            case "type":
                return TypeIs(test)
            case "kind":
                return TypeIs(test, normal_type)
            case "finding":
                self.needs_findings = True
                return self._finding(test, word)
        paths = tuple(Path.parse(path) for path in key.paths)
        return FieldIs(paths, test, is_joined=self._is_joined(key.paths))

    def _text_test(self, word: Word) -> TextTest:
        if word.operator is Operator.LIKE:
            return Like(self._expression(word))
        value = normal_type(word.value) if word.subject == "kind" else word.value
        return Is(value, word.is_quoted)

    def _is_joined(self, paths: Collection[str]) -> bool:
        is_joined = any(_may_lie_below(JOINED_ROOTS, path) for path in paths)
        self.needs_joined |= is_joined
        self.needs_joined_text |= any(_may_lie_below(TEXT_PATHS, path) for path in paths)
        return is_joined

    def _number_test(self, word: Word) -> Test:
        if word.operator in _COMPARISONS:
            return Number(str(word.operator), self._number(word.value, word.value_position))
        if (found := _RANGE.fullmatch(word.value)) is None:
            number = self._number(word.value, word.value_position)
            return Between(number, number)
        start = word.value_position
        return Between(
            self._number(found["least"], start),
            self._number(found["most"], start + found.start("most")),
        )

    def _choice(self, key: Key, word: Word) -> Predicate:
        names = [name for name, _ in key.choices]
        if word.value not in names:
            nearest = get_close_matches(word.value.lower(), names, n=1, cutoff=0.1)
            meant = f"did you mean {nearest[0]}? " if nearest else ""
            raise self._error(
                f"{key.name} is never {word.value}",
                word.value_position,
                f"{meant}it is one of {', '.join(names)}",
            )
        match key.name:
            case "from":
                return SideIs(Side(word.value))
            case "origin":
                return OriginIs(word.value)
        return FateIs(word.value)

    def _finding(self, test: TextTest, word: Word) -> Predicate:
        nearest = get_close_matches(word.value.lower(), SEVERITIES, n=1, cutoff=0.75)
        if nearest and word.value not in SEVERITIES and "-" not in word.value:
            raise self._error(
                f"there is no severity {word.value}",
                word.value_position,
                f"did you mean {nearest[0]}?",
            )
        return HasFinding(test)


@cache
def _field_names() -> frozenset[str]:
    """The names of the fields that events have outside of all objects."""
    events = catalogue().events()
    return frozenset({"answers", *(field.name for event in events for field in event.fields)})


def _is(token: Token, *marks: Mark) -> bool:
    return isinstance(token, Sign) and token.mark in marks


def _may_lie_below(roots: Iterable[str], path: str) -> bool:
    path = _INDEX.sub("", path)
    return any(path == root or path.startswith((f"{root}.", f"{root}[")) for root in roots)
