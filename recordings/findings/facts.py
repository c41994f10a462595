"""What several rules ask of a session: whether the server ends turns, whether sizes can be believed."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from ..audio import AudioFormat
from ..conversation import Conversation
from ..event import Json
from ..plain import object_of, text_of

_SMALLEST_CHUNK_MS = 5.0
"""Less than that at a time comes from no microphone and no server: Web Audio's render quantum of 128
samples is 5.3 ms at 24 kHz. Recordings whose audio was cut for publication show it."""

_COMPARED = 100
"""So many ids an unknown one is compared with."""
_ID_LIMIT = 100

NOT_YOURS = "this is the server's doing: report it there, and do not rely on it"
"""What there is to do about a server that does not conform."""

_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class ChunkSizes:
    """How much audio comes at a time, on the average of a session."""

    count: int = 0
    total_bytes: int = 0

    def add(self, size_bytes: int) -> None:
        """Count a chunk."""
        self.count += 1
        self.total_bytes += size_bytes

    def are_plausible(self, audio_format: AudioFormat) -> bool:
        """Whether the chunks can be whole, so that what is computed from them means something."""
        return self.total_bytes >= self.count * _SMALLEST_CHUNK_MS * audio_format.bytes_per_ms


def turn_detection(state: Conversation) -> Json:
    """The turn detection in force; empty when it is off, or not known."""
    return object_of(state.session.turn_detection)


def is_vad_on(state: Conversation) -> bool | None:
    """Whether the server ends turns by itself; None when that is not known for sure.

    It is not while the server has not said so, nor while a `session.update` that touches it waits for
    its answer.
    """
    if any(
        each.answer is None and _touches_detection(each.normal) for each in state.session.updates
    ):
        return None
    value = state.session.turn_detection
    if value is None:
        return False
    return True if isinstance(value, dict) and text_of(value.get("type")) else None


def _touches_detection(session: Json) -> bool:
    return "turn_detection" in object_of(object_of(session.get("audio")).get("input"))


def is_late_joined(state: Conversation) -> bool:
    """Whether there may be audio, items and calls that this connection never saw.

    A side-band connection (`?call_id=`) gets no `session.created`; its audio flows by WebRTC or SIP.
    """
    header = state.header
    return state.session.created_seq is None or (header is not None and header.via == "sideband")


def say_s(seconds: float) -> str:
    """A duration in a sentence: `0.4 s`, `12 s`."""
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"


def words_of(text: str) -> frozenset[str]:
    """The words of a text, to compare what was said with what was heard."""
    return frozenset(_WORD.findall(text.lower()))


def nearest_item_id(item_id: str, state: Conversation) -> str:
    """The id of an item of the conversation that is spelled nearly like this one; empty if none is."""
    latest = [each.id for each in state.items.in_order()[-_COMPARED:]]
    return next(iter(get_close_matches(item_id[:_ID_LIMIT], latest, n=1, cutoff=0.8)), "")


def did_you_mean(item_id: str, state: Conversation) -> str:
    """The end of a sentence that names an unknown item: what it may have been meant to be."""
    call = state.calls.get(item_id)
    if call is not None and call.item_id and call.item_id != item_id:
        return f"; it is the call_id of the item {call.item_id}"
    if state.responses.knows(item_id):
        return "; it is the id of a response"
    nearest = nearest_item_id(item_id, state)
    return f"; the nearest is {nearest}" if nearest else ""
