"""Pieces of streamed output."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.proxy.simulator.output_items import Budget, OutOfTokensError, split_tokens
from realtap.proxy.simulator.usage import Tokens


@given(st.text())
def test_pieces_are_the_text(text: str) -> None:
    assert "".join(split_tokens(text)) == text


def test_pieces_are_words_with_the_space_before_them() -> None:
    assert split_tokens("Hi there, you!") == ["Hi", " there", ",", " you", "!"]


def test_budget_ends_before_the_token_too_many() -> None:
    budget = Budget(3)
    budget.spend(Tokens(text=2))
    budget.spend(Tokens(audio=1))
    with pytest.raises(OutOfTokensError):
        budget.spend(Tokens(text=1))
    assert budget.spent == Tokens(text=2, audio=1)


def test_what_did_not_fit_is_not_counted() -> None:
    budget = Budget(1)
    with pytest.raises(OutOfTokensError):
        budget.spend(Tokens(text=2))
    assert budget.spent.total == 0
