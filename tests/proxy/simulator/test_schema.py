"""The words in which the tables of client events are written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.proxy.simulator.schema import (
    Anything,
    Array,
    Base64,
    Boolean,
    Either,
    Enum,
    Integer,
    Map,
    Number,
    Object,
    OneOf,
    Schema,
    String,
    kind_of,
    nullable,
    required,
)

PERSON = Object({"name": required(String()), "age": Integer(0, 150)})

SHAPES: list[Schema] = [
    Anything(),
    Boolean(),
    Number(0.0, 1.0),
    Integer(1, 4096),
    String(max_length=4, pattern="^[a-z]+$", may_be_empty=False),
    Base64(12),
    Enum("a", "b"),
    Array(String(), max_length=2),
    Map(String(), max_properties=2, max_key_length=3),
    PERSON,
    OneOf("type", {"a": Object({"type": required(Enum("a"))})}),
    Either(Integer(), Enum("inf")),
    nullable(String()),
]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=8,
)


def message(schema: Schema, value: object) -> str:
    fault = schema.check(value, "x")
    return fault.message if fault else "accepted"


def code(schema: Schema, value: object) -> str | None:
    fault = schema.check(value, "x")
    return fault.code if fault else "accepted"


@pytest.mark.parametrize("schema", SHAPES)
@given(value=JSON)
def test_any_json_is_accepted_or_refused_with_its_path(schema: Schema, value: object) -> None:
    fault = schema.check(value, "x")
    assert fault is None or (fault.param or "").startswith("x")


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (String(), {}, "expected a string, but got an object instead."),
        (String(), None, "expected a string, but got null instead."),
        (Boolean(), 1, "expected a boolean, but got an integer instead."),
        (Integer(), True, "expected an integer, but got a boolean instead."),
        (Integer(), 100.0, "expected an integer, but got a decimal number instead."),
        (Number(), "1", "expected a decimal, but got a string instead."),
        (PERSON, "Ada", "expected an object, but got a string instead."),
        (Array(String()), {}, "expected an array of strings, but got an object instead."),
        (Array(PERSON), "Ada", "expected an array of objects, but got a string instead."),
        (Array(Integer()), 1, "expected an array, but got an integer instead."),
        (Enum("pcm16", "g711_ulaw"), {}, "expected one of 'pcm16' or 'g711_ulaw', but got an"),
        (Either(Integer(), Enum("inf")), [], "expected one of an integer or 'inf', but got an"),
        (Either(Enum("a", "b"), PERSON), 1, "expected one of 'a' or 'b' or an object, but got"),
        (nullable(String()), 1, "expected a string, but got an integer instead."),
    ],
)
def test_wrong_json_type_is_told_in_words(schema: Schema, value: object, expected: str) -> None:
    assert message(schema, value).startswith("Invalid type for 'x': ")
    assert expected in message(schema, value)
    assert code(schema, value) == "invalid_type"


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (Integer(24_000, 24_000), 16_000, "integer_below_min_value"),
        (Integer(24_000, 24_000), 48_000, "integer_above_max_value"),
        (Number(0.25, 1.5), 0.2, "decimal_below_min_value"),
        (Number(0.25, 1.5), 2, "decimal_above_max_value"),
        (Number(0.25, 1.5), 10**400, "decimal_above_max_value"),
        (Number(0.25, 1.5), math.nan, "decimal_below_min_value"),
        (String(max_length=3), "abcd", "string_above_max_length"),
        (String(may_be_empty=False), "", "empty_string"),
        (String(pattern="^[a-z]+$"), "a b", "invalid_value"),
        (String(pattern="^[a-z]+$"), "ab\n", "invalid_value"),
        (Enum("a"), "b", "invalid_value"),
        (Array(String(), max_length=1), ["a", "b"], "array_above_max_length"),
        (Map(String(), max_properties=1), {"a": "", "b": ""}, "object_above_max_properties"),
        (Map(String(), max_key_length=1), {"ab": ""}, "string_above_max_length"),
        (Base64(3), "AAAAAAAA", "string_above_max_length"),
        (Base64(30), "AAA", "invalid_value"),
        (Base64(30), "AA AA===", "invalid_value"),
        (Base64(30), "data:audio/wav;base64,AAAA", "invalid_value"),
        (Base64(30), "ÄÄÄÄ", "invalid_value"),
        (Base64(30), "", "invalid_value"),
    ],
)
def test_value_out_of_bounds_has_its_code(schema: Schema, value: object, expected: str) -> None:
    assert code(schema, value) == expected


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (Anything(), [None]),
        (Boolean(), False),
        (Integer(1, 3), 1),
        (Integer(1, 3), 3),
        (Number(0.0, 1.0), 0),
        (Number(0.0, 1.0), 1.0),
        (String(max_length=3, pattern="^[a-z]+$"), "abc"),
        (Base64(3), "AAAA"),
        (nullable(String()), None),
        (Either(Integer(), Enum("inf")), "inf"),
        (Either(Integer(), Enum("inf")), 7),
        (Map(String(), max_properties=1, max_key_length=1), {"a": ""}),
        (Array(String(), max_length=1), ["a"]),
    ],
)
def test_value_within_bounds_is_accepted(schema: Schema, value: object) -> None:
    assert schema.check(value, "x") is None


def test_range_message_names_bound_and_value() -> None:
    assert message(Integer(24_000), 8_000) == (
        "Invalid 'x': integer below minimum value. Expected a value >= 24000, but got 8000 instead."
    )


def test_missing_field_comes_before_unknown_fields() -> None:
    assert message(PERSON, {"nick": "a"}) == "Missing required parameter: 'x.name'."


def test_fields_are_looked_at_in_the_order_sent() -> None:
    assert message(PERSON, {"name": "a", "nick": 1, "age": -1}) == "Unknown parameter: 'x.nick'."
    assert code(PERSON, {"name": "a", "age": -1, "nick": 1}) == "integer_below_min_value"


def test_path_names_index_and_field() -> None:
    fault = Array(PERSON).check([{"name": "a"}, {"name": 1}], "people")
    assert fault is not None
    assert fault.param == "people[1].name"


def test_path_of_a_map_names_its_key() -> None:
    fault = Map(String()).check({"a": 1}, "metadata")
    assert fault is not None
    assert fault.param == "metadata.a"


def test_object_chosen_by_a_field_needs_that_field() -> None:
    shape = OneOf("type", {"a": Anything(), "b": Anything()})
    assert message(shape, {}) == "Missing required parameter: 'x.type'."
    assert message(shape, {"type": "c"}) == (
        "Invalid value: 'c'. Supported values are: 'a' and 'b'."
    )
    assert code(shape, {"type": None}) == "invalid_type"


def test_fields_at_the_top_have_no_dot() -> None:
    fault = PERSON.check({}, "")
    assert fault is not None
    assert fault.param == "name"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "a boolean"),
        (1, "an integer"),
        (1.5, "a decimal number"),
        ("", "a string"),
        ([], "an array"),
        ({}, "an object"),
    ],
)
def test_json_types_have_the_servers_words(value: object, words: str) -> None:
    assert kind_of(value) == words
