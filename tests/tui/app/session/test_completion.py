"""Completion of filters."""

import pytest

from realtap.recordings.catalogue import catalogue
from realtap.tui.app.session.completion import Completion


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ty", "type:"),
        ("type:resp", "type:response.done"),
        ("from:s", "from:server"),
        ("from:client -ty", "from:client -type:"),
        ("finding:miss", "finding:missing-response-create"),
        ("item.na", "item.name"),
        ("(fr", "(from:"),
        ("", None),
        ("zzz", None),
        ("nokey:x", None),
        ("type:response.done", None),
    ],
)
def test_last_word_is_completed(typed: str, expected: str | None) -> None:
    types = ["session.created", "response.done"]
    found = Completion(catalogue()).complete(typed, types, ["missing-response-create"])
    assert found == expected
