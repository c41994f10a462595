"""A real terminal that a test types into and reads: a pane of a tmux server of its own.

with terminal("demo", home=tmp_path) as screen:
    screen.wait_for("FOLLOW")
    screen.press("f", "item.type=function_call", "Enter")
"""

import itertools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from realtap_process import COMMAND

DEADLINE_S = 40.0
"""The whole demo takes 17 s, and a loaded machine is slow."""
LOOK_EVERY_S = 0.05

needs_tmux = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="tmux is not installed: it is the terminal of these tests"
)

_numbers = itertools.count(1)


def wait_until[T](question: Callable[[], T], told: Callable[[], str]) -> T:
    """Ask until the answer is true.

    A terminal tells nobody that its picture changed, and a process of somebody else not that it
    ended: asking again is the only way. Nothing is taken from how long it takes.

    Args:
        question: What is waited for.
        told: What the test says if it never comes.
    """
    until_s = time.monotonic() + DEADLINE_S
    while not (answer := question()):
        if time.monotonic() > until_s:
            pytest.fail(told())
        time.sleep(LOOK_EVERY_S)
    return answer


class Terminal:
    """A pane with one command in it, which stays to be read when the command has ended."""

    def __init__(self, socket: str) -> None:
        self._socket = socket

    def tmux(self, *arguments: str) -> str:
        """A command of tmux, for this server."""
        command = ["tmux", "-u", "-L", self._socket, "-f", os.devnull, *arguments]
        run = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")
        return run.stdout

    @property
    def text(self) -> str:
        """The screen as plain text."""
        return self.tmux("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names; what is no name is typed letter by letter."""
        for key in keys:
            self.tmux("send-keys", key)

    def wait_for(self, *words: str) -> str:
        """The screen, once all the words are on it."""
        return self._wait(lambda text: all(each in text for each in words), f"no {words}")

    def wait_until_gone(self, words: str) -> str:
        """The screen, once the words are no longer on it."""
        return self._wait(lambda text: words not in text, f"still {words!r}")

    def wait_for_end(self) -> int:
        """Wait until the command has ended by itself; its exit code."""

        def status() -> str:
            # tmux may overlook the end of a command until another child of its own ends.
            self.tmux("run-shell", "true")
            return self.tmux("display-message", "-p", "#{pane_dead_status}").strip()

        code = wait_until(status, lambda: f"it runs on:\n{self.text}")
        return int(code)

    def kill(self) -> None:
        """End the command as nobody can prevent or notice."""
        os.kill(int(self.tmux("display-message", "-p", "#{pane_pid}")), signal.SIGKILL)
        wait_until(
            lambda: self.tmux("display-message", "-p", "#{pane_dead}").strip() == "1",
            lambda: "it runs on",
        )

    def _wait(self, is_there: Callable[[str], bool], trouble: str) -> str:
        text = ""

        def look() -> bool:
            nonlocal text
            text = self.text
            return is_there(text)

        wait_until(look, lambda: f"{trouble} on the screen:\n{text}")
        return text


@contextmanager
def terminal(*arguments: str, home: Path, width: int = 120, height: int = 40) -> Iterator[Terminal]:
    """Run `realtap ARGUMENTS` in a terminal; both are ended with the block.

    Args:
        arguments: Of realtap.
        home: The person's folder: notes of running proxies lie there, and nobody else's.
        width: Columns.
        height: Lines.
    """
    screen = Terminal(f"realtap-test-{os.getpid()}-{next(_numbers)}")
    size = ["-x", str(width), "-y", str(height)]
    command = ["env", *_settings(home), *COMMAND]
    screen.tmux(
        *("set-option", "-g", "remain-on-exit", "on", ";"),
        *("new-session", "-d", *size, *command, *arguments),
    )
    try:
        yield screen
    finally:
        screen.tmux("kill-server")


def _settings(home: Path) -> list[str]:
    """What the command must not take from who runs the tests."""
    unset = ("COLUMNS", "LINES", "NO_COLOR", "REALTAP_RECORDINGS", "REALTAP_UPSTREAM")
    return [
        *(f"-u{name}" for name in unset),
        f"HOME={home}",
        f"XDG_STATE_HOME={home / 'state'}",
        f"XDG_DATA_HOME={home / 'data'}",
        "LC_ALL=C.UTF-8",
    ]
