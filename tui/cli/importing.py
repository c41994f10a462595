"""Other tools' files into the folder of recordings: which reader reads one, and what is told of it."""

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import click
import msgspec

from ...proxy.flows import FORMAT as FLOWS
from ...proxy.flows import is_flow_file, read_flows
from ...recordings.event import Event
from ...recordings.exchange.foreign import ForeignFile, ForeignFileError, ForeignSession, Skipped
from ...recordings.exchange.har_reader import FORMAT as HAR
from ...recordings.exchange.har_reader import is_har, read_har
from ...recordings.exchange.plain_lines import FORMAT as JSONL
from ...recordings.exchange.plain_lines import is_plain_lines, read_plain_lines
from ...recordings.exchange.shelf import Shelf
from ...recordings.folder import RecordingsFolder
from . import talk


class Made(msgspec.Struct):
    """One object of `realtap import --json`."""

    path: str
    id: str
    file: str
    format: str
    place: str
    """Where in the file; empty when the file holds one session."""
    events: int
    upstream: str


def read_foreign(path: Path, *, format_: str | None, takes_all: bool, upstream: str) -> ForeignFile:
    """The sessions of a file.

    Raises:
        ForeignFileError: It cannot be read, or there is none in it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ForeignFileError(
            f"cannot be read: {error.strerror or error}; name the file that the other tool wrote",
            path=path,
        ) from error
    match format_ or _format_of(data, path):
        case "flows":
            found = read_flows(path, takes_all=takes_all)
        case "jsonl":
            found = read_plain_lines(data, path, url=upstream)
        case _:
            found = read_har(data, path, takes_all=takes_all)
    if not found.sessions:
        raise ForeignFileError(_nothing_in(found), path=path)
    return found


def _format_of(data: bytes, path: Path) -> str:
    if is_flow_file(data):
        return FLOWS
    if is_plain_lines(data):
        return JSONL
    if data.startswith(b'{"realtap":'):
        raise ForeignFileError(
            "it is a recording of realtap already: every command takes its path as it is",
            path=path,
        )
    if is_har(data):
        return HAR
    raise ForeignFileError(
        "it is neither a HAR, nor plain lines of JSON, nor a flow file of mitmproxy; "
        "say what it is with --format, or export the traffic as HAR",
        path=path,
    )


def _nothing_in(found: ForeignFile) -> str:
    if not found.skipped:
        return "there is no Realtime session in it: it is empty"
    hint = "; add --all to take every WebSocket" if Skipped.WEBSOCKET in found.skipped else ""
    return f"there is no Realtime session in it, only {_told(found)}{hint}"


def _told(found: ForeignFile) -> str:
    """What was skipped, in words."""
    return " and ".join(kind.told(count) for kind, count in found.skipped.items())


def import_files(found: Iterable[ForeignFile], folder: RecordingsFolder, *, as_json: bool) -> None:
    """Write the sessions as recordings and tell what was made."""
    shelf = Shelf(folder, f"realtap {version('realtap')}")
    for file in found:
        for session in file.sessions:
            made = _made(file, session, shelf.put(session))
            click.echo(msgspec.json.encode(made).decode() if as_json else made.path)
        count = len(file.sessions)
        skipped = f", skipped {_told(file)}" if file.skipped else ""
        talk.say(
            f"imported {count} {'session' if count == 1 else 'sessions'} of {file.path}{skipped}"
        )


def _made(file: ForeignFile, session: ForeignSession, path: Path) -> Made:
    return Made(
        path=str(path),
        id=path.stem,
        file=str(file.path),
        format=file.format,
        place=session.place,
        events=sum(isinstance(each, Event) for each in session.lines),
        upstream=session.header.upstream,
    )
