"""What to ask of a proxy to switch one fault: its channel takes all at once."""

from collections.abc import Sequence

from ...proxy.control.methods import FaultOn, FaultsSet, FaultState


def faults_on(faults: Sequence[FaultState]) -> list[FaultOn]:
    """Those that are on, wherever."""
    return [each for fault in faults for each in fault.on]


def switched_on(on: Sequence[FaultOn], written: str) -> FaultsSet:
    """The request that puts a fault on for all sessions, with other values if it is on already."""
    name = FaultOn(written).name
    kept = [each.written for each in on if not each.session and each.name != name]
    return FaultsSet(faults=[*kept, written])


def switched_off(on: Sequence[FaultOn], name: str) -> list[FaultsSet]:
    """The requests that take a fault away, wherever it is on."""
    scopes = dict.fromkeys(each.session for each in on if each.name == name)
    return [
        FaultsSet(
            session=scope,
            faults=[each.written for each in on if each.session == scope and each.name != name],
        )
        for scope in scopes
    ]
