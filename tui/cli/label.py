"""`realtap label`: a name and a note for a recording."""

from pathlib import Path

import click

from .options import recordings_option


@click.command()
@click.argument("recording")
@click.option("--name", metavar="TEXT", help="What to call it; empty to take the name off.")
@click.option("--note", metavar="TEXT", help="A line to remember; empty to take it off.")
@recordings_option
def label(recording: str, name: str | None, note: str | None, recordings: Path | None) -> None:
    """Give a recording a name and a note, or print those that it has.

    RECORDING is a path, an id, or last; it may be live. Both are lines of the recording itself:
    `realtap ls` and the interface show them.
    """
    from ...recordings.labels import Label, write_label
    from ...recordings.plain import safe
    from ...recordings.reader import outline
    from .folders import folder_from

    path = folder_from(recordings).find(recording)
    found = outline(path)
    wanted = {Label.NAME: name, Label.NOTE: note}
    for each, text in wanted.items():
        if text is not None:
            write_label(path, each, text, at=found.last_at)
    if name is None and note is None:
        click.echo(f"name  {safe(found.name)}\nnote  {safe(found.note)}")
