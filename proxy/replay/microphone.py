"""The app's audio: one stream, however it is cut into events."""

import base64
import binascii
from typing import Final

from ...recordings.conversation import Seen
from ...recordings.plain import text_of
from ...recordings.replay.script import FromClient, Script

SHARE: Final = 0.8
"""The app may have appended this share of the recorded audio, and be on."""

_SLACK_BYTES: Final = 4_800
"""0.1 s of PCM at 24 kHz: the last piece of a microphone's audio may be missing."""


class Microphone:
    """Compares what came with what the recording has until a place in it.

    Args:
        script: The recording.
        is_exact: Compare also what is in the audio, not only how much there is.
    """

    def __init__(self, script: Script, *, is_exact: bool) -> None:
        self.came_bytes = 0
        self.wanted_bytes = 0
        """How much the recording has before the current place."""
        self.differs_at: int | None = None
        """The first byte that is not the recorded one; None when there is none, or nobody cares."""
        self._recorded = _audio_of(script) if is_exact else None

    @property
    def has_enough(self) -> bool:
        """Whether the server has heard what it had heard when it spoke here."""
        return self.came_bytes >= self.wanted_bytes * SHARE - _SLACK_BYTES

    def take(self, seen: Seen) -> bool:
        """The app appends audio; True when the server had been waiting for it.

        A microphone goes on and on: more than was recorded until here is no answer to anything.
        """
        if self._recorded is not None and self.differs_at is None:
            self._compare(_decoded(text_of(seen.fields.get("audio"))), self._recorded)
        self.came_bytes += seen.audio_bytes
        return self.came_bytes <= self.wanted_bytes

    def pass_by(self, step: FromClient) -> None:
        """The recording goes on behind an append."""
        self.wanted_bytes += step.audio_bytes or 0

    def _compare(self, live: bytes, recorded: bytes) -> None:
        expected = recorded[self.came_bytes : self.came_bytes + len(live)]
        if live[: len(expected)] != expected:
            pairs = enumerate(zip(live, expected, strict=False))
            first = next(index for index, (got, wanted) in pairs if got != wanted)
            self.differs_at = self.came_bytes + first


def _audio_of(script: Script) -> bytes:
    return b"".join(
        _decoded(text_of(step.fields.get("audio")))
        for step in script.steps
        if isinstance(step, FromClient) and step.audio_bytes is not None
    )


def _decoded(audio: str) -> bytes:
    try:
        return base64.b64decode(audio)
    except (binascii.Error, ValueError):
        return b""
