"""`realtap breakpoints`: which messages the running proxy holds until a person has looked at them."""

import click

from .options import json_option
from .reaching import Place, place_options

_NEVER = "never"


def _parse_timeout(_context: click.Context, _parameter: click.Parameter, text: str) -> float | None:
    if text == _NEVER:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise click.BadParameter(f"{text!r} is no time; write seconds, as 60, or never")
    return seconds


@click.group(invoke_without_command=True)
@json_option
@place_options
@click.pass_context
def breakpoints(ctx: click.Context, *, place: Place, as_json: bool) -> None:
    """List the breakpoints of the running proxy; `on` and `off` change them.

    \b
    realtap breakpoints on 'type:response.create from:client'
    realtap held                              what waits
    realtap release 54                        let it go on
    realtap breakpoints off

    Those of a mocks file are listed by `realtap mocks`.
    """
    import msgspec

    from ...proxy.control.methods import Status
    from . import talk

    if ctx.invoked_subcommand is not None:
        return
    with place.reach() as control:
        filters = control.ask(Status()).breakpoints
    for each in filters:
        click.echo(msgspec.json.encode({"filter": each}) if as_json else each)
    if not filters:
        talk.say("there are no breakpoints; set one with: realtap breakpoints on FILTER")


@breakpoints.command()
@click.argument("filters", metavar="FILTER…", nargs=-1, required=True)
@click.option(
    "--timeout",
    "timeout_s",
    metavar="SECONDS|never",
    default="60",
    show_default=True,
    callback=_parse_timeout,
    help="After this a message goes on by itself. It is for all breakpoints.",
)
@place_options
def on(filters: tuple[str, ...], *, place: Place, timeout_s: float | None) -> None:
    """Hold the messages that fit a FILTER, in all sessions, beside the breakpoints that there are."""
    from ...proxy.control.methods import BreakpointsSet, Status
    from . import talk

    with place.reach() as control:
        before = control.ask(Status()).breakpoints
        wanted = [*before, *(each for each in filters if each not in before)]
        control.ask(BreakpointsSet(filters=wanted, timeout_s=timeout_s))
    talk.say("realtap held lists what waits; realtap release SEQ lets it go")


@breakpoints.command()
@click.argument("filters", metavar="[FILTER…]", nargs=-1)
@place_options
def off(filters: tuple[str, ...], *, place: Place) -> None:
    """Take breakpoints away; without FILTER all of them. What they hold goes on at once."""
    from ...proxy.control.methods import BreakpointsSet, Status
    from ...recordings.errors import UsageError

    with place.reach() as control:
        before = control.ask(Status()).breakpoints
        for each in filters:
            if each not in before:
                listed = ", ".join(before) or "none"
                raise UsageError(f"there is no breakpoint {each!r}; there are: {listed}")
        left = [each for each in before if filters and each not in filters]
        control.ask(BreakpointsSet(filters=left))
