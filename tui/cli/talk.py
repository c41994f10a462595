"""The one module that writes stderr: everything a command says besides its data."""

import sys
import time
from types import TracebackType
from typing import Self

import click

PROGRESS_AFTER_S = 0.7
"""Work that is done sooner shows no progress: a line that flashes by is noise."""
PROGRESS_EVERY_S = 0.2


def say(text: str = "") -> None:
    """Tell the person something that went as it should."""
    click.echo(text, err=True)


def complain(text: str) -> None:
    """Tell the person something that went wrong."""
    click.echo(f"{click.style('realtap:', fg='red', bold=True)} {text}", err=True)


class Progress:
    """One line on stderr that tells how far long work is; silent when stderr is no terminal.

    It is silent also when `is_wanted` is false: a command that prints its rows to the same terminal
    shows its progress by them.
    """

    def __init__(self, what: str, *, is_wanted: bool = True) -> None:
        self._what = what
        self._is_on = is_wanted and sys.stderr.isatty()
        self._done = 0
        self._next_at = time.monotonic() + PROGRESS_AFTER_S
        self._is_shown = False

    def advance(self) -> None:
        """One more is done."""
        self._done += 1
        if self._is_on and time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + PROGRESS_EVERY_S
            self._is_shown = True
            click.echo(f"\r{self._what}: {self._done:,}", err=True, nl=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_shown:
            click.echo("\r\x1b[K", err=True, nl=False)
