"""Recordings in another tool's format, to a file or to stdout."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import click

from ...recordings.errors import UsageError
from ...recordings.exchange.har_writer import write_har
from ...recordings.exchange.plain_lines import write_plain_lines
from ...recordings.exchange.private_file import write_private
from ...recordings.reader import Recording
from . import talk


def pieces_of(recordings: Sequence[Recording], format_: str) -> Iterator[bytes]:
    """The recordings in a format, piece by piece."""
    if format_ == "jsonl":
        return write_plain_lines(recordings[0].entries())
    entries = (each.entries() for each in recordings)
    return write_har(entries, tool=f"realtap {version('realtap')}")


def write_out(
    pieces: Iterable[bytes],
    recordings: Sequence[Recording],
    output: Path | None,
    *,
    force: bool,
) -> None:
    """Write the pieces, and tell which lines of the recordings could not be read.

    Raises:
        UsageError: The file is there already, or cannot be written.
    """
    if output is None:
        sys.stdout.flush()
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    else:
        _write_file(pieces, output, force=force)
        click.echo(output)
    for each in recordings:
        for damage in each.warnings:
            talk.complain(f"recording {each.path} {damage}; it was left out")


def _write_file(pieces: Iterable[bytes], output: Path, *, force: bool) -> None:
    if output.exists() and not force:
        raise UsageError(f"{output} exists; choose another with --output, or add --force")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_private(output, pieces)
    except OSError as error:
        raise UsageError(
            f"cannot write {output}: {error.strerror or error}, choose another file with --output"
        ) from error
