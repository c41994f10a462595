"""Runs what listens on a port until it is stopped: the proxy, the simulated server."""

import os
import sys
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Literal

import click

from ...proxy.door import Proxy
from ...proxy.session import SessionNews
from ...proxy.simulator import Simulator
from ...proxy.upstream import parse_upstream
from ...recordings.errors import WireError
from ...recordings.folder import RecordingsFolder
from . import talk
from .clients import NO_PROXY, pointers
from .exit_codes import ExitCode
from .options import Address
from .runtime import RunningProxy, noted
from .stopping import stop_signals
from .watcher import Watcher, watching

type Dialect = Literal["ga", "beta"]


async def serve_proxy(upstream: str, listen: Address, folder: RecordingsFolder) -> ExitCode:
    """Run the proxy until Ctrl-C, and close its sessions in order."""
    server = upstream
    with stop_signals() as stop:
        async with AsyncExitStack() as running:
            watcher = running.enter_context(watching())
            if upstream == "sim":
                simulator = await running.enter_async_context(Simulator())
                upstream = simulator.url.removesuffix("/v1")
            door = Proxy(
                parse_upstream(upstream),
                folder,
                host=listen.host,
                port=listen.port,
                report=talk.complain,
                on_session=partial(_tell_session, watcher),
            )
            proxy = await running.enter_async_context(door)
            running.enter_context(
                noted(RunningProxy(os.getpid(), proxy.url, server, str(folder.path.absolute())))
            )
            _announce(proxy.url)
            _introduce(Address(listen.host, proxy.port), server, folder.path)
            await stop.wait()
            talk.say(_farewell(len(tuple(proxy.sessions))))
            await proxy.stop()
    return ExitCode.INTERRUPTED


async def serve_simulator(
    listen: Address, script: Path | None, *, dialect: Dialect, is_fast: bool
) -> ExitCode:
    """Run the simulated server until Ctrl-C."""
    with stop_signals() as stop:
        server = Simulator(listen.host, listen.port, script=script, dialect=dialect, fast=is_fast)
        async with AsyncExitStack() as running:
            try:
                simulator = await running.enter_async_context(server)
            except WireError as error:
                raise WireError(f"{error}; choose another with --listen HOST:PORT") from error
            _announce(simulator.url)
            talk.say(f"a simulated Realtime server ({dialect}); stop it with Ctrl-C")
            await stop.wait()
    return ExitCode.INTERRUPTED


def _tell_session(watcher: Watcher, news: SessionNews) -> None:
    talk.say(news.text)
    if not news.is_end:
        watcher.follow(news.recording)


def _announce(url: str) -> None:
    """The one line of data: where an app's base URL points. A script can read it and go on."""
    click.echo(url)
    sys.stdout.flush()


def _introduce(listen: Address, server: str, folder: Path) -> None:
    """What a person wants to know before an app is started."""
    talk.say(f"upstream    {server}")
    talk.say(f"recordings  {folder}")
    talk.say()
    talk.say("Point the app at realtap; it keeps its own key. One of:")
    for pointer in pointers(listen.host, listen.port):
        talk.say(f"  {click.style(pointer.client, dim=True)}")
        talk.say(f"    {pointer.line}")
    talk.say()
    talk.say(f"If HTTPS_PROXY is set where the app runs, set {NO_PROXY} there too.")
    talk.say("Stop with Ctrl-C. One line follows for each session:")


def _farewell(open_sessions: int) -> str:
    match open_sessions:
        case 0:
            return "stopped"
        case 1:
            return "closing one session"
        case _:
            return f"closing {open_sessions} sessions"
