"""Switching faults."""

from realtap.proxy.control.methods import FaultOn, FaultsSet, FaultState
from realtap.tui.app.control_faults import faults_on, switched_off, switched_on


def fault(name: str, *on: FaultOn) -> FaultState:
    return FaultState(
        name=name, summary="", app_should="", parameters={}, written=name, on=list(on)
    )


def test_fault_of_one_session_is_told_from_one_of_all() -> None:
    on = [FaultOn("stall"), FaultOn("stall:seconds=3", "s1")]
    assert faults_on([fault("stall", *on), fault("cut")]) == on
    assert {each.name for each in on} == {"stall"}


def test_fault_is_switched_on_beside_others_and_takes_its_own_place() -> None:
    on = [FaultOn("cut"), FaultOn("stall"), FaultOn("close", "s1")]
    assert switched_on(on, "stall:seconds=3") == FaultsSet(faults=["cut", "stall:seconds=3"])


def test_fault_is_switched_off_wherever_it_is_on() -> None:
    on = [FaultOn("cut"), FaultOn("stall"), FaultOn("stall", "s1")]
    assert switched_off(on, "stall") == [
        FaultsSet(faults=["cut"]),
        FaultsSet(session="s1", faults=[]),
    ]
