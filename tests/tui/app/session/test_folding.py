"""Lines of a list with folded runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.tui.app.session.folding import FoldedLines, Line, is_foldable

TYPES = ["session.created", "input_audio_buffer.append", "response.output_audio.delta", "error"]


@dataclass
class Fake:
    """An index of types alone."""

    type_codes: list[int]
    types: list[str] = field(default_factory=lambda: TYPES)
    items: list[int] = field(default_factory=list)
    """The item of each row, as far as there are any."""

    @property
    def streams(self) -> list[int]:
        return self.items + [0] * (len(self.type_codes) - len(self.items))


def lines_for(
    codes: list[int], *, items: Sequence[int] = (), is_folded: bool = True
) -> FoldedLines:
    lines = FoldedLines(Fake(codes, items=list(items)), is_folded=is_folded)
    lines.extend(range(len(codes)))
    return lines


def test_run_is_one_line_with_its_count() -> None:
    lines = lines_for([0, 1, 1, 1, 3])
    assert [lines.at(n) for n in range(len(lines))] == [Line(0, 1), Line(1, 3), Line(4, 1)]


def test_alternating_runs_are_one_line_each() -> None:
    lines = lines_for([0, 1, 2, 1, 2, 3, 1])
    assert [lines.at(n).size for n in range(len(lines))] == [1, 2, 2, 1, 1]
    assert list(lines.rows_of(2)) == [2, 4]


def test_what_two_items_say_at_the_same_time_is_kept_apart() -> None:
    lines = lines_for([0, 2, 2, 2, 2, 3], items=[0, 7, 8, 7, 8, 0])
    assert [lines.at(n) for n in range(len(lines))] == [
        Line(0, 1),
        Line(1, 2),
        Line(2, 2),
        Line(5, 1),
    ]
    assert [list(lines.rows_of(n)) for n in (1, 2)] == [[1, 3], [2, 4]]
    assert [lines.line_of(row) for row in range(6)] == [0, 1, 2, 1, 2, 3]


def test_run_grows_with_what_comes() -> None:
    index = Fake([0, 1])
    lines = FoldedLines(index)
    lines.extend(range(2))
    index.type_codes += [1, 1]
    lines.extend(range(2, 4))
    assert lines.at(1) == Line(1, 3)


def test_open_run_lists_its_events_and_grows_too() -> None:
    index = Fake([0, 1, 1])
    lines = FoldedLines(index)
    lines.extend(range(3))
    assert lines.toggle(1)
    assert [lines.at(n).row for n in range(len(lines))] == [0, 1, 1, 2]
    index.type_codes.append(1)
    lines.extend([3])
    assert lines.at(4) == Line(3, 1, is_member=True)
    assert lines.toggle(3)
    assert len(lines) == 2


def test_lone_event_does_not_open() -> None:
    assert not lines_for([0, 1, 3]).toggle(1)


def test_filtered_rows_are_folded_among_themselves() -> None:
    lines = FoldedLines(Fake([1, 2, 1, 3]))
    lines.extend([0, 2, 3])
    assert [lines.at(n) for n in range(len(lines))] == [Line(0, 2), Line(3, 1)]
    assert not lines.has(1)
    assert lines.has(2)


def test_run_ends_where_it_ended_in_the_recording_though_that_is_hidden() -> None:
    lines = FoldedLines(Fake([1, 1, 0, 1, 1]))
    lines.extend([0, 1, 3, 4])
    assert [lines.at(n) for n in range(len(lines))] == [Line(0, 2), Line(3, 2)]
    assert [list(lines.rows_of(n)) for n in range(2)] == [[0, 1], [3, 4]]
    assert lines.line_of(4) == 1


def test_row_that_is_not_shown_is_found_at_the_line_before() -> None:
    lines = FoldedLines(Fake([0, 3, 0, 3]))
    lines.extend([0, 2])
    assert lines.line_of(1) == 0
    assert lines.line_of(3) == 1
    assert FoldedLines(Fake([])).line_of(5) == 0


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("response.output_text.delta", True),
        ("input_audio_buffer.append", True),
        ("response.done", False),
        ("", False),
    ],
)
def test_only_streams_are_folded(type_: str, expected: bool) -> None:  # noqa: FBT001 # a case of the table
    assert is_foldable(type_) is expected


@given(
    codes=st.lists(st.integers(0, 3), min_size=1, max_size=60),
    items=st.lists(st.integers(0, 2), max_size=60),
    opened=st.lists(st.integers(0, 59), max_size=5),
    hidden=st.sets(st.integers(0, 59)),
    is_folded=st.booleans(),
)
def test_every_event_is_found_at_a_line_that_stands_for_it(
    codes: list[int],
    items: list[int],
    opened: list[int],
    hidden: set[int],
    is_folded: bool,  # noqa: FBT001 # hypothesis gives it by name
) -> None:
    lines = FoldedLines(Fake(codes, items=items[: len(codes)]), is_folded=is_folded)
    rows = [row for row in range(len(codes)) if row not in hidden]
    lines.extend(rows[: len(rows) // 2])
    lines.extend(rows[len(rows) // 2 :])
    for line in opened:
        if line < len(lines):
            lines.toggle(line)
    for row in rows:
        assert row in lines.rows_of(lines.line_of(row))
    shown = [lines.at(n) for n in range(len(lines))]
    assert sum(each.size for each in shown if not each.is_member) == len(rows)
