"""A conversation as a dialogue on paper, for `realtap conversation`."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from ...recordings.dialects import Dialect
from ...recordings.dialogue import Turn, turns_of
from ...recordings.reader import Recording
from ...recordings.rest_note import is_rest
from . import talk
from .reducing import conversation_of
from .rows import Page

_AT_WIDTH = 9
_WHO_WIDTH = 10
_INDENT_WIDTH = _AT_WIDTH + 1 + _WHO_WIDTH + 1
_MIN_TEXT_WIDTH = 20


def print_dialogue(path: Path) -> None:
    """Print the dialogue of a recording.

    Raises:
        RecordingError: As `Recording`.
    """
    if is_rest(Recording(path).header):
        talk.say(
            f"{path.stem} notes a plain HTTP request, in which nobody speaks; see `realtap show`"
        )
        return
    conversation = conversation_of(path)
    page = Page.of_stdout()
    out = sys.stdout.buffer
    told = 0
    for turn in turns_of(conversation):
        told += bool(turn.who)
        for line in _lines(turn, page):
            out.write(line.encode(errors="replace") + b"\n")
    out.flush()
    if conversation.dialect is Dialect.LIVE:
        talk.say("this is a session of the Live API, which has no items; see `realtap show`")
    elif not told:
        talk.say(f"nothing was said in {path.stem}")


# From turns to lines.

_COLOURS = {"user": "cyan", "assistant": "green", "tool": "yellow", "error": "red"}


def _lines(turn: Turn, page: Page) -> Iterator[str]:
    at = "" if turn.at is None else f"{turn.at:.3f}"
    if not turn.who:
        head = f"{at:>{_AT_WIDTH}} " if at else ""
        for line in _wrapped(turn.text, page, len(head)):
            yield page.paint(f"{head}{line}", dim=True)
            head = " " * len(head)
        return
    head = page.paint(f"{at:>{_AT_WIDTH}} ", dim=True) + page.paint(
        f"{turn.who:<{_WHO_WIDTH}} ", fg=_COLOURS.get(turn.who, "white"), bold=True
    )
    for line in _wrapped(turn.text, page, _INDENT_WIDTH):
        yield head + (page.paint(line, fg="red") if turn.who == "error" else line)
        head = " " * _INDENT_WIDTH
    for remark in turn.remarks:
        for line in _wrapped(f"· {remark}", page, _INDENT_WIDTH):
            yield " " * _INDENT_WIDTH + page.paint(line, dim=True)


def _wrapped(text: str, page: Page, indent: int) -> list[str]:
    """On a terminal the text in several lines; on a pipe in one, for `grep`."""
    if page.width is None:
        return [text]
    width = max(page.width - indent, _MIN_TEXT_WIDTH)
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]
