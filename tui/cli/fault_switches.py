"""Switches single faults in a running proxy, whose control channel takes them all at once."""

from collections.abc import Sequence

from ...proxy.control import ControlClient
from ...proxy.control.methods import FaultsList, FaultsSet, SessionShow, Status, fault_name
from ...recordings.errors import UsageError
from . import talk


def switch_on(control: ControlClient, written: Sequence[str], session: str) -> None:
    """Add faults, `name:key=value`, to those that are on; one that is on gets new values.

    Raises:
        UsageError: One cannot be read; nothing changes.
    """
    session = _full_id(control, session)
    names = {fault_name(text) for text in written}
    kept = [text for text in _on(control, session) if fault_name(text) not in names]
    control.ask(FaultsSet(session=session, faults=[*kept, *written]))
    _tell([*kept, *written], session)


def switch_off(control: ControlClient, names: Sequence[str], session: str) -> None:
    """Take faults away; all without names.

    Raises:
        UsageError: One is not on; nothing changes.
    """
    session = _full_id(control, session)
    before = _on(control, session)
    wanted = {fault_name(text) for text in names}
    for name in wanted - {fault_name(text) for text in before}:
        raise UsageError(f"fault {name!r} is not on; on are: {', '.join(before) or 'none'}")
    kept = [text for text in before if wanted and fault_name(text) not in wanted]
    control.ask(FaultsSet(session=session, faults=kept))
    _tell(kept, session)


def _tell(written: Sequence[str], session: str) -> None:
    where = f"in session {session}" if session else "in all sessions"
    talk.say(f"faults on {where}: {', '.join(written) or 'none'}")


def _full_id(control: ControlClient, session: str) -> str:
    return control.ask(SessionShow(session=session)).id if session else ""


def _on(control: ControlClient, session: str) -> list[str]:
    """The faults of one session alone, or of all, as they were written."""
    if not session:
        # In the order in which they were switched on, which is that in which they are asked.
        return control.ask(Status()).faults
    on = [each for fault in control.ask(FaultsList()) for each in fault.on]
    return [each.written for each in on if each.session == session]
