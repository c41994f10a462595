"""What becomes of a message on its way: it goes on, is dropped, edited, or held back."""

from typing import Final

import msgspec

from ...recordings.event import Fate, Origin


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """A decision about one message, made before it is recorded."""

    fate: Fate = Fate.FORWARDED
    why: str | None = None
    """Who decided and for what, for people: `mock get_weather`."""
    sent: bytes | None = None
    """What goes out in place of the message when `fate` is EDITED: text, unmasked."""
    until: float | None = None
    """When a held message goes on by itself, on the session's clock; None: when somebody says so."""
    stand_in: Origin | None = None
    """Who has done what the client's dropped event asks for: the client, which waits for the server's
    word, is given one of ours; None: it gets none."""
    late: str | None = None
    """Why it goes on then, for people, where somebody could have said otherwise before."""


FORWARD: Final = Verdict()
"""The message goes on as it is."""


def drop(why: str, *, stand_in: Origin | None = None) -> Verdict:
    """The other side never gets it; see `Verdict.stand_in`."""
    return Verdict(Fate.DROPPED, why, stand_in=stand_in)


def edit(sent: bytes, why: str) -> Verdict:
    """The other side gets another text."""
    return Verdict(Fate.EDITED, why, sent)


def hold(why: str, until: float | None = None, *, late: str | None = None) -> Verdict:
    """It waits, and so does everything behind it in its direction."""
    return Verdict(Fate.HELD, why, until=until, late=late)
