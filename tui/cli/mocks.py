"""`realtap mocks`: which mocks are in force in the running proxy, and others in their place."""

from pathlib import Path

import click

from .options import json_option
from .reaching import Place, place_options


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--off", is_flag=True, help="Take all mocks away.")
@json_option
@place_options
def mocks(file: Path | None, *, place: Place, off: bool, as_json: bool) -> None:
    """Tell which mocks are in force in the running proxy, or put FILE in force.

    FILE is read again whenever it changes. One that cannot be taken is refused with its line and the
    reason, and what was in force stays. docs/mocks.md tells what can be in it.
    """
    import msgspec

    from ...proxy.control.methods import MocksGet, MocksSet
    from . import talk
    from .rows import Page
    from .status_lines import mocks_lines

    if file is not None and off:
        raise click.UsageError("FILE and --off exclude each other; leave out one")
    with place.reach() as control:
        if file is not None:
            state = control.ask(MocksSet(path=str(file.expanduser().absolute())))
        else:
            state = control.ask(MocksSet(toml="") if off else MocksGet())
    if as_json:
        click.echo(msgspec.json.encode(state))
        return
    for line in mocks_lines(state, Page.of_stdout()):
        click.echo(line.removeprefix("  "))
    if not state.source:
        talk.say("no mocks are in force; put some there with: realtap mocks FILE")
