"""Which mock has a call: of all that fit, the first one, and it alone."""

from typing import Final
from weakref import WeakKeyDictionary

from ....recordings.conversation.bounded import BoundedDict
from ..rule import Desk, Rule

_CLAIMS_KEPT: Final = 1000
"""Of a session's latest calls."""

_claims_by_desk: Final[WeakKeyDictionary[Desk, BoundedDict[str, Rule]]] = WeakKeyDictionary()
"""Kept beside the sessions and gone with them: mocks of several files must agree, too."""


def claims_in(desk: Desk) -> BoundedDict[str, Rule]:
    """The rules that have taken a session's calls, by `call_id`."""
    return _claims_by_desk.setdefault(desk, BoundedDict(_CLAIMS_KEPT))
