"""Plays the app of a recording to a live server, and tells where the two sessions part."""

import os
from contextlib import AsyncExitStack

import click

from ...proxy.replay.client import play_app
from ...proxy.simulator import Simulator
from ...proxy.upstream import parse_upstream
from ...recordings.folder import RecordingsFolder
from ...recordings.replay.comparison import Parting, partings
from ...recordings.replay.outcome import Outcome
from ...recordings.replay.script import Script
from . import talk
from .api_keys import key_headers
from .exit_codes import ExitCode


async def replay_to(
    script: Script,
    server: str,
    folder: RecordingsFolder,
    *,
    model: str | None,
    speed: float,
    patience_s: float,
) -> ExitCode:
    """Say to a server what the app said, and compare what came of it."""
    async with AsyncExitStack() as running:
        url = server
        if server == "sim":
            simulator = await running.enter_async_context(Simulator())
            url = simulator.url.removesuffix("/v1")
        upstream = parse_upstream(url)
        played = await play_app(
            script,
            upstream,
            folder,
            headers=key_headers(server, os.environ),
            model=model,
            speed=speed,
            patience_s=patience_s,
            report=talk.complain,
        )
    talk.say(f"recorded {played.recording}")
    live = Outcome.read(played.recording)
    recorded = Outcome(script.header, script.entries)
    found = partings(recorded, live)
    if played.waited_for:
        click.echo(f"the live server did not bring {played.waited_for}: the rest was not said")
    for parting in found:
        click.echo(_line(parting))
    if not found:
        talk.say("the two sessions have the same structure")
    has_parted = bool(played.waited_for) or any(parting.is_grave for parting in found)
    return ExitCode.FOUND if has_parted else ExitCode.FINE


def _line(parting: Parting) -> str:
    mark = "!" if parting.is_grave else "·"
    return (
        f"{mark} {parting.what}, {parting.where}: recorded {parting.recorded}; live {parting.live}"
    )
