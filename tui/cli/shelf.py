"""The folder of recordings at a glance: one line a file."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import click
import msgspec

from ...recordings.errors import RecordingError
from ...recordings.folder import RecordingsFolder
from ...recordings.plain import one_line
from ...recordings.reader import Outline, outline
from . import talk
from .rows import Page, cut

REQUEST_WIDTH = 49
"""The words of a plain HTTP request take the place of a session's numbers, which are so wide."""

FINE_CODES = frozenset({1000, 1001, 1005})
"""Close codes of an ordinary end; 1001 is also the session's maximum duration."""


@dataclass(frozen=True, slots=True)
class Digest:
    """One object of `realtap ls --json`."""

    id: str
    started: str
    duration_s: float
    events: int
    size_bytes: int
    upstream: str
    client: str
    close_code: int | None
    """None while the session is open, and for ever when the proxy was killed."""
    path: str
    turns: int
    """Responses that ended, however they did."""
    name: str
    """What people call it; empty for none."""
    note: str
    """What they want to remember of it."""
    request: str = ""
    """The plain HTTP request that it notes, in words; empty for a session."""
    status: int | None = None
    """What that request was answered, 0 for no answer; None for a session."""


def print_shelf(folder: RecordingsFolder, *, as_json: bool) -> None:
    """Print a digest of every recording, newest first."""
    page = Page.of_stdout()
    count = 0
    with talk.Progress("recordings read", is_wanted=not sys.stdout.isatty()) as progress:
        for digest in _digests(folder):
            count += 1
            click.echo(msgspec.json.encode(digest).decode() if as_json else _row(digest, page))
            progress.advance()
    if count == 0:
        talk.say(f"no recordings in {folder.path} yet; make one with: realtap demo")


def _digests(folder: RecordingsFolder) -> Iterator[Digest]:
    for path in folder.paths():
        try:
            yield _digest(outline(path))
        except RecordingError as error:
            talk.complain(str(error))


def _digest(found: Outline) -> Digest:
    agent = found.header.client.get("agent")
    return Digest(
        id=found.path.stem,
        started=found.header.started,
        duration_s=round(found.last_at, 3),
        events=found.events,
        size_bytes=found.size_bytes,
        upstream=found.header.upstream,
        client=agent if isinstance(agent, str) else "",
        close_code=found.closed.code if found.closed else None,
        path=str(found.path),
        turns=found.turns,
        name=found.name,
        note=found.note,
        request=found.rest.words if found.rest else "",
        status=found.rest.status if found.rest else None,
    )


def _row(digest: Digest, page: Page) -> str:
    """Columns: id, duration, events, turns, size, end, name, client, upstream.

    Of a plain HTTP request its words stand in place of the numbers.
    """
    numbers, is_fine = _numbers(digest) if digest.status is None else _request(digest)
    server = urlsplit(digest.upstream).netloc or digest.upstream
    name = f'"{digest.name}" ' if digest.name else ""
    talkers = one_line(f"{name}{digest.client or 'unknown client'} → {server}")
    if page.width is not None:
        room = page.width - len(digest.id) - 1
        numbers = cut(numbers, room) if digest.request else numbers
        talkers = cut(talkers, room - len(numbers) - 1)
    return " ".join(
        (
            page.paint(digest.id, bold=True),
            numbers if is_fine else page.paint(numbers, fg="red"),
            page.paint(talkers, dim=True),
        )
    )


def _numbers(digest: Digest) -> tuple[str, bool]:
    """How long a session was and how it ended; and whether that was an ordinary end."""
    code = digest.close_code
    end = "open" if code is None else f"closed {code}"
    told = (
        f"{_duration(digest.duration_s):>8} {digest.events:>9,} "
        f"{'event ' if digest.events == 1 else 'events'} "
        f"{digest.turns:>4} {'turn ' if digest.turns == 1 else 'turns'} {_size(digest.size_bytes):>8}  {end:<11}"
    )
    return told, code is None or code in FINE_CODES


def _request(digest: Digest) -> tuple[str, bool]:
    """What a request was and what came of it; and whether it was granted."""
    told = f"{_duration(digest.duration_s):>8} {digest.request:<{REQUEST_WIDTH}}"
    return told, 200 <= (digest.status or 0) < 400


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{minutes:.0f}m{rest:02.0f}s" if minutes else f"{rest:.1f}s"


def _size(size: float) -> str:
    if size < 1000:
        return f"{size} B"
    for unit in ("kB", "MB"):
        size /= 1000
        if size < 1000:
            return f"{size:.1f} {unit}"
    return f"{size / 1000:.1f} GB"
