"""The demo's conversation, from opening the connection to closing it."""

import asyncio

from websockets.asyncio.client import connect

from .blunders import BlunderingApp
from .connection import Connection, SilenceError
from .mistakes import Mistake
from .voice_app import Outcome, Report, VoiceApp

MODEL = "gpt-realtime"
DUMMY_KEY = "sk-demo-not-a-real-key"
"""The simulated server takes any key; realtap keeps even this one out of the recording."""

PATIENCE_S = 3.0


async def run_demo(
    url: str,
    *,
    mistake: Mistake | None = None,
    report: Report = lambda _: None,
    speed: float = 1.0,
    patience_s: float = PATIENCE_S,
) -> Outcome:
    """Hold the demo's conversation with a server, and close.

    Args:
        url: Where the API begins, `ws://HOST:PORT/v1`.
        mistake: Commit this one, then end.
        report: Told what happens.
        speed: How much faster than real time the user speaks and listens.
        patience_s: How long the server may say nothing before the app gives up.
    """
    app = VoiceApp(report, speed) if mistake is None else BlunderingApp(report, speed, mistake)
    report("the app connects and configures its session")
    headers = {"Authorization": f"Bearer {DUMMY_KEY}"}
    async with connect(
        f"{url}/realtime?model={MODEL}",
        additional_headers=headers,
        max_size=None,
        proxy=None,  # the demo stays on this machine, whatever HTTPS_PROXY says
    ) as websocket:
        app.connection = Connection(websocket, on_event=app.react, patience_s=patience_s)
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(app.connection.listen())
            try:
                await app.hold_conversation()
                app.outcome.is_complete = True
            except SilenceError as silence:
                app.outcome.ended_with = str(silence)
                report(f"{silence}; the app gives up")
            await websocket.close()
            await listening
    return app.outcome
