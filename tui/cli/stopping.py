"""Ctrl-C, once and twice, for commands that run until they are stopped."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from .exit_codes import ExitCode


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
