"""Understands a recording from its first line on: findings, items, calls, and what belongs together.

It reads every event, which takes longer than finding where they lie: the list of events does not
wait for it. What it learns comes in batches, which the screens take one by one.
"""

import threading
from array import array
from dataclasses import dataclass, field
from pathlib import Path

from ....recordings.audio import AudioFormat, AudioFormats
from ....recordings.conversation import Call, Item, Response, Seen, Speech
from ....recordings.event import Closed, Entry, Event, Fate, Json, Note, Opened, Released, Side
from ....recordings.filters.told import ToldColumn
from ....recordings.findings.engine import Judge
from ....recordings.findings.finding import Finding
from ....recordings.growing import GrowingRecording
from ....recordings.heads import head_of
from ....recordings.joins import Joined, Joiner
from ....recordings.summary import Summariser

STEP_LINES = 200
"""So many lines are read in one go while others wait to ask: a few milliseconds."""

_FORMAT_TYPES = ("session.", "transcription_session.", "response.created", "response.done")


@dataclass(frozen=True, slots=True)
class FormatChange:
    """From a row on other audio formats are in force."""

    row: int
    input: AudioFormat
    output: AudioFormat

    def as_session(self) -> Json:
        """The formats in the words of a session's event, as `AudioFormats.observe` takes them."""
        named = {"input": self.input, "output": self.output}
        audio = {
            side: {"format": {"type": str(each.encoding), "rate": each.rate_hz}}
            for side, each in named.items()
        }
        return {"type": "session.updated", "session": {"audio": audio}}


@dataclass(slots=True)
class Batch:
    """What was learned from some lines."""

    audio_bytes: array[int] = field(default_factory=lambda: array("L"))
    """For each row the length of its audio, decoded."""
    rows_by_id: dict[str, list[int]] = field(default_factory=dict)
    """The rows of each item, response and call, by its id."""
    findings: list[Finding] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    """New ones, in the order in which they were first named; they go on changing."""
    calls: list[Call] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    speeches: list[Speech] = field(default_factory=list)
    formats: list[FormatChange] = field(default_factory=list)
    remarks: list[tuple[int, Opened | Closed | Note]] = field(default_factory=list)
    """What is no event, with the row that it stands before."""
    held: dict[int, float] = field(default_factory=dict)
    """When each message was held, by its number."""
    releases: list[Released] = field(default_factory=list)
    has_reached_end: bool = False


class Study:
    """Reads one recording. `more` is for one thread; `joined` may be asked from another.

    Raises:
        RecordingError: The file is missing or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.summariser = Summariser()
        """Knows the names of all calls so far."""
        self.told = ToldColumn()
        """What other events tell of each row that was read."""
        self._lines = GrowingRecording(path)
        self._judge = Judge()
        self._joiner = Joiner(self._judge.conversation)
        self._formats = AudioFormats()
        self._row = 0
        self._known: set[str] = set()
        self._last_speech: Speech | None = None
        self._lock = threading.Lock()

    @property
    def rows(self) -> int:
        """How many events were read."""
        return self._row

    def close(self) -> None:
        """Close the file."""
        self._lines.close()

    def more(self) -> Batch:
        """Read on.

        Raises:
            RecordingError: The file cannot be read any more.
        """
        batch = Batch()
        with self._lock:
            for number, line in enumerate(self._lines.new_lines(), start=1):
                entry = self._lines.entry_of(line)
                if entry is not None:
                    self._take(entry, batch)
                elif head_of(line.data) is not None:
                    # The index has a row for it.
                    self._skip(batch)
                if number == STEP_LINES:
                    return batch
        batch.has_reached_end = True
        return batch

    def tick(self, now_s: float) -> list[Finding]:
        """Time passes in a live session: what silence tells."""
        with self._lock:
            return self._judge.tick(now_s)

    def finish(self) -> list[Finding]:
        """Nothing more will come."""
        with self._lock:
            return self._judge.finish()

    def joined(self, event: Event) -> list[Joined]:
        """What other events tell of this one, as far as they were read."""
        with self._lock:
            return self._joiner.join(Seen.of(event))

    @property
    def settings(self) -> dict[str, str]:
        """The session in short: model, voice, detection of turns."""
        session = self._judge.conversation.session
        told = {"model": session.model, "voice": session.voice}
        return {name: value for name, value in told.items() if value}

    # Taking entries.

    def _take(self, entry: Entry, batch: Batch) -> None:
        batch.findings += self._judge.receive(entry)
        match entry:
            case Event():
                self._take_event(entry, batch)
            case Opened() | Closed() | Note():
                batch.remarks.append((self._row, entry))
            case Released():
                batch.releases.append(entry)
            case _:
                return

    def _skip(self, batch: Batch) -> None:
        batch.audio_bytes.append(0)
        self.told.add(())
        self._row += 1

    def _take_event(self, event: Event, batch: Batch) -> None:
        seen = Seen.of(event)
        if event.fate is Fate.HELD:
            batch.held[event.seq] = event.at
        batch.audio_bytes.append(min(seen.audio_bytes, 2**32 - 1))
        for each in {seen.item_id, seen.response_id, seen.call_id}:
            if each:
                batch.rows_by_id.setdefault(each, []).append(self._row)
        if not seen.is_audio:
            self.summariser.learn(event)
            self._learn_formats(event, batch)
            self._meet_speech(batch)
        self._meet(seen, batch)
        self.told.add(self._joiner.join(seen))
        self._row += 1

    def _learn_formats(self, event: Event, batch: Batch) -> None:
        if event.side is not Side.SERVER or not (event.type or "").startswith(_FORMAT_TYPES):
            return
        before = self._formats.input, self._formats.output(None)
        self._formats.observe(Seen.of(event).fields)
        now = self._formats.input, self._formats.output(None)
        if now != before or not self._row:
            batch.formats.append(FormatChange(self._row, *now))

    def _meet(self, seen: Seen, batch: Batch) -> None:
        """Keep what the conversation forgets: every item, response and call."""
        told, known = self._judge.conversation, self._known
        if (id_ := seen.item_id) and id_ not in known and (item := told.items.get(id_)):
            known.add(id_)
            batch.items.append(item)
        if (id_ := seen.response_id) and id_ not in known and (made := told.responses.get(id_)):
            known.add(id_)
            batch.responses.append(made)
        if not seen.is_audio and (call := self._call(seen)) and f"call {call.call_id}" not in known:
            known.add(f"call {call.call_id}")
            batch.calls.append(call)

    def _call(self, seen: Seen) -> Call | None:
        calls = self._judge.conversation.calls
        return (calls.get(seen.call_id) if seen.call_id else None) or (
            calls.by_item(seen.item_id) if seen.item_id else None
        )

    def _meet_speech(self, batch: Batch) -> None:
        speech = self._judge.conversation.input_audio.last_speech
        if speech is not None and speech is not self._last_speech:
            self._last_speech = speech
            batch.speeches.append(speech)
