"""Times, lengths and counts as short words of a fixed form."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ...recordings.errors import RecordingError


def reason(error: RecordingError) -> str:
    """What is wrong with a recording, without its path: that stands beside it."""
    return str(error).removeprefix(f"recording {error.path}").lstrip(": ")


class TimeMode(StrEnum):
    """What the times of events are counted from."""

    START = "since start"
    PREVIOUS = "since previous"
    CLOCK = "clock, UTC"
    MARK = "since mark"

    @property
    def next(self) -> "TimeMode":
        """The one that the key chooses after this one."""
        modes = list(TimeMode)
        return modes[(modes.index(self) + 1) % len(modes)]


def length(seconds: float) -> str:
    """`8.3 s`, `1 m 04 s`, `2 h 10 m`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} m {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} m"


def age(seconds: float) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `2 days ago`."""
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 86_400:
        return f"{seconds // 3600:.0f} h ago"
    days = int(seconds // 86_400)
    return "1 day ago" if days == 1 else f"{days} days ago"


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 event`, `1,204 events`."""
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"


def moment(text: str) -> datetime | None:
    """The time that a header tells; None when it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def offset(seconds: float) -> str:
    """`+12.480`: from the start, or from another event."""
    return f"{seconds:+.3f}" if abs(seconds) < 10_000 else f"{seconds:+.1f}"


def clock(started: datetime | None, at: float) -> str:
    """`14:15:24.603`; as `offset` when the start is not known."""
    if started is None:
        return offset(at)
    try:
        return f"{started + timedelta(seconds=at):%H:%M:%S.%f}"[:-3]
    except OverflowError:
        return offset(at)
