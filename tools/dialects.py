"""Puts the shapes that an event has in several dialects together into one.

A field that is not in every dialect says in which it is. An object whose forms differ by dialect
(the flat session of the beta, the nested one of GA) keeps them side by side as kinds of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tools.sdk_models import ONE_FORM, SdkEvent, Shape

DIALECTS = ("ga", "beta", "translation")

BETA_FROM_REFERENCE = {
    "conversation.item.input_audio_transcription.segment": "",
    "mcp_list_tools.completed": "",
    "mcp_list_tools.failed": "",
    "mcp_list_tools.in_progress": "",
    "response.mcp_call.completed": "",
    "response.mcp_call.failed": "",
    "response.mcp_call.in_progress": "",
    "response.mcp_call_arguments.delta": "",
    "response.mcp_call_arguments.done": "",
    "transcription_session.created": "transcription_session.updated",
}
"""Server events of the beta that the package has no model for, although OpenAI's OpenAPI file
lists them: the event whose fields they have, by default the GA event of the same name."""

SEPARATE = frozenset({"session"})
"""Objects of which nothing is merged: the dialects share names, but not what they mean together."""


@dataclass(slots=True)
class Merged:
    """An event in all its dialects."""

    type: str
    side: str
    dialects: list[str]
    fields: list[Shape]
    from_reference: list[str] = field(default_factory=list)
    """Dialects that only the OpenAPI file lists."""


def merged_events(events: Iterable[SdkEvent]) -> dict[str, Merged]:
    """The events by type, each with the dialects that it exists in."""
    found = {(event.dialect, event.type): event for event in events}
    for name, model in BETA_FROM_REFERENCE.items():
        source = found["beta", model] if model else found["ga", name]
        own_type = [_retyped(shape, name) for shape in source.fields]
        found["beta", name] = SdkEvent(name, "beta", source.side, own_type)
    result: dict[str, Merged] = {}
    for (dialect, name), event in sorted(found.items(), key=_in_order):
        fields = [_marked(shape, dialect) for shape in event.fields]
        if name in result:
            known = result[name]
            known.fields = _merged_fields(known.fields, fields, (known.dialects, [dialect]))
            known.dialects.append(dialect)
        else:
            result[name] = Merged(name, event.side, [dialect], fields)
        if dialect == "beta" and name in BETA_FROM_REFERENCE:
            result[name].from_reference.append(dialect)
    return result


def _in_order(entry: tuple[tuple[str, str], SdkEvent]) -> tuple[str, int]:
    dialect, name = entry[0]
    return name, DIALECTS.index(dialect)


def _retyped(shape: Shape, name: str) -> Shape:
    return replace(shape, values=[name]) if shape.name == "type" else shape


def _marked(shape: Shape, dialect: str) -> Shape:
    forms = {
        kind: [_marked(each, dialect) for each in fields] for kind, fields in shape.forms.items()
    }
    return replace(shape, dialects=[dialect], forms=forms)


type DialectPair = tuple[list[str], list[str]]


def _merged_fields(first: list[Shape], second: list[Shape], pair: DialectPair) -> list[Shape]:
    others = {shape.name: shape for shape in second}
    result = []
    for shape in first:
        other = others.pop(shape.name, None)
        result.append(_merged(shape, other, pair) if other else shape)
    return result + list(others.values())


def _merged(shape: Shape, other: Shape, pair: DialectPair) -> Shape:
    """Both; required as the first says, because the beta models call nearly everything optional."""
    return replace(
        shape,
        types=list(dict.fromkeys(shape.types + other.types)),
        values=list(dict.fromkeys(shape.values + other.values)),
        has_other_values=shape.has_other_values or other.has_other_values,
        dialects=shape.dialects + other.dialects,
        forms=_merged_forms(shape, other, pair),
    )


def _merged_forms(shape: Shape, other: Shape, pair: DialectPair) -> dict[str, list[Shape]]:
    first, second = _aligned(shape, other, pair)
    forms = {}
    for kind in {**first, **second}:
        if kind in first and kind in second:
            forms[kind] = _merged_fields(first[kind], second[kind], pair)
        else:
            forms[kind] = first.get(kind) or second[kind]
    return forms


def _aligned(
    shape: Shape, other: Shape, pair: DialectPair
) -> tuple[dict[str, list[Shape]], dict[str, list[Shape]]]:
    """The forms of both by kinds that can be compared."""
    first, second = shape.forms, other.forms
    is_separate = shape.name in SEPARATE
    if (ONE_FORM in first) == (ONE_FORM in second) and not is_separate:
        return first, second
    return _with_kind(first, pair[0]), _with_kind(second, pair[1])


def _with_kind(forms: dict[str, list[Shape]], dialects: list[str]) -> dict[str, list[Shape]]:
    """The one form of an object under the value of its `type`, or else its dialect's name."""
    if ONE_FORM not in forms:
        return forms
    fields = forms[ONE_FORM]
    values = [value for shape in fields if shape.name == "type" for value in shape.values]
    return {values[0] if len(values) == 1 else dialects[-1]: fields}
