"""Tests on one value."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings.filters.comparing import Between, Is, Like, Number, glob, needle_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("abc", "abc"),
        ("a*", "abc"),
        ("*c", "abc"),
        ("a?c", "abc"),
        ("a*b*c", "a--b--c"),
        ("*", None),
        ("*", {}),
        ("5", 5),
        ("5.0", 5),
        ("5", "5"),
        ("5*", 512),
        ("true", True),
        ("false", False),
        ("null", None),
        ("[a]", "[a]"),
        ("a*", "a\nb"),
        ("1e3", 1000),
    ],
)
def test_text_is_the_value(text: str, value: object) -> None:
    assert Is(text).holds(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("abc", "ABC"),
        ("ab", "abc"),
        ("a?", "a"),
        ("5", True),
        ("1", True),
        ("5", [5]),
        ("null", "nil"),
        ("[ab]", "a"),
        ("null", {}),
    ],
)
def test_text_is_not_the_value(text: str, value: object) -> None:
    assert not Is(text).holds(value)


def test_quoted_text_means_itself() -> None:
    assert Is("*", is_quoted=True).holds("*")
    assert not Is("*", is_quoted=True).holds("a")
    assert not Is("5", is_quoted=True).holds(5)
    assert not Is("null", is_quoted=True).holds(None)


def test_expression_is_searched() -> None:
    like = Like(re.compile("b+", re.IGNORECASE))
    assert like.holds("aBBa")
    assert not like.holds("aa")
    assert not like.holds(["b"])
    assert Like(re.compile("^12")).holds(123)
    assert Like(re.compile("ul")).holds(None)


@pytest.mark.parametrize(
    ("operator", "passing"), [(">", [3]), (">=", [2, 3]), ("<", [1]), ("<=", [1, 2])]
)
def test_number_is_on_its_side_of_the_limit(operator: str, passing: list[int]) -> None:
    test = Number(operator, 2.0)
    assert [value for value in (1, 2, 3, "3", True, None) if test.holds(value)] == passing


def test_range_includes_its_ends() -> None:
    assert [value for value in (1, 2, 3, 4, "3") if Between(2, 3).holds(value)] == [2, 3]


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("get_weather", b"get_weather"),
        ("get_*_now", b"get_"),
        ("Zoé Smith", b"Smith"),
        ("*", b""),
        ("12", b""),
        ('"', b""),
    ],
)
def test_needle_is_what_every_such_frame_holds(text: str, needle: bytes) -> None:
    assert Is(text).needle == needle


def test_other_tests_have_no_needle() -> None:
    assert Like(re.compile("a")).needle == Number(">", 1).needle == Between(1, 2).needle == b""
    assert needle_of("a b/cde") == b"cde"


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_wildcards_find_what_an_expression_finds(pattern: str, text: str) -> None:
    plain = "".join({"*": ".*", "?": "."}.get(each, each) for each in pattern)
    assert bool(glob(pattern).fullmatch(text)) == bool(re.fullmatch(plain, text))


def test_many_wildcards_on_a_long_text_end_soon() -> None:
    assert not Is("*a" * 30 + "b").holds("a" * 20_000)
