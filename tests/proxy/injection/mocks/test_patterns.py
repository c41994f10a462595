"""What arguments a mock asks for."""

import pytest

from realtap.proxy.injection.mocks.patterns import Pattern

ARGUMENTS = {
    "city": "Paris",
    "days": 3,
    "exact": True,
    "nothing": None,
    "place": {"country": "FR", "zip": "75001"},
    "tags": ["a", {"b": 1}],
}


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"city": "Paris"},
        {"city": "*"},
        {"nothing": "*"},
        {"city": "re:^Par"},
        {"city": "re:(?i)PARIS$"},
        {"days": 3.0},
        {"days": "re:^[0-9]$"},
        {"exact": True},
        {"nothing": "re:^null$"},
        {"place": {"country": "FR"}},
        {"place": "*"},
        {"tags": ["a", {}]},
        {"tags": ["re:.", "*"]},
    ],
)
def test_arguments_have_what_is_asked_for(wanted: object) -> None:
    assert Pattern.parse(wanted).fits(ARGUMENTS)


@pytest.mark.parametrize(
    "wanted",
    [
        {"city": "paris"},
        {"city": "Par*"},
        {"country": "*"},
        {"city": "re:^aris"},
        {"days": 4},
        {"days": "3"},
        {"days": True},
        {"exact": 1},
        {"exact": "true"},
        {"nothing": 0},
        {"place": {"country": "FR", "street": "*"}},
        {"place": ["country"]},
        {"tags": ["a"]},
        {"tags": {"0": "a"}},
        {"tags": ["a", {"b": 2}]},
        {"place": "re:FR"},
    ],
)
def test_arguments_lack_what_is_asked_for(wanted: object) -> None:
    assert not Pattern.parse(wanted).fits(ARGUMENTS)


def test_bad_expression_is_told_with_its_place() -> None:
    with pytest.raises(ValueError, match=r"^place\.tags\[0\] is 're:\(', which is no regular exp"):
        Pattern.parse({"place": {"tags": ["re:("]}})
