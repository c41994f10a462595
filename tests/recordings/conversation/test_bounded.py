"""A dictionary that forgets its oldest entries."""

from realtap.recordings.conversation.bounded import BoundedDict


def test_oldest_keys_are_forgotten() -> None:
    bounded: BoundedDict[str, int] = BoundedDict(2)
    for number, key in enumerate("abcb"):
        bounded[key] = number
    assert dict(bounded) == {"b": 3, "c": 2}


def test_without_a_limit_all_is_kept() -> None:
    bounded: BoundedDict[int, int] = BoundedDict(None)
    for number in range(1_000):
        bounded[number] = number
    assert len(bounded) == 1_000
