"""Runs somebody's command with a proxy beside it, and tells afterwards what was recorded."""

import asyncio
import os
import re
import shlex
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ...proxy.certificate import bundle_with
from ...proxy.tls import INSTALL, Authority, has_extra
from ...recordings.errors import RealtapError
from ...recordings.findings.finding import Finding
from ...recordings.folder import RecordingsFolder
from . import talk
from .background import Background
from .child_environment import child_environment
from .findings_text import finding_lines
from .guardian import guarded
from .judging import explain

NOT_FOUND = 127
NOT_EXECUTABLE = 126
"""What shells answer when a command cannot be run."""

SHOWN_FINDINGS = 10
"""So many are told at the end; `realtap check` tells all."""

_SESSION = re.compile(r"session (\S+) (?:began|ended)")

_PLAIN_PROXY = re.compile(r"https?://[^/@]+")
"""What mitmproxy takes as its own upstream: no SOCKS, no password in the URL."""


class Errand(NamedTuple):
    """What a person wants to have run."""

    command: tuple[str, ...]
    server: str
    """The upstream by the name that the person gave it."""
    folder: RecordingsFolder
    options: tuple[str, ...]
    """Of the proxy, as they were typed."""


def run_errand(errand: Errand, *, confdir: Path | None = None) -> int:
    """Run the command to its end; its exit code, 128 and the number if a signal has ended it.

    Raises:
        RealtapError: The proxy cannot be run; the command was not started.
    """
    with _trusted(confdir) as bundle:
        place = f"127.0.0.1:{_free_port()}" if bundle is not None and _can_capture() else None
        # It ends with us, however we end, but not before the last session.
        arguments = [*_proxy_arguments(errand, place), "--until-stdin-ends"]
        companion = Background(arguments, holds_stdin=True)
        url = companion.first_line()
        try:
            environment = child_environment(
                os.environ,
                url,
                errand.server,
                bundle=bundle,
                proxy_url=None if place is None else f"http://{place}",
            )
            talk.say(f"realtap records at {url} → {errand.server}")
            code = _run(errand.command, environment)
            died_with = companion.exit_code
        finally:
            companion.stop()
    complaints = companion.complaints
    if died_with is not None:
        complaints.insert(0, _death(died_with))
    for line in complaints:
        talk.complain(line)
    if names := _sessions(companion.said):
        _report(errand, names)
    elif complaints:
        talk.say("no Realtime session was seen")
    else:
        for line in _no_session(is_captured=place is not None):
            talk.say(line)
    return code


def _proxy_arguments(errand: Errand, place: str | None) -> list[str]:
    arguments = ["proxy", "--headless", "--listen", "127.0.0.1:0"]
    if place is not None:
        arguments += ["--mode", _mode(place)]
    return [*arguments, *errand.options, "--recordings", str(errand.folder.path)]


def _mode(place: str) -> str:
    """How mitmproxy listens there: before the proxy that the person has to use, if there is one."""
    before = _proxy_before()
    return f"upstream:{before}@{place}" if before else f"regular@{place}"


def _can_capture() -> bool:
    """Whether the proxy that the person has to use, if any, can stand behind mitmproxy."""
    before = _proxy_before()
    if not before or _PLAIN_PROXY.fullmatch(before):
        return True
    talk.complain(
        "HTTPS_PROXY stays as it is, it has a password or no http: hard-wired apps pass by"
    )
    return False


def _proxy_before() -> str:
    before = os.environ.get("https_proxy") or os.environ.get("HTTPS_PROXY") or ""
    return before.removesuffix("/")


@contextmanager
def _trusted(confdir: Path | None) -> Iterator[Path | None]:
    """A file of the authorities that the command has to trust; None where no TLS is opened."""
    if not has_extra():
        yield None
        return
    authority = Authority(confdir)
    try:
        asyncio.run(authority.load())
        bundle = bundle_with(authority.certificate, os.environ)
    except (RealtapError, OSError, ValueError) as error:
        talk.complain(f"no TLS is opened: {error}")
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="realtap-") as folder:
        path = Path(folder) / "authorities.pem"
        path.write_text(bundle, encoding="utf-8")
        yield path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: tuple[str, ...], environment: dict[str, str]) -> int:
    try:
        process = subprocess.Popen(command, env=environment)  # noqa: S603 -- what the person typed
    except OSError as error:
        talk.complain(f"{shlex.quote(command[0])} cannot be run: {error.strerror or error}")
        return NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
    with guarded(process):
        code = process.wait()
    return code if code >= 0 else 128 - code


# What is told at the end.


def _sessions(said: tuple[str, ...]) -> list[str]:
    """The names of the sessions that the proxy told of."""
    return list(dict.fromkeys(found[1] for line in said if (found := _SESSION.match(line))))


def _report(errand: Errand, names: list[str]) -> None:
    folder = errand.folder.path
    talk.say(f"recorded {_counted(len(names), 'session')} in {folder}")
    shown: list[tuple[str, Finding]] = []
    for name in names:
        talk.say(f"  {name}")
        try:
            shown += [(name, finding) for finding in explain(folder / f"{name}.jsonl")]
        except RealtapError as error:
            talk.complain(str(error))
    for name, finding in shown[:SHOWN_FINDINGS]:
        for line in finding_lines(finding, session=name):
            talk.say(line)
    if len(shown) > SHOWN_FINDINGS:
        talk.say(f"… and {len(shown) - SHOWN_FINDINGS} more: realtap check {shlex.join(names)}")


def _death(code: int) -> str:
    """The proxy was gone before the command was; its own words, if it had any, follow."""
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"the proxy ended before the command, with {how}: what was said after that is lost"


def _no_session(*, is_captured: bool) -> Iterator[str]:
    """Why a command may have passed the proxy by, and what catches it."""
    if is_captured:
        yield (
            "no Realtime session was seen: the command opened none, or its library honours neither "
            "OPENAI_BASE_URL nor HTTPS_PROXY"
        )
    else:
        yield (
            "no Realtime session was seen: the command opened none, or its library does not read "
            "OPENAI_BASE_URL"
        )
    yield "other ways to catch it:"
    yield "  give its client the address itself: docs/clients.md has the line for each library"
    if not has_extra():
        yield f"  {INSTALL}: then realtap run catches an app that is hard-wired to api.openai.com"
        return
    yield "  realtap proxy --mode local:PROCESS captures a program by its name, whatever it honours"
    yield "  realtap proxy --mode socks5, transparent or wireguard for devices and containers"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
