import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from realtap.proxy.background import in_background


@asynccontextmanager
async def server(*, fails_at: str = "") -> AsyncIterator[str]:
    if fails_at == "start":
        raise OSError("no port")
    yield threading.current_thread().name
    if fails_at == "stop":
        raise OSError("cannot stop")


async def whisper(name: str) -> str:
    await asyncio.sleep(0)
    return f"{name} in {threading.current_thread().name}"


def test_it_runs_in_a_thread_of_its_own() -> None:
    with in_background(server) as background:
        assert background.server == "realtap server"
        assert background.run(whisper) == "realtap server in realtap server"


async def test_it_runs_beside_an_event_loop() -> None:
    with in_background(server) as background:
        assert background.run(whisper).startswith("realtap server")


def test_a_server_that_does_not_start_says_why() -> None:
    with pytest.raises(OSError, match="no port"), in_background(lambda: server(fails_at="start")):
        raise AssertionError("it has started")


def test_a_server_that_does_not_stop_says_why() -> None:
    with pytest.raises(OSError, match="cannot stop"):
        with in_background(lambda: server(fails_at="stop")):
            pass


def test_a_block_that_fails_stops_the_server() -> None:
    with pytest.raises(ZeroDivisionError), in_background(server):
        raise ZeroDivisionError
    assert "realtap server" not in [thread.name for thread in threading.enumerate()]
