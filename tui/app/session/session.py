"""One recording as the screens show it: its rows, what is known of them, and where the person is.

The columns of the index grow in the thread that scans; all else changes only when the screen takes
a batch. The cursor is an event, by its row in the index, which never changes.
"""

import time
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ....recordings.audio import AudioFormat, AudioFormats
from ....recordings.conversation import Call, Item, Response, Speech
from ....recordings.errors import RecordingError
from ....recordings.event import Closed, Event, Form, Note, Opened
from ....recordings.findings.engine import settled
from ....recordings.findings.finding import Finding, Severity
from ....recordings.ids import Ids, ids_of
from ....recordings.index import Index
from ....recordings.joins import Joined
from ..wording import moment
from .folding import FoldedLines
from .study import Batch, FormatChange, Study

FIRST_ROWS = 500
"""So many lines are scanned before the first rows are told: a screen needs no more."""
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
        self.index = Index(path)
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
        """A row's event; None when its line cannot be read."""
        try:
            return self.index.event(row)
        except (RecordingError, IndexError, ValueError):
            # A ValueError comes from a file that was closed behind a screen that is going away.
            return None

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

    def is_live(self, now_s: float) -> bool:
        """Whether more may come: no end was recorded, and the file was written to lately.

        Args:
            now_s: The wall clock.
        """
        return self.index.closed is None and was_written_lately(self.path, now_s)

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


LIVE_WITHIN_S = 60.0
"""A recording without an end is live when its file was written to so lately."""


def was_written_lately(path: Path, now_s: float | None = None) -> bool:
    """Whether a recording that has no end is likely to go on."""
    try:
        written_s = path.stat().st_mtime
    except OSError:
        return False
    return (time.time() if now_s is None else now_s) - written_s < LIVE_WITHIN_S
