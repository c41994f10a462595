"""The message at which a fault happens, named by its type: `response.created`, `audio`, `*`."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from ....recordings.catalogue import catalogue
from ....recordings.conversation import Seen
from ....recordings.errors import UsageError
from ....recordings.event import Side
from ....recordings.filters.comparing import glob
from ..matching import kinds_fitting

ALIASES: Final[Mapping[str, str]] = {"audio": "response.output_audio.delta", "any": "*"}
"""Short words for moments."""


class Moment:
    """A message of a type, in the wire's own name or in GA's.

    A pattern with `*` means the server's messages, and so `*` is any message of the server.

    Raises:
        UsageError: No event that is known has such a type.
    """

    def __init__(self, written: str, *, pattern_side: Side | None = Side.SERVER) -> None:
        pattern = ALIASES.get(written, written)
        self._test = glob(pattern)
        self._side = pattern_side if "*" in pattern else None
        self.kinds = kinds_fitting(pattern)
        """The types of the messages, in GA's names."""
        names = [event.type for event in catalogue().events()]
        if not any(map(self._test.fullmatch, names)):
            found = get_close_matches(written, [*ALIASES, *names], n=1, cutoff=0.6)
            meant = (
                f"did you mean {found[0]}?" if found else f"also {' and '.join(ALIASES)} will do"
            )
            raise UsageError(f"there is no event {written!r}; {meant}")

    def has_come(self, seen: Seen) -> bool:
        """Whether a message is such a one."""
        if self._side is not None and seen.side is not self._side:
            return False
        return bool(self._test.fullmatch(seen.kind) or self._test.fullmatch(seen.type))
