"""Paths into events, and the JSON that strings hold."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings.paths import Path, joined_path, json_in

ROOT = {
    "item": {"content": [{"text": "a"}, {"text": "b", "more": [1, 2]}, 5]},
    "arguments": '{"city": "Paris", "inner": "{\\"deep\\": [1]}"}',
    "odd.name": {"a b": 1},
    "text": "[not json",
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("item.content[0].text", ["a"]),
        ("item.content[].text", ["a", "b"]),
        ("item.content[*].text", ["a", "b"]),
        ("item.content.text", ["a", "b"]),
        ("item.content[1].more[]", [1, 2]),
        ("item.content[2]", [5]),
        ("item.content[3]", []),
        ("item.content[0].text.x", []),
        ("item[0]", []),
        ("arguments.city", ["Paris"]),
        ("arguments.inner.deep[0]", [1]),
        ('"odd.name"."a b"', [1]),
        ("text[0]", []),
        ("nothing", []),
    ],
)
def test_path_gives_the_values_that_lie_there(path: str, values: list[object]) -> None:
    assert Path.parse(path).values(ROOT) == values
    assert Path.parse(str(Path.parse(path))).values(ROOT) == values


@pytest.mark.parametrize("text", ["", ".", "a..b", "a[x]", "a[", 'a."b', "a b", "a[1.5]"])
def test_text_that_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        Path.parse(text)


@given(st.lists(st.text() | st.integers(0, 10**6) | st.none(), min_size=1))
def test_written_path_reads_back(steps: list[str | int | None]) -> None:
    if not isinstance(steps[0], str):
        steps.insert(0, "root")
    text = ""
    for step in steps:
        text = joined_path(text, step)
    assert Path.parse(text).steps == tuple(steps)


@pytest.mark.parametrize(
    ("path", "place", "value", "values"),
    [
        ("call.name", "call.name", "add", ["add"]),
        ("call.arguments.city", "call.arguments", '{"city": "Rome"}', ["Rome"]),
        ("call", "call.name", "add", []),
        ("call.name", "call.arguments", "add", []),
        ("response.input[].call.name", "response.input[1].call.name", "add", ["add"]),
        ("response.input[1].call.name", "response.input[1].call.name", "add", ["add"]),
        ("response.input[0].call.name", "response.input[1].call.name", "add", []),
        ("response.input.call.name", "response.input[1].call.name", "add", ["add"]),
    ],
)
def test_values_are_found_where_only_one_place_is_known(
    path: str, place: str, value: object, values: list[object]
) -> None:
    assert Path.parse(path).values_below(place, value) == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        (" \n[1]", [1]),
        ("{", None),
        ("5", None),
        ("", None),
        ('["\ud83d"]', None),
        ("[" * 100_000, None),
    ],
)
def test_json_in_a_string_is_an_object_or_an_array(text: str, value: object) -> None:
    assert json_in(text) == value


@given(st.recursive(st.none() | st.text(), st.lists))
def test_arrays_as_strings_are_read(value: object) -> None:
    held = json_in(json.dumps(value))
    assert held == (value if isinstance(value, list) else held)
