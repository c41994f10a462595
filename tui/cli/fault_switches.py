"""Switches single faults in a running proxy, whose control channel takes them all at once."""

from collections.abc import Sequence

from ...proxy.control import ControlClient
from ...proxy.control.methods import FaultsList, FaultsSet, SessionShow, Status
from ...recordings.errors import UsageError
from . import talk


def switch_on(control: ControlClient, written: Sequence[str], session: str) -> None:
    """Add faults, `name:key=value`, to those that are on; one that is on gets new values.

    Raises:
        UsageError: One cannot be read; nothing changes.
    """
    session = _full_id(control, session)
    names = {_name(text) for text in written}
    kept = [text for text in _on(control, session) if _name(text) not in names]
    control.ask(FaultsSet(session=session, faults=[*kept, *written]))
    _tell([*kept, *written], session)


def switch_off(control: ControlClient, names: Sequence[str], session: str) -> None:
    """Take faults away; all without names.

    Raises:
        UsageError: One is not on; nothing changes.
    """
    session = _full_id(control, session)
    before = _on(control, session)
    wanted = {_name(text) for text in names}
    for name in wanted - {_name(text) for text in before}:
        raise UsageError(f"fault {name!r} is not on; on are: {', '.join(before) or 'none'}")
    kept = [text for text in before if wanted and _name(text) not in wanted]
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
        return control.ask(Status()).faults
    suffix = f" in {session}"
    texts = [text for fault in control.ask(FaultsList()) for text in fault.on]
    return [text.removesuffix(suffix) for text in texts if text.endswith(suffix)]


def _name(written: str) -> str:
    return written.partition(":")[0].strip()
