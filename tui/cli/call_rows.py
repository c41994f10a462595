"""The function calls of a recording as rows, for people and as JSON."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ...recordings.conversation import Call, Output
from ...recordings.event import Fate, Origin
from ...recordings.plain import compact, one_line, safe
from . import talk
from .reducing import conversation_of
from .rows import MARK, PIPE_TEXT_LENGTH, Page, cut, short_id

ONE_LINE_WIDTH = 140
"""A narrower terminal gets two lines a call: what was said, and the times."""
_STEP_NAMES = ("args", "output", "create", "answer")
_STEP_WIDTH = 9
_BY_WIDTH = 8
_BY_LIMIT = 32
_INDENT = " " * 6
_NAME_LIMIT = 64
_TEXT_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class CallRow:
    """One object of `realtap calls --json`. Times are seconds since the session's start."""

    name: str
    """Of an MCP tool: with its server's label in front."""
    call_id: str
    item_id: str
    arguments: str
    """The wire's own text; JSON, if the model kept to it."""
    output: str | None
    """None when there is none."""
    by: str | None
    """Who gave the output: `app`, `server` (MCP), or how it was made: `injected`, `mock`, `fault`."""
    why: str | None
    """Who made the output, or the made-up call, in words."""
    app_output: str | None
    """What the app gave back and realtap kept from the server, to answer by itself."""
    app_output_seq: int | None
    status: str
    response_id: str
    """The response that called."""
    used_by: str | None
    """The response that was made with the output."""
    is_mcp: bool
    is_made_up: bool
    """Realtap made the call up: the server knows nothing of it."""
    is_output_refused: bool
    """The server answered the output with an error."""
    is_create_refused: bool
    """The server answered the `response.create` after it with an error."""
    announced_seq: int | None
    announced_at: float | None
    arguments_at: float | None
    output_seq: int | None
    output_at: float | None
    create_seq: int | None
    create_at: float | None
    answer_at: float | None

    @property
    def giver(self) -> str:
        """Who gave the output, for people: `app`, `mock get_weather`, `app (made-up call)`."""
        if self.by is None:
            return "(made-up call)" if self.is_made_up else ""
        if self.is_made_up:
            return f"{self.by} (made-up call)"
        return self.by if self.by in _NO_HAND else cut(one_line(self.why or self.by), _BY_LIMIT)

    @property
    def times(self) -> tuple[float | None, ...]:
        """When each step of its life came, the first announced."""
        return (
            self.announced_at,
            self.arguments_at,
            self.output_at,
            self.create_at,
            self.answer_at,
        )


def print_calls(path: Path, *, as_json: bool) -> None:
    """Print a row for every call of a recording, and for every output that belongs to none.

    Raises:
        RecordingError: As `Recording`.
    """
    conversation = conversation_of(path)
    known = [_row(call) for call in conversation.calls.all()]
    strays = [_stray_row(output) for output in conversation.calls.stray_outputs]
    rows = sorted([*known, *strays], key=lambda row: row.announced_seq or row.output_seq or 0)
    for line in _json_lines(rows) if as_json else _lines(rows, Page.of_stdout()):
        sys.stdout.buffer.write(line.encode(errors="replace") + b"\n")
    sys.stdout.buffer.flush()
    if not rows:
        talk.say(f"no function was called in {path.stem}")


def _json_lines(rows: list[CallRow]) -> Iterator[str]:
    for row in rows:
        yield msgspec.json.encode(row).decode()


# From calls to rows.


def _row(call: Call) -> CallRow:
    output = call.output or (call.outputs[0] if call.outputs else None)
    own = call.dropped_outputs[0] if call.dropped_outputs else None
    mcp_output = call.mcp_output if call.is_mcp else None
    return CallRow(
        name=f"{call.server_label}.{call.name}" if call.server_label else call.name or "?",
        call_id=call.call_id,
        item_id=call.item_id,
        arguments=call.arguments,
        output=output.text if output else mcp_output,
        by=_giver(output) if output else "server" if mcp_output is not None else None,
        why=call.made_up_by or (output.why if output else "") or None,
        app_output=own.text if own else None,
        app_output_seq=own.seq if own else None,
        status=call.status,
        response_id=call.response_id,
        used_by=call.answered_by or None,
        is_mcp=call.is_mcp,
        is_made_up=call.is_made_up,
        is_output_refused=output is not None and output.error_seq is not None,
        is_create_refused=call.is_create_refused,
        announced_seq=call.announced_seq,
        announced_at=call.announced_at,
        arguments_at=call.arguments_at,
        output_seq=output.seq if output else None,
        output_at=output.at if output else None,
        create_seq=call.created_seq,
        create_at=call.created_at,
        answer_at=call.answer_at,
    )


def _stray_row(output: Output) -> CallRow:
    """An output whose `call_id` no call of this recording has."""
    return CallRow(
        name="?",
        call_id=output.call_id,
        item_id="",
        arguments="",
        output=output.text,
        by=_giver(output),
        why=output.why or None,
        app_output=None,
        app_output_seq=None,
        status="unknown",
        response_id="",
        used_by=None,
        is_mcp=False,
        is_made_up=False,
        is_output_refused=output.error_seq is not None,
        is_create_refused=False,
        announced_seq=None,
        announced_at=None,
        arguments_at=None,
        output_seq=output.seq,
        output_at=output.at,
        create_seq=None,
        create_at=None,
        answer_at=None,
    )


def _giver(output: Output) -> str:
    return "app" if output.by is Origin.WIRE else str(output.by)


_NO_HAND = frozenset({"app", "server"})


# From rows to lines.


def _lines(rows: list[CallRow], page: Page) -> Iterator[str]:
    if not rows:
        return
    is_narrow = page.width is not None and page.width < ONE_LINE_WIDTH
    by_width = max(_BY_WIDTH, *(len(row.giver) for row in rows))
    if is_narrow:
        yield page.paint(f"{'event':>5} {'at':>8} call → output", dim=True)
    else:
        steps = "".join(f"{name:>{_STEP_WIDTH}}" for name in _STEP_NAMES)
        head = f"{'event':>5} {'at':>8}{steps}  {'by':<{by_width}} {'used by':<10} call → output"
        yield page.paint(head, dim=True)
    for row in rows:
        yield from _narrow_lines(row, page) if is_narrow else _wide_line(row, page, by_width)
        yield from _own_output_line(row, page)


def _wide_line(row: CallRow, page: Page, by_width: int) -> Iterator[str]:
    steps = "".join(f"{step:>{_STEP_WIDTH}}" for step in _steps(row))
    used_by = row.used_by or "-"
    if page.width is not None:
        used_by = short_id(used_by)
    head = f"{_place(row)}{steps}  {row.giver or '-':<{by_width}} {used_by:<10} "
    yield page.paint(head, dim=True) + _said(row, page, len(head))


def _narrow_lines(row: CallRow, page: Page) -> Iterator[str]:
    head = f"{_place(row)} "
    yield page.paint(head, dim=True) + _said(row, page, len(head))
    steps = [
        f"{name} {step}" if step != "-" else f"no {name}"
        for name, step in zip(_STEP_NAMES, _steps(row), strict=True)
    ]
    by = f" by {row.giver}" if row.by else f" {row.giver}".rstrip()
    used_by = f" {short_id(row.used_by)}" if row.used_by else ""
    told = f"{_INDENT}{steps[0]}, {steps[1]}{by}, {steps[2]}, {steps[3]}{used_by}"
    yield page.paint(cut(told, page.width or len(told)), dim=True)


def _own_output_line(row: CallRow, page: Page) -> Iterator[str]:
    """What the app gave back, below what the server got in its place."""
    if row.app_output is None:
        return
    mark = f"{row.app_output_seq or 0:>5}{MARK[Fate.DROPPED]}"
    said = compact(row.app_output, page.width or PIPE_TEXT_LENGTH) or '""'
    line = f"{mark} the app's own output, kept from the server: {said}"
    yield page.paint(cut(line, page.width or len(line)), dim=True)


def _place(row: CallRow) -> str:
    """The first event of the row and its time."""
    seq = row.announced_seq or row.output_seq
    at = row.output_at if row.announced_at is None else row.announced_at
    return f"{seq or 0:>5} {at or 0.0:>8.3f}"


def _steps(row: CallRow) -> list[str]:
    """How long each step took after the latest one before it that there was."""
    steps = []
    before = row.announced_at
    for name, at in zip(_STEP_NAMES, row.times[1:], strict=True):
        if at is None:
            steps.append("-")
            continue
        if name == "create" and row.is_create_refused:
            steps.append("refused")
            continue
        steps.append(f"+{max(at - before, 0):.3f}" if before is not None else "+0.000")
        before = at
    return steps


def _said(row: CallRow, page: Page, used: int) -> str:
    """`get_weather({"city":"Paris"}) → sunny`, cut to what is left of the line."""
    width = None if page.width is None else max(page.width - used, 20)
    limit = PIPE_TEXT_LENGTH if width is None else _TEXT_LIMIT
    name = safe(row.name)[:_NAME_LIMIT]
    call = f"{name}({compact(row.arguments, limit) if row.arguments else ''})"
    output = _output_text(row, limit)
    if width is not None:
        # The output needs room too: the call is cut first, to what the output leaves of the line.
        call = cut(call, max(width - len(output) - 3, width * 3 // 5))
        output = cut(output, width - len(call) - 3)
    is_missing = row.output is None or row.is_output_refused
    shown_output = page.paint(output, fg="red") if is_missing else output
    return f"{page.paint(call, fg='yellow', bold=True)} → {shown_output}"


def _output_text(row: CallRow, limit: int) -> str:
    if row.output is None:
        return "no output"
    text = compact(row.output, limit) or '""'
    if row.announced_seq is None:
        return f"{text} for a call that never was: {safe(row.call_id)[:_NAME_LIMIT]}"
    return f"{text} (refused by the server)" if row.is_output_refused else text
