"""The part of JSON Schema that declarations of functions are made of.

Judged are `type`, `required`, `enum`, `properties`, `items` and `additionalProperties: false`; every
other keyword is taken as fulfilled, and so is everything beside a `$ref`. A mismatch that is told is
one; that nothing is told proves nothing.
"""

from collections.abc import Iterator

from ..event import Json
from ..plain import compact, cut

_MAX_DEPTH = 32
_SHOWN = 40

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "number": (int, float),
    "integer": (int, float),
}


_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "a boolean",
    str: "a string",
    int: "a number",
    float: "a number",
    list: "an array",
}


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    return _KINDS.get(type(value), "an object")


def mismatches(value: object, schema: object, path: str = "", *, depth: int = 0) -> Iterator[str]:
    """What in a value is not as its schema says, as `city is missing`, `days is a string, not …`."""
    if not isinstance(schema, dict) or "$ref" in schema or depth > _MAX_DEPTH:
        return
    if value is None and schema.get("nullable") is True:
        return
    name = path or "the arguments"
    if (wanted := _wanted_types(schema)) and not any(_is_a(value, each) for each in wanted):
        yield f"{name} is {kind_of(value)}, not {' or '.join(map(_named, wanted))}"
        return
    allowed = schema.get("enum")
    if isinstance(allowed, list) and not any(_is_equal(value, each) for each in allowed):
        yield f"{name} is {compact(value, _SHOWN)}, which is none of {compact(allowed, 2 * _SHOWN)}"
    if isinstance(value, dict):
        yield from _object(value, schema, path, depth)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from mismatches(element, schema.get("items"), f"{path}[{index}]", depth=depth + 1)


def _object(value: Json, schema: Json, path: str, depth: int) -> Iterator[str]:
    properties = schema.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    required = schema.get("required")
    for key in required if isinstance(required, list) else ():
        if isinstance(key, str) and key not in value:
            yield f"{_join(path, key)} is missing"
    if schema.get("additionalProperties") is False and "patternProperties" not in schema:
        for key in value:
            if key not in properties:
                yield f"{_join(path, key)} is not declared"
    for key, inner in properties.items():
        if key in value:
            yield from mismatches(value[key], inner, _join(path, key), depth=depth + 1)


def _join(path: str, key: str) -> str:
    key = cut(key, _SHOWN)
    return f"{path}.{key}" if path else key


def _wanted_types(schema: Json) -> list[str]:
    """The known types that a schema allows; none when it says nothing, or something unknown."""
    declared = schema.get("type")
    names = declared if isinstance(declared, list) else [declared]
    known = [each for each in names if isinstance(each, str) and each in _TYPES]
    return known if len(known) == len(names) else []


def _is_a(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[name])


def _is_equal(value: object, other: object) -> bool:
    """As JSON compares: 1 is 1.0, and true is not 1."""
    return isinstance(value, bool) == isinstance(other, bool) and value == other


def _named(name: str) -> str:
    article = "an" if name[0] in "aio" else "a"
    return name if name == "null" else f"{article} {name}"
