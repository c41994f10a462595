"""`realtap show`: the events of one recording, one line each."""

from pathlib import Path

import click

from .options import json_option, recordings_option


@click.command()
@click.argument("recording")
@click.option(
    "--raw",
    is_flag=True,
    help="Print the frames as they were on the wire, one a line; one that is not a line of JSON is "
    'printed as {"text":…} or {"base64":…}.',
)
@json_option
@click.option("--fold", is_flag=True, help="Fold runs of deltas and of appended audio to one line.")
@recordings_option
def show(recording: str, raw: bool, as_json: bool, fold: bool, recordings: Path | None) -> None:
    """Print the events of RECORDING, one line each.

    RECORDING is a path, an id, the beginning of an id, or `last`. A line tells number, seconds
    since the start, who sent it (→ C the client, ← S the server), type, ids, and what it says in a
    few words. Audio is told as its length. With --json each line is the recording's own, with the
    keys `ids` and `summary` added to events.
    """
    from ...recordings.errors import UsageError
    from .folders import folder_from
    from .printing import json_lines, print_recording, raw_lines, rows

    if raw + as_json + fold > 1:
        raise UsageError("--raw, --json and --fold exclude each other; leave out all but one")
    path = folder_from(recordings).find(recording)
    if raw:
        print_recording(path, raw_lines)
    elif as_json:
        print_recording(path, json_lines)
    else:
        print_recording(path, rows(is_folded=fold))
