"""What the user said, in words: beside the response, and in no order with it.

Most models write after the turn is committed. A streaming one writes while the user still speaks, so
that its deltas name an item which does not exist yet.
"""

from ...recordings.event import Json
from ..schedule import Timer
from .conversation import Item
from .output_items import split_tokens
from .script import Heard
from .state import SessionState
from .usage import transcription_usage

_EVENT = "conversation.item.input_audio_transcription"

_STREAMING_MODELS = ("gpt-realtime-whisper", "gpt-live-transcribe")

_SPOKEN_WORD_S = 0.3
"""How long a user takes to say a word."""


class Transcription:
    """The transcription of one turn."""

    def __init__(self, state: SessionState, item_id: str, heard: Heard) -> None:
        settings = state.configuration.transcription or {}
        self._state = state
        self._model = str(settings.get("model"))
        self._heard = heard
        self._place = {"item_id": item_id, "content_index": 0}
        self._tokens = split_tokens(heard.text)
        self._written = 0
        """How many of the tokens were sent."""
        self._item: Item | None = None
        """The turn, once it is committed."""
        self._timer: Timer | None = None

    @staticmethod
    def is_streaming(state: SessionState) -> bool:
        """Whether the transcription in force writes during the speech."""
        settings = state.configuration.transcription or {}
        return settings.get("model") in _STREAMING_MODELS

    def begin(self) -> None:
        """Write along while the user speaks."""
        self._next_after(_SPOKEN_WORD_S)

    def finish(self, item: Item) -> None:
        """The turn is committed: write what is missing, and complete it."""
        self.abandon()
        self._item = item
        self._next_after(self._state.pace.recognition_s)

    def abandon(self) -> None:
        """The turn will not be committed, or not go on at this pace."""
        if self._timer is not None:
            self._timer.cancel()

    def _next_after(self, wait_s: float) -> None:
        self._timer = self._state.schedule.after(wait_s, self._go_on)

    def _go_on(self) -> None:
        if self._written < len(self._tokens) and self._heard.fail is None:
            self._write(self._tokens[self._written])
            is_committed = self._item is not None
            self._next_after(self._state.pace.token_s if is_committed else _SPOKEN_WORD_S)
        elif self._item is not None:
            self._end(self._item)

    def _write(self, token: str) -> None:
        self._written += 1
        logprobs = self._logprobs([token])
        self._state.outbox.send_delta(f"{_EVENT}.delta", token, **self._place, **logprobs)

    def _end(self, item: Item) -> None:
        if self._heard.fail is not None:
            error = _failure(item.id, self._heard.fail)
            self._state.outbox.send(f"{_EVENT}.failed", **self._place, error=error)
            return
        transcript = self._heard.text
        item.content[0]["transcript"] = transcript
        self._state.outbox.send(
            f"{_EVENT}.completed",
            **self._place,
            transcript=transcript,
            usage=transcription_usage(self._model, item.audio_ms, transcript),
            **self._logprobs(self._tokens),
        )

    def _logprobs(self, tokens: list[str]) -> Json:
        """How sure the transcription is, for clients that ask for it in `include`."""
        if not self._state.configuration.includes_logprobs:
            return {}
        return {
            "logprobs": [
                {"token": token, "logprob": -0.01, "bytes": list(token.encode())}
                for token in tokens
            ]
        }


def _failure(item_id: str, code: str) -> Json:
    return {
        "type": "server_error",
        "code": code,
        "message": f"Input transcription failed for item '{item_id}'.",
        "param": None,
    }
