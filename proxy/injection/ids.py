"""Ids of what realtap makes by itself: marked, and in the shapes that servers and apps expect.

The mark says who made an id, not who knows it: an item that was injected towards the server is as real
as any other, while a made-up call's is known to the client alone.
"""

import itertools
import re
import secrets
from hashlib import blake2b
from typing import Final

MARK: Final = "_realtap_"
"""Stands in every id of ours, so that it is seen wherever an id is shown."""

_DIGITS: Final = 16
"""Hexadecimal ones: 64 bits, and an item's id stays below the 32 characters that OpenAI takes."""

_MADE = re.compile(rf"[a-z]+{MARK}[0-9a-f]{{{_DIGITS}}}")


class MadeIds:
    """Makes ids that collide with none of a server's, an app's, or another session's."""

    def __init__(self, seed: str = "") -> None:
        """With a seed they are the same in every run; without one nobody can foresee them."""
        self._seed = seed or secrets.token_hex(_DIGITS)
        self._count = itertools.count()

    def event(self) -> str:
        """`event_realtap_…`."""
        return self._made("event")

    def item(self) -> str:
        """`item_realtap_…`."""
        return self._made("item")

    def call(self) -> str:
        """`call_realtap_…`."""
        return self._made("call")

    def response(self) -> str:
        """`resp_realtap_…`."""
        return self._made("resp")

    def conversation(self) -> str:
        """`conv_realtap_…`."""
        return self._made("conv")

    def _made(self, kind: str) -> str:
        number = f"{self._seed}/{next(self._count)}".encode()
        return f"{kind}{MARK}{blake2b(number, digest_size=_DIGITS // 2).hexdigest()}"


def is_made_up(id: object) -> bool:  # noqa: A002 -- the protocol's word
    """Whether an id is one of ours."""
    return isinstance(id, str) and _MADE.fullmatch(id) is not None
