"""The interface in front of a command that runs behind it."""

import re
import time
from urllib.parse import urlsplit

import click

from ...proxy.demo.mistakes import Mistake
from ...recordings.folder import RecordingsFolder
from ..app.app import browse
from . import talk
from .background import Background, newest_after
from .options import Address

FIRST_RECORDING_S = 10.0
"""The demo's session has begun by then, or something is wrong."""

LOOK_EVERY_S = 0.05

_EVENT = re.compile(r" *(?:\d+|·) +\d+\.\d{3} ")
"""How a line about an event begins, or one about the session's beginning or end."""


def watch_proxy(
    upstream: str, listen: Address, folder: RecordingsFolder, *, allow_remote: bool
) -> None:
    """Run the proxy behind the interface; afterwards it goes on, if the person wants that."""
    arguments = ["proxy", "--headless", "--upstream", upstream]
    host = f"[{listen.host}]" if ":" in listen.host else listen.host
    arguments += ["--listen", f"{host}:{listen.port}", "--recordings", str(folder.path)]
    proxy = Background([*arguments, "--allow-remote"] if allow_remote else arguments)
    url = proxy.first_line()
    parts = urlsplit(url)
    listens_at = (parts.hostname or listen.host, parts.port or listen.port)
    place = f"{url} → {upstream}, {folder.path}"
    browse([], folder.paths, place, is_ascii=False, listens_at=listens_at)
    if click.confirm(f"The proxy still listens at {url}. Stop it?", default=True, err=True):
        proxy.stop()
        return
    proxy.leave()
    talk.say(
        f"it goes on as process {proxy.pid}: realtap attach shows it, kill {proxy.pid} stops it"
    )


def watch_demo(folder: RecordingsFolder, mistake: Mistake | None) -> None:
    """Run the demo behind the interface; afterwards its closing words are printed."""
    known = frozenset(folder.path.glob("*.jsonl"))
    arguments = ["demo", "--headless", "--recordings", str(folder.path)]
    if mistake is not None:
        arguments += ["--mistake", mistake]
    demo = Background(arguments)
    opened = None
    until = time.monotonic() + FIRST_RECORDING_S
    while opened is None and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
        opened = newest_after(folder.path, known)
    browse([opened] if opened else [], folder.paths, str(folder.path), is_ascii=False)
    click.echo(_closing_words(demo.stop()), nl=False)


def _closing_words(output: str) -> str:
    """What the demo says behind its last event: what it shows, where it lies, what to try next."""
    lines = output.splitlines(keepends=True)
    last = max((number for number, line in enumerate(lines) if _EVENT.match(line)), default=-1)
    return "".join(lines[last + 1 :]).lstrip("\n")
