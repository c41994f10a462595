"""Starts the watch over live sessions, in the proxy's process: see `watching`.

The rules are not imported here: the proxy listens before they are loaded.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LAST_LOOK_S = 1.5
"""How long the watch has for what was said last, when the proxy ends."""


class Watcher:
    """The proxy's end of the pipe."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def follow(self, path: Path) -> None:
        """Have a session watched."""
        assert self._process.stdin is not None
        # A watch that died is no reason to end the session that it watched.
        with contextlib.suppress(OSError):
            self._process.stdin.write(f"{path}\n")
            self._process.stdin.flush()

    def stop(self) -> None:
        """Let the watch have its last look, and end it."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self._process.communicate(timeout=LAST_LOOK_S)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def watching() -> Iterator[Watcher]:
    """A watch as long as the block runs."""
    command = [sys.executable, "-m", f"{__package__}.watching"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)  # noqa: S603 -- our own module
    watcher = Watcher(process)
    try:
        yield watcher
    finally:
        watcher.stop()
