"""Which calls are a mock's business."""

from pathlib import Path

import pytest
from mocked import a_call, mock

from realtap.recordings.event import Json

BROKEN = '{"city": "Par'


@pytest.mark.parametrize(
    ("function_name", "is_meant"),
    [
        ("get_weather", True),
        ("get_*", True),
        ("*", True),
        ("get_?eather", True),
        ("get_", False),
        ("GET_WEATHER", False),
        ("weather", False),
    ],
)
def test_function_is_meant_by_name_or_pattern(function_name: str, is_meant: bool) -> None:  # noqa: FBT001 -- a parameter of the table above
    assert mock(call=function_name, output="x").fits(a_call()) is is_meant


@pytest.mark.parametrize(
    ("arguments", "when", "is_meant"),
    [
        ('{"city": "Paris"}', {"city": "Paris"}, True),
        ('{"city": "Rome"}', {"city": "Paris"}, False),
        ('{"city": "Paris"}', {}, True),
        ("", {}, True),
        (BROKEN, {}, False),
        (BROKEN, BROKEN, True),
        ('{"city":"Paris"}', '{"city": "Paris"}', False),
    ],
)
def test_arguments_are_asked_for_as_json_or_to_the_letter(
    arguments: str,
    when: Json | str,
    is_meant: bool,  # noqa: FBT001 -- a parameter of the table above
) -> None:
    assert mock(when=when, output="x").fits(a_call(arguments)) is is_meant


def test_arguments_that_are_no_json_are_taken_by_a_mock_that_asks_for_nothing() -> None:
    assert mock(output="x").fits(a_call(BROKEN))


def test_function_of_the_users_is_never_given_arguments_that_are_no_json(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("def f(arguments): ...")
    assert not mock(tmp_path, python="tools:f").fits(a_call(BROKEN))
