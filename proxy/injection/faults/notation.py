"""Faults as people write them: `cut:when=any,after=3` on a command line, `[[fault]]` tables in a file.

[[fault]]
name = "close"
code = 1012
reason = "the service restarts"
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ....recordings.errors import UsageError
from ..rule import RuleMaker
from ..tables import Table, Where, nearest
from .catalogue import FAULTS
from .kind import FaultKind, FaultMaker

_PAIR: Final = re.compile(
    r'\s*(?P<key>[^=,"\s]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^,"]*?))\s*(?:,|$)'
)


def parse_fault(text: str) -> FaultMaker:
    """The fault that `name` or `name:key=value,key=value` writes.

    A value with a comma or a space at its ends stands in double quotes.

    Raises:
        UsageError: There is no such fault, or it takes no such values; the message says what would do.
    """
    name, _, told = text.partition(":")
    kind = _kind(name.strip())
    return kind.maker(_pairs(kind, told))


def parse_faults(tables: Sequence[Mapping[str, object]], where: Where) -> list[RuleMaker]:
    """The faults that `[[fault]]` tables write.

    Raises:
        UsageError: A table is none; the message begins with its place.
    """
    return [_fault(Table(values, index, where)) for index, values in enumerate(tables)]


def _fault(table: Table) -> FaultMaker:
    name = table.text("name")
    if name is None:
        raise table.fault(f"name is missing; {nearest('', list(FAULTS))}")
    try:
        return _kind(name).maker({key: each for key, each in table.values.items() if key != "name"})
    except UsageError as error:
        raise table.fault(str(error)) from None


def _kind(name: str) -> FaultKind:
    if name not in FAULTS:
        raise UsageError(f"there is no fault {name!r}; {nearest(name, list(FAULTS))}")
    return FAULTS[name]


def _pairs(kind: FaultKind, told: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    position = 0
    while told[position:].strip():
        found = _PAIR.match(told, position)
        if found is None:
            raise UsageError(
                f"fault {kind.name}: {told[position:].strip()!r} is no key=value; "
                f"write it as {kind.example}"
            )
        if found["key"] in pairs:
            raise UsageError(f"fault {kind.name}: {found['key']} is told twice")
        quoted = found["quoted"]
        pairs[found["key"]] = found["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        position = found.end()
    return pairs
