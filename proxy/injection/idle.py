"""When a server may speak because nobody does: `idle_timeout_ms` of server VAD.

The reference counts it from the end of the playback of the last response, "i.e. it's set to the
`response.done` time plus audio playback duration". A server that streams while it is played, or one
whose response was cut off, counts less: each of these moments is stayed clear of.
"""

from typing import Final

from ...recordings.conversation import Seen

MARGIN_S: Final = 0.5
"""Before and after the moment: so long a message may be on its way, and so may the server's."""

AUDIO: Final = "response.output_audio.delta"


class Idle:
    """Fed the events of one session's real conversation, with the length of its audio."""

    def __init__(self) -> None:
        self._audio_s = 0.0
        self._audio_at: float | None = None
        self._quiet_since: tuple[float, ...] = ()
        """Since when, the server may think, nobody speaks; empty while somebody does."""

    def receive(self, seen: Seen, *, audio_s: float = 0.0) -> None:
        """Somebody begins to speak, speaks or ends, or the settings change."""
        match seen.kind:
            case "response.created":
                self._audio_s, self._audio_at, self._quiet_since = 0.0, None, ()
            case "input_audio_buffer.speech_started":
                self._quiet_since = ()
            case "response.output_audio.delta":
                self._audio_at = seen.at if self._audio_at is None else self._audio_at
                self._audio_s += audio_s
            case "response.done":
                self._quiet_since = tuple(sorted(set(self._ends(seen.at))))
            case "session.updated" if self._quiet_since:
                self._quiet_since = (*self._quiet_since, max(seen.at, self._quiet_since[-1]))

    def _ends(self, done_at: float) -> tuple[float, ...]:
        streamed = done_at if self._audio_at is None else self._audio_at + self._audio_s
        return done_at, max(done_at, streamed), done_at + self._audio_s

    def clear_from(self, now: float, timeout_s: float) -> float | None:
        """When the moment that is near will be over; None when none is."""
        moments = (since + timeout_s for since in self._quiet_since)
        near = [at for at in moments if at - MARGIN_S <= now < at + MARGIN_S]
        return max(near) + MARGIN_S if near else None
