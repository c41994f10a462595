"""`realtap import`: what other tools kept of a session becomes a recording."""

from pathlib import Path

import click

from .options import json_option, recordings_option


@click.command("import")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["har", "jsonl", "flows"]),
    help="What the files are; by default each tells it by how it begins.",
)
@click.option(
    "--all",
    "takes_all",
    is_flag=True,
    help="Take every WebSocket, also one that does not look like the Realtime API.",
)
@click.option(
    "--upstream",
    metavar="URL",
    default="",
    help="The server that a jsonl file's session was with, as wss://api.openai.com/v1/realtime.",
)
@json_option
@recordings_option
def import_(
    files: tuple[Path, ...],
    format_: str | None,
    *,
    takes_all: bool,
    upstream: str,
    as_json: bool,
    recordings: Path | None,
) -> None:
    """Make recordings of the sessions that other tools kept in each FILE, and print their paths.

    A FILE is a HAR, as Chrome, Edge and mitmproxy write it, a flow file of mitmproxy (needs
    realtap[mitm]), or plain lines of {"from": "client", "event": {…}}. Each WebSocket becomes a
    recording, with keys and other secrets taken out; other traffic in a FILE is skipped. When a FILE
    cannot be read, nothing is imported.

    \b
    realtap import chrome.har
    realtap import session.jsonl --upstream wss://api.openai.com/v1/realtime
    """
    from .folders import folder_from
    from .importing import import_files, read_foreign

    found = [
        read_foreign(path, format_=format_, takes_all=takes_all, upstream=upstream)
        for path in files
    ]
    import_files(found, folder_from(recordings), as_json=as_json)
