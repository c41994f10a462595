"""What is to happen later: actions with their due times, run when the caller says what time it is.

No clock is read here. While an action runs, `now_s` is the time at which it was due, so that a late
poll does not make a paced stream drift.
"""

import heapq
import itertools
from collections.abc import Callable

type Action = Callable[[], None]


class Timer:
    """One action that waits; it can be called off."""

    __slots__ = ("action", "due_s")

    def __init__(self, due_s: float, action: Action) -> None:
        self.due_s = due_s
        self.action: Action | None = action

    def cancel(self) -> None:
        """Call the action off."""
        self.action = None


class Schedule:
    """Actions in the order of their due times; those of one time in the order they were made."""

    def __init__(self) -> None:
        self.now_s = 0.0
        """Seconds on the caller's monotonic clock."""
        self._heap: list[tuple[float, int, Timer]] = []
        self._count = itertools.count()

    @property
    def next_due_s(self) -> float | None:
        """When the next action is due; None when nothing waits."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def after(self, delay_s: float, action: Action) -> Timer:
        """Run `action` in `delay_s` seconds from now."""
        timer = Timer(self.now_s + delay_s, action)
        heapq.heappush(self._heap, (timer.due_s, next(self._count), timer))
        return timer

    def run_until(self, now_s: float) -> None:
        """Run everything that is due by `now_s`, also what becomes due meanwhile."""
        while (due_s := self.next_due_s) is not None and due_s <= now_s:
            _, _, timer = heapq.heappop(self._heap)
            # A message may have been received at a later time than a late action's due time.
            self.now_s = max(self.now_s, due_s)
            if timer.action is not None:
                timer.action()
        self.now_s = max(self.now_s, now_s)
