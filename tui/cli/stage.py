"""The demo: a voice app, the proxy and the simulated server in one process, told as it happens."""

import asyncio

from ...proxy.demo import SCRIPT
from ...proxy.demo.app import run_demo
from ...proxy.demo.mistakes import Mistake
from ...proxy.demo.voice_app import Outcome
from ...proxy.door import Proxy
from ...proxy.simulator import Simulator
from ...proxy.upstream import parse_upstream
from ...recordings.folder import RecordingsFolder
from . import talk
from .exit_codes import ExitCode
from .stopping import stop_signals
from .teller import Teller

LOOK_EVERY_S = 0.05
"""How often the growing recording is looked at: 20 times a second is as good as at once."""


async def perform(folder: RecordingsFolder, mistake: Mistake | None, teller: Teller) -> ExitCode:
    """Run the demo on free ports and tell what happens, until it ends or is stopped."""
    with stop_signals() as stop:
        async with Simulator(script=SCRIPT) as simulator:
            upstream = parse_upstream(simulator.url.removesuffix("/v1"))
            async with Proxy(upstream, folder, port=0, report=talk.complain) as proxy:
                teller.introduce(proxy.url, simulator.url)
                outcome = await _play(proxy, mistake, teller, stop)
            # The sessions are closed now: what is missing is their end.
            teller.look()
    teller.conclude(outcome, mistake)
    is_interrupted = outcome is None and teller.is_heard
    return ExitCode.INTERRUPTED if is_interrupted else ExitCode.FINE


async def _play(
    proxy: Proxy, mistake: Mistake | None, teller: Teller, stop: asyncio.Event
) -> Outcome | None:
    """The app's outcome; None when it was stopped."""

    def report(text: str) -> None:
        _find_recording(proxy, teller)
        teller.scene(text)

    async with asyncio.TaskGroup() as tasks:
        app = tasks.create_task(run_demo(proxy.url, mistake=mistake, report=report))
        stopped = tasks.create_task(stop.wait())
        looking = tasks.create_task(_keep_looking(proxy, teller, stop))
        await asyncio.wait({app, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in (app, stopped, looking):
            task.cancel()
    return None if app.cancelled() else app.result()


async def _keep_looking(proxy: Proxy, teller: Teller, stop: asyncio.Event) -> None:
    while teller.is_heard:
        _find_recording(proxy, teller)
        teller.look()
        await asyncio.sleep(LOOK_EVERY_S)
    stop.set()


def _find_recording(proxy: Proxy, teller: Teller) -> None:
    """The demo's only session has a recording from its handshake on."""
    for session in proxy.sessions:
        if session.recording is not None:
            teller.follow(session.recording)
