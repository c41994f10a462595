"""What ends a command that runs until it is stopped: Ctrl-C, once and twice; the end of its input."""

import asyncio
import os
import signal
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from .exit_codes import ExitCode

_STDIN = 0
_AT_ONCE_BYTES = 4096


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """An event that is set by the first SIGINT or SIGTERM; the second ends the process at once.

    Nothing is lost by that: each line of a recording is written before its event is forwarded.
    To be entered in a running event loop of the main thread.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(ExitCode.INTERRUPTED)
        loop.call_soon_threadsafe(stop.set)

    handled = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(each, on_signal) for each in handled]
    try:
        yield stop
    finally:
        for each, handler in zip(handled, before, strict=True):
            signal.signal(each, handler)


async def first_of(*coroutines: Coroutine[object, object, object]) -> None:
    """Wait until one of them is over; the others are cancelled."""
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(each) for each in coroutines]
    over, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    for task in over:
        task.result()


async def stdin_end() -> None:
    """Wait until standard input ends: the program that holds the other end of the pipe is gone.

    It is on every system, and at every end of that program; signals and process groups are not.
    """
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def read() -> None:
        # Past Python's buffer, whose lock would stop the interpreter's end.
        with suppress(OSError):
            while os.read(_STDIN, _AT_ONCE_BYTES):
                continue
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set)

    # No thread of the loop's own: those are waited for when it ends.
    threading.Thread(target=read, name="end of input", daemon=True).start()
    await ended.wait()
