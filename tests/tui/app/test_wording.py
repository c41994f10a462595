"""Times and lengths in words."""

from datetime import UTC, datetime

import pytest

from realtap.tui.app.wording import TimeMode, age, clock, count, length, moment, offset


@pytest.mark.parametrize(
    ("seconds", "expected"), [(8.34, "8.3 s"), (64, "1 m 04 s"), (7800, "2 h 10 m")]
)
def test_length_has_the_unit_that_fits(seconds: float, expected: str) -> None:
    assert length(seconds) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (5, "just now"),
        (300, "5 min ago"),
        (7200, "2 h ago"),
        (90_000, "1 day ago"),
        (900_000, "10 days ago"),
    ],
)
def test_age_is_told_roughly(seconds: float, expected: str) -> None:
    assert age(seconds) == expected


def test_time_modes_go_round() -> None:
    mode = TimeMode.START
    for _ in TimeMode:
        mode = mode.next
    assert mode is TimeMode.START


def test_clock_counts_from_the_start() -> None:
    started = datetime(2026, 1, 1, 14, 15, 12, tzinfo=UTC)
    assert clock(started, 12.6034) == "14:15:24.603"
    assert clock(None, 1.5) == "+1.500"
    assert clock(started, 1e18) == offset(1e18)


def test_moment_of_junk_is_none() -> None:
    assert moment("yesterday") is None
    assert moment("2026-01-01T00:00:00") == datetime(2026, 1, 1, tzinfo=UTC)


def test_count_has_its_plural() -> None:
    assert count(1, "event") == "1 event"
    assert count(1204, "event") == "1,204 events"
