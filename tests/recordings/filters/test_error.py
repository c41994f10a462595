"""The caret stands under the character, whatever is before it."""

import pytest

from realtap.recordings.errors import UsageError
from realtap.recordings.filters.error import FilterError


@pytest.mark.parametrize(
    ("before", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("\x1b", 4), ("", 0)]
)
def test_caret_stands_under_the_character(before: str, columns: int) -> None:
    error = FilterError("wrong", text=f"{before}!", position=len(before))
    assert error.pointer().splitlines()[1] == " " * (2 + columns) + "^"


def test_hint_is_the_last_line() -> None:
    error = FilterError("wrong", text="abc", position=1, hint="write a")
    assert str(error).splitlines() == [
        "the filter cannot be read: wrong",
        "  abc",
        "   ^",
        "  write a",
    ]


def test_wrong_filter_is_wrong_usage() -> None:
    assert isinstance(FilterError("wrong", text="", position=5), UsageError)
    assert FilterError("wrong", text="", position=5).position == 0
