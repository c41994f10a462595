"""The demo: a voice app, the proxy and the simulated server in one process, told as it happens."""

import asyncio
import os

from ...proxy.demo import SCRIPT
from ...proxy.demo.app import PATIENCE_S, run_demo
from ...proxy.demo.mistakes import Mistake
from ...proxy.demo.voice_app import Outcome
from ...proxy.door import Proxy
from ...proxy.runtime import noted
from ...proxy.simulator import Simulator
from ...proxy.upstream import parse_upstream
from ...recordings.folder import RecordingsFolder
from . import talk
from .exit_codes import ExitCode
from .rules_options import Rules
from .stopping import stop_signals
from .teller import Teller

LOOK_EVERY_S = 0.05
"""How often the growing recording is looked at: 20 times a second is as good as at once."""


async def perform(
    folder: RecordingsFolder,
    mistake: Mistake | None,
    teller: Teller,
    rules: Rules,
    *,
    patience_s: float | None = None,
) -> ExitCode:
    """Run the demo on free ports and tell what happens, until it ends or is stopped.

    The app gives up after so many seconds of silence; None leaves that to the app.

    Raises:
        UsageError: A rule cannot be taken.
    """
    with stop_signals() as stop:
        async with Simulator(script=SCRIPT) as simulator:
            upstream = parse_upstream(simulator.url.removesuffix("/v1"))
            door = Proxy(
                upstream,
                folder,
                port=0,
                report=talk.complain,
                # A fault may end the session before anybody has looked for it.
                on_session=lambda news: teller.follow(news.recording),
                mocks=rules.mocks,
            )
            rules.apply(door)
            async with door as proxy:
                with noted(proxy.note(os.getpid(), "sim")):
                    teller.introduce(proxy.url, simulator.url)
                    outcome = await _play(proxy.url, mistake, teller, stop, patience_s=patience_s)
            # The sessions are closed now: what is missing is their end.
            teller.look()
    teller.conclude(outcome, mistake)
    is_interrupted = outcome is None and teller.is_heard
    return ExitCode.INTERRUPTED if is_interrupted else ExitCode.FINE


async def _play(
    url: str,
    mistake: Mistake | None,
    teller: Teller,
    stop: asyncio.Event,
    *,
    patience_s: float | None,
) -> Outcome | None:
    """The app's outcome; None when it was stopped."""
    async with asyncio.TaskGroup() as tasks:
        talking = run_demo(
            url, mistake=mistake, report=teller.scene, patience_s=patience_s or PATIENCE_S
        )
        app = tasks.create_task(talking)
        stopped = tasks.create_task(stop.wait())
        looking = tasks.create_task(_keep_looking(teller, stop))
        await asyncio.wait({app, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in (app, stopped, looking):
            task.cancel()
    return None if app.cancelled() else app.result()


async def _keep_looking(teller: Teller, stop: asyncio.Event) -> None:
    while teller.is_heard:
        teller.look()
        await asyncio.sleep(LOOK_EVERY_S)
    stop.set()
