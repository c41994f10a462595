"""The function calls of a session, one line each, with what became of them."""

from collections.abc import Sequence

from ....recordings.conversation import Call
from ....recordings.plain import compact
from ..ink import Ink, Span, Spans, fitted
from ..session.session import Session
from ..wording import offset
from .session_lines import SessionLines
from .text_lines import TextLine

NAME_WIDTH = 20
STATE_WIDTH = 19


class CallList(SessionLines):
    """One line a call: when, what was called with what, what came back, and what used it."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(session, "No function was called in this session.", id=id)

    def head(self, width: int) -> Spans:  # noqa: ARG002 # it is short
        columns = f"      #   called  {'state':<{STATE_WIDTH}}{'function':<{NAME_WIDTH}}"
        return [Span(f"{columns}arguments {self.glyphs.leads_to} output", Ink.QUIET)]

    def lines_for(self, width: int) -> Sequence[TextLine]:
        return [
            TextLine(self._spans(call, width), row=self.session.row_of(call.announced_seq))
            for call in self.session.calls
        ]

    def _spans(self, call: Call, width: int) -> Spans:
        state, ink = self._state(call)
        label = f"{call.server_label}.{call.name}" if call.server_label else call.name
        spans = [
            Span(f" {call.announced_seq:>6} {offset(call.announced_at):>8}  ", Ink.QUIET),
            Span(fitted(state, STATE_WIDTH - 1, self.glyphs) + " ", ink),
            Span(fitted(label or "?", NAME_WIDTH - 1, self.glyphs) + " ", Ink.TOOL),
            Span(
                compact(call.arguments, max(width // 3, 16)) if call.arguments else "…", Ink.STRING
            ),
        ]
        if (output := call.output) is not None:
            spans.append(Span(f" {self.glyphs.leads_to} ", Ink.FAINT))
            spans.append(Span(compact(output.text, max(width // 3, 16)), Ink.PLAIN))
            if output.by != "wire":
                spans.append(Span(f" [{output.by}]", Ink.JOINED))
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
