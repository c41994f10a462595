"""Numbers and times for the events of a session that another tool kept.

A recording's `at` is seconds since the session's start on a clock that never jumps. Other tools tell
the wall clock's time, the time since some start, or none.
"""

from datetime import UTC, datetime, timedelta

STEP_S = 0.05
"""An event without a time follows the one before it by so much: nothing is known but the order."""

LATEST_S = 1e11
"""The year 5138: a larger number is no time in seconds, whatever the tool meant by it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Since 1970: what the floats of seconds that tools write stand for, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def parsed_moment(text: str) -> datetime | None:
    """The time that a text tells in ISO 8601, in UTC unless it says otherwise; None for no time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Timeline:
    """Gives each event of one session its number and its time, in the order in which they come."""

    def __init__(self, started: datetime) -> None:
        self.at = 0.0
        """The time of the latest event."""
        self.seq = 0
        """The number of the latest event."""
        self.untimed = 0
        """How many had no time of their own."""
        self._started_us = microseconds(started)

    def next_seq(self) -> int:
        """The number of the next event."""
        self.seq += 1
        return self.seq

    def since_start(self, at: float | None) -> float:
        """The time of an event that is told in seconds since the start, or not at all.

        The order is known better than the times: an event is never before the one that it follows.
        """
        if at is None or not -LATEST_S < at < LATEST_S:
            self.untimed += 1
            at = self.at + STEP_S
        self.at = max(self.at, round(at, 6))
        return self.at

    def told_of_untimed(self) -> str:
        """How many events have a time that is made up, for people; empty for none."""
        if not self.untimed:
            return ""
        have, put = (
            ("event has", "it is put") if self.untimed == 1 else ("events have", "each is put")
        )
        return f"{self.untimed} {have} no time in the file: {put} {STEP_S:g} s after the one before"

    def by_clock(self, unix_s: float | None) -> float:
        """The time of an event that the wall clock tells, in seconds since 1970."""
        if unix_s is None or not 0 <= unix_s < LATEST_S:
            return self.since_start(None)
        return self.since_start((round(unix_s * 1e6) - self._started_us) / 1e6)
