"""The conversation as people read it: who said what, with the calls and interruptions between."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from ....recordings.conversation import Item, Response
from ....recordings.plain import compact, safe, text_of
from ..ink import Ink, Span, Spans
from ..session.session import Session
from ..wording import offset
from .session_lines import SessionLines
from .text_lines import TextLine

WHO_WIDTH = 10
LEAD = 1 + 9 + 2
"""Cells before the name of who speaks: the time."""
_INKS = {"user": Ink.CLIENT, "assistant": Ink.SERVER, "system": Ink.JOINED}
_TEXT_LIMIT = 8_000


class Dialogue(SessionLines):
    """Turns of the user and of the assistant, one below the other."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(session, "Nothing was said in this session yet.", id=id)

    def head(self, width: int) -> Spans:  # noqa: ARG002 # it is short
        return [Span(f"   seconds  {'who':<{WHO_WIDTH}}says", Ink.QUIET)]

    def lines_for(self, width: int) -> Sequence[TextLine]:
        items, responses = self.session.items, self.session.responses
        told = [(float(item.seq), self._item(item, width)) for item in items]
        seqs = {item.id: item.seq for item in items}
        for response in responses:
            # It is told below the last thing that it said.
            said = [seqs[each] for each in response.output_item_ids if each in seqs]
            told.append((max(said, default=response.seq) + 0.5, self._response(response)))
        told.sort(key=lambda each: each[0])
        return [line for _, lines in told for line in lines]

    def _item(self, item: Item, width: int) -> Iterator[TextLine]:
        row = self.session.row_of(item.seq)
        if item.call is not None or item.kind in {"function_call", "function_call_output"}:
            yield from self._call(item, row)
            return
        if item.kind not in {"message", ""} and not item.text:
            yield self._line(
                row, item.at, item.kind or "item", Ink.JOINED, [Span(item.status, Ink.QUIET)]
            )
            return
        who = item.role or "?"
        ink = _INKS.get(who, Ink.PLAIN)
        text = item.text or item.dropped_text
        pieces = self._wrapped(text, width) or [self._silent(item)]
        tail = self._remarks(item)
        for place, piece in enumerate(pieces):
            spans = [Span(piece, Ink.PLAIN if text else Ink.QUIET)]
            if place == len(pieces) - 1:
                spans += tail
            if place:
                yield TextLine([Span(" " * (LEAD + WHO_WIDTH)), *spans], row=row)
            else:
                yield self._line(row, item.at, who, ink, spans)
        if item.role == "assistant":
            yield TextLine([])

    def _line(
        self, row: int | None, at: float, who: str, ink: Ink, spans: Sequence[Span]
    ) -> TextLine:
        lead = [Span(f" {offset(at):>9}  ", Ink.QUIET), Span(f"{who:<{WHO_WIDTH}}", ink)]
        return TextLine([*lead, *spans], row=row)

    def _wrapped(self, text: str, width: int) -> list[str]:
        room = max(width - LEAD - WHO_WIDTH - 2, 20)
        return [
            piece
            for paragraph in text[:_TEXT_LIMIT].splitlines()
            for piece in wrap(safe(paragraph), room)
        ]

    def _silent(self, item: Item) -> str:
        if item.has_audio:
            return "(speaks; no transcript came)" if item.is_done else "(speaks …)"
        return "(nothing)" if item.is_done else "…"

    def _remarks(self, item: Item) -> Iterator[Span]:
        dot = self.glyphs.dot
        if item.audio_ms:
            yield Span(f"  {dot} audio {item.audio_ms / 1000:.1f} s", Ink.QUIET)
        if item.truncated_ms is not None:
            yield Span(
                f"  {self.glyphs.warning} cut off after {item.truncated_ms / 1000:.1f} s",
                Ink.WARNING,
            )
        if item.transcript_error:
            told = text_of(item.transcript_error.get("message")) or "failed"
            yield Span(f"  {self.glyphs.error} transcription: {told}", Ink.ERROR)
        if item.is_deleted:
            yield Span(f"  {dot} deleted", Ink.QUIET)
        yield from self._hand(item)

    def _hand(self, item: Item) -> Iterator[Span]:
        """That realtap made it, and for whom."""
        if item.is_made_up:
            yield Span("  * made up", Ink.JOINED)
        elif item.injected:
            why = f", {safe(item.why)}" if item.why else ""
            yield Span(f"  * injected{why}", Ink.JOINED)

    def _call(self, item: Item, row: int | None) -> Iterator[TextLine]:
        call = item.call
        is_output = item.kind == "function_call_output"
        name = call.name if call is not None else "?"
        if is_output:
            told = [
                Span(f"{self.glyphs.leads_to} ", Ink.FAINT),
                Span(compact(item.output, 300), Ink.STRING),
                Span(f"  {name}", Ink.QUIET),
            ]
        else:
            arguments = compact(call.arguments, 300) if call is not None and call.arguments else ""
            told = [Span(name, Ink.TOOL), Span(f"({arguments})", Ink.STRING)]
        told += self._hand(item)
        yield self._line(row, item.at, "result" if is_output else "calls", Ink.TOOL, told)

    def _response(self, response: Response) -> Iterator[TextLine]:
        """A response is told of when it did not end as it should."""
        if response.is_active or response.status in {"completed", ""}:
            return
        seq = response.done_seq or response.seq
        reason = response.status_details
        told = text_of(reason.get("reason")) if isinstance(reason, dict) else text_of(reason)
        sign = self.glyphs.error if response.status == "failed" else self.glyphs.warning
        ink = Ink.ERROR if response.status == "failed" else Ink.WARNING
        words = f"{sign} response {response.status}{f': {told}' if told else ''}"
        yield self._line(
            self.session.row_of(seq), response.done_at or response.at, "", ink, [Span(words, ink)]
        )
