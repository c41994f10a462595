"""`realtap conversation`: what was said in one recording, as a person would read it."""

from pathlib import Path

import click

from .options import recordings_option


@click.command()
@click.argument("recording")
@recordings_option
def conversation(recording: str, recordings: Path | None) -> None:
    """Print the dialogue of RECORDING: who said what, the functions in between, what went wrong.

    RECORDING is as for `realtap show`. The order is the conversation's own: what the user said is in
    its place, however late its transcript came. Each line begins with the seconds since the
    session's start. What realtap itself did, as a mock's answer or a fault, is told as such.
    """
    from .dialogue import print_dialogue
    from .folders import folder_from

    print_dialogue(folder_from(recordings).find(recording))
