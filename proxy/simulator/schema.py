"""Words to describe JSON with, so that the tables of `validation` read like the API reference.

A schema checks a value at a path and gives the first `Fault`, or None. An object reports what is
missing first, then goes through its fields in the order the client sent them, the order in which a
person would look. Nothing here knows the Realtime protocol beyond the wording of its faults.
"""

import binascii
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from . import faults
from .faults import Fault

_KINDS = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal number",
    str: "a string",
    list: "an array",
}


class Schema(ABC):
    """What a value must be like."""

    @property
    @abstractmethod
    def expected(self) -> str:
        """The JSON type in words, such as "a string"."""

    @abstractmethod
    def fits(self, value: object) -> bool:
        """Whether the value has the right JSON type, whatever its content."""

    @abstractmethod
    def check_content(self, value: object, path: str) -> Fault | None:
        """The first fault of a value that fits."""

    def check(self, value: object, path: str) -> Fault | None:
        """The first fault of the value; `path` is where it stands, such as `session.tools[0]`."""
        if not self.fits(value):
            return faults.invalid_type(path, self.expected, kind_of(value))
        return self.check_content(value, path)


@dataclass(frozen=True, slots=True)
class Field:
    """An object's field that is required."""

    schema: Schema


def required(schema: Schema) -> Field:
    """Mark a field of an `Object`: the object is not valid without it."""
    return Field(schema)


@dataclass(frozen=True, slots=True)
class Anything(Schema):
    """Any JSON value."""

    expected = "any value"

    def fits(self, value: object) -> bool:  # noqa: ARG002 -- anything fits
        return True

    def check_content(self, value: object, path: str) -> Fault | None:  # noqa: ARG002 -- see fits
        return None


@dataclass(frozen=True, slots=True)
class Boolean(Schema):
    """True or false."""

    expected = "a boolean"

    def fits(self, value: object) -> bool:
        return isinstance(value, bool)

    def check_content(self, value: object, path: str) -> Fault | None:  # noqa: ARG002 -- both are good
        return None


@dataclass(frozen=True, slots=True)
class Number(Schema):
    """A number within a range."""

    minimum: float | None = None
    maximum: float | None = None

    expected = "a decimal"
    kind = "decimal"

    def fits(self, value: object) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)

    def check_content(self, value: object, path: str) -> Fault | None:
        if not isinstance(value, int | float):
            return None
        if self.minimum is not None and not value >= self.minimum:  # NaN is not in range either
            return faults.below_min_value(path, self.minimum, value, kind=self.kind)
        if self.maximum is not None and value > self.maximum:
            return faults.above_max_value(path, self.maximum, value, kind=self.kind)
        return None


@dataclass(frozen=True, slots=True)
class Integer(Number):
    """A whole number within a range; 100.0 is none."""

    expected = "an integer"
    kind = "integer"

    def fits(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class String(Schema):
    """Text, with limits in characters."""

    max_length: int | None = None
    pattern: str | None = None
    """Must match as a whole; shown in the message."""
    may_be_empty: bool = True

    expected = "a string"

    def fits(self, value: object) -> bool:
        return isinstance(value, str)

    def check_content(self, value: object, path: str) -> Fault | None:
        text = str(value)
        if not text and not self.may_be_empty:
            return faults.empty_string(path)
        if self.pattern is not None and re.fullmatch(self.pattern, text) is None:
            return faults.pattern_mismatch(path, self.pattern)
        if self.max_length is not None and len(text) > self.max_length:
            return faults.string_above_max_length(path, self.max_length, len(text))
        return None


@dataclass(frozen=True, slots=True)
class Base64(Schema):
    """Bytes in base64, not empty, up to a size."""

    max_bytes: int

    expected = "a string"

    def fits(self, value: object) -> bool:
        return isinstance(value, str)

    def check_content(self, value: object, path: str) -> Fault | None:
        text = str(value)
        longest = 4 * -(-self.max_bytes // 3)
        if len(text) > longest:
            return faults.string_above_max_length(path, longest, len(text))
        try:
            decoded = binascii.a2b_base64(text, strict_mode=True)
        except ValueError:
            return faults.invalid_audio(path)
        return None if decoded else faults.invalid_audio(path)


class Enum(Schema):
    """One of some words."""

    def __init__(self, *values: str) -> None:
        self.values = values

    @property
    def expected(self) -> str:
        quoted = [f"'{value}'" for value in self.values]
        if len(quoted) == 1:
            return quoted[0]
        return f"one of {', '.join(quoted[:-1])} or {quoted[-1]}"

    def fits(self, value: object) -> bool:
        return isinstance(value, str)

    def check_content(self, value: object, path: str) -> Fault | None:
        if value in self.values:
            return None
        return faults.unsupported_value(path, str(value), self.values)


@dataclass(frozen=True, slots=True)
class Array(Schema):
    """A list of values of one kind."""

    items: Schema
    max_length: int | None = None

    @property
    def expected(self) -> str:
        if self.items.fits(""):
            return "an array of strings"
        return "an array of objects" if self.items.fits({}) else "an array"

    def fits(self, value: object) -> bool:
        return isinstance(value, list)

    def check_content(self, value: object, path: str) -> Fault | None:
        values = value if isinstance(value, list) else []
        if self.max_length is not None and len(values) > self.max_length:
            return faults.array_above_max_length(path, self.max_length, len(values))
        for index, item in enumerate(values):
            if fault := self.items.check(item, f"{path}[{index}]"):
                return fault
        return None


@dataclass(frozen=True, slots=True)
class Map(Schema):
    """An object with keys of the client's choice."""

    values: Schema
    max_properties: int | None = None
    max_key_length: int | None = None

    expected = "an object"

    def fits(self, value: object) -> bool:
        return isinstance(value, dict)

    def check_content(self, value: object, path: str) -> Fault | None:
        pairs = value if isinstance(value, dict) else {}
        if self.max_properties is not None and len(pairs) > self.max_properties:
            return faults.object_above_max_properties(path, self.max_properties, len(pairs))
        for key, item in pairs.items():
            if self.max_key_length is not None and len(key) > self.max_key_length:
                return faults.string_above_max_length(path, self.max_key_length, len(key))
            if fault := self.values.check(item, f"{path}.{key}"):
                return fault
        return None


class Object(Schema):
    """An object with the fields of a table; those not marked `required` may be left out."""

    expected = "an object"

    def __init__(self, fields: Mapping[str, Schema | Field]) -> None:
        self.fields = {
            name: field.schema if isinstance(field, Field) else field
            for name, field in fields.items()
        }
        self.required = tuple(name for name, field in fields.items() if isinstance(field, Field))

    def fits(self, value: object) -> bool:
        return isinstance(value, dict)

    def check_content(self, value: object, path: str) -> Fault | None:
        given = value if isinstance(value, dict) else {}
        for name in self.required:
            if name not in given:
                return faults.missing_required_parameter(joined(path, name))
        for name, item in given.items():
            schema = self.fields.get(name)
            if schema is None:
                return faults.unknown_parameter(joined(path, name))
            if fault := schema.check(item, joined(path, name)):
                return fault
        return None


class OneOf(Schema):
    """An object whose shape depends on one of its fields, usually `type`."""

    expected = "an object"

    def __init__(self, key: str, shapes: Mapping[str, Schema]) -> None:
        self.key = key
        self.shapes = shapes

    def fits(self, value: object) -> bool:
        return isinstance(value, dict)

    def check_content(self, value: object, path: str) -> Fault | None:
        given = value if isinstance(value, dict) else {}
        key_path = joined(path, self.key)
        if self.key not in given:
            return faults.missing_required_parameter(key_path)
        choice = given[self.key]
        if fault := Enum(*self.shapes).check(choice, key_path):
            return fault
        return self.shapes[choice].check_content(given, path)


class Either(Schema):
    """Values of different JSON types: a word or an object, a number or "inf"."""

    def __init__(self, *alternatives: Schema) -> None:
        self.alternatives = alternatives

    @property
    def expected(self) -> str:
        kinds = (schema.expected.removeprefix("one of ") for schema in self.alternatives)
        return f"one of {' or '.join(kinds)}"

    def fits(self, value: object) -> bool:
        return any(schema.fits(value) for schema in self.alternatives)

    def check_content(self, value: object, path: str) -> Fault | None:
        fitting = next(schema for schema in self.alternatives if schema.fits(value))
        return fitting.check_content(value, path)


@dataclass(frozen=True, slots=True)
class Nullable(Schema):
    """A value or null."""

    schema: Schema

    @property
    def expected(self) -> str:
        return self.schema.expected

    def fits(self, value: object) -> bool:
        return value is None or self.schema.fits(value)

    def check_content(self, value: object, path: str) -> Fault | None:
        return None if value is None else self.schema.check_content(value, path)


def nullable(schema: Schema) -> Nullable:
    """Say of a field that null is as good as leaving it out, or clears it."""
    return Nullable(schema)


def joined(path: str, name: str) -> str:
    """The path of a field; the event itself has the empty path."""
    return f"{path}.{name}" if path else name


def kind_of(value: object) -> str:
    """The value's JSON type in the server's words."""
    return _KINDS.get(type(value), "an object")
