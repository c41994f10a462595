"""The whole program in a real terminal: a pseudo-terminal that a test reads and types into."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE_S = 30.0


class Terminal:
    """A program in a terminal of 120 columns and 40 lines."""

    def __init__(self, *command: str) -> None:
        self._here, there = pty.openpty()
        environ = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLUMNS": "120",
            "LINES": "40",
            "TEXTUAL_ANIMATIONS": "none",
        }
        self.process = subprocess.Popen(
            [sys.executable, *command], stdin=there, stdout=there, stderr=there, env=environ
        )
        os.close(there)
        self.said = b""

    def expect(self, text: str) -> None:
        """Read until a text has come since the last look."""
        deadline = time.monotonic() + PATIENCE_S
        while text.encode() not in self.said:
            ready, _, _ = select.select([self._here], [], [], max(deadline - time.monotonic(), 0))
            assert ready, f"{text!r} never came; the last was {self.said[-2000:]!r}"
            self.said += os.read(self._here, 65536)

    def type(self, keys: str) -> None:
        """Press keys; what was said before is forgotten."""
        self.said = b""
        os.write(self._here, keys.encode())

    def wait(self) -> int:
        """The exit code; what is still said is read meanwhile."""
        while self.process.poll() is None:
            ready, _, _ = select.select([self._here], [], [], PATIENCE_S)
            assert ready, "it does not end"
            try:
                self.said += os.read(self._here, 65536)
            except OSError:
                # The other end was closed.
                break
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """End it, however far it came."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._here)


@pytest.fixture
def terminal(tour: Path) -> Iterator[Terminal]:
    """`realtap browse` on a folder with one session."""
    program = "import sys; from realtap.tui.cli import main; sys.exit(main())"
    opened = Terminal("-c", program, "browse", "--recordings", str(tour.parent))
    yield opened
    opened.close()


def test_person_finds_the_functions_name_and_leaves(terminal: Terminal) -> None:
    terminal.expect("closed 1000")
    terminal.type("\r")
    terminal.expect("missing-response-create")
    terminal.type("f")
    terminal.expect("tab completes")
    terminal.type("item.type=function_call\r")
    terminal.expect(" shown")
    terminal.expect("get_weather")
    terminal.type("5")
    terminal.expect("h l step")
    terminal.type("?")
    terminal.expect("Show only events that a filter wants.")
    terminal.type("q")
    terminal.expect("responses")
    terminal.type("\x11")
    assert terminal.wait() == 0
    assert b"Traceback" not in terminal.said
