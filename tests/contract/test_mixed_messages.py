"""Ten thousand messages of every size and kind, both ways at once: both ends and the file agree."""

import asyncio
import hashlib
import json
import random
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from doors import EVERY_DOOR, Door
from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import serve

from realtap.proxy.door import Proxy
from realtap.recordings.event import Side
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]

MESSAGES_A_SIDE = 5_000
LARGEST_BYTES = 16 * 1024 * 1024
LARGE_EVERY = 1_250
"""Each side sends four messages of the largest size."""


def mixed_messages(seed: int) -> Iterator[str | bytes]:
    """Events, text that is no JSON, and binary, of 1 byte to 16 MiB; the same for the same seed."""
    randomness = random.Random(seed)
    for number in range(MESSAGES_A_SIDE):
        if number % LARGE_EVERY == LARGE_EVERY - 1:
            size = LARGEST_BYTES
        else:
            size = int(2 ** randomness.uniform(0, 12))
        match randomness.randrange(5):
            case 0:
                yield randomness.randbytes(size)
            case 1:
                yield "é" * max(size // 2, 1)
            case 2:
                event = {"type": "response.output_text.delta", "delta": "x" * size, "n": number}
                yield json.dumps(event, indent=2)
            case _:
                yield json.dumps({"type": "input_audio_buffer.append", "audio": "A" * size})


def digest(message: str | bytes) -> str:
    kind, data = ("text", message.encode()) if isinstance(message, str) else ("binary", message)
    return f"{kind} {len(data)} {hashlib.sha256(data).hexdigest()}"


async def in_fragments(message: str | bytes) -> AsyncIterator[str | bytes]:
    third = max(len(message) // 3, 1)
    for start in range(0, len(message), third):
        yield message[start : start + third]


async def talk(connection: Connection, seed: int) -> list[str]:
    """Send all messages, each third one in fragments; return what was said."""
    said = []
    for number, message in enumerate(mixed_messages(seed)):
        await connection.send(in_fragments(message) if number % 3 == 0 else message)
        said.append(digest(message))
    return said


async def listen(connection: Connection) -> list[str]:
    return [digest(await connection.recv()) for _ in range(MESSAGES_A_SIDE)]


@pytest.mark.slow
@pytest.mark.timeout(300)
@EVERY_DOOR
async def test_both_ends_and_the_recording_agree_on_ten_thousand_mixed_messages(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    at_server: asyncio.Future[tuple[list[str], list[str]]] = asyncio.Future()

    async def converse(connection: Connection, seed: int) -> tuple[list[str], list[str]]:
        async with asyncio.TaskGroup() as group:
            said = group.create_task(talk(connection, seed))
            heard = group.create_task(listen(connection))
        return said.result(), heard.result()

    async def serve_one(connection: Connection) -> None:
        at_server.set_result(await converse(connection, seed=2))
        await connection.wait_closed()

    async with serve(serve_one, "127.0.0.1", 0, max_size=None, ping_interval=None) as server:
        port = server.sockets[0].getsockname()[1]
        async with make_proxy(f"ws://127.0.0.1:{port}") as proxy:
            how = door.connecting(proxy)
            async with connect(**how, max_size=None, ping_interval=None) as client:
                client_said, client_heard = await converse(client, seed=1)
                server_said, server_heard = await at_server
    assert server_heard == client_said
    assert client_heard == server_said

    recorded: dict[Side, list[str]] = {Side.CLIENT: [], Side.SERVER: []}
    [path] = folder.paths()
    recording = Recording(path)
    for number, event in enumerate(recording.events(), start=1):
        assert event.seq == number
        payload = event.payload
        recorded[event.side].append(digest(payload.decode() if event.is_text_frame else payload))
    assert recording.warnings == []
    assert recorded == {Side.CLIENT: client_said, Side.SERVER: server_said}
