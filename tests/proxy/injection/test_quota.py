"""How often something is done."""

from realtap.proxy.injection.quota import Quota


def test_everything_is_taken_without_a_limit() -> None:
    quota = Quota()
    assert [quota.take() for _ in range(3)] == [True, True, True]
    assert not quota.is_used_up


def test_first_ones_are_let_by_and_then_so_many_taken() -> None:
    quota = Quota(2, skip=1)
    assert [quota.take() for _ in range(4)] == [False, True, True, False]
    assert quota.is_used_up
