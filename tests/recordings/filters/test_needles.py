"""What stands in a line for certain, however the line was encoded."""

from array import array
from itertools import accumulate

import pytest

from realtap.recordings.filters.needles import Needle, Needles, caseless_piece, is_spelled


def rows_of(needle: Needle, *lines: bytes, start: int = 0) -> set[int]:
    """The rows that may be wanted, of lines that lie somewhere in a file."""
    offsets = array("Q", accumulate(map(len, lines[:-1]), initial=start))
    return needle.rows_in(b"".join(lines), start, offsets, 0)


def test_line_with_the_needle_may_be_wanted() -> None:
    assert rows_of(Needle(b"item_1"), b"item_1\n", b"item_2\n", b"xitem_1item_1\n") == {0, 2}
    assert rows_of(Needle(b"item_1"), b"item_2\n", b"item_1\n", start=1000) == {1}
    assert rows_of(Needle(b"item_1"), b"item_\n", b"1\n") == set()


def test_case_is_ignored_on_demand() -> None:
    lines = (b"Paris\n", b"PARIS\n", b"paris\n", b"Rome\n")
    assert rows_of(Needle(b"paris", ignores_case=True), *lines) == {0, 1, 2}
    assert rows_of(Needle(b"paris"), *lines) == {2}


@pytest.mark.parametrize(
    "spelled",
    [rb"\u0070aris", rb"par\u0069s", rb"\\u0070aris", rb"\u005cu0070aris", rb"\\\\\u0070aris"],
)
def test_line_that_spells_a_plain_character_may_always_be_wanted(spelled: bytes) -> None:
    lines = b'"' + spelled + b'"\n', b"Rome\n", rb"caf\u00e9 \n" + b"\n"
    assert rows_of(Needle(b"paris"), *lines) == {0}
    assert is_spelled(spelled)


@pytest.mark.parametrize("raw", [b"", b"paris", rb"\n", rb"caf\u00e9", rb"\u201c", rb"\u001b"])
def test_other_escapes_spell_no_plain_character(raw: bytes) -> None:
    assert not is_spelled(raw)


def test_many_escapes_in_one_line_do_not_hide_the_next() -> None:
    lines = rb"\u00e9" * 50 + b"\n", rb"\u00e9 \u0041" + b"\n", rb"\u00e9" + b"\n"
    assert rows_of(Needle(b"paris"), *lines) == {1}


@pytest.mark.parametrize(
    ("text", "piece"),
    [("日本", "日本"), ("é 日本! 語", "日本"), ("É", ""), ("Paris", ""), ("", ""), ("😀", "😀")],
)
def test_piece_without_case_is_looked_for_as_it_is(text: str, piece: str) -> None:
    assert caseless_piece(text) == piece.encode()


def test_line_that_spells_anything_may_have_a_piece_that_is_not_ascii() -> None:
    lines = "日本\n".encode(), rb"\u65e5\u672c" + b"\n", b"Rome\n", rb"a\nb" + b"\n"
    assert rows_of(Needle("日本".encode()), *lines) == {0, 1}


def test_no_other_character_becomes_a_caseless_one_in_lower_case() -> None:
    for code in range(0x110000):
        lower = chr(code).lower()
        assert lower == chr(code) or not caseless_piece(lower)


def test_message_with_one_of_several_needles_may_be_wanted() -> None:
    needles = Needles([Needle(b"Paris"), Needle(b"rome", ignores_case=True)])
    for raw in (b"in Paris", b"ROME", rb"\u0050aris"):
        assert needles.may_be_in(raw)
    for raw in (b"paris", b"", rb"caf\u00e9 \n"):
        assert not needles.may_be_in(raw)


def test_message_that_spells_anything_may_have_a_needle_that_is_not_ascii() -> None:
    needles = Needles([Needle("日本".encode())])
    assert needles.may_be_in("日本".encode())
    assert needles.may_be_in(rb"\u65e5\u672c")
    assert not needles.may_be_in(rb"Rome\n")
