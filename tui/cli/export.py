"""`realtap export`: a recording for other tools."""

from pathlib import Path

import click

from .options import recordings_option


@click.command()
@click.argument("recording", nargs=-1, required=True)
@click.option(
    "--to",
    "format_",
    type=click.Choice(["har", "jsonl"]),
    required=True,
    help="har is for Chrome, mitmproxy and others; jsonl is plain lines of who said what.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it; by default to stdout.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@recordings_option
def export(
    recording: tuple[str, ...],
    format_: str,
    output: Path | None,
    force: bool,
    recordings: Path | None,
) -> None:
    """Write each RECORDING for other tools, with keys and other secrets taken out.

    RECORDING is a path, an id, the beginning of an id, or `last`. A har takes several, and each is a
    WebSocket in it.

    \b
    realtap export last --to har -o session.har
    realtap export last --to jsonl | jq -r .event.type
    """
    from ...recordings.errors import UsageError
    from ...recordings.reader import Recording
    from ...recordings.rest_note import ensure_session
    from .exporting import pieces_of, write_out
    from .folders import folder_from

    if format_ == "jsonl" and len(recording) > 1:
        raise UsageError("--to jsonl takes one RECORDING: a file of plain lines is one session")
    folder = folder_from(recordings)
    found = [Recording(folder.find(name)) for name in recording]
    for each in found:
        ensure_session(each.header, each.path)
    write_out(pieces_of(found, format_), found, output, force=force)
