"""Token arithmetic: how much a response and a transcription cost.

The counts are estimates (a tokenizer is nothing a simulator needs), the arithmetic is exact: total
is input plus output, input is text plus audio plus image, cached is a part of input.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass

from ...recordings.event import Json
from .conversation import Item

_LETTERS_PER_TOKEN = 4
_TOKENS_PER_ITEM = 3
_TOKENS_PER_IMAGE = 255
_MS_PER_USER_AUDIO_TOKEN = 100
_MS_PER_ASSISTANT_AUDIO_TOKEN = 50
_CACHE_BLOCK = 64
"""Cached counts are multiples of this in the recordings."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A number of tokens of each kind."""

    text: int = 0
    audio: int = 0
    image: int = 0

    @property
    def total(self) -> int:
        """All kinds together."""
        return self.text + self.audio + self.image

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(self.text + other.text, self.audio + other.audio, self.image + other.image)


def text_tokens(text: str) -> int:
    """An estimate for text."""
    return math.ceil(len(text) / _LETTERS_PER_TOKEN)


def assistant_audio_tokens(duration_ms: float) -> int:
    """One token for 50 ms of the assistant's speech."""
    return round(duration_ms / _MS_PER_ASSISTANT_AUDIO_TOKEN)


def context_tokens(instructions: str, tools: list[Json], items: Iterable[Item]) -> Tokens:
    """What the model reads before it answers."""
    tokens = Tokens(text=text_tokens(instructions) + sum(_tool_tokens(tool) for tool in tools))
    for item in items:
        tokens += item_tokens(item)
    return tokens


def item_tokens(item: Item) -> Tokens:
    """What one item adds to the context."""
    words = [str(item.body.get(key, "")) for key in ("name", "arguments", "output")]
    tokens = Tokens(text=_TOKENS_PER_ITEM + sum(text_tokens(word) for word in words))
    for part in item.content:
        tokens += _part_tokens(part, item.audio_ms)
    return tokens


def _tool_tokens(tool: Json) -> int:
    return text_tokens(json.dumps(tool))


def _part_tokens(part: Json, audio_ms: float) -> Tokens:
    match part["type"]:
        case "input_audio":
            return Tokens(audio=round(audio_ms / _MS_PER_USER_AUDIO_TOKEN))
        case "output_audio":
            words = text_tokens(part.get("transcript") or "")
            return Tokens(text=words, audio=assistant_audio_tokens(audio_ms))
        case "input_image":
            return Tokens(image=_TOKENS_PER_IMAGE)
        case _:
            return Tokens(text=text_tokens(part.get("text") or ""))


def cached_tokens(before: int, now: Tokens) -> Tokens:
    """How much of the context the server remembers from the response before.

    Args:
        before: Total tokens of that response; 0 when instructions or tools changed since.
        now: The context of the present one.
    """
    cached = min(before, now.total) // _CACHE_BLOCK * _CACHE_BLOCK
    text = min(cached, now.text)
    audio = min(cached - text, now.audio)
    return Tokens(text, audio, cached - text - audio)


def response_usage(
    context: Tokens, output: Tokens, *, cached: Tokens, reasoning: int | None
) -> Json:
    """The `usage` of a `response.done`.

    Args:
        reasoning: Tokens of thought, counted inside the output's text; None for models that do not
            think.
    """
    details = {"text_tokens": output.text, "audio_tokens": output.audio}
    if reasoning is not None:
        details["reasoning_tokens"] = reasoning
    return {
        "total_tokens": context.total + output.total,
        "input_tokens": context.total,
        "output_tokens": output.total,
        "input_token_details": {
            **_by_kind(context),
            "cached_tokens": cached.total,
            "cached_tokens_details": _by_kind(cached),
        },
        "output_token_details": details,
    }


def transcription_usage(model: str, duration_ms: float, transcript: str) -> Json:
    """The `usage` of a transcription: whisper is billed by time, the others by tokens."""
    if "whisper" in model:
        seconds = math.ceil(duration_ms / 1000) if transcript else 0
        return {"type": "duration", "seconds": seconds}
    audio = round(duration_ms / _MS_PER_USER_AUDIO_TOKEN)
    output = text_tokens(transcript)
    return {
        "type": "tokens",
        "total_tokens": audio + output,
        "input_tokens": audio,
        "input_token_details": {"text_tokens": 0, "audio_tokens": audio},
        "output_tokens": output,
    }


def _by_kind(tokens: Tokens) -> Json:
    return {
        "text_tokens": tokens.text,
        "audio_tokens": tokens.audio,
        "image_tokens": tokens.image,
    }
