"""A session without sockets, driven over a real connection."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from realtap.proxy.driver import Close, Driver, Output
from realtap.recordings.event import Side


class Parrot:
    """Repeats what it hears, and says something by itself when it is due."""

    def __init__(self, *due: Output) -> None:
        self._outputs: list[Output] = []
        self._due = list(due)
        self.next_due_s: float | None = 0.0 if due else None

    def receive(self, message: str | bytes, now_s: float) -> None:
        assert now_s > 0
        self._outputs.append(Close(4000, "enough") if message == "enough" else message)

    def poll(self, now_s: float) -> Sequence[Output]:
        outputs = [*self._due, *self._outputs]
        self._due, self._outputs, self.next_due_s = [], [], None
        return outputs


type Noted = list[tuple[Side, str | bytes]]


@asynccontextmanager
async def talking_to(parrot: Parrot, noted: Noted | None = None) -> AsyncIterator[ClientConnection]:
    note = None if noted is None else lambda side, data: noted.append((side, data))
    done = asyncio.Event()

    async def converse(connection: ServerConnection) -> None:
        await Driver(connection, note).converse(parrot)
        done.set()

    async with serve(converse, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}") as connection:
            yield connection
        await done.wait()


async def test_messages_go_in_and_outputs_come_out() -> None:
    noted: Noted = []
    async with talking_to(Parrot(), noted) as connection:
        await connection.send("hello")
        await connection.send(b"\x00")
        assert [await connection.recv(), await connection.recv()] == ["hello", b"\x00"]
    assert {*noted} == {
        (side, data) for side in (Side.CLIENT, Side.SERVER) for data in ("hello", b"\x00")
    }


async def test_what_is_due_is_said_without_being_asked() -> None:
    async with talking_to(Parrot("good day")) as connection:
        assert await connection.recv() == "good day"


async def test_a_close_ends_the_session_with_code_and_reason() -> None:
    async with talking_to(Parrot()) as connection:
        await connection.send("enough")
        with pytest.raises(ConnectionClosed):
            await connection.recv()
    assert (connection.close_code, connection.close_reason) == (4000, "enough")


async def test_an_abrupt_end_sends_no_close_frame() -> None:
    async with talking_to(Parrot(Close(1006, "", is_abrupt=True))) as connection:
        with pytest.raises(ConnectionClosed):
            await connection.recv()
    assert connection.close_code == 1006
