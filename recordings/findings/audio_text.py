"""The base64 of an audio event, found in its message without parsing it."""

from ..conversation import Seen, sent_payload
from ..plain import text_of

_KEYS = (b'"audio":"', b'"audio": "')
"""How encoders write the member; whatever is written otherwise is parsed."""


def base64_of(seen: Seen) -> bytes:
    """The text in `audio` of an append; empty when there is none.

    About 1 us for 10 kB, where parsing takes 6.
    """
    if seen.parsed is None:
        payload = sent_payload(seen.event)
        for key in _KEYS:
            start = payload.find(key) + len(key)
            if start < len(key):
                continue
            end = payload.find(b'"', start)
            text = payload[start:end]
            return text if b"\\" not in text else _parsed(seen)
    return _parsed(seen)


def _parsed(seen: Seen) -> bytes:
    return text_of(seen.fields.get("audio")).encode(errors="replace")
