"""A `realtap` command in a process of its own, behind the interface.

The interface reads recordings; what it watches goes on in another process, which it cannot slow down
and whose sessions do not end when the interface is killed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from ...recordings.errors import UsageError, WireError
from .exit_codes import ExitCode

LOOK_EVERY_S = 0.02

STOP_S = 5.0
"""How long a command has to end in order before it is killed."""

_COMPLAINT = "realtap: "
"""How a line begins about something that went wrong."""

_PROGRAM = "from realtap.tui.cli import main; main(prog_name='realtap')"


def _command() -> list[str]:
    """How this program is called: by its script, so that it can name itself, if it has one."""
    script = Path(sys.argv[0])
    is_ours = script.name == "realtap" and script.is_file()
    return [sys.executable, str(script)] if is_ours else [sys.executable, "-c", _PROGRAM]


class Background:
    """A command that runs without a terminal.

    Args:
        arguments: Of `realtap`.
        environment: What it has besides ours.
        holds_stdin: Its standard input ends with us, however we end; otherwise it has none.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str] = {},
        *,
        holds_stdin: bool = False,
    ) -> None:
        # Files, because nobody reads a pipe while the interface runs, and a full pipe stops its writer.
        self._data, self._talk = _scratch_file(), _scratch_file()
        self._last_said: tuple[str, ...] = ()
        # A session of its own: a Ctrl-C in the terminal and the end of the terminal are not for it.
        self._process = subprocess.Popen(  # noqa: S603 -- our own program
            [*_command(), *arguments],
            stdin=subprocess.PIPE if holds_stdin else subprocess.DEVNULL,
            stdout=self._data,
            stderr=self._talk,
            env={**os.environ, **environment},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def first_line(self) -> str:
        """What it says first on stdout: where it listens.

        Raises:
            UsageError, WireError: It ended instead; the message is what it said.
        """
        while "\n" not in (output := _read(self._data)):
            if self._process.poll() is not None:
                said = _read(self._talk).strip().removeprefix(_COMPLAINT)
                self.leave()
                is_usage = self._process.returncode == ExitCode.USAGE
                kind = UsageError if is_usage else WireError
                raise kind(said or "the proxy ended at once")
            time.sleep(LOOK_EVERY_S)
        return output.partition("\n")[0]

    @property
    def said(self) -> tuple[str, ...]:
        """All lines that it has told people so far."""
        return self._last_said if self._talk.closed else tuple(_read(self._talk).splitlines())

    @property
    def complaints(self) -> list[str]:
        """What of that went wrong."""
        return [line.removeprefix(_COMPLAINT) for line in self.said if line.startswith(_COMPLAINT)]

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def leave(self) -> None:
        """Have nothing more to do with it, whether it goes on or has ended."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._last_said = self.said
        self._data.close()
        self._talk.close()

    def stop(self) -> str:
        """End it in order; all that it said on stdout."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        output = _read(self._data)
        self.leave()
        return output


def _scratch_file() -> IO[str]:
    """A file without a name, gone with the process."""
    return tempfile.TemporaryFile("w+", encoding="utf-8")


def _read(file: IO[str]) -> str:
    # The other process writes at the place where the two share: it must not be moved.
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode(errors="replace")


def newest_after(folder: Path, known: frozenset[Path]) -> Path | None:
    """The newest recording of a folder that was not there before."""
    new = [path for path in folder.glob("*.jsonl") if path not in known]
    return max(new, default=None, key=lambda path: path.name)
