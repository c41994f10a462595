"""Runs a replay until all recordings are played, and tells how each session went."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

import click

from ...proxy.replay.server import ReplayServer, ReplaySession
from ...recordings.errors import WireError
from ...recordings.replay.matching import Rules
from ...recordings.replay.script import Script
from . import talk
from .exit_codes import ExitCode
from .options import Address
from .stopping import stop_signals


async def serve_replay(
    scripts: Sequence[Script],
    listen: Address,
    *,
    rules: Rules,
    speed: float,
    is_strict: bool,
    patience_s: float,
    is_endless: bool,
) -> ExitCode:
    """Play the scripts to whoever connects; stdout has the address, then what went another way."""
    outcomes: asyncio.Queue[ReplaySession] = asyncio.Queue()
    with stop_signals() as stop:
        async with AsyncExitStack() as running:
            server = ReplayServer(
                scripts,
                host=listen.host,
                port=listen.port,
                rules=rules,
                speed=speed,
                is_strict=is_strict,
                patience_s=patience_s,
                is_endless=is_endless,
                on_end=outcomes.put_nowait,
            )
            try:
                await running.enter_async_context(server)
            except WireError as error:
                raise WireError(f"{error}; choose another with --listen HOST:PORT") from error
            click.echo(server.url)
            sys.stdout.flush()
            talk.say(f"replays {_count(len(scripts))}; OPENAI_BASE_URL={server.http_url}")
            has_failed = False
            while server.unplayed or len(server.sessions) > server.ended:
                session = await _next(outcomes, stop)
                if session is None:
                    return ExitCode.INTERRUPTED
                has_failed |= _tell(session)
            while not outcomes.empty():
                has_failed |= _tell(outcomes.get_nowait())
    return ExitCode.FOUND if has_failed else ExitCode.FINE


async def _next(
    outcomes: asyncio.Queue[ReplaySession], stop: asyncio.Event
) -> ReplaySession | None:
    """The session that ends next; None when the person wants to stop first."""
    loop = asyncio.get_running_loop()
    waits = [loop.create_task(outcomes.get()), loop.create_task(stop.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        return None if stop.is_set() else waits[0].result()  # type: ignore[return-value] # the first one
    finally:
        for wait in waits:
            wait.cancel()


def _tell(session: ReplaySession) -> bool:
    """Say how a session went; True when it went another way than recorded."""
    player = session.player
    mismatch = player.mismatch
    if mismatch is None:
        left = (
            f"; {player.unplayed} messages of the server were not asked for"
            if player.unplayed
            else ""
        )
        talk.say(f"session {player.script.name} went as recorded{left}")
        return False
    click.echo(mismatch.text())
    sys.stdout.flush()
    return True


def _count(recordings: int) -> str:
    return "1 recording" if recordings == 1 else f"{recordings} recordings, one a connection"
