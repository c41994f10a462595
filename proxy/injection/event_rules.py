"""Rules on any message, from `[[rule]]` tables: drop it, edit it, delay it, or hold it for a person.

    [[rule]]
    match = "type:session.update from:client"
    set = { "session.instructions" = "Speak French." }

What they do is in `event_rule`; a rule that holds is a breakpoint with a name.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Final

from ...recordings.paths import Path
from .breakpoints import DEFAULT_TIMEOUT_S
from .event_rule import Action, Delay, Drop, Edit, EventRuleMaker, Hold
from .matching import parse_match
from .rule import RuleMaker
from .tables import Table, Where

_KEYS: Final = (
    *("match", "name", "drop", "set", "delete", "delay_s", "hold", "timeout_s", "times", "skip"),
)
_ACTIONS: Final = "drop = true, set, delete, delay_s or hold = true"


def parse_rules(tables: Sequence[Mapping[str, object]], where: Where) -> list[RuleMaker]:
    """The rules that `[[rule]]` tables write.

    Raises:
        UsageError: A table is no rule; the message begins with its place.
    """
    return [_rule(Table(values, index, where)) for index, values in enumerate(tables)]


def _rule(table: Table) -> RuleMaker:
    table.check_keys(_KEYS)
    match = parse_match(table)
    return EventRuleMaker(
        name=f"rule {table.text('name') or match.text}",
        match=match,
        action=_action(table),
        times=table.count("times", least=1),
        skip=table.count("skip") or 0,
    )


def _action(table: Table) -> Action:
    actions: list[Action] = []
    if table.flag("drop"):
        actions.append(Drop())
    if table.has("set", "delete"):
        actions.append(_edit(table))
    if (delay_s := table.seconds("delay_s")) is not None:
        actions.append(Delay(delay_s))
    if table.flag("hold"):
        actions.append(Hold(table.seconds("timeout_s") or DEFAULT_TIMEOUT_S))
    elif table.has("timeout_s"):
        raise table.error("timeout_s", "goes with hold = true")
    if len(actions) != 1:
        found = "nothing to do" if not actions else "more than one thing to do"
        raise table.fault(f"the rule has {found}; expected one of {_ACTIONS}")
    return actions[0]


def _edit(table: Table) -> Edit:
    values = tuple(
        (_path(table, "set", path), _json(table, path, value))
        for path, value in table.table("set").items()
    )
    deleted = tuple(_path(table, "delete", path) for path in table.texts("delete"))
    if not values and not deleted:
        raise table.fault("set and delete are empty; expected paths of fields")
    return Edit(values, deleted)


def _path(table: Table, key: str, text: str) -> Path:
    try:
        return Path.parse(text)
    except ValueError:
        raise table.error(
            key, f"has {text!r}, which is no path; write one as item.content[0].text"
        ) from None


def _json(table: Table, path: str, value: object) -> object:
    """TOML has values that JSON has not."""
    match value:
        case dict():
            return {key: _json(table, f"{path}.{key}", each) for key, each in value.items()}
        case list():
            return [_json(table, f"{path}[{n}]", each) for n, each in enumerate(value)]
        case date() | time():
            raise table.error("set", f"has a date at {path}; write it as a text")
        case float() if not math.isfinite(value):
            raise table.error("set", f"has {value} at {path}, which JSON has not")
    return value
