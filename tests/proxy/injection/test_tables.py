"""A TOML table, read strictly."""

import pytest

from realtap.proxy.injection.tables import Table
from realtap.recordings.errors import UsageError


def _table(**values: object) -> Table:
    return Table(values, 2, lambda index, key: f"mocks.toml table {index} key {key!r}")


def test_unknown_key_is_told_with_the_nearest_one() -> None:
    with pytest.raises(UsageError) as raised:
        _table(mach="x").check_keys(("match", "drop"))
    assert str(raised.value) == (
        "mocks.toml table 2 key 'mach': mach is unknown; did you mean match? there are match, drop"
    )


def test_values_are_given_as_what_they_are() -> None:
    table = _table(a="x", b=True, c=3, d=0.5, e={"x": 1}, f=["y"])
    assert (table.text("a"), table.flag("b"), table.count("c")) == ("x", True, 3)
    assert (table.seconds("d"), table.table("e"), table.texts("f")) == (0.5, {"x": 1}, ["y"])


def test_absent_values_are_none_or_empty() -> None:
    table = _table()
    assert (table.text("a"), table.flag("a"), table.count("a")) == (None, False, None)
    assert (table.seconds("a"), table.table("a"), table.texts("a")) == (None, {}, [])
    assert not table.has("a", "b")


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (Table.text, 3, "a text"),
        (Table.text, "", "a text"),
        (Table.flag, "yes", "true"),
        (Table.count, True, "a whole number of at least 0"),
        (Table.count, -1, "a whole number of at least 0"),
        (Table.count, 1.5, "a whole number of at least 0"),
        (Table.seconds, 0, "a number of seconds above 0"),
        (Table.seconds, float("inf"), "a number of seconds above 0"),
        (Table.seconds, "1", "a number of seconds above 0"),
        (Table.table, [], "a table"),
        (Table.texts, "x", "a list of texts"),
        (Table.texts, [1], "a list of texts"),
    ],
)
def test_value_of_another_kind_is_refused(read: object, value: object, expected: str) -> None:
    assert callable(read)
    with pytest.raises(UsageError) as raised:
        read(_table(key=value), "key")
    assert str(raised.value) == (
        f"mocks.toml table 2 key 'key': key is {value!r}; expected {expected}"
    )
