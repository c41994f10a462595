"""Prints what was sent into a session, and what follows when."""

from itertools import groupby

import click
import msgspec

from ...proxy.injection.status import Planned
from ...recordings.event import Json, Side
from ...recordings.plain import compact, safe, text_of
from .rows import COLOUR, GLYPH, PIPE_TEXT_LENGTH, Page


def print_planned(planned: Planned, side: Side, *, is_dry_run: bool, as_json: bool) -> None:
    """Print a plan: a sentence, then its events.

    Args:
        planned: What the proxy has answered.
        side: Whom the events play.
        is_dry_run: Nothing was sent.
        as_json: One line of JSON instead.
    """
    if as_json:
        click.echo(msgspec.json.encode(planned))
        return
    click.echo(f"dry run: {safe(planned.text)}" if is_dry_run else safe(planned.text))
    page = Page.of_stdout()
    for _, run in groupby(planned.events, lambda event: text_of(event.get("type"))):
        click.echo(_line(list(run), side, page))


def _line(run: list[Json], side: Side, page: Page) -> str:
    """Events of one type: one with what it says, several, which are deltas, with their number."""
    type_ = safe(text_of(run[0].get("type")))
    head = f"  {page.paint(GLYPH[side], fg=COLOUR[side])} {type_}"
    if len(run) > 1:
        return f"{head} x{len(run)}"
    limit = PIPE_TEXT_LENGTH if page.width is None else max(page.width - len(type_) - 8, 20)
    # The id is one that realtap makes: it says nothing yet.
    fields = {name: value for name, value in run[0].items() if name not in {"type", "event_id"}}
    return f"{head} {compact(fields, limit)}" if fields else head
