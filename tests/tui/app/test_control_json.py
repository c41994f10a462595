"""JSON as it is typed."""

import pytest

from realtap.recordings.errors import UsageError
from realtap.tui.app.control_json import object_in, pretty, what_is


def test_object_is_read() -> None:
    assert object_in('{"a": [1, null]}', "the event") == {"a": [1, None]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{\n  "a" 1\n}', "the event is no JSON: line 2, column 7"),
        ("", "the event is no JSON: line 1, column 1"),
        ("[1]", "the event is an array; expected an object"),
        ("1", "the event is no object"),
        ('{"a": NaN}', "NaN is no JSON value"),
        (r'{"a": "\ud83d"}', "the event is no JSON"),
        ("[" * 100_000, "the event is no JSON"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        object_in(text, "the event")
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("text", "is_what"),
    [
        (" \n", "empty"),
        ("It is sunny.", "plain text"),
        ('{"a": 1}', "JSON"),
        ("21", "JSON"),
    ],
)
def test_output_may_be_any_text(text: str, is_what: str) -> None:
    assert what_is(text) == is_what


def test_text_that_looks_like_json_and_is_none_is_told() -> None:
    assert "line 1, column 6" in what_is('{"a":}')


def test_object_is_written_to_be_edited() -> None:
    assert pretty({"a": "é"}) == '{\n  "a": "é"\n}'
