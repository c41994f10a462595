"""The names of the demo app's mistakes, for people."""

import difflib

import click

from ...proxy.demo.mistakes import Mistake
from ...recordings.errors import UsageError


def mistake_named(name: str | None) -> Mistake | None:
    """The mistake that was asked for.

    Raises:
        UsageError: There is none of that name.
    """
    if name is None:
        return None
    for mistake in Mistake:
        if mistake == name:
            return mistake
    nearest = difflib.get_close_matches(name, list(Mistake), n=1)
    meant = f"did you mean {nearest[0]}? " if nearest else ""
    raise UsageError(f"--mistake {name}: {meant}choose one of {', '.join(Mistake)}")


def print_mistakes() -> None:
    """One line a mistake on stdout: its name, and what the app does."""
    width = max(map(len, Mistake))
    for mistake in Mistake:
        click.echo(f"{click.style(f'{mistake:<{width}}', fg='yellow')}  the app {mistake.does}")
