"""Where a person begins in a form; what the forms do is told in `test_inject`."""

import pytest

from realtap.tui.app.screens.inject_form import beginning


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", (0, 0)),
        ('{"type": "response.create"}', (0, 0)),
        ('{"city": ""}', (0, 10)),
        ('{\n  "city": "",\n  "day": ""\n}', (1, 11)),
    ],
)
def test_typing_begins_in_the_first_empty_text(text: str, place: tuple[int, int]) -> None:
    assert beginning(text) == place
