"""Where a proxy's sessions are steered: its rules, and the control channel that people and tools use.

The door listens first and loads it then: a session pays for a director only from
when a rule, a subscriber or a request needs one.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from ..recordings.dialects import normal_type
from .control.admission import Admission
from .control.reception import Reception
from .control.service import House, Service
from .injection.director import Director
from .injection.ledger import LEDGER_KINDS
from .leg import Leg
from .past import past
from .regime import LOOK_S, Regime
from .session import LiveSession
from .tap import Tap
from .wire.handshake import Head

_log = logging.getLogger(__name__)


class Door(House, Protocol):
    """The proxy as it listens."""

    host: str
    port: int
    token: str

    @property
    def live_sessions(self) -> Sequence[LiveSession]:
        """The open sessions, oldest first."""


class Helm:
    """One proxy's. Made where its loop runs.

    Args:
        door: The proxy.
        report: Takes one line for people; the token is taken out of it.
    """

    def __init__(self, door: Door, report: Callable[[str], None]) -> None:
        self.regime = Regime(report, self._follow_rules)
        """The rules of all sessions."""
        self._door = door
        self._report = report
        self._service = Service(door, self.regime, on_subscribe=self._wake_all)
        loop = asyncio.get_running_loop()
        self._watch = loop.create_task(self._look_for_mocks(), name="mocks")
        for live in door.live_sessions:
            self.begin(live)

    def stop(self) -> None:
        """The proxy stops."""
        self._watch.cancel()
        self._service.news.stop()

    def direct(self, tap: Tap) -> Director:
        """A director who knows what a session has said so far."""
        rulebook = self.regime.rulebook
        director = Director(tap.header.id, rulebook, header=tap.header, on_fault=tap.fault)
        for seen in past(tap.path, lambda type_: normal_type(type_) in LEDGER_KINDS):
            director.learn(seen)
        director.last_seq = tap.message_count
        return director

    def begin(self, live: LiveSession) -> None:
        """A session is open."""
        self._wake(live)
        self._service.news.begin(live.id)

    def end(self, live: LiveSession) -> None:
        """A session is over."""
        self.regime.forget(live.id)
        if live.is_steered:
            self._service.news.end(live.director.status())

    async def receive(self, client: Leg, request: Head) -> None:
        """Serve a request to realtap itself."""
        admission = Admission(self._door.token, host=self._door.host, port=self._door.port)
        await Reception(admission, self._service, self._report).receive(client, request)

    # Private: who needs a director.

    def _wake(self, live: LiveSession) -> None:
        """Put a session's director to work if a rule or a subscriber needs it."""
        news = self._service.news
        if live.is_steered or news.has_subscribers or self.regime.rulebook.makers(live.id):
            live.steering.on_poll = partial(news.change, live.id)
            live.steering.poll()

    def _wake_all(self) -> None:
        for live in self._door.live_sessions:
            self._wake(live)

    def _follow_rules(self) -> None:
        self._wake_all()
        self._service.news.change_rules()

    async def _look_for_mocks(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                self.regime.look()
            except Exception as error:  # noqa: BLE001 -- the next look may do better
                _log.error("looking at the mocks file failed", exc_info=error)
                self._report(f"a fault of realtap: {error!r} while it looked at the mocks file")
