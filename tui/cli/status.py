"""`realtap status`: what goes on in the proxy that runs."""

import click

from .options import json_option
from .reaching import Place, place_options


@click.command()
@json_option
@place_options
def status(*, place: Place, as_json: bool) -> None:
    """Tell what goes on in the running proxy: open sessions, pending calls, held messages, rules.

    With --json it is one line of JSON, the answer to the control channel's method status.
    """
    import msgspec

    from ...proxy.control.methods import Status
    from .rows import Page
    from .status_lines import status_lines

    with place.reach() as control:
        state = control.ask(Status())
    if as_json:
        click.echo(msgspec.json.encode(state))
        return
    for line in status_lines(state, Page.of_stdout()):
        click.echo(line)
