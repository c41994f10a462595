"""Plays the app of a recording to a live server, and tells where the two sessions part."""

import os
from collections.abc import Mapping
from contextlib import AsyncExitStack

import click

from ...proxy.replay.client import play_app
from ...proxy.simulator import Simulator
from ...proxy.upstream import parse_upstream
from ...recordings.errors import UsageError
from ...recordings.folder import RecordingsFolder
from ...recordings.replay.comparison import Parting, partings
from ...recordings.replay.outcome import Outcome
from ...recordings.replay.script import Script
from . import talk
from .exit_codes import ExitCode

_DUMMY_KEY = "sk-realtap-replay"


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
            headers=_key_headers(server, os.environ, is_local=upstream.host in _LOCAL),
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


_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


def _key_headers(server: str, environ: Mapping[str, str], *, is_local: bool) -> dict[str, str]:
    """The key for the server, from the variable that its clients use.

    Raises:
        UsageError: There is none, and the server is not on this machine.
    """
    is_azure = server.startswith("azure:") or ".azure.com" in server
    name = "AZURE_OPENAI_API_KEY" if is_azure else "OPENAI_API_KEY"
    if server == "xai" or ".x.ai" in server:
        name = "XAI_API_KEY"
    key = environ.get(name) or (_DUMMY_KEY if is_local else "")
    if not key:
        raise UsageError(f"{server} wants a key: put it into {name}")
    return {"api-key": key} if is_azure else {"Authorization": f"Bearer {key}"}


def _line(parting: Parting) -> str:
    mark = "!" if parting.is_grave else "·"
    return (
        f"{mark} {parting.what}, {parting.where}: recorded {parting.recorded}; live {parting.live}"
    )
