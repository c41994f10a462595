"""`realtap show`: the events of one recording, one line each or with all their fields."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import json_option, recordings_option

if TYPE_CHECKING:
    from .printing import Printed


@click.command()
@click.argument("recording")
@click.option(
    "--where",
    "where",
    metavar="FILTER",
    help="Only events that match, as 'item.name=get_weather -type:*.delta'; see docs/filters.md.",
)
@click.option("--expand", is_flag=True, help="Write out every nested field below each event.")
@click.option("--follow", is_flag=True, help="Go on while the session does, until it ends.")
@click.option("--fold", is_flag=True, help="Fold runs of deltas and of appended audio to one line.")
@click.option(
    "--raw",
    is_flag=True,
    help="Print the frames as they were on the wire, one a line; one that is not a line of JSON is "
    'printed as {"text":…} or {"base64":…}.',
)
@json_option
@recordings_option
def show(
    recording: str,
    where: str | None,
    *,
    expand: bool,
    follow: bool,
    fold: bool,
    raw: bool,
    as_json: bool,
    recordings: Path | None,
) -> None:
    """Print the events of RECORDING, one line each.

    RECORDING is a path, an id, the beginning of an id, or `last`. A line tells number, seconds
    since the start, who sent it (→ C the client, ← S the server), type, ids, and what it says in a
    few words. A mark behind the number tells what realtap did about it: * made, ~ edited, x dropped,
    = held; the words are in brackets, and what was sent instead stands below. Audio is told as its length. With --expand all fields stand below it, JSON in strings
    parsed, and what other events tell is marked as joined. With --json each line is the recording's
    own, with the keys `ids`, `summary` and `joined` added to events.

    \b
    realtap show last --where item.type=function_call
    realtap show last --expand --where 'type:response.done'
    realtap show last --follow --fold
    """
    from ...recordings.errors import UsageError
    from ...recordings.filters import parse_filter
    from .folders import folder_from
    from .sifting import print_recording

    if expand + fold + raw + as_json > 1:
        raise UsageError(
            "--expand, --fold, --raw and --json exclude each other; leave out all but one"
        )
    wanted = None if where is None else parse_filter(where)
    path = folder_from(recordings).find(recording)
    printed = _printed(expand=expand, fold=fold, raw=raw, as_json=as_json)
    print_recording(path, printed, wanted=wanted, is_followed=follow)


def _printed(*, expand: bool, fold: bool, raw: bool, as_json: bool) -> "Printed":
    """The form that the options ask for."""
    from .expanding import ExpandedRows
    from .folding import FoldedRows
    from .printing import JsonLines, PrintedRows, PrintedTrees, RawLines
    from .rows import Page, Rows

    if raw:
        return RawLines()
    if as_json:
        return JsonLines()
    page = Page.of_stdout()
    if expand:
        from ...recordings.catalogue import catalogue

        return PrintedTrees(ExpandedRows(page, catalogue().meaning))
    return PrintedRows(FoldedRows(page) if fold else Rows(page))
