"""Reads the event models of the installed `openai` package as trees of fields.

The models are pydantic classes: this module knows their annotations and nothing of what a field
means. What it gives is the shape of each event in one dialect: names, JSON types, allowed values,
required or not, and the forms of an object that has several (an item is a message, a function call
…), each under the value of its `type`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAliasType, Union, get_args, get_origin

import openai
from openai.types.beta.realtime import realtime_client_event as beta_client
from openai.types.beta.realtime import realtime_server_event as beta_server
from openai.types.realtime import (
    realtime_client_event,
    realtime_server_event,
    realtime_translation_client_event,
    realtime_translation_server_event,
)
from pydantic import BaseModel

SDK_VERSION = openai.__version__

UNIONS: dict[tuple[str, str], Any] = {
    ("ga", "client"): realtime_client_event.RealtimeClientEvent,
    ("ga", "server"): realtime_server_event.RealtimeServerEvent,
    ("beta", "client"): beta_client.RealtimeClientEvent,
    ("beta", "server"): beta_server.RealtimeServerEvent,
    ("translation", "client"): realtime_translation_client_event.RealtimeTranslationClientEvent,
    ("translation", "server"): realtime_translation_server_event.RealtimeTranslationServerEvent,
}
"""Every event that a side may send in a dialect, as the package has it."""

JSON_TYPES: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}

ONE_FORM = ""
"""The kind of an object that has no other forms."""

BETA_ITEM_KINDS = {
    "message": ("role", "content"),
    "function_call": ("call_id", "name", "arguments"),
    "function_call_output": ("call_id", "output"),
    "item_reference": (),
}
"""The beta models have one item with every field optional; these are the fields of each type,
as the GA models (and OpenAI's beta reference) have them."""
BETA_ITEM_COMMON = ("id", "object", "type", "status")
BETA_ITEM_MODELS = ("ConversationItem", "ConversationItemWithReference")


@dataclass(slots=True)
class Shape:
    """One field of an event, and what is in it."""

    name: str
    types: list[str] = field(default_factory=list)
    """JSON types; `string[]` is an array of strings."""
    values: list[str] = field(default_factory=list)
    """What the strings may be; with `has_other_values`, what they usually are."""
    has_other_values: bool = False
    is_required: bool = False
    forms: dict[str, list["Shape"]] = field(default_factory=dict)
    """The fields of the object, or of each object of the array, by kind."""
    dialects: list[str] = field(default_factory=list)
    """Where the field exists; empty until dialects are merged."""


@dataclass(frozen=True, slots=True)
class SdkEvent:
    """An event as the package models it for one dialect and side."""

    type: str
    dialect: str
    side: str
    fields: list[Shape]


def sdk_events() -> Iterator[SdkEvent]:
    """Every event of every dialect."""
    for (dialect, side), union in UNIONS.items():
        for model in models_of(union):
            yield SdkEvent(type_of(model), dialect, side, fields_of(model))


def models_of(union: Any) -> list[type[BaseModel]]:
    """The classes of a union."""
    return [member for member in _members(union) if _is_model(member)]


def type_of(model: type[BaseModel]) -> str:
    """The value that a model's `type` always has; empty when there is no such value."""
    declared = model.model_fields.get("type")
    literals = [
        value
        for member in _members(declared.annotation if declared else None)
        if get_origin(member) is Literal
        for value in get_args(member)
    ]
    return str(literals[0]) if len(literals) == 1 else ""


def fields_of(model: type[BaseModel]) -> list[Shape]:
    """The fields of a model, in its own order."""
    return [
        _shape(name, declared.annotation, is_required=declared.is_required())
        for name, declared in model.model_fields.items()
    ]


def _shape(name: str, annotation: Any, *, is_required: bool) -> Shape:
    shape = Shape(name, is_required=is_required)
    models: list[type[BaseModel]] = []
    for member in _members(annotation):
        _take(shape, member, models)
    shape.has_other_values = bool(shape.values) and "string" in _plain_types(annotation)
    if models:
        shape.forms = _forms(models)
    return shape


def _take(shape: Shape, member: Any, models: list[type[BaseModel]]) -> None:
    """Add one member of a field's union to the field."""
    origin = get_origin(member)
    if _is_model(member):
        _add(shape.types, "object")
        models.append(member)
    elif origin is Literal:
        for value in get_args(member):
            _add(shape.types, JSON_TYPES[type(value)])
            _add(shape.values, str(value))
    elif origin is list:
        inner = _shape(shape.name, get_args(member)[0], is_required=True)
        for each in inner.types:
            _add(shape.types, f"{each}[]")
        for value in inner.values:
            _add(shape.values, value)
        shape.has_other_values |= inner.has_other_values
        models.extend(models_of(get_args(member)[0]))
    elif origin is dict:
        _add(shape.types, "object")
        shape.forms = {ONE_FORM: [_shape("*", get_args(member)[1], is_required=False)]}
    elif member in JSON_TYPES:
        _add(shape.types, JSON_TYPES[member])
    else:
        # `object` and `Any`: JSON of any kind, in practice an object (a JSON Schema, metadata).
        _add(shape.types, "any")


def _plain_types(annotation: Any) -> list[str]:
    return [JSON_TYPES[member] for member in _members(annotation) if member in JSON_TYPES]


def _forms(models: Sequence[type[BaseModel]]) -> dict[str, list[Shape]]:
    """The fields of each form of an object; messages of different roles are one form."""
    if len(models) == 1:
        return _forms_of_one(models[0])
    forms: dict[str, list[Shape]] = {}
    for model in models:
        kind = type_of(model)
        if not kind:
            message = f"{model.__name__} is one of several and its type has no one value"
            raise ValueError(message)
        forms[kind] = united(forms[kind], fields_of(model)) if kind in forms else fields_of(model)
    return forms


def _forms_of_one(model: type[BaseModel]) -> dict[str, list[Shape]]:
    fields = fields_of(model)
    if model.__name__ not in BETA_ITEM_MODELS:
        return {ONE_FORM: fields}
    kinds = next(shape.values for shape in fields if shape.name == "type")
    return {
        kind: _narrowed(fields, kind, (*BETA_ITEM_COMMON, *names))
        for kind, names in BETA_ITEM_KINDS.items()
        if kind in kinds
    }


def _narrowed(fields: list[Shape], kind: str, names: tuple[str, ...]) -> list[Shape]:
    return [
        replace(shape, values=[kind]) if shape.name == "type" else shape
        for shape in fields
        if shape.name in names
    ]


def united(first: list[Shape], second: list[Shape]) -> list[Shape]:
    """The fields of two models that are one form; required is what both require."""
    others = {shape.name: shape for shape in second}
    result = [_both(shape, others.pop(shape.name, None)) for shape in first]
    return result + [_both(shape, None) for shape in others.values()]


def _both(shape: Shape, other: Shape | None) -> Shape:
    if other is None:
        return replace(shape, is_required=False)
    forms = {kind: united(shape.forms[kind], other.forms[kind]) for kind in shape.forms}
    return replace(
        shape,
        types=list(dict.fromkeys(shape.types + other.types)),
        values=list(dict.fromkeys(shape.values + other.values)),
        is_required=shape.is_required and other.is_required,
        forms=forms,
    )


def _members(annotation: Any) -> list[Any]:
    """What a union is made of, without None, through aliases and annotations."""
    if isinstance(annotation, TypeAliasType):
        return _members(annotation.__value__)
    origin = get_origin(annotation)
    if origin is Annotated:
        return _members(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [member for part in get_args(annotation) for member in _members(part)]
    return [] if annotation in (None, NoneType) else [annotation]


def _is_model(member: Any) -> bool:
    return isinstance(member, type) and issubclass(member, BaseModel)


def _add(found: list[str], value: str) -> None:
    if value not in found:
        found.append(value)
