"""Ids of what realtap makes by itself."""

from realtap.proxy.injection.ids import MARK, MadeIds, is_made_up


def test_ids_of_each_kind_are_marked_and_tell_their_kind() -> None:
    ids = MadeIds()
    made = [ids.event(), ids.item(), ids.call(), ids.response()]
    assert [each.partition(MARK)[0] for each in made] == ["event", "item", "call", "resp"]
    assert all(is_made_up(each) for each in made)


def test_an_items_id_is_short_enough_for_the_server() -> None:
    assert len(MadeIds("any session").item()) <= 32


def test_ids_are_the_same_for_a_seed_and_never_the_same_without_one() -> None:
    assert MadeIds("a").call() == MadeIds("a").call()
    assert MadeIds("a").call() != MadeIds("b").call()
    assert MadeIds().call() != MadeIds().call()


def test_no_id_is_made_twice() -> None:
    ids = MadeIds("a")
    assert len({ids.item() for _ in range(1_000)}) == 1_000


def test_a_seed_may_be_of_any_length() -> None:
    assert is_made_up(MadeIds("s" * 500).event())


def test_ids_of_servers_and_values_that_are_none_are_not_ours() -> None:
    for value in ("call_abc", "item_realtap_", "realtap", "", None, 7, ["call_realtap_0"]):
        assert not is_made_up(value)
