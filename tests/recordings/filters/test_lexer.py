"""A filter's words and signs, with their places."""

import pytest

from realtap.recordings.filters.error import FilterError
from realtap.recordings.filters.lexer import Mark, Operator, Sign, Word, tokens_of


def test_word_knows_its_parts_and_their_places() -> None:
    (word,) = tokens_of('  item.name!="get weather"')
    assert word == Word(
        position=2,
        subject="item.name",
        operator=Operator.IS_NOT,
        operator_position=11,
        value="get weather",
        value_position=13,
        is_quoted=True,
        end=26,
    )


def test_signs_stand_between_words() -> None:
    marks = [each.mark for each in tokens_of("(-a OR b) AND c") if isinstance(each, Sign)]
    assert marks == [Mark.OPEN, Mark.NOT, Mark.OR, Mark.CLOSE, Mark.AND]


@pytest.mark.parametrize(
    ("text", "value", "is_quoted"),
    [
        ("hello", "hello", False),
        ('"OR"', "OR", True),
        (r'"a \"b\" \\ \n"', 'a "b" \\ \\n', True),
        ("item.name~(a|b)", "(a|b)", False),
        ("a:", "", False),
        ('a:""', "", True),
        ("or", "or", False),
    ],
)
def test_value_ends_where_it_should(text: str, value: str, *, is_quoted: bool) -> None:
    (word,) = tokens_of(text)
    assert isinstance(word, Word)
    assert (word.value, word.is_quoted) == (value, is_quoted)


def test_parenthesis_that_a_value_did_not_open_closes_the_group() -> None:
    *_, word, close = tokens_of("(a:b(c))")
    assert isinstance(word, Word)
    assert word.value == "b(c)"
    assert close == Sign(Mark.CLOSE, 7)


@pytest.mark.parametrize(("text", "position"), [('a "b', 2), ('a:"b', 2), ('"a"b', 3)])
def test_quote_without_its_end_is_refused(text: str, position: int) -> None:
    with pytest.raises(FilterError) as caught:
        tokens_of(text)
    assert caught.value.position == position
