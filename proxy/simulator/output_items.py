"""Output items of a response: how a message and a function call are streamed.

An output item is opened, played step by step, and closed; a cancelled response closes it between
two steps. Each step is a generator's `yield` of the seconds to wait before the next one. The order
of the events is that of the recorded sessions, where `conversation.item.done` comes before
`response.output_item.done` although at the start `response.output_item.added` comes first.
"""

import itertools
import re
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from ...recordings.event import Json
from ..voice import synthesise_voice
from .actor import arguments_text
from .conversation import Item
from .formats import AudioFormat
from .script import Call
from .state import SessionState
from .usage import Tokens, assistant_audio_tokens, text_tokens

_LETTERS_PER_SECOND = 15
"""How fast the assistant speaks."""

_LONGEST_SPEECH_S = 240
"""More than the tokens of any response allow."""

_CHUNK_MS = 200
"""Audio of one delta."""

_WORDS_AHEAD = 3
"""Transcript deltas before the first audio delta, as recorded."""

_WORDS_PER_CHUNK = 2
"""Transcript deltas between two audio deltas: the transcript runs ahead of the sound."""

_TOKEN = re.compile(r"\s*(?:\w+|[^\w\s]+)|\s+")

type Steps = Iterator[float]


class OutOfTokensError(Exception):
    """Raised inside a response that has used up its `max_output_tokens`."""


class Budget:
    """Counts the tokens of a response and ends it at its limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.spent = Tokens()

    def spend(self, tokens: Tokens) -> None:
        """Account for output.

        Raises:
            OutOfTokensError: The limit is reached.
        """
        if (self.spent + tokens).total > self._limit:
            raise OutOfTokensError
        self.spent += tokens


class OutputItem(ABC):
    """What both kinds of output items do."""

    def __init__(
        self,
        state: SessionState,
        item: Item,
        *,
        response_id: str,
        output_index: int,
        budget: Budget,
        is_in_conversation: bool,
    ) -> None:
        self.item = item
        self.is_open = False
        self.is_announced = False
        self.is_cut = False
        """The model will not come to an end: the response closes the item as incomplete."""
        self._state = state
        self._send = state.outbox.send
        self._budget = budget
        self._is_in_conversation = is_in_conversation
        self._of_response = {"response_id": response_id}
        self._index = {"output_index": output_index}

    def play(self) -> Steps:
        """Open the item, say everything, close it."""
        self._open()
        yield from self._content()
        if not self.is_cut:
            self.close("completed")

    def close(self, status: str) -> None:
        """End the item: its open content first, then the item itself."""
        self._close_content()
        self.is_open = False
        self.item.status = status
        if self._is_in_conversation:
            self._send(
                "conversation.item.done",
                previous_item_id=self._previous_item_id_when_done(),
                item=self.item.wire(),
            )
        self._send(
            "response.output_item.done", **self._of_response, **self._index, item=self.item.wire()
        )

    def _open(self) -> None:
        self.is_open = self.is_announced = True
        self._send(
            "response.output_item.added", **self._of_response, **self._index, item=self.item.wire()
        )
        if self._is_in_conversation:
            previous = self._state.conversation.add(self.item)
            self._send("conversation.item.added", previous_item_id=previous, item=self.item.wire())

    def _previous_item_id_when_done(self) -> str | None:
        """The server sends null when the predecessor is the conversation's first item (17 of 17
        recorded output items), although `conversation.item.added` had its id."""
        first = next(iter(self._state.conversation), None)
        previous = self._state.conversation.id_before(self.item)
        return None if first is not None and previous == first.id else previous

    @abstractmethod
    def _content(self) -> Steps:
        """What is in the item, step by step."""

    @abstractmethod
    def _close_content(self) -> None:
        """Say that the content is complete, or was cut off."""


class OutputCall(OutputItem):
    """A function call, its arguments streamed."""

    def __init__(self, state: SessionState, call: Call, *, call_id: str, **options: Any) -> None:
        body = {"name": call.name, "call_id": call_id, "arguments": ""}
        item = Item(state.ids.item(), "function_call", body, status="in_progress")
        super().__init__(state, item, **options)
        self._arguments = arguments_text(call)
        self._said = ""

    @property
    def _place(self) -> dict[str, Any]:
        place = {"item_id": self.item.id, **self._index}
        return {**self._of_response, **place, "call_id": self.item.body["call_id"]}

    def _content(self) -> Steps:
        self._budget.spend(Tokens(text=text_tokens(self.item.body["name"])))
        for token in split_tokens(self._arguments):
            self._budget.spend(Tokens(text=1))
            self._said += token
            self._state.outbox.send_delta(
                "response.function_call_arguments.delta", token, **self._place
            )
            yield self._state.pace.token_s

    def _close_content(self) -> None:
        # Also when interrupted: the specification says so.
        self.item.body["arguments"] = self._said
        self._send(
            "response.function_call_arguments.done",
            **self._place,
            name=self.item.body["name"],
            arguments=self._said,
        )


class OutputMessage(OutputItem):
    """A message, in text or in audio with its transcript."""

    def __init__(
        self,
        state: SessionState,
        text: str,
        *,
        audio_format: AudioFormat | None,
        phase: str | None,
        **options: Any,
    ) -> None:
        """`audio_format` is None for a written message; `phase` for models that have none."""
        body: dict[str, Any] = {"role": "assistant", "content": []}
        if phase is not None:
            body["phase"] = phase
        item = Item(state.ids.item(), "message", body, status="in_progress")
        super().__init__(state, item, **options)
        self._text = text
        self._said = ""
        self._audio_format = audio_format
        self._is_part_open = False
        self.first_audio_s: float | None = None
        """When the client could begin to play."""

    @property
    def _place(self) -> dict[str, Any]:
        place = {"item_id": self.item.id, **self._index, "content_index": 0}
        return {**self._of_response, **place}

    @property
    def _part(self) -> dict[str, str]:
        """The part as `response.content_part` events have it."""
        if self._audio_format is None:
            return {"type": "text", "text": self._said}
        return {"type": "audio", "transcript": self._said}

    def _content(self) -> Steps:
        self._is_part_open = True
        self._send("response.content_part.added", **self._place, part=self._part)
        if self._audio_format is None:
            return self._written()
        return self._spoken(self._audio_format)

    def _written(self) -> Steps:
        for token in split_tokens(self._text):
            self._say("response.output_text.delta", token)
            yield self._state.pace.token_s

    def _spoken(self, audio_format: AudioFormat) -> Steps:
        """Words run ahead, sound follows in pieces; both are on the wire in one stream."""
        tokens = split_tokens(self._text)
        chunks = _chunks(self._text, audio_format)
        self.item.audio[0] = bytearray()
        for token in tokens[:_WORDS_AHEAD]:
            self._say("response.output_audio_transcript.delta", token)
            yield self._state.pace.token_s
        rest = iter(tokens[_WORDS_AHEAD:])
        for chunk in chunks:
            self._sound(chunk, audio_format)
            yield self._state.pace.audio_s(len(chunk) / audio_format.bytes_per_ms)
            for token in itertools.islice(rest, _WORDS_PER_CHUNK):
                self._say("response.output_audio_transcript.delta", token)
        for token in rest:
            self._say("response.output_audio_transcript.delta", token)

    def _say(self, event: str, token: str) -> None:
        self._budget.spend(Tokens(text=1))
        self._said += token
        self._state.outbox.send_delta(event, token, **self._place)

    def _sound(self, chunk: bytes, audio_format: AudioFormat) -> None:
        duration_ms = len(chunk) / audio_format.bytes_per_ms
        self._budget.spend(Tokens(audio=assistant_audio_tokens(duration_ms)))
        if self.first_audio_s is None:
            self.first_audio_s = self._state.schedule.now_s
        self.item.audio[0] += chunk
        self.item.audio_ms += duration_ms
        delta = b64encode(chunk).decode()
        self._send("response.output_audio.delta", **self._place, delta=delta)

    def _close_content(self) -> None:
        if not self._is_part_open:
            return
        self._is_part_open = False
        if self._audio_format is None:
            self._send("response.output_text.done", **self._place, text=self._said)
            part: Json = {"type": "output_text", "text": self._said}
        else:
            self._send("response.output_audio.done", **self._place)
            self._send(
                "response.output_audio_transcript.done", **self._place, transcript=self._said
            )
            words = None if self.item.is_truncated else self._said
            part = {"type": "output_audio", "transcript": words}
        self._send("response.content_part.done", **self._place, part=self._part)
        self.item.body["content"] = [part]


def split_tokens(text: str) -> list[str]:
    """Text in the pieces in which a model says it; together they are the text."""
    return _TOKEN.findall(text)


def _chunks(text: str, audio_format: AudioFormat) -> list[bytes]:
    """The sound of a text, encoded, in pieces of the size of a delta."""
    spoken_s = min(len(text) / _LETTERS_PER_SECOND, _LONGEST_SPEECH_S)
    duration_s = max(spoken_s, _CHUNK_MS / 1000)
    pcm = synthesise_voice(duration_s, rate=audio_format.rate, seed=len(text))
    encoded = audio_format.encode(pcm)
    size = _CHUNK_MS * audio_format.bytes_per_ms
    return [encoded[start : start + size] for start in range(0, len(encoded), size)]
