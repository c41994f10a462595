"""What one family of rules finds in a session; the other families are not asked.

A session is written down as steps (see `transcript`), or it is a conversation with the simulated
server, recorded as it goes.
"""

import json
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from dialogue import Dialogue
from transcript import OPENAI, Step, client, transcript

from realtap.recordings import lines
from realtap.recordings.event import Closed, Entry, Event, Header, Json, Side
from realtap.recordings.findings.engine import Judge, settled
from realtap.recordings.findings.finding import Finding, Severity

JUNK: tuple[object, ...] = (
    None,
    True,
    7,
    1e300,
    "x",
    "x" * 300,
    [],
    [7],
    {},
    {"id": 7, "type": []},
)
"""Values that a field may have on a wire that anybody can write to."""


def judged(family: ModuleType, *steps: Step, **options: Any) -> list[Finding]:
    """The findings of a family's rules in a session; `options` as of `transcript`.

    Time goes on to the end of the last `wait`, as in a live session.
    """
    end = transcript(*steps, client("the-end"))[-1]
    assert isinstance(end, Event)
    return judged_entries(family, transcript(*steps, **options), until=end.at)


def judged_entries(
    family: ModuleType, entries: Iterable[Entry], *, until: float = 0.0
) -> list[Finding]:
    """The findings of a family's rules in a recording's entries; silence lasts to `until`."""
    judge = Judge(classes=family.RULES)
    found = [finding for entry in entries for finding in judge.receive(entry)]
    found += judge.tick(max(until, judge.conversation.last_at))
    found += judge.finish()
    assert "rule-failed" not in [each.slug for each in found], found
    return settled(found)


def slugs_of(found: Iterable[Finding], *, at_least: Severity = Severity.INFO) -> list[str]:
    """The names of the findings, in their order."""
    return [each.slug for each in found if each.severity.is_at_least(at_least)]


class RecordedDialogue(Dialogue):
    """A client and the simulated server, both recorded."""

    def __init__(self, **options: Any) -> None:
        header = Header("test", "2026-01-01T00:00:00.000000Z", via="sim", upstream=OPENAI)
        self.entries: list[Entry] = [header]
        super().__init__(**options)

    def send(self, message: str | bytes) -> list[Json]:
        """Send a raw message."""
        payload = message.encode() if isinstance(message, str) else message
        self._record(Side.CLIENT, payload)
        return super().send(message)

    def talk(self, pcm: bytes, *, piece_s: float = 0.1, piece_bytes: int = 4_800) -> list[Json]:
        """Append audio in real time, as a microphone does."""
        events: list[Json] = []
        for start in range(0, len(pcm), piece_bytes):
            events += self.speak(pcm[start : start + piece_bytes], piece_bytes=piece_bytes)
            events += self.wait(piece_s)
        return events

    def end(self) -> list[Entry]:
        """The client closes; all that was said."""
        return [*self.entries, Closed(self.now_s, Side.CLIENT, 1000)]

    def _take(self) -> list[Json]:
        events = super()._take()
        for event in events:
            self._record(Side.SERVER, json.dumps(event).encode())
        return events

    def _record(self, side: Side, payload: bytes) -> None:
        form, type_ = lines.classify(payload, is_text_frame=True)
        seq = len(self.entries)
        self.entries.append(Event(seq, self.now_s, side, type_, payload, form=form))
