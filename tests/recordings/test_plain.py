"""Values as short plain words."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings import plain

RUN = base64.b64encode(bytes(range(150))).decode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain äöü 東京 🎙", "plain äöü 東京 🎙"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("abc\u202edcba\u2028", "abc\\u202edcba\\u2028"),
        ("no\xa0break", "no break"),
        ("\ud800", "\\ud800"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_what_a_terminal_would_obey_is_spelled_out(text: str, shown: str) -> None:
    assert plain.safe(text) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 10, "short"),
        ("exactly-10", 10, "exactly-10"),
        ("one more than ten", 10, "one more t…"),
        ("ends in a space", 5, "ends…"),
        (RUN, 80, "(base64 150 B)"),
        (f"see {RUN} there", 80, "see (base64 150 B) there"),
        (f"a {RUN} b {RUN * 40}", 80, "a (base64 150 B) b (base64 6 kB)"),
        (f"data:image/png;base64,{RUN}", 80, "(image/png 150 B)"),
        (f"{'w ' * 100}{RUN}", 20, f"{'w ' * 10}".rstrip() + "…"),
        ("\x1b" * 20, 20, "\\x1b" * 5 + "…"),
    ],
)
def test_text_is_cut_and_base64_is_told_by_its_size(text: str, limit: int, shown: str) -> None:
    assert plain.cut(text, limit) == shown


@given(st.text(max_size=300), st.integers(0, 100))
def test_cut_text_is_short_and_harmless(text: str, limit: int) -> None:
    shown = plain.cut(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit + 1


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [
        (0, "0 B"),
        (12, "12 B"),
        (3400, "3.4 kB"),
        (10**8, "100 MB"),
        (25 * 10**8, "2.5 GB"),
        (5 * 10**12, "5000 GB"),
    ],
)
def test_size_is_shown_in_its_unit(size_bytes: int, shown: str) -> None:
    assert plain.size(size_bytes) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('{\n "a" : 1}', '{"a":1}'),
        ("not json", "not json"),
        ({"a": [1, None]}, '{"a":[1,null]}'),
        ('"\\ud83d"', '"\\ud83d"'),
        (10**30, "1" + "0" * 30),
    ],
)
def test_json_is_shown_compact(value: object, shown: str) -> None:
    assert plain.compact(value, 80) == shown


def test_json_that_is_too_deep_is_left_out() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert plain.encoded(deep) == "…"
    assert plain.compact("[" * 100_000, 5) == "[[[[[…"


@pytest.mark.parametrize("value", [None, True, 5, 1.5, "x", [1, {"a": 1}], {"a": 1}])
def test_value_of_the_wrong_kind_becomes_nothing(value: object) -> None:
    assert plain.text_of(value) == ("x" if value == "x" else "")
    assert plain.object_of(value) == (value if isinstance(value, dict) else {})
    assert plain.objects_of(value) == ([{"a": 1}] if isinstance(value, list) else [])
    assert plain.number_of(value) == (value if type(value) in {int, float} else None)
