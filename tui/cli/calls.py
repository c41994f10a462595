"""`realtap calls`: the function calls of one recording, one row each."""

from pathlib import Path

import click

from .options import json_option, recordings_option


@click.command()
@click.argument("recording")
@json_option
@recordings_option
def calls(recording: str, as_json: bool, recordings: Path | None) -> None:
    """Print the function calls of RECORDING, one row each: name, arguments, output, and its life.

    RECORDING is as for `realtap show`. A row tells the event that announced the call, the seconds
    since the session's start, and then how long each step took after the one before: until the
    arguments were complete, the output was sent, the client asked for a response, and a response was
    made that uses the output. `by` is who gave the output: the app, the server, a mock by its name, a
    person; an output of the app that a mock's took the place of stands below. `used by` is that
    response. A dash is a step that never came.
    """
    from .call_rows import print_calls
    from .folders import folder_from

    print_calls(folder_from(recordings).find(recording), as_json=as_json)
