"""JSON's escapes undone, and the way back from what they say to how it is written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings.escapes import MAX_DEPTH, Readings, as_latin, unescaped


@given(text=st.text(max_size=30), ascii_=st.booleans())
def test_what_json_escapes_is_undone(text: str, *, ascii_: bool) -> None:
    written = json.dumps(text, ensure_ascii=ascii_)[1:-1]
    assert unescaped(as_latin(written)) == as_latin(text)


@pytest.mark.parametrize("text", ["plain", "\\x41", "\\u12", "C:\\Users", "\\", "\\ud83d"])
def test_what_is_no_escape_stays(text: str) -> None:
    assert unescaped(text) in {text, as_latin("\ud83d")}


@given(
    before=st.text(max_size=6),
    wanted=st.text(min_size=1, max_size=8),
    after=st.text(max_size=6),
    depth=st.integers(0, 3),
    ascii_=st.booleans(),
)
def test_span_is_found_in_the_text_at_every_depth(
    before: str, wanted: str, after: str, depth: int, *, ascii_: bool
) -> None:
    parts = [before, wanted, after]
    for _ in range(depth):
        parts = [json.dumps(part, ensure_ascii=ascii_)[1:-1] for part in parts]
    written = [as_latin(part) for part in parts]
    start = len(as_latin(before))
    span = (start, start + len(as_latin(wanted)))
    readings = list(Readings("".join(written), is_json_string=False))
    text, to_source = next(
        (text, to_source)
        for text, to_source in readings
        if text == as_latin(before + wanted + after)
    )
    assert text[slice(*span)] == as_latin(wanted)
    found = to_source(span)
    expected = (len(written[0]), len(written[0]) + len(written[1]))
    if "\\" not in before + wanted + after:
        assert found == expected


def test_part_of_an_escapes_meaning_takes_the_whole_escape() -> None:
    text, to_source = list(Readings("a\\u00e9b", is_json_string=True))[-1]
    assert text == as_latin("aéb")
    assert to_source((1, 2)) == to_source((2, 3)) == (1, 7)


def test_inside_of_a_json_string_is_never_read_as_it_is_written() -> None:
    assert [text for text, _ in Readings("\\nx", is_json_string=True)] == ["\nx"]
    assert [text for text, _ in Readings("\\nx", is_json_string=False)] == ["\\nx", "\nx"]
    assert [text for text, _ in Readings("x", is_json_string=True)] == ["x"]


def test_depth_is_bounded() -> None:
    assert len(list(Readings("\\" * 4096, is_json_string=False))) == MAX_DEPTH + 1
