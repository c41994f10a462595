"""Deltas of different items are told apart."""

import pytest

from realtap.tui.app.session.streams import stream_of

TEXT = "response.output_text.delta"


def test_items_have_different_numbers() -> None:
    one, two = (b'{"item_id": "item_%d", "delta": "x"}' % number for number in (1, 2))
    assert 0 != stream_of(TEXT, one) != stream_of(TEXT, two) != 0


@pytest.mark.parametrize(
    ("type_", "line"),
    [
        ("response.output_audio.delta", b'{"item_id":"item_1"}'),
        ("response.done", b'{"item_id":"item_1"}'),
        (TEXT, b'{"delta":"x"}'),
        (TEXT, b'{"delta":"' + b"x" * 5_000 + b'","item_id":"item_1"}'),
    ],
)
def test_all_else_has_none(type_: str, line: bytes) -> None:
    assert stream_of(type_, line) == 0
