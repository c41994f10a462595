"""Which faults are on, and what to ask of a proxy to switch one: its channel takes all at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...proxy.control.methods import FaultsSet, FaultState
from ...proxy.injection.faults.settings import written as value_written

_SCOPE = re.compile(r"(?P<written>.*) in (?P<session>[\w.:-]+)", re.DOTALL)
"""How the proxy tells a fault that is on in one session only."""


@dataclass(frozen=True, slots=True)
class FaultOn:
    """A fault that is on."""

    written: str
    """`name` or `name:key=value,key=value`."""
    session: str
    """The only session that it is on in; empty: in all."""

    @property
    def name(self) -> str:
        """Which fault it is."""
        return self.written.partition(":")[0].strip()


def faults_on(faults: Sequence[FaultState], sessions: Sequence[str]) -> list[FaultOn]:
    """Those that are on.

    Args:
        faults: All, as the proxy tells them.
        sessions: The ids of the open sessions.
    """
    return [_read(text, sessions) for fault in faults for text in fault.on]


def _read(text: str, sessions: Sequence[str]) -> FaultOn:
    found = _SCOPE.fullmatch(text)
    if found is not None and found["session"] in sessions:
        return FaultOn(found["written"], found["session"])
    return FaultOn(text, "")


def switched_on(on: Sequence[FaultOn], written: str) -> FaultsSet:
    """The request that puts a fault on for all sessions, with other values if it is on already."""
    name = FaultOn(written, "").name
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


def as_written(fault: FaultState, on: Sequence[FaultOn]) -> str:
    """A fault with the values that it has, or would have by itself, to be edited."""
    found = next((each for each in on if each.name == fault.name), None)
    if found is not None:
        return found.written
    told = ",".join(
        f"{name}={value_written(value)}"
        for name, value in fault.parameters.items()
        if value is not None
    )
    return f"{fault.name}:{told}" if told else fault.name
