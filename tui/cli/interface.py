"""The interface in front of a command that runs behind it."""

import re
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

import click

from ...proxy.control.client import TOKEN_VARIABLE
from ...proxy.demo.mistakes import Mistake
from ...recordings.folder import RecordingsFolder
from ..app.app import browse
from . import talk
from .background import Background, newest_after
from .rules_options import Rules
from .serving import ProxyService

FIRST_RECORDING_S = 10.0
"""The demo's session has begun by then, or something is wrong."""

LOOK_EVERY_S = 0.05

DEMO_PATIENCE_S = 60.0
"""How long the demo's app waits in silence while a person looks on, who may send what it forgot."""

_EVENT = re.compile(r" *(?:\d+|·) +\d+\.\d{3} ")
"""How a line about an event begins, or one about the session's beginning or end."""


def watch_proxy(service: ProxyService, *, allow_remote: bool) -> None:
    """Run the proxy behind the interface; afterwards it goes on, if the person wants that."""
    listen, folder = service.listen, service.folder
    arguments = ["proxy", "--headless", "--upstream", service.server]
    host = f"[{listen.host}]" if ":" in listen.host else listen.host
    arguments += ["--listen", f"{host}:{listen.port}", "--recordings", str(folder.path)]
    arguments += [*service.arguments(), *(["--allow-remote"] if allow_remote else [])]
    # Everybody on the machine can read a process's arguments.
    token = {} if service.token is None else {TOKEN_VARIABLE: service.token}
    proxy = Background(arguments, token)
    url = proxy.first_line()
    parts = urlsplit(url)
    listens_at = (parts.hostname or listen.host, parts.port or listen.port)
    place = f"{url} → {service.server}, {folder.path}"
    browse([], folder.paths, place, is_ascii=False, listens_at=listens_at)
    for line in proxy.complaints:
        talk.complain(line)
    if click.confirm(f"The proxy still listens at {url}. Stop it?", default=True, err=True):
        proxy.stop()
        return
    proxy.leave()
    talk.say(
        f"it goes on as process {proxy.pid}: realtap attach shows it, kill {proxy.pid} stops it"
    )


def watch_demo(
    folder: RecordingsFolder,
    mistake: Mistake | None,
    rules: Rules,
    *,
    patience_s: float | None,
    options: Sequence[str],
) -> None:
    """Run the demo behind the interface; afterwards its closing words are printed.

    Args:
        folder: Where it is recorded.
        mistake: What the app does wrong.
        rules: The mocks and faults.
        patience_s: How long the app waits; None: as long as a person needs to help it.
        options: How the person named the folder, if they did: the closing words repeat it.
    """
    if patience_s is None:
        patience_s = DEMO_PATIENCE_S
    known = frozenset(folder.path.glob("*.jsonl"))
    arguments = ["demo", "--headless", *options, "--patience", f"{patience_s:g}"]
    if mistake is not None:
        arguments += ["--mistake", mistake]
    arguments += rules.arguments()
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
