"""Plays the app of a recording against a live server, through the relay, so that it is recorded too."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from ...recordings.errors import WireError
from ...recordings.folder import RecordingsFolder
from ...recordings.replay.script import Script
from ..door import Proxy
from ..session import SessionNews
from ..upstream import Upstream
from .app_player import PATIENCE_S, AppPlayer

_MAX_MESSAGE_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Played:
    """A session that was played to a live server."""

    recording: Path
    """Of the live session."""
    waited_for: str
    """What the live server did not bring, in words; empty when it brought all."""


async def play_app(
    script: Script,
    upstream: Upstream,
    folder: RecordingsFolder,
    *,
    headers: Mapping[str, str],
    model: str | None = None,
    speed: float = 1.0,
    patience_s: float = PATIENCE_S,
    report: Callable[[str], None],
) -> Played:
    """Say to a live server what the app said in the recording.

    Args:
        script: What is said.
        upstream: The live server.
        folder: Where the live session is recorded.
        headers: The key, as the server wants it.
        model: Asked for instead of the recorded one.
        speed: How many times faster than recorded; 0 sends as soon as may be.
        patience_s: How long the live server may be silent.
        report: Takes one line about a refusal or a fault.

    Raises:
        WireError: The server cannot be reached, or refuses the session.
    """
    recordings: list[Path] = []

    def note(news: SessionNews) -> None:
        recordings.append(news.recording)

    async with Proxy(upstream, folder, port=0, report=report, on_session=note) as proxy:
        try:
            async with connect(
                f"{proxy.url.removesuffix('/v1')}{_target(script, model)}",
                additional_headers=headers,
                subprotocols=_subprotocols(script),
                compression=None,
                max_size=_MAX_MESSAGE_BYTES,
                proxy=None,
            ) as connection:
                waited_for = await _converse(connection, script, speed=speed, patience_s=patience_s)
        except (InvalidHandshake, OSError) as error:
            raise WireError(f"{upstream.origin} does not take the session: {error}") from error
    return Played(recordings[0], waited_for)


async def _converse(
    connection: ClientConnection, script: Script, *, speed: float, patience_s: float
) -> str:
    loop = asyncio.get_running_loop()
    player = AppPlayer(script, speed=speed, patience_s=patience_s, started_s=loop.time())
    with suppress(ConnectionClosed):
        while not (player.is_finished or player.has_parted):
            for message in player.poll(loop.time()):
                await connection.send(message)
            wait_s = player.next_due_s(loop.time()) - loop.time()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(wait_s, 0.0)):
                    player.receive(await connection.recv(), loop.time())
    return "" if player.is_finished else player.waits_for or "the rest: it closed the session"


def _target(script: Script, model: str | None) -> str:
    path = str(script.header.request.get("path") or "/v1/realtime?model=gpt-realtime")
    if model is None:
        return path
    parts = urlsplit(path)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "model"]
    return f"{parts.path}?{urlencode([('model', model), *query])}"


def _subprotocols(script: Script) -> list[Subprotocol] | None:
    """Those without a key in them: it goes into a header."""
    offered = script.header.request.get("subprotocols")
    names = [Subprotocol("realtime")] if isinstance(offered, list) and "realtime" in offered else []
    return names or None
