from realtap.proxy.testing.report import PROPERTY, Tally


def counts(replayed: int, recorded: int = 0, *unplayed: str) -> list[tuple[str, object]]:
    return [(PROPERTY, {"replayed": replayed, "recorded": recorded, "unplayed": list(unplayed)})]


def test_a_run_without_sessions_says_nothing() -> None:
    tally = Tally()
    tally.add("test_a", [("other", 1)])
    assert list(tally.lines()) == []


def test_sessions_are_counted_over_all_tests() -> None:
    tally = Tally()
    tally.add("test_a", counts(1))
    tally.add("test_b", counts(2, 1))
    assert list(tally.lines()) == ["3 sessions replayed, 1 session recorded"]


def test_what_nobody_asked_for_is_told_and_not_endlessly() -> None:
    tally = Tally()
    tally.add("test_a", counts(1, 0, *(f"event {n}" for n in range(12))))
    lines = list(tally.lines())
    assert lines[1] == "test_a: event 0"
    assert lines[-1] == "and 2 more"
