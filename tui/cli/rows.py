"""The entries of a recording as lines for people: columns and colour on a terminal, plain on a pipe.

On a terminal a line is cut to its width and ids are shortened; on a pipe nothing is cut, so that
`grep` finds what is there.
"""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

import click

from ...recordings.conversation.bounded import BoundedDict
from ...recordings.dialogue import ending_in_words
from ...recordings.event import (
    Closed,
    Entry,
    Event,
    Fate,
    Header,
    Note,
    Opened,
    Origin,
    Released,
    Side,
    Unknown,
)
from ...recordings.ids import Ids, ids_of
from ...recordings.plain import one_line, safe
from ...recordings.rest_note import is_rest
from ...recordings.summary import Summariser

TYPE_WIDTH = 38
"""As wide as `response.function_call_arguments.delta`; few types are longer."""
ID_WIDTH = 10
IDS_FROM_WIDTH = 100
"""A narrower terminal shows no ids: the summary says more."""
PIPE_TEXT_LENGTH = 400
"""So much of a text is told on a pipe, where no line is cut."""
GLYPH = {Side.CLIENT: "→ C", Side.SERVER: "← S"}
"""Arrow and letter, seen from the app: what it sends goes to the right."""
COLOUR = {Side.CLIENT: "cyan", Side.SERVER: "green"}
MARK = {
    Origin.INJECTED: "*",
    Origin.MOCK: "*",
    Origin.FAULT: "*",
    Origin.REPLAY: "*",
    Fate.EDITED: "~",
    Fate.DROPPED: "x",
    Fate.HELD: "=",
}
"""What realtap did about an event. The word stands in front of the summary."""
_HELD_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """What the lines are printed on."""

    width: int | None
    """Columns of the terminal; None on a pipe, where nothing is cut."""
    has_colour: bool

    @classmethod
    def of_stdout(cls) -> "Page":
        """The page that the running command prints on."""
        is_terminal = sys.stdout.isatty()
        context = click.get_current_context(silent=True)
        chosen = context.color if context else None
        return cls(
            width=shutil.get_terminal_size().columns if is_terminal else None,
            has_colour=is_terminal if chosen is None else chosen,
        )

    def paint(self, text: str, **style: str | bool) -> str:
        """The text in a style, where the page has colour."""
        return click.style(text, **style) if self.has_colour else text  # type: ignore[arg-type] # one dict for all of click's style arguments


class Rows:
    """Turns the entries of one recording into lines, in their order."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._summariser = Summariser(text_limit=page.width or PIPE_TEXT_LENGTH)
        self._held_since: BoundedDict[int, float] = BoundedDict(_HELD_KEPT)
        self._is_session = True

    def lines_of(self, entry: Entry) -> Iterator[str]:
        """The lines of an entry: one for an event, and one for what was sent in its place."""
        match entry:
            case Event():
                yield self.event_line(entry, self.summarise(entry))
                yield from self.sent_lines(entry.as_sent())
            case Header():
                self._is_session = not is_rest(entry)
                yield self._header_line(entry)
            case Opened(status=101):
                chosen = f", subprotocol {entry.subprotocol}" if entry.subprotocol else ""
                yield self._remark(entry.at, f"connected{chosen}")
            case Opened():
                yield self._remark(
                    entry.at, f"refused with status {entry.status} {one_line(entry.body or '')}"
                )
            case Released():
                yield from self._release_lines(entry)
            case Closed() if not self._is_session:
                """A plain HTTP request has no close code, and its note tells how it ended."""
            case Closed():
                yield self._remark(entry.at, ending_in_words(entry))
            case Note():
                yield self._remark(entry.at, one_line(str(entry.note.get("text", entry.note))))
            case Unknown():
                yield self._cut(one_line(entry.line.decode(errors="replace")))
            case _:
                assert_never(entry)

    def learn(self, event: Event) -> None:
        """Take an event that is not printed: those after it may need what it tells."""
        self._summariser.learn(event)
        self._note_held(event)

    def _note_held(self, event: Event) -> None:
        if event.fate is Fate.HELD:
            self._held_since[event.seq] = event.at

    def _release_lines(self, released: Released) -> Iterator[str]:
        """What became of a held event, and after how long."""
        since = self._held_since.pop(released.seq, None)
        held = "" if since is None else f" after {max(released.at - since, 0):.3f} s"
        why = f" ({one_line(released.why)})" if released.why else ""
        mark = MARK.get(released.fate, " ")
        text = f"event {released.seq} released{held}: {released.fate}{why}"
        yield self._remark(released.at, text, mark)
        if released.sent is not None:
            sent = Event(released.seq, released.at, Side.CLIENT, None, released.sent)
            said = one_line(self._summariser.summarise(sent))
            yield self._remark(None, f"sent instead: {said}", mark)

    def last_lines(self) -> Iterator[str]:
        """What is still to be printed when the entries have ended: nothing here."""
        yield from ()

    def summarise(self, event: Event) -> str:
        """What an event says in a few words, in the light of those before it."""
        self._note_held(event)
        return self._summariser.summarise(event)

    def sent_lines(self, sent: Event | None) -> Iterator[str]:
        """The text that went out in place of an event, if another one did."""
        if sent is not None:
            head = f"{'':>5}{MARK[Fate.EDITED]}{'sent':>8} "
            yield self.event_line(sent, self._summariser.summarise(sent), head=head)

    def event_line(self, event: Event, summary: str, *, count: int = 1, head: str = "") -> str:
        """One event, or a run of `count` alike events, as one line.

        `head` stands in place of number, mark and time.
        """
        page = self._page
        ids = ids_of(event)
        head = head or f"{event.seq:>5}{_mark(event)}{event.at:>8.3f} "
        side = GLYPH[event.side]
        kind = self._type_text(event.type or "(no type)")
        id_text = self._id_text(ids)
        tail = one_line(f"x{count} {summary}" if count > 1 else summary)
        if page.width is not None:
            tail = cut(tail, page.width - len(f"{head}{side} {kind} {id_text}"))
        shown = (
            page.paint(head, dim=True),
            page.paint(side, fg=COLOUR[event.side], bold=True),
            " ",
            page.paint(kind, **_type_style(event)),
            " ",
            page.paint(id_text, dim=True),
            page.paint(tail, **_summary_style(event, ids)),
        )
        return "".join(shown).rstrip()

    def _type_text(self, name: str) -> str:
        """The type's end tells more than its beginning: that is where a long one is cut."""
        name = safe(name)
        if self._page.width is not None and len(name) > TYPE_WIDTH:
            name = "…" + name[1 - TYPE_WIDTH :]
        return f"{name:<{TYPE_WIDTH}}"

    def _id_text(self, ids: Ids) -> str:
        width = self._page.width
        if width is None:
            return f"{safe(' '.join(ids.by_name.values())) or '-'} "
        return f"{short_id(safe(ids.nearest)):<{ID_WIDTH}} " if width >= IDS_FROM_WIDTH else ""

    def _header_line(self, header: Header) -> str:
        agent = header.client.get("agent")
        facts = [header.started, header.upstream, agent if isinstance(agent, str) else ""]
        line = "  ".join(one_line(fact) for fact in facts if fact)
        if self._page.width is not None:
            line = cut(line, self._page.width - len(header.id) - 2)
        return f"{self._page.paint(header.id, bold=True)}  {self._page.paint(line, dim=True)}"

    def _remark(self, at: float | None, text: str, mark: str = " ") -> str:
        time = "" if at is None else f"{at:.3f}"
        line = f"{'·':>5}{mark}{time:>8}     {text}"
        return self._page.paint(self._cut(line), dim=True)

    def _cut(self, line: str) -> str:
        return line if self._page.width is None else cut(line, self._page.width)


def _mark(event: Event) -> str:
    return MARK.get(event.fate) or MARK.get(event.origin) or " "


def _type_style(event: Event) -> dict[str, str | bool]:
    name = event.type or ""
    if name == "error" or name.endswith(".failed"):
        return {"fg": "red", "bold": True}
    if name.endswith(".delta") or name == "input_audio_buffer.append":
        return {"fg": COLOUR[event.side], "dim": True}
    return {"fg": COLOUR[event.side]}


def _summary_style(event: Event, ids: Ids) -> dict[str, str | bool]:
    if event.type == "error":
        return {"fg": "red"}
    return {"fg": "yellow"} if ids.call else {}


# Pieces of text.


def cut(text: str, width: int) -> str:
    """The text in at most `width` columns."""
    if len(text) <= width:
        return text
    return text[: max(width - 1, 0)].rstrip() + "…" if width > 0 else ""


def short_id(value: str) -> str:
    """An id's kind and its last characters: enough to see which belong together."""
    if len(value) <= ID_WIDTH:
        return value
    kind, separator, rest = value.partition("_")
    return f"{kind[:4]}…{rest[-5:]}" if separator else f"…{value[-9:]}"
