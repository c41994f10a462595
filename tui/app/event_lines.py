"""Draws the events of a session: as lines of a list, and as arrows between client and server."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import msgspec

from ...recordings.audio import describe_duration
from ...recordings.conversation import Seen
from ...recordings.event import Event, Fate, Side
from ...recordings.ids import ids_of
from ...recordings.plain import size, text_of
from ..cli.rows import short_id
from .glyphs import Glyphs, hand
from .ink import Ink, Span, Spans, fitted
from .session.folding import Line
from .session.session import WAITS, Session
from .wording import TimeMode, clock, offset

IDS_FROM_WIDTH = 96
"""A narrower list shows no ids: what an event says tells more."""
TYPE_WIDTHS = (20, 38)
"""The narrowest and the widest column of types; few types are longer than that."""
MERGED_LENGTH = 72
"""So many characters of a run's text are read: a line shows no more."""
TIME_WIDTH = 10
LADDER_SPAN = 60
"""The columns of the ladder are never farther apart."""
SAYS_WIDTH = 24
"""Beside the ladder is told what an event says where there is so much room."""

_INKS = {
    Side.CLIENT: (Ink.CLIENT, Ink.CLIENT_QUIET),
    Side.SERVER: (Ink.SERVER, Ink.SERVER_QUIET),
}


@dataclass(slots=True)
class EventPainter:
    """Draws lines of one session."""

    session: Session
    glyphs: Glyphs
    times: TimeMode = TimeMode.START
    found: frozenset[int] = frozenset()
    """The rows that a search has found."""

    def key(self, line: Line, previous: int | None) -> Hashable:
        """What decides how a line looks."""
        session = self.session
        before = previous if self.times is TimeMode.PREVIOUS else None
        return (
            line,
            before,
            self.times,
            line.row in self.found,
            line.row < len(session.audio_bytes),
            session.worst((line.row,)),
            session.index.seqs[line.row] in session.releases,
        )

    # One line of the list.

    def list_line(self, line: Line, rows: Sequence[int], width: int, previous: int | None) -> Spans:
        """Sign, number, time, side, type, id, and what it says."""
        event = self.session.event(line.row)
        if event is None:
            return self._unreadable(line)
        type_width = min(max(round(width * 0.42), TYPE_WIDTHS[0]), TYPE_WIDTHS[1])
        spans = [
            self._sign(line, event, rows),
            Span(f"{event.seq:>5} ", Ink.QUIET),
            Span(f"{self.time(line.row, previous):>{TIME_WIDTH - 1}} ", Ink.QUIET),
            Span(f"{self.glyphs.side(event.side)} ", _INKS[event.side][0]),
            *self._type(event, line, type_width),
        ]
        if width >= IDS_FROM_WIDTH:
            spans.append(Span(f" {short_id(ids_of(event).nearest):<10}", Ink.QUIET))
        spans.append(Span(" "))
        spans += self.said(event, line, rows)
        return spans

    def _unreadable(self, line: Line) -> Spans:
        seq = self.session.index.seqs[line.row]
        return [Span(f"   {seq:>6} its line cannot be read any more", Ink.ERROR)]

    def _sign(self, line: Line, event: Event, rows: Sequence[int]) -> Span:
        mark = next((name for name, row in self.session.marks.items() if row in rows[:1]), "")
        touched = hand(event)
        worst = self.session.worst(rows if line.size == 1 else ())
        if worst is not None:
            ink = {"error": Ink.ERROR, "warning": Ink.WARNING}.get(worst, Ink.INFO)
            return Span(f"{self.glyphs.severity(worst)}{mark or touched}", ink)
        if mark:
            return Span(f"{self.glyphs.mark}{mark}", Ink.TOOL)
        return Span(f" {touched}", Ink.TOOL)

    def _type(self, event: Event, line: Line, width: int) -> Spans:
        strong, quiet = _INKS[event.side]
        if line.row in self.found:
            strong = quiet = Ink.FOUND
        elif event.type == "error" or (event.type or "").endswith(".failed"):
            strong = quiet = Ink.ERROR
        lead = ""
        if line.size > 1:
            lead = f"{self.glyphs.open if line.is_open else self.glyphs.closed} "
        elif line.is_member:
            lead = f" {self.glyphs.bar} "
        name = short_type(event.type or "(no type)", width - len(lead), self.glyphs)
        if event.type and (event.type.endswith((".delta", ".append"))):
            strong = quiet
        family, dot, last = name.rstrip().rpartition(".")
        padding = " " * max(width - len(lead) - len(family) - len(dot) - len(last), 0)
        return [Span(lead, Ink.QUIET), Span(f"{family}{dot}", quiet), Span(last + padding, strong)]

    def said(self, event: Event, line: Line, rows: Sequence[int]) -> Spans:
        """What an event says, or what the events of a run say together."""
        count = [Span(f"x{line.size:,} ", Ink.STRONG)] if line.size > 1 else []
        if line.size == 1 and (hold := self.session.hold_of(event)):
            count.append(Span(f"{hold} ", Ink.WARNING if hold == WAITS else Ink.QUIET))
        if (event.type or "").endswith(("audio.delta", ".append")):
            seconds, size_bytes = self.session.audio(rows)
            told = describe_duration(seconds) if size_bytes else "audio"
            amount = f" {self.glyphs.dot} {size(size_bytes)}" if size_bytes else ""
            return [*count, Span(f"{told}{amount}", Ink.QUIET)]
        merged = self._merged(event, rows) if line.size > 1 else event
        ink = Ink.PLAIN
        if event.type == "error":
            ink = Ink.ERROR
        elif ids_of(event).call or "function_call" in (event.type or ""):
            ink = Ink.TOOL
        return [*count, Span(self.session.summary(merged), ink)]

    def _merged(self, event: Event, rows: Sequence[int]) -> Event:
        """One event with the text of the first events of a run."""
        text = ""
        for row in rows[:MERGED_LENGTH]:
            if len(text) >= MERGED_LENGTH:
                break
            each = self.session.event(row)
            text += text_of(Seen.of(each).fields.get("delta")) if each else ""
        try:
            payload = msgspec.json.encode({**Seen.of(event).fields, "delta": text})
        except (ValueError, RecursionError):
            # Half a surrogate pair, or nested without end: the first delta tells enough.
            return event
        return msgspec.structs.replace(event, payload=payload)

    # Times.

    def time(self, row: int, previous: int | None) -> str:
        """When it was, counted as the person wants."""
        session = self.session
        at = session.time(row)
        match self.times:
            case TimeMode.CLOCK:
                return clock(session.started, at)
            case TimeMode.PREVIOUS:
                return offset(at - session.time(previous)) if previous is not None else offset(at)
            case TimeMode.MARK if session.marks:
                return offset(at - session.time(next(reversed(session.marks.values()))))
        return offset(at)

    # One line of the ladder.

    def ladder_line(
        self, line: Line, rows: Sequence[int], width: int, previous: int | None
    ) -> Spans:
        """Time, an arrow from one side to the other with the type on it, and what it says."""
        event = self.session.event(line.row)
        if event is None:
            return self._unreadable(line)
        strong, quiet = _INKS[event.side]
        if event.type == "error":
            strong = Ink.ERROR
        bar = Span(self.glyphs.bar, Ink.FAINT)
        span = ladder_width(width)
        count = f" x{line.size}" if line.size > 1 else ""
        label = short_type(event.type or "(no type)", span - 6 - len(count), self.glyphs).rstrip()
        label = f"{label}{count}"
        shaft = self.glyphs.shaft * max(span - len(label) - 4, 0)
        is_lost = event.fate is Fate.DROPPED
        to_right, to_left = (
            (self.glyphs.failed,) * 2 if is_lost else (self.glyphs.to_right, self.glyphs.to_left)
        )
        spans = [
            self._sign(line, event, rows),
            Span(f"{event.seq:>5} ", Ink.QUIET),
            Span(f"{self.time(line.row, previous):>{TIME_WIDTH - 1}} ", Ink.QUIET),
            bar,
        ]
        if event.side is Side.CLIENT:
            spans += [Span(f" {label} ", strong), Span(f"{shaft}{to_right} ", quiet)]
        else:
            spans += [Span(f" {to_left}{shaft}", quiet), Span(f" {label} ", strong)]
        return [*spans, bar, Span(" "), *self.said(event, line, rows)]

    # What stands above the columns.

    def list_head(self, width: int) -> Spans:
        """The names of the list's columns."""
        type_width = min(max(round(width * 0.42), TYPE_WIDTHS[0]), TYPE_WIDTHS[1])
        ids = f" {'id':<10}" if width >= IDS_FROM_WIDTH else ""
        times = {TimeMode.CLOCK: "clock UTC", TimeMode.PREVIOUS: "after prev"}
        time = times.get(self.times, "since mark" if self.times is TimeMode.MARK else "seconds")
        text = f"      # {time:>{TIME_WIDTH - 1}} from {'type':<{type_width - 1}}{ids} says"
        return [Span(text, Ink.QUIET)]

    def ladder_head(self, width: int, client: str, server: str) -> Spans:
        """Who stands at the two ends of the arrows."""
        span = ladder_width(width) // 2
        lead = " " * (2 + 6 + TIME_WIDTH)
        return [
            Span(f"{lead}{self.glyphs.bar}", Ink.FAINT),
            Span(fitted(f" client {client}", span, self.glyphs), Ink.CLIENT),
            Span(f"{fitted(f'server {server}', span, self.glyphs).strip():>{span}}", Ink.SERVER),
            Span(self.glyphs.bar, Ink.FAINT),
        ]


def ladder_width(width: int) -> int:
    """The cells between the two columns of the ladder; arrows are worth more than what they say."""
    room = max(width - 6 - TIME_WIDTH - 4, 20)
    return min(room if room < LADDER_SPAN + SAYS_WIDTH else room - SAYS_WIDTH, LADDER_SPAN) // 2 * 2


def short_type(name: str, width: int, glyphs: Glyphs) -> str:
    """A type in so many cells: its end tells more than its beginning."""
    if len(name) > width:
        name = glyphs.ellipsis + name[len(name) - width + 1 :] if width > 1 else ""
    return fitted(name, width, glyphs)
