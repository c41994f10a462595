"""Ids in the shapes that the real server uses, the same in every run.

They come from a seed and a counter instead of a random source, so that a test can name what it
expects and a demo looks the same each time. Not for anything that must be unguessable.
"""

import itertools
import string
from hashlib import blake2b

_ALPHABET = string.ascii_letters + string.digits

_PADDED_LENGTH = 16
"""A text-like delta and its `obfuscation` are together a multiple of 16 long, so that an
eavesdropper cannot tell tokens by their length (all deltas of the recorded sessions)."""


class Ids:
    """Makes the ids of one session."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = itertools.count()

    def event(self) -> str:
        """An id for a server event."""
        return f"event_{self._letters(21)}"

    def item(self) -> str:
        """An id for a conversation item."""
        return f"item_{self._letters(21)}"

    def response(self) -> str:
        """An id for a response."""
        return f"resp_{self._letters(21)}"

    def conversation(self) -> str:
        """An id for a conversation."""
        return f"conv_{self._letters(21)}"

    def session(self) -> str:
        """An id for a session."""
        return f"sess_{self._letters(21)}"

    def call_session(self) -> str:
        """An id for the session of a WebRTC or SIP call."""
        return f"sess_u0_{self._letters(21)}"

    def webrtc_call(self) -> str:
        """An id for such a call itself."""
        return f"rtc_u0_{self._letters(21)}"

    def ephemeral_key(self) -> str:
        """A key for one client's sessions."""
        return f"ek_{self._letters(32)}"

    def call(self) -> str:
        """An id that joins a function call with its output."""
        return f"call_{self._letters(16)}"

    def obfuscation(self, delta: str) -> str:
        """Letters that hide the length of a delta."""
        return self._letters(_PADDED_LENGTH - len(delta) % _PADDED_LENGTH)

    def _letters(self, count: int) -> str:
        digest = blake2b(f"{self._seed}/{next(self._count)}".encode(), digest_size=32).digest()
        return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:count])
