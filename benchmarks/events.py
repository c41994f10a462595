"""The traffic: Realtime events of an exact size, each with ids of its own."""

import base64
import json
import random
import string
from collections.abc import Callable

SHORT_BYTES = 150
"""The size of most events of a session: deltas of text, edges of speech."""

AUDIO_BYTES = 8192
"""About 128 ms of PCM16 in base64, as clients and servers cut it."""

VARIANTS = 64
"""So many different events take turns: a relay that remembered one would gain nothing."""

_ID_ALPHABET = string.ascii_letters + string.digits
_ID_LENGTH = 21


def short_events() -> list[str]:
    """Events of 150 bytes."""
    return [_fitted(SHORT_BYTES, _speech_stopped, seed) for seed in range(VARIANTS)]


def audio_events() -> list[str]:
    """Events of 8 KB that carry audio."""
    return [_fitted(AUDIO_BYTES, _audio_delta, seed) for seed in range(VARIANTS)]


def _fitted(size_bytes: int, make: Callable[[random.Random, int], object], seed: int) -> str:
    room_bytes = size_bytes - len(_json(make(random.Random(seed), 0)))
    event = _json(make(random.Random(seed), room_bytes))
    if len(event) != size_bytes:
        raise ValueError(f"expected an event of {size_bytes} bytes, got {len(event)}")
    return event


def _speech_stopped(source: random.Random, room_bytes: int) -> object:
    return {
        "type": "input_audio_buffer.speech_stopped",
        "event_id": _id("event", source),
        "audio_end_ms": source.randrange(1000, 10_000),
        "item_id": _id("item", source) + "0" * room_bytes,
    }


def _audio_delta(source: random.Random, room_bytes: int) -> object:
    return {
        "type": "response.output_audio.delta",
        "event_id": _id("event", source),
        "response_id": _id("resp", source),
        "item_id": _id("item", source) + "0" * (room_bytes % 4),
        "output_index": 0,
        "content_index": 0,
        "delta": base64.b64encode(source.randbytes(room_bytes // 4 * 3)).decode(),
    }


def _id(kind: str, source: random.Random) -> str:
    return f"{kind}_{''.join(source.choices(_ID_ALPHABET, k=_ID_LENGTH))}"


def _json(event: object) -> str:
    return json.dumps(event, separators=(",", ":"))
