"""Runs a server in a thread with an event loop of its own, for callers that have none, or another."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any


class Background[Server]:
    """A server that runs in its thread; made by `in_background`."""

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop) -> None:
        self.server = server
        self._loop = loop
        self._is_over = asyncio.Event()

    def run[T](self, work: Callable[[Server], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine in the server's loop, and wait for what it gives back."""
        return asyncio.run_coroutine_threadsafe(work(self.server), self._loop).result()

    async def wait(self) -> None:
        """Wait for `stop`, in the server's loop."""
        await self._is_over.wait()

    def stop(self) -> None:
        """Let the server end."""
        self._loop.call_soon_threadsafe(self._is_over.set)


@contextmanager
def in_background[Server](
    make: Callable[[], AbstractAsyncContextManager[Server]],
) -> Iterator[Background[Server]]:
    """A server that runs as long as the block does, whatever event loop the block uses, or none.

    Raises what the server raises when it starts or stops.

    Args:
        make: Called in the server's thread.
    """
    started: Future[Background[Server]] = Future()
    ended: Future[None] = Future()

    async def serve() -> None:
        async with make() as server:
            background = Background(server, asyncio.get_running_loop())
            started.set_result(background)
            await background.wait()

    def work() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # noqa: BLE001 -- raised again in the caller's thread
            (ended if started.done() else started).set_exception(error)
        else:
            ended.set_result(None)

    # A daemon, so that a test run that is broken off does not wait for it.
    threading.Thread(target=work, name="realtap server", daemon=True).start()
    background = started.result()
    try:
        yield background
    finally:
        background.stop()
        ended.result()
