"""`realtap ls`: the recordings in the folder, newest first."""

from pathlib import Path

import click

from .options import json_option, recordings_option


@click.command()
@json_option
@recordings_option
def ls(as_json: bool, recordings: Path | None) -> None:
    """List the recordings, newest first: id, length, events, turns, size, how it ended, and who talked.

    A turn is a response that ended. What `realtap label` named is told by its name too. A plain HTTP
    request about Realtime, as one that made a client's secret, is told as what was asked and what came
    of it.

    Each id can be given to `realtap show`; its beginning is enough when no other begins alike.
    """
    from .folders import folder_from
    from .shelf import print_shelf

    print_shelf(folder_from(recordings), as_json=as_json)
