"""The real command in a process of its own, and the demo app that talks to it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from realtap.proxy.demo.app import run_demo
from realtap.proxy.demo.mistakes import Mistake
from realtap.proxy.demo.voice_app import Outcome

COMMAND = (sys.executable, "-c", "from realtap.tui.cli import main; main(prog_name='realtap')")
DEADLINE_S = 20.0


class Running:
    """A command that runs until it is stopped; its first line of stdout is its address."""

    def __init__(self, process: subprocess.Popen[str], *, awaits_line: bool = True) -> None:
        self._process = process
        assert process.stdout is not None
        self.url = process.stdout.readline().strip() if awaits_line else ""

    def send_interrupt(self) -> None:
        """Ctrl-C, without waiting for the end."""
        self._process.send_signal(signal.SIGINT)

    def wait_for(self, words: str) -> str:
        """Wait until stderr tells them; the line in which it does."""
        assert self._process.stderr is not None
        while words not in (line := self._process.stderr.readline()):
            assert self._process.poll() is None
        return line

    def wait(self) -> tuple[int, str, str]:
        """Wait until it ends by itself; the exit code, and the rest of stdout and stderr."""
        stdout, stderr = self._process.communicate(timeout=DEADLINE_S)
        return self._process.returncode, stdout, stderr

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        """Ctrl-C; the exit code, and the rest of stdout and stderr."""
        self._process.send_signal(number)
        stdout, stderr = self._process.communicate(timeout=DEADLINE_S)
        return self._process.returncode, stdout, stderr


@contextmanager
def running(*arguments: str, recordings: Path, awaits_line: bool = True) -> Iterator[Running]:
    """Start `realtap ARGUMENTS`; killed at the end if it still runs."""
    environment = {**os.environ, "REALTAP_RECORDINGS": str(recordings)}
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with process:
        try:
            yield Running(process, awaits_line=awaits_line)
        finally:
            process.kill()


def talk_to(url: str, mistake: Mistake | None = Mistake.BETA_FIELDS) -> Outcome:
    """Hold a conversation with the server at that address; by default a very short one."""
    return asyncio.run(run_demo(url, mistake=mistake, speed=10.0, patience_s=0.3))
