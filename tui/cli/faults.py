"""`realtap faults`: what can be broken on purpose, and switches for it in the running proxy."""

import click

from .options import json_option
from .reaching import Place, place_options, session_option


@click.group(invoke_without_command=True)
@json_option
@place_options
@click.pass_context
def faults(ctx: click.Context, *, place: Place, as_json: bool) -> None:
    """List the faults: what happens, what they can be told, and what an app should do about it.

    \b
    realtap faults on stall:seconds=8         in the running proxy, from now on
    realtap faults off stall
    realtap proxy --fault cut                 from the start

    Those that are on in the running proxy, if there is one, are marked.
    """
    from .fault_lines import print_faults

    if ctx.invoked_subcommand is None:
        print_faults(place, as_json=as_json)


@faults.command()
@click.argument("written", metavar="NAME[:KEY=VALUE,…]…", nargs=-1, required=True)
@session_option
@place_options
def on(written: tuple[str, ...], *, place: Place, session: str) -> None:
    """Switch faults on, for all sessions or for one, beside those that are on.

    A fault that is on already gets other values.
    """
    from .fault_switches import switch_on

    with place.reach() as control:
        switch_on(control, written, session)


@faults.command()
@click.argument("names", metavar="[NAME…]", nargs=-1)
@session_option
@place_options
def off(names: tuple[str, ...], *, place: Place, session: str) -> None:
    """Switch faults off; without NAME all of them. What they hold goes on at once."""
    from .fault_switches import switch_off

    with place.reach() as control:
        switch_off(control, names, session)
