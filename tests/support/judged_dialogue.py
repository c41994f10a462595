"""A dialogue with the simulated server that is judged as a recording of it would be.

Also what one family of rules finds in a transcript: the other families are not asked, so that a test
of a rule does not change with the rules of others.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from types import ModuleType
from typing import Any

from dialogue import Dialogue
from transcript import OPENAI, Pause, Said, Step, transcript, wait

from realtap.proxy.tap import ABNORMAL
from realtap.recordings.event import Closed, Entry, Event, Header, Json, Side
from realtap.recordings.findings.engine import Judge, settled
from realtap.recordings.findings.finding import Finding
from realtap.recordings.lines import classify


def found_in(
    family: ModuleType, *steps: Step, started: str = "", client: Json | None = None, **options: Any
) -> list[Finding]:
    """The findings of a family in a session, at its end too; silence lasts to the last `wait`'s end.

    Args:
        family: The module with `RULES`.
        steps: What is said.
        started: When the session began, if not when all transcripts do.
        client: `Header.client`.
        options: As of `transcript`.
    """
    entries = transcript(*steps, **options)
    header = entries[0]
    assert isinstance(header, Header)
    entries[0] = replace(header, started=started or header.started, client=client or {})
    return found_in_entries(family, entries, silence_s=_last_wait_s(steps))


def found_in_entries(
    family: ModuleType, entries: Iterable[Entry], *, silence_s: float = 0.0
) -> list[Finding]:
    """The findings of a family in a recording that goes on for a while without an event."""
    judge = Judge(classes=family.RULES)
    found = [each for entry in entries for each in judge.receive(entry)]
    found += judge.tick(judge.conversation.last_at + silence_s)
    found += judge.finish()
    assert "rule-failed" not in [each.slug for each in found], found
    return settled(found)


def _last_wait_s(steps: Iterable[Step]) -> float:
    """How long the silence at the end is."""
    last: object = list(steps)[-1] if steps else None
    while not isinstance(last, Said | Pause) and isinstance(last, list | tuple) and last:
        last = last[-1]
    return last.seconds if isinstance(last, Pause) else wait(0).seconds


class JudgedDialogue(Dialogue):
    """A `Dialogue` that keeps what both sides say, each at its time."""

    def __init__(self, *, upstream: str = OPENAI, **options: Any) -> None:
        self.entries: list[Entry] = list(transcript(upstream=upstream))
        self._seq = 0
        super().__init__(**options)

    def send(self, message: str | bytes) -> list[Json]:
        """Send a raw message, and keep it."""
        is_text = isinstance(message, str)
        payload = message.encode() if isinstance(message, str) else message
        self._keep(Side.CLIENT, payload, is_text=is_text)
        return super().send(message)

    def findings(self, family: ModuleType) -> list[Finding]:
        """What a family finds in all that was said, at its end too."""
        return found_in_entries(family, self.entries)

    def _take(self) -> list[Json]:
        events = super()._take()
        for event in events:
            self._keep(Side.SERVER, json.dumps(event).encode(), is_text=True)
        if self.close is not None and not isinstance(self.entries[-1], Closed):
            code = ABNORMAL if self.close.is_abrupt else self.close.code
            self.entries.append(Closed(self._at, Side.SERVER, code, self.close.reason))
        return events

    @property
    def _at(self) -> float:
        return 0.1 + self.now_s

    def _keep(self, side: Side, payload: bytes, *, is_text: bool) -> None:
        self._seq += 1
        form, type_ = classify(payload, is_text_frame=is_text)
        event = Event(self._seq, self._at, side, type_, payload, form=form, is_text_frame=is_text)
        self.entries.append(event)
