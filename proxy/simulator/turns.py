"""The user's spoken turns: from appended audio to a committed item, its transcription, a response."""

from base64 import b64decode

from ...recordings.event import Json
from ..schedule import Timer
from . import faults
from .conversation import Item
from .faults import Fault
from .input_audio import InputAudio
from .responses import Responses
from .script import Heard
from .state import SessionState
from .transcription import Transcription
from .vad import SpeechStarted

_SHORTEST_COMMIT_MS = 100

_INTERRUPTION_MS = 600
"""How long the user speaks where the script lets them interrupt."""

_IDLE_PROMPT = "The user has been silent for a while. Ask briefly whether they are still there."
"""The system message with which the server makes the model speak after an idle timeout; the real
text is the server's own and not documented."""


class Turns:
    """Answers `input_audio_buffer.*` and takes turns with the assistant."""

    def __init__(self, state: SessionState, responses: Responses) -> None:
        self._state = state
        self._responses = responses
        configuration = state.configuration
        self._audio = InputAudio(configuration.input_format, configuration.turn_detection)
        self._open_item_id: str | None = None
        """The id that the item of the present turn will have; told in `speech_started` already."""
        self._started_ms = 0
        self._heard_early: Heard | None = None
        """What the present turn says, where that is known before its end."""
        self._transcription: Transcription | None = None
        """The transcription of the present turn, where it has begun before its end."""
        self._idle_timer: Timer | None = None
        responses.on_interruption = self.interrupt

    def configure(self) -> None:
        """Follow a `session.update`."""
        configuration = self._state.configuration
        self._audio.configure(configuration.input_format, configuration.turn_detection)
        self.watch_silence()

    def append(self, event: Json) -> None:
        """Listen. Never acknowledged."""
        for speech in self._audio.append(b64decode(event["audio"])):
            if isinstance(speech, SpeechStarted):
                self._start(speech.audio_ms)
            else:
                self._stop(speech.audio_ms)

    def commit(self, event: Json) -> Fault | None:  # noqa: ARG002 - every handler takes its event
        """Make an item of what is in the buffer; no response follows by itself."""
        duration_ms = self._audio.duration_ms
        if duration_ms < _SHORTEST_COMMIT_MS:
            return faults.commit_empty(duration_ms)
        self._commit(self._taken_item_id(), self._audio.take_all(), duration_ms)
        return None

    def clear(self, event: Json) -> None:  # noqa: ARG002 - every handler takes its event
        """Drop what is in the buffer."""
        self._audio.clear()
        self._open_item_id = None
        if self._transcription is not None:
            self._transcription.abandon()
        self._transcription = self._heard_early = None
        self._state.outbox.send("input_audio_buffer.cleared")

    def interrupt(self) -> None:
        """The user speaks in the middle of a response, because the script says so, not the audio."""
        start_ms = self._audio.end_ms
        self._start(start_ms)
        if self._responses.active is not None:
            self._responses.cancel(None, "turn_detected")
        spoken_ms = start_ms + _INTERRUPTION_MS
        self._state.schedule.after(_INTERRUPTION_MS / 1000, lambda: self._stop(spoken_ms))

    # Turn detection.

    def _start(self, start_ms: int) -> None:
        self._forget_silence()
        self._open_item_id = self._state.ids.item()
        self._started_ms = start_ms
        self._state.outbox.send(
            "input_audio_buffer.speech_started",
            audio_start_ms=start_ms,
            item_id=self._open_item_id,
        )
        if self._has("interrupt_response") and self._responses.active is not None:
            self._responses.cancel(None, "turn_detected")
        self._listen_along(self._open_item_id)

    def _listen_along(self, item_id: str) -> None:
        """Write down what is being said, where model and script can do that."""
        if not Transcription.is_streaming(self._state):
            return
        if self._transcription is not None:
            # Turn detection was changed in the middle of a turn: it begins anew.
            self._transcription.abandon()
        else:
            self._heard_early = self._state.actor.hear_early()
        if self._heard_early is not None:
            self._transcription = Transcription(self._state, item_id, self._heard_early)
            self._transcription.begin()

    def _stop(self, end_ms: int) -> None:
        item_id = self._taken_item_id()
        self._state.outbox.send(
            "input_audio_buffer.speech_stopped", audio_end_ms=end_ms, item_id=item_id
        )
        audio = self._audio.take(start_ms=self._started_ms, end_ms=end_ms)
        self._commit(item_id, audio, end_ms - self._started_ms)
        if self._has("create_response") and not self._state.configuration.is_transcription:
            self._respond()

    def _respond(self) -> None:
        fault = self._responses.create({})
        if fault is not None:
            # A response that may not be interrupted still runs: this turn gets none.
            self._state.outbox.fail(fault)

    def _has(self, setting: str) -> bool:
        detection = self._state.configuration.turn_detection
        return detection is not None and bool(detection[setting])

    def _taken_item_id(self) -> str:
        item_id, self._open_item_id = self._open_item_id, None
        return item_id or self._state.ids.item()

    # Committing.

    def _commit(self, item_id: str, audio: bytes, duration_ms: float) -> None:
        heard, self._heard_early = self._heard_early, None
        transcription, self._transcription = self._transcription, None
        if heard is None:
            heard = self._state.actor.hear(duration_ms)
        item = _spoken_item(item_id, audio, duration_ms, heard)
        self._announce(item)
        self._transcribe(item, transcription or Transcription(self._state, item_id, heard))

    def _transcribe(self, item: Item, transcription: Transcription) -> None:
        if self._state.configuration.transcription is not None:
            transcription.finish(item)
        else:
            transcription.abandon()

    def _announce(self, item: Item) -> None:
        previous = next(reversed(list(self._state.conversation)), None)
        self._state.outbox.send(
            "input_audio_buffer.committed",
            previous_item_id=None if previous is None else previous.id,
            item_id=item.id,
        )
        self._state.announce(item)

    # Idle timeout.

    def watch_silence(self) -> None:
        """Begin to wait for the user, from when the assistant's last answer has been played."""
        self._forget_silence()
        detection = self._state.configuration.turn_detection or {}
        timeout_ms = detection.get("idle_timeout_ms")
        played_s = self._responses.last_playback_end_s
        is_quiet = self._responses.active is None and not self._audio.is_speech_open
        if timeout_ms is None or played_s is None or not is_quiet:
            return
        schedule = self._state.schedule
        wait_s = max(0.0, played_s - schedule.now_s) + timeout_ms / 1000
        self._idle_timer = schedule.after(wait_s, lambda: self._time_out(timeout_ms))

    def _forget_silence(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _time_out(self, timeout_ms: int) -> None:
        """The user says nothing: commit the silence and let the model speak."""
        if self._responses.active is not None:
            return
        end_ms = self._audio.end_ms
        start_ms = max(0, end_ms - timeout_ms)
        item_id = self._state.ids.item()
        self._state.outbox.send(
            "input_audio_buffer.timeout_triggered",
            audio_start_ms=start_ms,
            audio_end_ms=end_ms,
            item_id=item_id,
        )
        prompt = {"type": "input_text", "text": _IDLE_PROMPT}
        body = {"role": "system", "content": [prompt]}
        self._state.announce(Item(self._state.ids.item(), "message", body))
        audio = self._audio.take(start_ms=start_ms, end_ms=end_ms)
        silence = _spoken_item(item_id, audio, end_ms - start_ms, Heard())
        self._announce(silence)
        self._respond()
        self._transcribe(silence, Transcription(self._state, item_id, Heard()))


def _spoken_item(item_id: str, audio: bytes, duration_ms: float, heard: Heard) -> Item:
    """A committed turn: complete at once, its transcript to come."""
    body = {"role": "user", "content": [{"type": "input_audio", "transcript": None}]}
    return Item(
        item_id,
        "message",
        body,
        audio={0: bytearray(audio)},
        audio_ms=duration_ms,
        heard=heard.text,
    )
