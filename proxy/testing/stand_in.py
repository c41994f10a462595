"""Says to a replay what the recorded app said: a stand-in until the test runs the real app."""

from contextlib import nullcontext, suppress
from typing import Final

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from ...recordings.replay.script import FromClient, Script
from .environment import DUMMY_KEY
from .session import RealtapSession

_PATIENCE_S: Final = 10.0

_TAKEN: Final = 101
"""The status of a handshake that was taken."""


def play_app(session: RealtapSession) -> None:
    """Play the app of every recording that the session replays, one connection each.

    Put your app in its place: it finds its server in `OPENAI_BASE_URL`, or takes `session.url`.

    Raises:
        TimeoutError: The server does not say what it said.
    """
    for script in session.backend.scripts:
        _play(script, session.url)


def _play(script: Script, url: str) -> None:
    path = str(script.header.request.get("path") or "")
    query = path.partition("?")[2] or "model=gpt-realtime"
    headers = {"Authorization": f"Bearer {DUMMY_KEY}"}
    is_refused = script.opened is not None and script.opened.status != _TAKEN
    ends = suppress(InvalidStatus) if is_refused else nullcontext()
    with (
        ends,
        connect(
            f"{url}/realtime?{query}",
            additional_headers=headers,
            max_size=None,
            compression=None,
            proxy=None,
        ) as connection,
    ):
        for step in script.steps:
            if isinstance(step, FromClient):
                connection.send(step.message)
            else:
                connection.recv(timeout=_PATIENCE_S)
