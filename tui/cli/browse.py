"""`realtap browse`: the terminal interface on recordings."""

from pathlib import Path

import click

from .options import recordings_option


@click.command()
@click.argument("paths", metavar="[RECORDING]…", nargs=-1)
@click.option("--ascii", "is_ascii", is_flag=True, help="Draw with ASCII characters only.")
@recordings_option
def browse(paths: tuple[str, ...], is_ascii: bool, recordings: Path | None) -> None:
    """Look at recorded and live sessions in the terminal.

    Without arguments it lists the folder of recordings; a live session is followed while it grows.
    RECORDING is a path, an id, or last; a single one is opened at once. Press ? for every key.
    """
    from ..app.app import browse as run
    from .folders import folder_from

    folder = folder_from(recordings)
    found = [folder.find(each) for each in paths]
    run(
        found,
        (lambda: found) if found else folder.paths,
        "what was asked for" if found else str(folder.path),
        is_ascii=is_ascii,
    )
