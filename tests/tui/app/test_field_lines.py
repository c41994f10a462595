"""How long values are broken in the tree of fields."""

import pytest

from realtap.recordings.event import Event, Side
from realtap.recordings.fields import field_tree
from realtap.tui.app.field_lines import field_lines
from realtap.tui.app.glyphs import UNICODE
from realtap.tui.app.ink import text_of_spans


def lines_of(value: str, width: int) -> list[str]:
    """The lines of an event with one field."""
    event = Event(1, 0.0, Side.SERVER, None, b'{"x":"' + value.encode() + b'"}')
    made = field_lines(field_tree(event), width, UNICODE, frozenset(), meanings=False)
    return [text_of_spans(each.spans).rstrip() for each in made]


@pytest.mark.parametrize("length", range(10, 60))
def test_no_quotation_mark_stands_alone(length: int) -> None:
    value = ("abcdefghij" * 6)[:length]
    lines = lines_of(value, 40)
    assert all(len(line.strip(" │")) > 4 for line in lines)
    assert "".join(line.strip(" │└x") for line in lines) == f'"{value}"'


def test_value_that_fits_exactly_is_not_broken() -> None:
    (line,) = lines_of("a" * 30, 38)
    assert len(line) == 38
    assert len(lines_of("a" * 31, 38)) == 2


def test_name_is_broken_behind_a_joint() -> None:
    first, second = lines_of("input_audio_buffer.committed", 26)
    assert first.endswith(("_buffer.", "audio_"))
    assert second.endswith('committed"')
