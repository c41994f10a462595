"""What other events tell, as a column: few combinations, many rows."""

from collections.abc import Sequence

import pytest

from realtap.recordings.filters import told
from realtap.recordings.filters.told import Told, ToldColumn
from realtap.recordings.joins import Joined

ROLE = Joined("item.role", "user", 3)
RESPONSE = Joined("response.id", "resp_1", 4, "a guess")


def test_rows_tell_what_was_joined_to_them() -> None:
    column = ToldColumn()
    for joined in ([ROLE], [], [ROLE, RESPONSE], [ROLE]):
        column.add(joined)
    assert len(column) == 4
    assert column.of(0) == column.of(3) == (Told("item.role", "user"),)
    assert column.of(1) == ()
    assert [each.value for each in column.of(2)] == ["user", "resp_1"]


def test_texts_are_left_out() -> None:
    column = ToldColumn()
    column.add([Joined("item.text", "Once upon a time"), ROLE, Joined("call.arguments", "{}")])
    assert column.of(0) == (Told("item.role", "user"),)


def test_rows_are_selected_among_those_that_are_asked_for() -> None:
    column = ToldColumn()
    for number in range(10):
        column.add([ROLE] if number % 2 else [])
    assert column.select(lambda _told: True, range(3, 9)) == [3, 5, 7]
    assert column.select(lambda _told: True, [1, 2, 9]) == [1, 9]
    assert column.select(lambda _told: False, range(10)) == []
    assert column.select(lambda _told: True, []) == []


def test_each_combination_is_looked_at_once() -> None:
    column = ToldColumn()
    asked: list[Sequence[Told]] = []

    def holds(told: Sequence[Told]) -> bool:
        asked.append(told)
        return True

    for _ in range(100):
        column.add([ROLE])
    assert len(column.select(holds, range(100))) == 100
    assert len(asked) == 1


def test_column_with_too_many_combinations_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "MOST_COMBINATIONS", 3)
    column = ToldColumn()
    for number in range(10):
        assert column.is_given_up == (number > 3)
        column.add([Joined("response.id", f"resp_{number}")])
    assert len(column) == 4
