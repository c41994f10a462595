"""Ids: the real server's shapes, repeatable, never twice the same."""

import re

import pytest

from realtap.proxy.simulator.ids import Ids


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("event", r"event_\w{21}"),
        ("item", r"item_\w{21}"),
        ("response", r"resp_\w{21}"),
        ("conversation", r"conv_\w{21}"),
        ("session", r"sess_\w{21}"),
        ("call", r"call_\w{16}"),
    ],
)
def test_id_has_the_recorded_shape(kind: str, shape: str) -> None:
    assert re.fullmatch(shape, getattr(Ids("1"), kind)())


def test_same_seed_repeats_and_another_does_not() -> None:
    first, again, other = Ids("a"), Ids("a"), Ids("b")
    ids = [first.event() for _ in range(50)]
    assert len(set(ids)) == 50
    assert ids == [again.event() for _ in range(50)]
    assert not set(ids) & {other.event() for _ in range(50)}


@pytest.mark.parametrize(("delta", "length"), [("{", 15), ("Hello there you", 1), ("x" * 20, 12)])
def test_obfuscation_fills_up_to_a_multiple_of_16(delta: str, length: int) -> None:
    assert len(Ids("1").obfuscation(delta)) == length
