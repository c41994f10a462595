"""Runs what listens on a port until it is stopped: the proxy, the simulated server."""

import os
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

import click

from ...proxy.capture import Capture
from ...proxy.dialing import proxy_for
from ...proxy.door import Proxy
from ...proxy.runtime import noted
from ...proxy.session import SessionNews
from ...proxy.simulator import Simulator
from ...proxy.upstream import parse_upstream
from ...proxy.wire.handshake import HandshakeError
from ...recordings.errors import WireError
from ...recordings.folder import RecordingsFolder
from . import talk
from .call_listener import CallListener
from .capture_options import capture_arguments
from .clients import NO_PROXY, pointers
from .exit_codes import ExitCode
from .options import Address
from .rules_options import Rules
from .stopping import first_of, stdin_end, stop_signals
from .watcher import Watcher, watching

type Dialect = Literal["ga", "beta"]


class ProxyService(NamedTuple):
    """A proxy as a person wants it."""

    server: str
    """Its upstream by the name that the person gave it."""
    listen: Address
    folder: RecordingsFolder
    rules: Rules = Rules()
    token: str | None = None
    """Of the control channel; None: a random one."""
    joins_calls: bool = False
    """Join each WebRTC call that is opened through it."""
    capture: Capture = Capture()
    ends_with_stdin: bool = False
    """It is a part of another program, and has nothing to do when that is gone."""

    def arguments(self) -> list[str]:
        """What it does besides, as words of a command line."""
        words = [*self.rules.arguments(), *capture_arguments(self.capture)]
        return [*words, "--sideband"] if self.joins_calls else words


async def serve_proxy(service: ProxyService) -> ExitCode:
    """Run the proxy until Ctrl-C, and close its sessions in order.

    Raises:
        UsageError: A rule, or the upstream, cannot be taken.
        WireError: It cannot listen.
    """
    upstream = service.server
    with stop_signals() as stop:
        async with AsyncExitStack() as running:
            watcher = running.enter_context(watching())
            if upstream == "sim":
                simulator = await running.enter_async_context(Simulator())
                upstream = simulator.url.removesuffix("/v1")
            listener = CallListener()
            door = Proxy(
                parse_upstream(upstream),
                service.folder,
                host=service.listen.host,
                port=service.listen.port,
                report=talk.complain,
                on_session=partial(_tell_session, watcher),
                token=service.token,
                mocks=service.rules.mocks,
                on_call=listener.take,
                # An app that is hard-wired to its server means the simulated one, if that is wanted.
                capture=replace(service.capture, keeps_upstream=service.server == "sim"),
            )
            service.rules.apply(door)
            proxy = await running.enter_async_context(door)
            if service.joins_calls:
                # A WebSocket client takes time to import, for which most proxies need not wait.
                from ...proxy.sideband import SideBands

                listener.side_bands = await running.enter_async_context(SideBands(proxy))
            running.enter_context(noted(proxy.note(os.getpid(), service.server)))
            _announce(proxy.url)
            _introduce(service, proxy, await _way_out(proxy))
            if service.ends_with_stdin:
                await first_of(stop.wait(), _abandoned(proxy))
            else:
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


async def _abandoned(proxy: Proxy) -> None:
    """Wait until standard input has ended, and nobody is connected: no session is cut by that."""
    await stdin_end()
    await proxy.unused()


def _tell_session(watcher: Watcher, news: SessionNews) -> None:
    talk.say(news.text)
    if not news.is_end:
        watcher.follow(news.recording)


def _announce(url: str) -> None:
    """The one line of data: where an app's base URL points. A script can read it and go on."""
    click.echo(url)
    sys.stdout.flush()


async def _way_out(proxy: Proxy) -> str:
    """The proxy that the network asks for; empty for none. That it cannot be used is told."""
    try:
        before = await proxy_for(proxy.upstream, is_own=proxy.is_own)
    except HandshakeError as error:
        talk.complain(str(error))
        return ""
    return "" if before is None else f"{before.place}, which {before.named_by} names"


def _introduce(service: ProxyService, proxy: Proxy, way_out: str) -> None:
    """What a person wants to know before an app is started."""
    talk.say(f"upstream    {service.server}")
    if way_out:
        talk.say(f"through     {way_out}")
    talk.say(f"recordings  {service.folder.path}")
    rules = service.rules
    if rules.mocks is not None:
        names = ", ".join(proxy.helm.regime.mock_names) or "nothing"
        talk.say(f"mocks       {rules.mocks}: {names}")
    for label, texts in (("faults", rules.faults), ("breakpoints", rules.breakpoints)):
        if texts:
            talk.say(f"{label:<11} {', '.join(texts)}")
    for mode in proxy.modes:
        talk.say(f"captures    {mode.mode} {' '.join(mode.addresses)}".rstrip())
        for line in mode.hint.splitlines():
            talk.say(f"            {line}")
    talk.say()
    talk.say("Point the app at realtap; it keeps its own key. One of:")
    for pointer in pointers(service.listen.host, proxy.port):
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
