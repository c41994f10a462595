"""The text of a mocks file as makers of rules: mocks, event rules, breakpoints and faults."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ....recordings.errors import UsageError
from ....recordings.event import Json
from ....recordings.plain import objects_of
from ..breakpoints import parse_breakpoints
from ..event_rules import parse_rules
from ..faults import parse_faults
from ..rule import RuleMaker
from ..tables import Where, nearest
from .mock import Mock
from .mock_table import Report, TableError, mock_from
from .places import Places
from .sources import Sources

type ParseTables = Callable[[list[Json], Where], Sequence[RuleMaker]]

_OTHER_KINDS: Final[Mapping[str, ParseTables]] = {
    "rule": parse_rules,
    "breakpoint": parse_breakpoints,
    "fault": parse_faults,
}
_KINDS: Final = ("mock", *_OTHER_KINDS)
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of the file."""

    kind: str
    """`mock`, `rule`, `breakpoint` or `fault`."""
    line: int
    """Of its header, from 1."""
    maker: RuleMaker
    written: str
    """The table's values."""

    def says_the_same(self, other: "Entry") -> bool:
        """Whether the table is unchanged, wherever it stands now, and so are the files it names."""
        if (self.kind, self.written) != (other.kind, other.written):
            return False
        # What other files have to do with a mock shows in its answers.
        return not isinstance(self.maker, Mock) or self.maker == other.maker


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text said."""

    entries: tuple[Entry, ...] = ()
    """In the order of the text, whatever their kinds."""

    @property
    def makers(self) -> list[RuleMaker]:
        """For the rulebook."""
        return [entry.maker for entry in self.entries]

    def keeping(self, earlier: "Reading") -> "Reading":
        """The same, with the makers of an earlier reading where their tables have not changed.

        A rule whose maker stays goes on in every session: at its place in a sequence, with its plans.
        """
        left = list(earlier.entries)
        kept: list[Entry] = []
        for entry in self.entries:
            same = next((each for each in left if each.says_the_same(entry)), None)
            if same is not None:
                left.remove(same)
            kept.append(entry if same is None else replace(entry, maker=same.maker))
        return Reading(tuple(kept))

    def summary(self) -> str:
        """`2 mocks, 1 fault`."""
        counts = Counter(entry.kind for entry in self.entries)
        told = [
            f"{counts[kind]} {kind}{'s' * (counts[kind] > 1)}" for kind in _KINDS if counts[kind]
        ]
        return ", ".join(told) or "nothing"


def read_mocks(text: str, *, name: str, sources: Sources, report: Report) -> Reading:
    """Read a mocks file's text.

    Args:
        text: TOML.
        name: How errors name it: `mocks file mocks.toml`.
        sources: Where the files are that it names.
        report: Is told when a mock's function fails, later.

    Raises:
        UsageError: It cannot be taken; the message has its name, the line and the reason.
    """
    document = _document(text, name)
    places = Places(text)
    entries: list[Entry] = []
    for kind in document:
        tables = _tables(document, kind, name, places)

        def where(index: int, key: str = "", *, kind: str = kind) -> str:
            return f"{name} line {places.line_of(kind, index, *([key] if key else []))}"

        if kind == "mock":
            makers: Sequence[RuleMaker] = _mocks(tables, where, sources, report)
        else:
            makers = _OTHER_KINDS[kind](tables, where)
        entries.extend(
            Entry(kind, places.line_of(kind, index), maker, _written(table))
            for index, (table, maker) in enumerate(zip(tables, makers, strict=True))
        )
    return Reading(tuple(sorted(entries, key=lambda entry: entry.line)))


def _document(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, column = len(text.splitlines()) or 1, ""
        if (place := _PLACE.search(str(error))) and place[1]:
            line, column = int(place[1]), f" column {place[2]}"
        reason = _PLACE.sub("", str(error))
        raise UsageError(f"{name} line {line}{column}: not TOML: {reason}") from error
    except RecursionError as error:
        raise UsageError(f"{name}: not TOML: nested too deeply") from error


def _tables(document: dict[str, Any], kind: str, name: str, places: Places) -> list[Json]:
    where = f"{name} line {places.line_of(kind, 0)}"
    if kind not in _KINDS:
        raise UsageError(f"{where}: [[{kind}]] is unknown; {nearest(kind, _KINDS)}")
    tables = objects_of(document[kind])
    if tables != document[kind]:
        raise UsageError(f"{where}: {kind} is no list of tables; write [[{kind}]] above each")
    return tables


def _mocks(tables: list[Json], where: Where, sources: Sources, report: Report) -> list[Mock]:
    mocks = []
    for index, table in enumerate(tables):
        try:
            mocks.append(mock_from(table, sources, report))
        except TableError as error:
            raise UsageError(f"{where(index, error.key)}: {error}") from error
    return mocks


def _written(table: Json) -> str:
    """A table as text: in Python `1`, `1.0` and `true` would be equal."""
    return json.dumps(table, default=repr)
