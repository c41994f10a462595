"""Text in inks, cut to cells."""

import pytest
from rich.style import Style

from realtap.tui.app.glyphs import ASCII, UNICODE
from realtap.tui.app.ink import Ink, Inks, Span, cut_cells, fitted, text_of_spans


@pytest.fixture
def inks() -> Inks:
    """Inks without colours."""
    return Inks(Style.null(), {ink: Style.null() for ink in Ink})


def test_line_is_exactly_as_wide_as_asked(inks: Inks) -> None:
    for width in (1, 5, 20):
        strip = inks.strip([Span("hello "), Span("world")], width, UNICODE)
        assert strip.cell_length == width


def test_cut_text_ends_with_a_sign(inks: Inks) -> None:
    assert inks.strip([Span("hello world")], 6, UNICODE).text == "hello…"
    assert inks.strip([Span("hello world")], 6, ASCII).text == "hello~"


def test_wide_characters_take_two_cells(inks: Inks) -> None:
    strip = inks.strip([Span("東京タワー")], 5, UNICODE)
    assert strip.cell_length == 5
    assert strip.text == "東京…"


def test_escape_sequences_are_written_out(inks: Inks) -> None:
    strip = inks.strip([Span("\x1b[31mred\x07\u202e")], 40, UNICODE)
    assert strip.text.rstrip() == "\\x1b[31mred\\x07\\u202e"
    assert "\x1b" not in text_of_spans([Span("\x1b]52;c;AAAA\x07")])


def test_text_is_filled_up_to_its_width() -> None:
    assert fitted("ab", 4, UNICODE) == "ab  "
    assert fitted("a\nb", 4, UNICODE) == "a\\nb"
    assert cut_cells("abc", 0, UNICODE) == ""
