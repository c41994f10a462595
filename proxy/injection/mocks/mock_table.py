"""A `[[mock]]` table as a mock: strict, with a reason for everything that is refused."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

import msgspec

from ....recordings.event import Json
from ....recordings.plain import cut
from ..tables import nearest
from .answers import Answer, Filled, Function, Text
from .mock import DEFAULT_TIME_LIMIT_S, Mock
from .output_text import output_text
from .patterns import Pattern
from .sources import Sources
from .template import CALL_NAMES, Template

DEFAULT_AFTER_S: Final = 2.0
"""How long the app has under `mode = "if-unanswered"`."""
_LONGEST_S: Final = 3600.0
"""A Realtime session ends after an hour."""

type Seconds = Annotated[float, msgspec.Meta(ge=0, le=_LONGEST_S)]
type Report = Callable[[str], None]


class TableError(ValueError):
    """Raised when a table cannot be taken.

    Attributes:
        key: The key at fault; empty when it is the whole table.
    """

    def __init__(self, message: str, *, key: str = "") -> None:
        super().__init__(message)
        self.key = key


class _MockTable(msgspec.Struct, forbid_unknown_fields=True):
    call: Annotated[str, msgspec.Meta(min_length=1)]
    name: str | None = None
    when: Json | str | None = None
    output: Any = None
    output_file: str | None = None
    template: Json | list[Any] | str | None = None
    values: Json | None = None
    outputs: Annotated[list[Any], msgspec.Meta(min_length=1)] | None = None
    error: str | None = None
    python: str | None = None
    then: Literal["last", "app"] = "last"
    delay_s: Seconds | None = None
    mode: Literal["instead", "if-unanswered"] = "instead"
    after_s: Seconds | None = None
    timeout_s: Seconds | None = None
    respond: bool = True


KEYS: Final = _MockTable.__struct_fields__
"""What a table may have."""

_EXPECTED: Final[Mapping[str, str]] = {
    "call": "the name of a function, or a pattern as get_*",
    "name": "a text",
    "when": "a table of arguments, or their exact text",
    "output_file": "the name of a file",
    "template": "a text or a table",
    "values": "a table",
    "outputs": "a list with at least one output",
    "error": "a text",
    "python": "module:function",
    "then": '"last" or "app"',
    "delay_s": "seconds from 0 to 3600",
    "mode": '"instead" or "if-unanswered"',
    "after_s": "seconds from 0 to 3600",
    "timeout_s": "seconds from 0 to 3600",
    "respond": "true or false",
}
_ANSWER_KEYS: Final = ("output", "output_file", "template", "outputs", "error", "python")
_KEY_IN_ERROR = re.compile(r"`\$\.(\w+)")
_SHOWN: Final = 60


def mock_from(table: Json, sources: Sources, report: Report) -> Mock:
    """The mock that a table writes.

    Raises:
        TableError: It cannot be taken.
    """
    _check_keys(table)
    checked = _checked(table)
    _check_together(table)
    is_instead = checked.mode == "instead"
    after_s = DEFAULT_AFTER_S if checked.after_s is None else checked.after_s
    return Mock(
        name=f"mock {checked.name or checked.call}",
        function_name=checked.call,
        answers=_answers(checked, sources),
        when=_pattern(checked.when),
        gives_up_after_last=checked.then == "app",
        delay_s=(checked.delay_s or 0.0) if is_instead else after_s,
        is_instead=is_instead,
        is_responding=checked.respond,
        time_limit_s=DEFAULT_TIME_LIMIT_S if checked.timeout_s is None else checked.timeout_s,
        report=report,
    )


def _check_keys(table: Json) -> None:
    for key in table:
        if key not in KEYS:
            raise TableError(f"{key} is unknown; {nearest(key, KEYS)}", key=key)


def _checked(table: Json) -> _MockTable:
    try:
        return msgspec.convert(table, _MockTable)
    except msgspec.ValidationError as error:
        found = _KEY_IN_ERROR.search(str(error))
        if found is None:
            raise TableError(f"call is missing; expected {_EXPECTED['call']}") from error
        key = found[1]
        shown = cut(json.dumps(table[key], ensure_ascii=False, default=str), _SHOWN)
        raise TableError(f"{key} is {shown}; expected {_EXPECTED[key]}", key=key) from error


def _check_together(table: Json) -> None:
    """Keys that say the same twice, or nothing without another."""
    written = [key for key in _ANSWER_KEYS if key in table]
    if not written:
        raise TableError(f"nothing is answered; write one of {', '.join(_ANSWER_KEYS)}")
    if len(written) > 1:
        raise TableError(f"{written[1]} stands beside {written[0]}; leave one out", key=written[1])
    if table.get("mode") == "if-unanswered":
        if "delay_s" in table:
            raise TableError(
                'delay_s does nothing with mode = "if-unanswered"; write after_s', key="delay_s"
            )
    elif "after_s" in table:
        raise TableError('after_s needs mode = "if-unanswered"; or write delay_s', key="after_s")
    for key, other in (("values", "template"), ("timeout_s", "python")):
        if key in table and other not in table:
            raise TableError(f"{key} does nothing without {other}; leave it out", key=key)


def _pattern(when: Json | str | None) -> Pattern | str | None:
    if not isinstance(when, dict):
        return when
    _json(when, "when")
    try:
        return Pattern.parse(when)
    except ValueError as error:
        raise TableError(f"in when, {error}", key="when") from error


def _answers(table: _MockTable, sources: Sources) -> tuple[Answer, ...]:
    if table.outputs is not None:
        return tuple(Text(_json(each, "outputs")) for each in table.outputs)
    if table.error is not None:
        return (Text(output_text({"error": table.error})),)
    if table.template is not None:
        return (_filled(table.template, table.values or {}),)
    try:
        if table.output_file is not None:
            # The last line's end is the editor's, not the tool's.
            return (Text(sources.text(table.output_file).removesuffix("\n")),)
        if table.python is not None:
            return (Function(table.python, sources.function(table.python)),)
    except ValueError as error:
        key = "output_file" if table.output_file is not None else "python"
        raise TableError(str(error), key=key) from error
    return (Text(_json(table.output, "output")),)


def _filled(shape: Json | list[Any] | str, values: Json) -> Filled:
    _json(shape, "template")
    _json(values, "values")
    if taken := next((name for name in values if name in CALL_NAMES), None):
        raise TableError(f"{taken} comes from the call; choose another name", key="values")
    try:
        return Filled(Template.parse(shape, values), values)
    except ValueError as error:
        raise TableError(f"in template, {error}", key="template") from error


def _json(value: object, key: str) -> str:
    try:
        return output_text(value)
    except ValueError as error:
        raise TableError(
            f"{key} has a value that JSON does not know: {error.__cause__}; write it in quotes",
            key=key,
        ) from error
