"""Times and numbers for events of other tools."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings.exchange.timeline import Timeline, parsed_moment

STARTED = datetime(2026, 11, 20, 14, 15, 12, 123457, tzinfo=UTC)


def test_numbers_begin_with_1() -> None:
    timeline = Timeline(STARTED)
    assert [timeline.next_seq(), timeline.next_seq()] == [1, 2]


def test_time_never_goes_back() -> None:
    timeline = Timeline(STARTED)
    assert [timeline.since_start(at) for at in (-1.0, 2.0, 1.0)] == [0.0, 2.0, 2.0]


@pytest.mark.parametrize("unix_s", [None, float("inf"), 1.8e12, -1.0])
def test_what_cannot_be_a_time_is_taken_for_none(unix_s: float | None) -> None:
    timeline = Timeline(STARTED)
    assert timeline.by_clock(unix_s) == 0.05
    assert timeline.untimed == 1


def test_nothing_is_told_when_all_have_times() -> None:
    timeline = Timeline(STARTED)
    timeline.since_start(1.0)
    assert timeline.told_of_untimed() == ""


@given(st.integers(0, 10**13))
def test_microsecond_survives_the_float_of_the_clock(offset_us: int) -> None:
    moment = STARTED + timedelta(microseconds=offset_us)
    assert Timeline(STARTED).by_clock(moment.timestamp()) == offset_us / 1e6


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T14:15:12.123457Z", STARTED),
        ("2026-11-20T16:15:12.123457+02:00", STARTED),
        ("2026-11-20T14:15:12.123457", STARTED),
        ("today", None),
    ],
)
def test_moment_is_in_utc_unless_it_says_otherwise(text: str, moment: datetime | None) -> None:
    assert parsed_moment(text) == moment
