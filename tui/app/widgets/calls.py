"""The function calls of a session, one line each, with what became of them."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from ....recordings.conversation import Call, Output
from ....recordings.event import Origin
from ....recordings.plain import compact, safe
from ..ink import Ink, Span, Spans, fitted
from ..session.session import Session
from ..wording import offset
from .session_lines import SessionLines
from .text_lines import TextLine

NAME_WIDTHS = 9, 20
"""The narrowest and the widest column of functions: the longest name decides."""
STATE_WIDTH = 19
LEAST_ARGUMENTS = 6


class CallList(SessionLines):
    """One line a call: when, what was called with what, what came back, and what used it."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(session, "No function was called in this session.", id=id)

    def head(self, width: int) -> Spans:  # noqa: ARG002 # it is short
        columns = f"      #   called  {'state':<{STATE_WIDTH}}{'function':<{self._name_width}}"
        return [Span(f"{columns}arguments {self.glyphs.leads_to} output", Ink.QUIET)]

    def lines_for(self, width: int) -> Sequence[TextLine]:
        return [line for call in self.session.calls for line in self._told(call, width)]

    def _told(self, call: Call, width: int) -> Iterator[TextLine]:
        yield TextLine(self._spans(call, width), row=self.session.row_of(call.announced_seq))
        for own in call.dropped_outputs:
            said = compact(own.text, max(width - 60, 16)) or '""'
            yield TextLine(
                [
                    Span(f"x{own.seq:>6} {offset(own.at):>8}  ", Ink.QUIET),
                    Span("the app's own output, kept from the server: ", Ink.QUIET),
                    Span(said, Ink.PLAIN),
                ],
                row=self.session.row_of(own.seq),
            )

    def _giver(self, output: Output) -> Span:
        """Who answered: the app, a mock by its name, or a person by hand."""
        if output.by is Origin.WIRE:
            return Span("app: ", Ink.QUIET)
        return Span(f"* {safe(output.why or str(output.by))}: ", Ink.JOINED)

    @property
    def _name_width(self) -> int:
        longest = max((cell_len(_label(call)) for call in self.session.calls), default=0)
        return min(max(longest + 2, NAME_WIDTHS[0]), NAME_WIDTHS[1])

    def _spans(self, call: Call, width: int) -> Spans:
        state, ink = self._state(call)
        spans = [
            Span(f" {call.announced_seq:>6} {offset(call.announced_at):>8}  ", Ink.QUIET),
            Span(fitted(state, STATE_WIDTH - 1, self.glyphs) + " ", ink),
            Span(fitted(_label(call), self._name_width - 1, self.glyphs) + " ", Ink.TOOL),
        ]
        output = call.output
        room = max(width // 3, 16)
        if output is not None and output.by is not Origin.WIRE:
            # Who has answered in the app's place is worth more than the last of the arguments.
            left = width - sum(cell_len(each.text) for each in spans)
            giver = cell_len(self._giver(output).text)
            room = min(room, max(left - giver - 6, LEAST_ARGUMENTS))
        spans.append(Span(compact(call.arguments, room) if call.arguments else "…", Ink.STRING))
        if call.is_made_up:
            spans.append(Span("  * made up", Ink.JOINED))
        if output is not None:
            spans.append(Span(f" {self.glyphs.leads_to} ", Ink.FAINT))
            spans.append(self._giver(output))
            spans.append(Span(compact(output.text, max(width // 3, 16)), Ink.PLAIN))
        return spans

    def _state(self, call: Call) -> tuple[str, Ink]:
        """How far the call got; what is missing is told before what is there."""
        glyphs, output = self.glyphs, call.output
        if call.is_void:
            return f"{glyphs.failed} cut off", Ink.QUIET
        if output is None and not (call.is_mcp or call.is_from_client):
            if call.outputs:
                return f"{glyphs.error} output refused", Ink.ERROR
            waiting = "waits for output" if call.arguments_seq else "being called"
            return f"{glyphs.warning} {waiting}", Ink.WARNING
        return self._answered(call)

    def _answered(self, call: Call) -> tuple[str, Ink]:
        glyphs = self.glyphs
        if call.answer_at is not None:
            return f"{glyphs.fine} answered {call.answer_at - call.announced_at:.1f} s", Ink.FINE
        if call.is_mcp or call.is_from_client:
            return f"{glyphs.fine} done", Ink.FINE
        if call.created_seq is None:
            return f"{glyphs.warning} no response yet", Ink.WARNING
        return f"{glyphs.warning} response asked", Ink.WARNING


def _label(call: Call) -> str:
    """What was called; a tool of an MCP server with its server."""
    return f"{call.server_label}.{call.name}" if call.server_label else call.name or "?"
