"""What a replayed server's message must repeat of the live app's: its ids, and the time it is now.

Everything else goes out as the real server wrote it, byte for byte.
"""

import json
import re
from datetime import datetime

from ...recordings.conversation import Seen
from ...recordings.plain import text_of
from ...recordings.replay.identities import Identities
from ...recordings.replay.script import FromClient, FromServer, Script
from ..simulator.faults import Fault

_EXPIRES_AT = re.compile(rb'("expires_at"\s*:\s*)(\d{9,11})\b')


class Echoes:
    """Rewrites the messages of one session.

    Args:
        script: What is played.
        identities: Which live id stands for which recorded one.
        started_unix_s: Wall clock at the start of the live session.
    """

    def __init__(self, script: Script, identities: Identities, *, started_unix_s: float) -> None:
        self._identities = identities
        self._later_s = round(started_unix_s - _unix_s(script.header.started))
        self._nameless: set[str] = set()
        """The recorded names of events that the live app sent without a name."""
        self._errors = 0

    def receive(self, step: FromClient, seen: Seen) -> None:
        """The app has said what it said in the recording."""
        recorded = text_of(step.fields.get("event_id"))
        if recorded and not seen.event_id:
            self._nameless.add(recorded)

    def rewrite(self, step: FromServer) -> bytes:
        """The message as the live app has to hear it."""
        payload = self._identities.rewrite(step.payload)
        if step.type == "error":
            payload = self._unnamed(payload)
        if b'"expires_at"' in payload:
            payload = _EXPIRES_AT.sub(self._later, payload)
        return payload

    def error(self, fault: Fault, event_id: str) -> str:
        """An `error` of our own, for an event that a real server refuses."""
        self._errors += 1
        event = fault.event(f"event_replay_{self._errors}", event_id or None)
        return json.dumps(event, ensure_ascii=False, separators=(",", ":"))

    def _unnamed(self, payload: bytes) -> bytes:
        """An `error` names the event that it answers, if that had a name."""
        for name in self._nameless:
            text = json.dumps(name, ensure_ascii=False).encode()
            payload = payload.replace(text, b"null")
        return payload

    def _later(self, found: re.Match[bytes]) -> bytes:
        return found[1] + b"%d" % (int(found[2]) + self._later_s)


def _unix_s(started: str) -> float:
    try:
        return datetime.fromisoformat(started).timestamp()
    except ValueError:
        return 0.0
