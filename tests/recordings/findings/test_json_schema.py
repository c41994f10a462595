"""The keywords of JSON Schema that are judged, and those that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings.findings.json_schema import mismatches

_PLACE = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "integer"},
        "unit": {"enum": ["celsius", "fahrenheit"]},
        "near": {"type": "array", "items": {"type": "string"}},
        "at": {"type": ["number", "null"]},
        "where": {"type": "object", "required": ["lat"]},
    },
    "required": ["city"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"city": "Oslo"}, []),
        ({"city": "Oslo", "days": 3.0, "at": None}, []),
        ({}, ["city is missing"]),
        ({"city": 3}, ["city is a number, not a string"]),
        ({"city": "Oslo", "days": 1.5}, ["days is a number, not an integer"]),
        ({"city": "Oslo", "days": True}, ["days is a boolean, not an integer"]),
        ({"city": "Oslo", "at": "now"}, ["at is a string, not a number or null"]),
        ({"city": "Oslo", "near": ["a", 2]}, ["near[1] is a number, not a string"]),
        ({"city": "Oslo", "where": {}}, ["where.lat is missing"]),
        ({"city": "Oslo", "town": 1}, ["town is not declared"]),
        (
            {"city": "Oslo", "unit": "K"},
            ['unit is K, which is none of ["celsius","fahrenheit"]'],
        ),
        ([], ["the arguments is an array, not an object"]),
    ],
)
def test_a_mismatch_is_told_with_its_path(value: object, told: list[str]) -> None:
    assert list(mismatches(value, _PLACE)) == told


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/City", "type": "string"},
        {"oneOf": [{"type": "string"}]},
        {"type": "quaternion"},
        {"pattern": "^a$", "minLength": 3},
        {"type": "string", "nullable": True},
        "nonsense",
    ],
)
def test_what_is_not_understood_is_fulfilled(schema: object) -> None:
    assert not list(mismatches(None, schema))


def test_true_is_not_one_of_the_numbers() -> None:
    assert list(mismatches(True, {"enum": [1]}))
    assert not list(mismatches(1.0, {"enum": [1]}))


def test_the_depth_of_a_schema_has_an_end() -> None:
    schema: dict[str, object] = {"type": "array"}
    schema["items"] = schema
    value: list[object] = []
    for _ in range(100):
        value = [value]
    assert not list(mismatches(value, schema))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)
_KEYWORD = st.sampled_from(["type", "required", "enum", "properties", "items", "nullable"])


@given(_JSON, st.dictionaries(_KEYWORD, _JSON))
def test_no_schema_and_no_value_raises(value: object, schema: dict[str, object]) -> None:
    assert all(isinstance(each, str) for each in mismatches(value, schema))
