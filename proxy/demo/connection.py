"""The app's end of the WebSocket: sends events, keeps what it heard, waits with patience."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

type Json = dict[str, Any]


class SilenceError(Exception):
    """Raised when the server says nothing for as long as the app is ready to wait."""


class Connection:
    """Events out, events in.

    Args:
        websocket: An open connection.
        on_event: Told each event of the server before anybody who waits for it.
        patience_s: How long the server may say nothing before a wait gives up.
    """

    def __init__(
        self,
        websocket: ClientConnection,
        *,
        on_event: Callable[[Json], Awaitable[None]],
        patience_s: float,
    ) -> None:
        self._websocket = websocket
        self._on_event = on_event
        self._patience_s = patience_s
        self._heard: list[Json] = []
        self._news = asyncio.Event()
        self._is_closed = False
        self._sent = 0

    @property
    def now(self) -> int:
        """This moment, as a place in what was heard: a wait can look at what came since."""
        return len(self._heard)

    async def listen(self) -> None:
        """Take in what the server says until the connection ends."""
        try:
            async for message in self._websocket:
                event = json.loads(message)
                self._heard.append(event)
                await self._on_event(event)
                self._news.set()
        except (ConnectionClosed, SilenceError):
            # The app has no use for the difference: a wait ends with silence either way.
            return
        finally:
            self._is_closed = True
            self._news.set()

    async def send(self, event_type: str, **fields: object) -> None:
        """Send one event. Its `event_id` lets an error of the server name it."""
        self._sent += 1
        event = {"event_id": f"app_{self._sent}", "type": event_type, **fields}
        await self.send_frame(json.dumps(event, ensure_ascii=False))

    async def send_frame(self, frame: str | bytes) -> None:
        """Send a text frame, or, as bytes, a binary one."""
        try:
            await self._websocket.send(frame)
        except ConnectionClosed as error:
            raise SilenceError("the connection is closed") from error

    def after(self, event: Json) -> int:
        """The place right after an event that was heard."""
        return next(place for place, heard in enumerate(self._heard, 1) if heard is event)

    def heard(self, event_type: str, *, since: int) -> list[Json]:
        """The events of a type that have come since then."""
        return [event for event in self._heard[since:] if event["type"] == event_type]

    async def hear(self, event_type: str, *, since: int) -> Json:
        """The first event of a type that comes, or has come since then.

        Raises:
            SilenceError: No event of any type came for `patience_s`, or the connection ended.
        """
        while not (found := self.heard(event_type, since=since)):
            if self._is_closed:
                raise SilenceError(f"the connection ended before {event_type} came")
            self._news.clear()
            try:
                async with asyncio.timeout(self._patience_s):
                    await self._news.wait()
            except TimeoutError:
                raise SilenceError(
                    f"{event_type} did not come: silence for {self._patience_s:g} s"
                ) from None
        return found[0]
