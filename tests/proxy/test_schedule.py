"""Actions in time: order, cancelling, and no drift when the caller is late."""

from collections.abc import Callable

from realtap.proxy.schedule import Schedule


def _noting(notes: list[str], text: str) -> Callable[[], None]:
    return lambda: notes.append(text)


def test_actions_run_in_the_order_of_their_times() -> None:
    schedule, notes = Schedule(), list[str]()
    for delay_s, name in ((2, "b"), (1, "a"), (2, "c")):
        schedule.after(delay_s, _noting(notes, name))
    schedule.run_until(1.5)
    assert notes == ["a"]
    schedule.run_until(2)
    assert notes == ["a", "b", "c"]


def test_next_due_time_skips_what_was_called_off() -> None:
    schedule = Schedule()
    first = schedule.after(1, lambda: None)
    schedule.after(2, lambda: None)
    assert schedule.next_due_s == 1
    first.cancel()
    assert schedule.next_due_s == 2
    schedule.run_until(3)
    assert schedule.next_due_s is None


def test_called_off_action_does_not_run() -> None:
    schedule, notes = Schedule(), list[str]()
    schedule.after(1, _noting(notes, "a")).cancel()
    schedule.run_until(5)
    assert notes == []


def test_late_caller_does_not_delay_what_follows() -> None:
    schedule, times = Schedule(), list[float]()

    def tick() -> None:
        times.append(schedule.now_s)
        if len(times) < 3:
            schedule.after(1, tick)

    schedule.after(1, tick)
    schedule.run_until(10)
    assert times == [1, 2, 3]
    assert schedule.now_s == 10


def test_action_may_be_called_off_by_one_of_the_same_time() -> None:
    schedule, notes = Schedule(), list[str]()
    later = schedule.after(1, _noting(notes, "later"))
    earlier = Schedule()
    earlier.after(1, later.cancel)
    earlier.run_until(1)
    schedule.run_until(1)
    assert notes == []
