"""Blanks in outputs, and what fills them."""

import pytest

from realtap.proxy.injection.mocks.template import Template

VALUES = {
    "arguments": {"city": "Paris", "days": 3, "stops": [{"at": "Lyon"}, {"at": "Nice"}]},
    "name": "get_weather",
    "call_id": "call_1",
    "count": 2,
    "sky": "blue",
}


def filled(shape: object) -> object:
    return Template.parse(shape, {"sky": "blue"}).fill(VALUES)


@pytest.mark.parametrize(
    ("shape", "result"),
    [
        ("It is {sky} in {arguments.city}", "It is blue in Paris"),
        ("{count}. {name} {call_id}", "2. get_weather call_1"),
        ("in {arguments.days} days", "in 3 days"),
        ("no {arguments.country}!", "no !"),
        ("{arguments.stops[1].at} {arguments.stops[].at}", 'Nice ["Lyon","Nice"]'),
        ('{"sky": "{sky}", "empty": {}}', '{"sky": "blue", "empty": {}}'),
        ("{{sky}} is {sky}", "{sky} is blue"),
        ("{{ and }} stay", "{{ and }} stay"),
    ],
)
def test_text_has_its_blanks_filled(shape: str, result: str) -> None:
    assert filled(shape) == result


def test_blank_alone_in_a_json_value_keeps_its_type() -> None:
    shape = {"days": "{arguments.days}", "in": ["{arguments.country}", "{sky}!"], "n": 1}
    assert filled(shape) == {"days": 3, "in": [None, "blue!"], "n": 1}


def test_unknown_blank_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(ValueError, match=r"^\{argument\.city\} .*; did you mean \{arguments\}$"):
        Template.parse("{argument.city}", {})


def test_unknown_blank_that_is_like_nothing_is_refused_with_all_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"there are arguments, name, call_id, count, sky$"):
        filled({"a": ["{x}"]})


def test_blank_that_is_no_path_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^\{arguments\.\.city\} names nothing: "):
        filled("{arguments..city}")
