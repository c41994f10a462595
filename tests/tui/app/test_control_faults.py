"""Switching faults."""

import pytest

from realtap.proxy.control.methods import FaultsSet, FaultState
from realtap.proxy.injection.faults.endings import CloseSettings
from realtap.proxy.injection.faults.notation import parse_fault
from realtap.tui.app.control_faults import (
    FaultOn,
    as_written,
    faults_on,
    switched_off,
    switched_on,
)


def fault(name: str, *on: str, **parameters: object) -> FaultState:
    return FaultState(name=name, summary="", app_should="", parameters=parameters, on=list(on))


def test_fault_of_one_session_is_told_from_one_of_all() -> None:
    faults = [fault("stall", "stall", "stall:seconds=3 in s1"), fault("cut")]
    assert faults_on(faults, ["s1"]) == [FaultOn("stall", ""), FaultOn("stall:seconds=3", "s1")]


def test_reason_with_the_word_in_is_no_session() -> None:
    [found] = faults_on([fault("close", 'close:reason="back in 5"', "x in y")], ["s1"])[:1]
    assert found == FaultOn('close:reason="back in 5"', "")


def test_fault_is_switched_on_beside_others_and_takes_its_own_place() -> None:
    on = [FaultOn("cut", ""), FaultOn("stall", ""), FaultOn("close", "s1")]
    assert switched_on(on, "stall:seconds=3") == FaultsSet(faults=["cut", "stall:seconds=3"])


def test_fault_is_switched_off_wherever_it_is_on() -> None:
    on = [FaultOn("cut", ""), FaultOn("stall", ""), FaultOn("stall", "s1")]
    assert switched_off(on, "stall") == [
        FaultsSet(faults=["cut"]),
        FaultsSet(session="s1", faults=[]),
    ]


def test_values_in_force_are_edited_else_those_by_default() -> None:
    stall = fault("stall", seconds=5.0, side=None)
    assert as_written(stall, []) == "stall:seconds=5"
    assert as_written(stall, [FaultOn("stall:seconds=3", "")]) == "stall:seconds=3"
    assert as_written(fault("cut"), []) == "cut"


@pytest.mark.parametrize("reason", ["back soon, really", 'say "hi"', "", " x "])
def test_values_are_written_as_the_proxy_reads_them(reason: str) -> None:
    written = as_written(fault("close", code=1012, reason=reason), [])
    settings = parse_fault(written).settings
    assert isinstance(settings, CloseSettings)
    assert settings.reason == reason
