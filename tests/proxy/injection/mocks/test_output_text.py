"""Values as the text of a call's output."""

from datetime import date

import pytest

from realtap.proxy.injection.mocks.output_text import output_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        ({"city": "Köln", "days": [1, 2.5]}, '{"city":"Köln","days":[1,2.5]}'),
        ([], "[]"),
        (21, "21"),
        (None, "null"),
        (True, "true"),
    ],
)
def test_text_stays_and_all_else_is_written_as_json(value: object, text: str) -> None:
    assert output_text(value) == text


@pytest.mark.parametrize("value", [date(2026, 11, 20), float("nan"), {"a": {1, 2}}, b"x"])
def test_value_that_json_has_not_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is no text and no JSON"):
        output_text(value)


def test_half_an_emoji_does_not_keep_an_output_from_being_sent() -> None:
    assert output_text({"text": "a\ud83d"}) == '{"text":"a?"}'
