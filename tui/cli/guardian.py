"""Signals while another program has the terminal: they are meant for that program."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_PASSED_ON = tuple(
    getattr(signal, name)
    for name in ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGBREAK")
    if hasattr(signal, name)
)
_FROM_THE_TERMINAL = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGQUIT") if hasattr(signal, name)
)
"""What keys send, to each process in the terminal's foreground."""


@contextmanager
def guarded(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let a program decide about signals, and go on until it has ended.

    A signal that was sent to us alone is passed on. A Ctrl-C has reached the program already: passed on,
    it would count twice.
    """

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if number in _FROM_THE_TERMINAL and _has_foreground():
            return
        with suppress(ProcessLookupError):
            process.send_signal(number)

    handled = (*_PASSED_ON, *_FROM_THE_TERMINAL)
    before = [signal.signal(each, pass_on) for each in handled]
    try:
        yield
    finally:
        for each, handler in zip(handled, before, strict=True):
            signal.signal(each, handler)


def _has_foreground() -> bool:
    """Whether keys of a terminal send their signals to our group of processes."""
    if not hasattr(os, "tcgetpgrp"):
        return True
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        with suppress(OSError, ValueError):
            if stream is not None and os.tcgetpgrp(stream.fileno()) == os.getpgrp():
                return True
    return False
