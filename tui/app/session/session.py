"""One recording as the screens show it: its rows, what is known of them, and where the person is.

The columns of the index grow in the thread that scans; all else changes only when the screen takes
a batch. The cursor is an event, by its row in the index, which never changes.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from ....recordings.audio import AudioFormat, AudioFormats
from ....recordings.conversation import Call, Item, Response, Speech
from ....recordings.errors import RecordingError
from ....recordings.event import Closed, Event, Fate, Form, Note, Opened, Released
from ....recordings.findings.engine import settled
from ....recordings.findings.finding import Finding, Severity
from ....recordings.ids import Ids, ids_of
from ....recordings.joins import Joined
from ....recordings.labels import Label, label_of
from ..wording import length, moment
from .folding import FoldedLines
from .streams import StreamIndex
from .study import Batch, FormatChange, Study

FIRST_ROWS = 500
"""So many lines are scanned before the first rows are told: a screen needs no more."""
WAITS = "WAITS"
"""Told of a message that is held at this moment."""
STEP_ROWS = 10_000
"""So many lines are scanned before the next rows are told."""


class Session:
    """A recording that is looked at.

    Args:
        path: The recording.

    Raises:
        RecordingError: It is missing, cannot be read, or is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.index = StreamIndex(path)
        self.started: datetime | None = moment(self.index.header.started)
        self.study = Study(path)
        self.lines = FoldedLines(self.index)
        """What the list shows."""
        self.cursor = 0
        """The row of the selected event."""
        self.is_following = False
        self.marks: dict[str, int] = {}
        """Rows by the letter of their mark."""
        self.findings: list[Finding] = []
        """By time; of one that got worse only the last form."""
        self.findings_of: defaultdict[int, list[Finding]] = defaultdict(list)
        """By the number of each event that takes part."""
        self.items: list[Item] = []
        self.calls: list[Call] = []
        self.responses: list[Response] = []
        self.speeches: list[Speech] = []
        self.remarks: list[tuple[int, Opened | Closed | Note]] = []
        self.audio_bytes = array("L")
        """By row, as far as it was studied."""
        self.held: dict[int, float] = {}
        """When each message was held, by its number."""
        self.releases: dict[int, Released] = {}
        """What became of those that wait no more."""
        self.is_studied = False
        """All that is in the file was studied."""
        self._rows_by_id: dict[str, array[int]] = {}
        self._formats: list[FormatChange] = []

    def close(self) -> None:
        """Close the files."""
        self.index.close()
        self.study.close()

    # What the screens take in.

    def take(self, batch: Batch) -> None:
        """Keep what was learned."""
        self.audio_bytes.extend(batch.audio_bytes)
        for id_, rows in batch.rows_by_id.items():
            self._rows_by_id.setdefault(id_, array("I")).extend(rows)
        self.items += batch.items
        self.calls += batch.calls
        self.responses += batch.responses
        self.speeches += batch.speeches
        self.remarks += batch.remarks
        self._formats += batch.formats
        self.held |= batch.held
        self.releases |= {each.seq: each for each in batch.releases}
        self.is_studied = batch.has_reached_end
        self.take_findings(batch.findings)

    def take_findings(self, findings: Sequence[Finding]) -> None:
        """Keep what was found."""
        if not findings:
            return
        self.findings = settled([*self.findings, *findings])
        self.findings_of.clear()
        for each in self.findings:
            for seq in each.events:
                self.findings_of[seq].append(each)

    # Rows and events.

    def __len__(self) -> int:
        return len(self.index)

    def event(self, row: int) -> Event | None:
        """A row's event; None when its line cannot be read. One that was held is as it went out."""
        try:
            return self._in_the_end(self.index.event(row))
        except (RecordingError, IndexError, ValueError):
            # A ValueError comes from a file that was closed behind a screen that is going away.
            return None

    def _in_the_end(self, event: Event) -> Event:
        end = self.releases.get(event.seq) if event.fate is Fate.HELD else None
        if end is None or end.fate is Fate.FORWARDED:
            return event
        return replace(event, fate=end.fate, sent=end.sent, why=end.why or event.why)

    def hold_of(self, event: Event) -> str:
        """Whether a message waits, or how long it did; empty when it never had to."""
        since = self.held.get(event.seq)
        if since is None:
            return ""
        end = self.releases.get(event.seq)
        if end is None:
            return WAITS if self.index.closed is None else "held"
        return f"held {length(max(end.at - since, 0))}"

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return len(self.held.keys() - self.releases.keys()) if self.index.closed is None else 0

    def row_of(self, seq: int) -> int | None:
        """The row of the event with this number."""
        return self.index.row_of(seq)

    def time(self, row: int) -> float:
        """Seconds since the session started."""
        return self.index.times[row]

    def row_at(self, at: float) -> int:
        """The last event that was not later."""
        return max(bisect_right(self.index.times, at) - 1, 0)

    @property
    def knows_end(self) -> bool:
        """Whether the session's end was studied."""
        return any(isinstance(each, Closed) for _, each in self.remarks)

    @property
    def last_at(self) -> float:
        """The time of the last thing that is known."""
        closed = self.index.closed
        end = closed.at if closed is not None else 0.0
        return max(end, self.index.times[-1] if len(self.index) else 0.0)

    def now(self, now_s: float) -> float:
        """The time in a live session: its last line was written when the file was, whatever the
        header's clock said.

        Args:
            now_s: The wall clock.
        """
        try:
            silence_s = max(now_s - self.path.stat().st_mtime, 0.0)
        except OSError:
            silence_s = 0.0
        return self.last_at + silence_s

    @property
    def labels(self) -> dict[Label, str]:
        """The name and the note that people gave it, as far as it was studied."""
        found = dict(each for _, remark in self.remarks if (each := label_of(remark)) is not None)
        return {label: text for label, text in found.items() if text}

    # What an event says.

    def formats(self, row: int) -> AudioFormats:
        """The audio formats in force at a row."""
        found = AudioFormats()
        place = bisect_right(self._formats, row, key=lambda each: each.row) - 1
        if place >= 0:
            found.observe(self._formats[place].as_session())
        return found

    def summary(self, event: Event) -> str:
        """What an event says in a few words."""
        return self.study.summariser.summarise(event)

    def joined(self, event: Event) -> list[Joined]:
        """What other events tell of it."""
        return self.study.joined(event)

    def audio(self, rows: Sequence[int]) -> tuple[float, int]:
        """The audio in some events of one type: seconds and bytes; zeros as long as not studied."""
        known = len(self.audio_bytes)
        size = sum(self.audio_bytes[row] for row in rows if row < known)
        return self.audio_format(rows[0]).duration_s(size), size

    def audio_format(self, row: int) -> AudioFormat:
        """The format of the audio that a row's event carries."""
        formats = self.formats(row)
        is_input = self.index.type(row).endswith("append")
        return formats.input if is_input else formats.output(None)

    # What belongs together.

    def related(self, event: Event) -> dict[str, Sequence[int]]:
        """The rows of the same call, item and response, by what they share."""
        ids: Ids = ids_of(event)
        named = {"call": ids.call, "item": ids.item, "response": ids.response}
        return {
            f"{kind} {id_}": self._rows_by_id[id_]
            for kind, id_ in named.items()
            if id_ in self._rows_by_id
        }

    def neighbour(self, row: int, step: int) -> int | None:
        """The next, or the previous, event of the same call, item or response."""
        event = self.event(row)
        if event is None:
            return None
        for rows in self.related(event).values():
            place = bisect_left(rows, row)
            if 0 <= place + step < len(rows) and len(rows) > 1:
                return rows[place + step]
        return None

    def next_finding(self, row: int, step: int) -> Finding | None:
        """The finding whose causing event comes after, or before, a row; goes round at the ends."""
        placed = sorted(
            (found_row, each.severity.rank * -1, each.slug, each)
            for each in self.findings
            if each.events and (found_row := self.row_of(each.events[0])) is not None
        )
        if not placed:
            return None
        if step > 0:
            return next((each for at, *_, each in placed if at > row), placed[0][-1])
        return next((each for at, *_, each in reversed(placed) if at < row), placed[-1][-1])

    def worst(self, rows: Sequence[int]) -> Severity | None:
        """The worst finding of some events."""
        if not self.findings_of:
            return None
        seqs = self.index.seqs
        found = [each for row in rows for each in self.findings_of.get(seqs[row], ())]
        return max((each.severity for each in found), key=lambda each: each.rank, default=None)

    def size_bytes(self, event: Event) -> int:
        """The message's length."""
        return event.size or 0 if event.form is Form.DIGEST else len(event.payload)
