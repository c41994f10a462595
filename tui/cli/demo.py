"""`realtap demo`: the whole product on one machine, with no key and no network."""

from pathlib import Path

import click
from click.core import ParameterSource

from .options import has_terminal, recordings_option


@click.command()
@click.option("--headless", is_flag=True, help="Never open an interface in the terminal.")
@click.option("--mistake", metavar="NAME", help="Let the app commit a classic mistake.")
@click.option("--list-mistakes", is_flag=True, help="Print the names of the mistakes, and end.")
@recordings_option
def demo(mistake: str | None, list_mistakes: bool, recordings: Path | None, headless: bool) -> None:
    """Watch a voice app talk to a simulated server through realtap.

    The app holds a text turn, a spoken turn, a function call, two parallel calls and an
    interruption. In a terminal the interface opens on it; with --headless, or without a terminal, the
    events are printed as `realtap show --fold` prints them, while they happen.
    """
    import asyncio

    from .folders import folder_from
    from .mistakes import mistake_named, print_mistakes
    from .rows import Page
    from .stage import perform
    from .teller import Teller

    if list_mistakes:
        print_mistakes()
        return
    chosen = mistake_named(mistake)
    folder = folder_from(recordings)
    folder.ensure_writable()
    context = click.get_current_context()
    is_typed = context.get_parameter_source("recordings") is ParameterSource.COMMANDLINE
    options = ("--recordings", str(recordings)) if is_typed else ()
    if has_terminal(headless=headless):
        from .interface import watch_demo

        watch_demo(folder, chosen)
        return
    teller = Teller(Page.of_stdout(), options=options)
    context.exit(asyncio.run(perform(folder, chosen, teller)))
