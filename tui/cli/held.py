"""`realtap held` and `realtap release`: the messages that wait at breakpoints."""

from functools import partial
from typing import TYPE_CHECKING, Literal

import click

from .options import json_option
from .reaching import Place, place_options, session_of, session_option

if TYPE_CHECKING:
    from ...proxy.injection.status import SessionStatus


@click.command()
@click.argument("seq", type=int, required=False)
@session_option
@json_option
@place_options
def held(seq: int | None, *, place: Place, session: str, as_json: bool) -> None:
    """List the messages that wait, of all sessions; with SEQ print the JSON of one, to be edited.

    `realtap release SEQ` lets one go. Behind a waiting message everything of its direction waits, and
    goes by itself when its turn has come.
    """
    from ...proxy.control.methods import SessionShow, SessionsList
    from .recalling import print_event, recalled

    with place.reach() as control:
        if seq is not None:
            chosen = session_of(control, session, lambda each: _is_held_in(each, seq))
            print_event(recalled(control, chosen, seq).fields(), as_json=as_json)
        elif session:
            _print_held([control.ask(SessionShow(session=session))], as_json=as_json)
        else:
            _print_held(control.ask(SessionsList()), as_json=as_json)


def _print_held(sessions: "list[SessionStatus]", *, as_json: bool) -> None:
    import msgspec

    from . import talk
    from .rows import Page
    from .status_lines import held_line

    page = Page.of_stdout()
    for session in sessions:
        for message in session.held:
            if as_json:
                told = {"session": session.id, **msgspec.to_builtins(message)}
                click.echo(msgspec.json.encode(told))
                continue
            line = held_line(message, session.now_s, page)
            click.echo(f"{session.id} {line}" if len(sessions) > 1 else line)
    if not any(session.held for session in sessions):
        talk.say("nothing is held; `realtap breakpoints on FILTER` holds messages")


def _is_held_in(session: "SessionStatus", seq: int) -> bool:
    return any(each.seq == seq for each in session.held)


@click.command()
@click.argument("seqs", metavar="SEQ…", type=int, nargs=-1, required=True)
@click.option("--drop", is_flag=True, help="The other side never gets it.")
@click.option(
    "--edit", metavar="JSON|@FILE|-", help="Send this in its place; `realtap held SEQ` prints it."
)
@session_option
@place_options
def release(
    seqs: tuple[int, ...], *, place: Place, drop: bool, edit: str | None, session: str
) -> None:
    """Let held messages go on as they are, or edited, or drop them.

    SEQ is a message's number, as `realtap held` lists it. What has to wait for a message before it goes
    when that has gone.
    """
    from ...proxy.control.methods import HeldRelease
    from . import talk
    from .typed import object_from

    if drop and edit is not None:
        raise click.UsageError("--drop and --edit exclude each other; leave out one")
    if edit is not None and len(seqs) > 1:
        raise click.UsageError("--edit is for one message; name one SEQ")
    action: Literal["forward", "drop", "edit"] = "drop" if drop else "forward"
    event = None
    if edit is not None:
        action, event = "edit", object_from(edit, "the edit")
    told = {"forward": "goes on", "drop": "is dropped", "edit": "goes on edited"}[action]
    with place.reach() as control:
        for seq in seqs:
            chosen = session_of(control, session, partial(_is_held_in, seq=seq))
            control.ask(HeldRelease(session=chosen, seq=seq, action=action, event=event))
            talk.say(f"message {seq} {told}")
