"""Copies text: by a program of the system where there is one, else by asking the terminal.

A terminal never says whether it took it, and some do not: so the person is told which way was gone.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

TIMEOUT_S = 2.0
TERMINAL = "the terminal (OSC 52), if it allows that"


@dataclass(frozen=True, slots=True)
class Program:
    """A program that takes what it reads as the clipboard."""

    command: tuple[str, ...]
    needs: str = ""
    """A variable of the environment without which it cannot work."""


PROGRAMS = (
    Program(("pbcopy",)),
    Program(("wl-copy",), needs="WAYLAND_DISPLAY"),
    Program(("xclip", "-selection", "clipboard"), needs="DISPLAY"),
    Program(("xsel", "--clipboard", "--input"), needs="DISPLAY"),
    Program(("clip.exe",)),
)


def programs(environ: Mapping[str, str] | None = None) -> list[Program]:
    """Those that are there and may work; none over SSH, where they would copy on the wrong machine."""
    known = os.environ if environ is None else environ
    if "SSH_CONNECTION" in known:
        return []
    return [
        each
        for each in PROGRAMS
        if (not each.needs or known.get(each.needs)) and shutil.which(each.command[0])
    ]


def copy(text: str, ask_terminal: Callable[[str], None]) -> str:
    """Copy a text; which way it went, in words.

    Args:
        text: What is copied.
        ask_terminal: Sends the text to the terminal with OSC 52.
    """
    for each in programs():
        if _feed(each.command, text):
            return each.command[0]
    ask_terminal(text)
    return TERMINAL


def _feed(command: tuple[str, ...], text: str) -> bool:
    encoding = "utf-16" if command[0] == "clip.exe" else sys.getdefaultencoding()
    try:
        subprocess.run(  # noqa: S603 # a fixed list of programs, found on the person's own path
            command,
            input=text.encode(encoding, errors="replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True
