"""The rules of a proxy by those who made them: what is said again stays, what is bad changes nothing."""

from pathlib import Path

import pytest

from realtap.proxy.regime import BREAKPOINTS, FAULTS_ON, Regime, mocks_path
from realtap.recordings.errors import UsageError

MOCK = '[[mock]]\ncall = "get_weather"\noutput = "sunny"\n'


class Desk:
    """A regime, and how often it changed."""

    def __init__(self) -> None:
        self.reports: list[str] = []
        self.changes = 0
        self.regime = Regime(self.reports.append, self.change)

    def change(self) -> None:
        self.changes += 1

    def names(self, session_id: str = "s") -> list[str]:
        return [maker.name for maker in self.regime.rulebook.makers(session_id)]


def test_faults_and_breakpoints_are_rules_and_can_be_shown() -> None:
    desk = Desk()
    desk.regime.set_faults(["late-cancel", "close:code=4000"])
    desk.regime.set_breakpoints(["type:response.create"], timeout_s=5)
    assert len(desk.names()) == 3
    assert desk.regime.written(FAULTS_ON) == ["late-cancel", "close:code=4000"]
    assert desk.regime.written(BREAKPOINTS) == ["type:response.create"]
    assert desk.changes == 2


def test_a_fault_that_is_said_again_keeps_its_maker() -> None:
    desk = Desk()
    desk.regime.set_faults(["late-cancel"])
    before = desk.regime.rulebook.makers("s")
    desk.regime.set_faults(["cut", "late-cancel"])
    assert desk.regime.rulebook.makers("s")[1] is before[0]


def test_a_breakpoint_with_another_time_out_is_another_one() -> None:
    desk = Desk()
    desk.regime.set_breakpoints(["type:a"], timeout_s=5)
    before = desk.regime.rulebook.makers("s")
    desk.regime.set_breakpoints(["type:a"], timeout_s=6)
    assert desk.regime.rulebook.makers("s")[0] is not before[0]


def test_one_bad_fault_leaves_all_as_they_were() -> None:
    desk = Desk()
    desk.regime.set_faults(["late-cancel"])
    with pytest.raises(UsageError):
        desk.regime.set_faults(["cut", "nonsense"])
    with pytest.raises(UsageError):
        desk.regime.set_breakpoints([""], timeout_s=5)
    assert desk.regime.written(FAULTS_ON) == ["late-cancel"]
    assert desk.regime.written(BREAKPOINTS) == []
    assert (len(desk.names()), desk.changes) == (1, 1)


def test_a_bad_filter_leaves_the_breakpoints_as_they_were() -> None:
    desk = Desk()
    desk.regime.set_breakpoints(["type:a"], timeout_s=5)
    with pytest.raises(UsageError):
        desk.regime.set_breakpoints(["type:b", "at>>"], timeout_s=5)
    assert desk.regime.written(BREAKPOINTS) == ["type:a"]
    assert len(desk.names()) == 1


def test_the_rules_of_a_session_are_its_own_and_go_with_it() -> None:
    desk = Desk()
    desk.regime.set_faults(["late-cancel"], session_id="one")
    assert (len(desk.names("one")), len(desk.names("two"))) == (1, 0)
    on = {kind.name: where for kind, where in desk.regime.faults()}
    assert on["late-cancel"] == [("late-cancel", "one")]
    desk.regime.forget("one")
    assert desk.names("one") == []
    assert desk.regime.written(FAULTS_ON, session_id="one") == []


def test_mocks_come_from_text_or_from_a_file(tmp_path: Path) -> None:
    desk = Desk()
    assert (desk.regime.mocks_source, desk.regime.mocks_problem) == ("", None)
    desk.regime.set_mocks(MOCK)
    assert (desk.regime.mocks_source, len(desk.regime.mock_names)) == ("text", 1)
    path = tmp_path / "mocks.toml"
    path.write_text(MOCK * 2)
    desk.regime.follow(path)
    assert (desk.regime.mocks_source, len(desk.regime.mock_names)) == (str(path), 2)
    desk.regime.set_mocks("")
    assert (desk.regime.mocks_source, desk.regime.mock_names) == ("", [])


def test_text_that_is_set_again_keeps_the_makers_of_what_has_not_changed() -> None:
    desk = Desk()
    desk.regime.set_mocks(MOCK)
    before = desk.regime.rulebook.makers("s")
    desk.regime.set_mocks(MOCK.replace("get_weather", "get_time") + MOCK)
    assert desk.regime.rulebook.makers("s")[1] is before[0]


def test_a_bad_file_leaves_the_mocks_as_they_were(tmp_path: Path) -> None:
    desk = Desk()
    desk.regime.set_mocks(MOCK)
    path = tmp_path / "mocks.toml"
    path.write_text("[[nonsense]]")
    with pytest.raises(UsageError, match="line 1"):
        desk.regime.follow(path)
    assert (desk.regime.mocks_source, len(desk.regime.mock_names), desk.changes) == ("text", 1, 1)


def test_a_file_that_became_bad_is_a_change_and_told_once(tmp_path: Path) -> None:
    desk = Desk()
    path = tmp_path / "mocks.toml"
    path.write_text(MOCK)
    desk.regime.follow(path)
    path.write_text("[[nonsense]]")
    desk.regime.look()
    desk.regime.look()
    assert desk.regime.mocks_problem is not None
    assert (len(desk.regime.mock_names), desk.changes, len(desk.reports)) == (1, 2, 1)


def test_a_file_that_has_not_changed_is_no_change(tmp_path: Path) -> None:
    desk = Desk()
    desk.regime.look()
    path = tmp_path / "mocks.toml"
    path.write_text(MOCK)
    desk.regime.follow(path)
    desk.regime.look()
    assert desk.changes == 1
    path.write_text(MOCK * 3)
    desk.regime.look()
    assert (desk.changes, len(desk.regime.mock_names)) == (2, 3)


def test_a_mocks_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        mocks_path(str(tmp_path / "none.toml"))
