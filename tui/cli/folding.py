"""Folds runs of deltas and of appended audio, so that a conversation can be read on one screen.

Deltas of a transcript and of its audio alternate, and the client keeps appending meanwhile: a run
is therefore kept for each side, type and item, and all runs end at the next event of another kind.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from ...recordings.audio import AudioFormats, decoded_size, describe_duration
from ...recordings.event import Entry, Event, Fate, Json, Released
from ...recordings.ids import ids_of
from .rows import Page, Rows

TEXT_LENGTH = 200
"""So much of a run's text is kept: a line shows no more."""
_TEACHING = ("session.created", "session.updated", "response.created", "response.done")
"""Types from which the audio formats in force are learned."""


@dataclass(slots=True)
class Run:
    """Events of one type in a row, of one item."""

    first: Event
    count: int = 0
    text: str = ""
    audio_s: float = 0.0

    def add(self, fields: Json, formats: AudioFormats) -> None:
        """One more event."""
        self.count += 1
        name = self.first.type or ""
        if name == "input_audio_buffer.append":
            self.audio_s += formats.input.duration_s(decoded_size(_text(fields, "audio")))
        elif name.endswith("audio.delta"):
            size = decoded_size(_text(fields, "delta"))
            self.audio_s += formats.output(fields.get("response_id")).duration_s(size)
        elif len(self.text) < TEXT_LENGTH:
            self.text += _text(fields, "delta")

    def merged(self) -> Event:
        """One event that says what all of them say, audio left out."""
        if self.count == 1:
            return self.first
        payload = msgspec.json.encode({**self.first.fields(), "delta": self.text})
        return msgspec.structs.replace(self.first, payload=payload)


class FoldedRows(Rows):
    """As `Rows`, with runs folded to one line each, in the order in which they began."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._formats = AudioFormats()
        self._runs: dict[tuple[object, ...], Run] = {}
        self._held: set[int] = set()
        """Numbers of held events that are folded away."""

    def lines_of(self, entry: Entry) -> Iterator[str]:
        """The lines that can be printed now; a run waits until it has ended."""
        if isinstance(entry, Released) and self._is_folded_away(entry):
            return
        if not (isinstance(entry, Event) and _is_foldable(entry)):
            yield from self.last_lines()
            if isinstance(entry, Event):
                self._observe(entry)
            yield from super().lines_of(entry)
            return
        if entry.fate is Fate.HELD:
            self._held.add(entry.seq)
        key = (entry.side, entry.type, ids_of(entry).item, entry.origin, entry.fate)
        run = self._runs.setdefault(key, Run(entry))
        run.add(entry.fields(), self._formats)

    def _is_folded_away(self, released: Released) -> bool:
        """Whether a held delta just went on: as little worth a line as the delta."""
        is_folded = released.seq in self._held
        self._held.discard(released.seq)
        return is_folded and released.fate is Fate.FORWARDED

    def learn(self, event: Event) -> None:
        """Take an event that is not printed."""
        self._observe(event)
        super().learn(event)

    def _observe(self, event: Event) -> None:
        if event.type in _TEACHING:
            self._formats.observe(event.fields())

    def last_lines(self) -> Iterator[str]:
        """The runs that are still open."""
        runs = list(self._runs.values())
        self._runs.clear()
        for run in runs:
            said = describe_duration(run.audio_s) if run.audio_s else self.summarise(run.merged())
            yield self.event_line(run.first, said, count=run.count)


def _is_foldable(event: Event) -> bool:
    """True for the events that come in streams, but for those that were changed on their way."""
    name = event.type or ""
    is_stream = name.endswith(".delta") or name == "input_audio_buffer.append"
    return is_stream and event.fate is not Fate.EDITED


def _text(fields: Json, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
