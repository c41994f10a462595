"""Invariant 2: what a peer received is in the file, whenever the proxy is killed."""

import asyncio
import contextlib
import random
import re
import signal
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from doors import Door, Way
from raw_peers import RawUpstream, frame

from realtap.proxy.capture import CaptureMode
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

KILLS = [
    *((Way.PLAIN, seed) for seed in range(50)),
    *((way, seed) for way in (Way.TLS, Way.CONNECT, Way.PREFIX) for seed in range(5)),
]

CHILD = """
import asyncio, sys
from pathlib import Path
import msgspec
from realtap.proxy.capture import Capture
from realtap.proxy.door import Proxy
from realtap.proxy.upstream import parse_upstream
from realtap.recordings.folder import RecordingsFolder

async def main():
    folder = RecordingsFolder(Path(sys.argv[2]))
    capture = msgspec.json.decode(sys.argv[3], type=Capture, dec_hook=lambda _, path: Path(path))
    async with Proxy(parse_upstream(sys.argv[1]), folder, port=0, capture=capture) as proxy:
        print(msgspec.json.encode([proxy.port, proxy.modes]).decode(), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


class Child(NamedTuple):
    """The proxy in its process."""

    port: int
    modes: tuple[CaptureMode, ...]


NUMBER = re.compile(rb'"n":(\d+),')


def numbered(number: int, size: int) -> bytes:
    return b'{"type":"response.output_audio.delta","n":%d,"delta":"%s"}' % (number, b"A" * size)


async def talk(peer_writer: asyncio.StreamWriter, randomness: random.Random, *, mask: bool) -> None:
    """Say numbered messages as fast as the connection takes them, until it breaks."""
    number = 0
    with contextlib.suppress(ConnectionError):
        while True:
            size = randomness.choice([10, 100, 8_000, 200_000])
            peer_writer.write(frame(numbered(number, size), mask=mask))
            await peer_writer.drain()
            number += 1


async def numbers_heard(reader: asyncio.StreamReader, *, masked: bool) -> list[int]:
    """The numbers of all messages that came whole, until the connection broke."""
    from realtap.proxy.wire.frames import FrameScanner, Message

    scanner = FrameScanner(is_masked=masked)
    heard: list[int] = []
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(1 << 20):
            for piece in scanner.receive_data(data):
                if isinstance(piece, Message) and piece.payload is not None:
                    match = NUMBER.search(piece.payload)
                    assert match is not None
                    heard.append(int(match[1]))
    return heard


def numbers_recorded(path: Path, side: str) -> list[int]:
    matches = [
        NUMBER.search(event.payload) for event in Recording(path).events() if event.side == side
    ]
    return [int(match[1]) for match in matches if match is not None]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("door", "seed"), KILLS, indirect=["door"])
async def test_a_killed_proxy_has_recorded_all_that_a_peer_received(
    folder: RecordingsFolder, door: Door, seed: int
) -> None:
    randomness = random.Random(seed)
    async with RawUpstream() as upstream:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            CHILD,
            upstream.url + door.prefix,
            str(folder.path),
            msgspec.json.encode(door.capture, enc_hook=str),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert child.stdout is not None
            line = await child.stdout.readline()
            proxy = door.led_to(msgspec.convert(msgspec.json.decode(line), Child), upstream.url)
            async with door.session(proxy, upstream) as (client, server):
                async with asyncio.TaskGroup() as group:
                    at_client = group.create_task(numbers_heard(client.reader, masked=False))
                    at_server = group.create_task(numbers_heard(server.reader, masked=True))
                    group.create_task(talk(client.writer, randomness, mask=True))
                    group.create_task(talk(server.writer, randomness, mask=False))
                    # Not a wait for something to be ready: the moment of the kill is the random input.
                    await asyncio.sleep(randomness.uniform(0.05, 0.4))
                    child.send_signal(signal.SIGKILL)
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    [path] = folder.paths()
    for side, heard in (("server", at_client.result()), ("client", at_server.result())):
        recorded = numbers_recorded(path, side)
        assert heard
        assert recorded == list(range(len(recorded)))
        assert heard == recorded[: len(heard)]
