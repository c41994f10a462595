"""`realtap demo`: the whole product on one machine, with no key and no network."""

from pathlib import Path

import click
from click.core import ParameterSource

from .options import has_terminal, recordings_option
from .rules_options import Rules, rules_options


@click.command()
@click.option("--headless", is_flag=True, help="Never open an interface in the terminal.")
@click.option("--mistake", metavar="NAME", help="Let the app commit a classic mistake.")
@click.option(
    "--patience",
    "patience_s",
    metavar="SECONDS",
    type=click.FloatRange(min=0.0, min_open=True),
    help="How long the app waits in silence before it gives up: 3, and a minute in front of the "
    "interface, where somebody may help it (`i`).",
)
@click.option("--list-mistakes", is_flag=True, help="Print the names of the mistakes, and end.")
@recordings_option
@rules_options
def demo(
    *,
    mistake: str | None,
    patience_s: float | None,
    list_mistakes: bool,
    recordings: Path | None,
    rules: Rules,
    headless: bool,
) -> None:
    """Watch a voice app talk to a simulated server through realtap.

    The app holds a text turn, a spoken turn, a function call, two parallel calls and an
    interruption. In a terminal the interface opens on it; with --headless, or without a terminal, the
    events are printed as `realtap show --fold` prints them, while they happen.

    With --mocks the proxy answers the app's function calls, with --fault it breaks something: both can be
    tried here before they are used on an app of your own.
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

        watch_demo(folder, chosen, rules, patience_s=patience_s, options=options)
        return
    teller = Teller(Page.of_stdout(), options=options)
    context.exit(asyncio.run(perform(folder, chosen, teller, rules, patience_s=patience_s)))
