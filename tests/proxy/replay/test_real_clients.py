"""Real clients, unmodified: what was recorded once is replayed as often as one likes."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from framework_apps import FRAMEWORK_APPS
from real_apps import APPS, App, ask_with_agents, ask_with_openai_beta

from realtap.proxy.door import Proxy
from realtap.proxy.replay.server import ReplayServer
from realtap.proxy.simulator import Simulator
from realtap.proxy.upstream import parse_upstream
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.replay.script import Script

TIMES = 10


async def recorded(app: App, folder: Path, *, dialect: str = "ga") -> tuple[Script, list[str]]:
    """The script of a session at the simulated server, and what came of it for the app."""
    recordings = RecordingsFolder(folder)
    async with Simulator(fast=True, dialect=dialect) as simulator:
        upstream = parse_upstream(simulator.url.removesuffix("/v1"))
        async with Proxy(upstream, recordings, port=0) as proxy:
            came_of_it = await app(proxy.url.replace("ws", "http", 1))
    [path] = recordings.paths()
    return Script.read(path), came_of_it


async def assert_replays(script: Script, app: App, came_of_it: list[str]) -> None:
    """The app gets the same again, ten times, and did what it had done."""
    async with ReplayServer([script] * TIMES) as server:
        for _ in range(TIMES):
            assert await app(server.http_url) == came_of_it
        mismatch = await server.finish()
        assert mismatch is None, mismatch
        assert len(server.sessions) == TIMES


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.__name__)
async def test_an_app_gets_from_its_recording_what_it_got_from_the_server(
    app: App, tmp_path: Path
) -> None:
    script, came_of_it = await recorded(app, tmp_path)
    await assert_replays(script, app, came_of_it)


async def test_a_session_of_the_beta_is_replayed_too(tmp_path: Path) -> None:
    script, came_of_it = await recorded(ask_with_openai_beta, tmp_path, dialect="beta")
    await assert_replays(script, ask_with_openai_beta, came_of_it)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # the frameworks' own are theirs
@pytest.mark.parametrize("app", FRAMEWORK_APPS, ids=lambda app: app.__name__)
async def test_an_app_in_a_framework_gets_what_it_got(app: App, tmp_path: Path) -> None:
    script, came_of_it = await recorded(app, tmp_path)
    await assert_replays(script, app, came_of_it)


@pytest.mark.parametrize("delays_s", [(0.0, 0.05), (0.05, 0.0)])
async def test_what_a_library_says_in_between_may_come_at_another_time(
    delays_s: tuple[float, float], tmp_path: Path
) -> None:
    """openai-agents answers `session.created` while the app begins to talk."""
    recorded_delay_s, live_delay_s = delays_s
    script, came_of_it = await recorded(partial(ask_later, recorded_delay_s), tmp_path)
    await assert_replays(script, partial(ask_later, live_delay_s), came_of_it)


async def ask_later(delay_s: float, url: str) -> list[str]:
    return await ask_with_agents(url, before_asking=partial(asyncio.sleep, delay_s))
