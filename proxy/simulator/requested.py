"""The session that is asked for over HTTP: for a call, or with an ephemeral key."""

from collections.abc import Callable, Collection

from ...recordings.event import Json
from . import faults
from .dialect import Dialect
from .faults import Fault
from .session import Session
from .validation import check_event

type MakeSession = Callable[[str], Session]
"""Makes a session from the name of its model."""


def requested_session(
    settings: object, *, default_model: str, models: Collection[str], make: MakeSession
) -> Session | Fault:
    """A session with these settings, not opened yet; or what is wrong with them.

    Args:
        settings: The `session` of the request; None asks for nothing special.
        default_model: Where they name none; empty when they must.
        models: The models that the server has.
        make: Makes the session.
    """
    event = {"type": "session.update", "session": settings}
    if settings is not None and (fault := check_event(event, Dialect.GA)):
        return fault
    fields: Json = settings if isinstance(settings, dict) else {}
    model = str(fields.get("model") or default_model)
    if not model:
        return faults.missing_required_parameter("session.model")
    if model not in models:
        return faults.invalid_model(model)
    session = make(model)
    return session.configure(fields) or session
