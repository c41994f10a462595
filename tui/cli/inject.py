"""`realtap inject`: say something in a live session, in the place of the app or of the server."""

from typing import TYPE_CHECKING, Literal

import click

from .options import json_option
from .reaching import Place, dry_run_option, place_options, session_of, session_option

if TYPE_CHECKING:
    from ...proxy.injection.status import SessionStatus
    from ...recordings.event import Side

type Listener = Literal["server", "client"]

_now_option = click.option(
    "--now", is_flag=True, help="Send it at once, also in the middle of a response."
)
_unchecked_option = click.option(
    "--unchecked", is_flag=True, help="Send it whatever is wrong with it."
)
_to_choice = click.Choice(["server", "client"])


@click.group(invoke_without_command=True)
@click.pass_context
def inject(ctx: click.Context) -> None:
    """Say something in a live session, in the place of the app or of the server.

    \b
    realtap inject output --call get_weather '{"sky": "clear"}'    answer a call
    realtap inject response                                        ask the model to go on
    realtap inject call get_weather '{"city": "Paris"}'            call a function of the app
    realtap inject template session.update > e.json                an event to start from
    realtap inject event @e.json --to server                       any event

    It goes to the session that began last, of the proxy that started last. What was sent, and what
    follows when, is told; everything is in the recording, marked. What cannot be sent is refused with
    exit code 3, and nothing happens.
    """
    if ctx.invoked_subcommand is None:
        from . import talk
        from .exit_codes import ExitCode

        talk.say(ctx.get_help())
        ctx.exit(ExitCode.USAGE)


@inject.command()
@click.argument("words", nargs=-1, required=True, metavar="[CALL_ID] TEXT|@FILE|-")
@click.option("--call", "name", metavar="NAME", help="The oldest pending call of this function.")
@click.option("--no-response", is_flag=True, help="Send no response.create behind it.")
@click.option("--now", is_flag=True, help="Send the response.create at once too.")
@session_option
@dry_run_option
@json_option
@place_options
def output(
    words: tuple[str, ...],
    *,
    place: Place,
    name: str | None,
    no_response: bool,
    now: bool,
    session: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Give a pending call its output, as the app would.

    The call is named by its CALL_ID or with --call; with neither it is the only one that is pending.
    TEXT is what the function gave back, JSON or not; @FILE reads it from a file, - from stdin.

    The output goes at once. One response.create follows when the calling response is done and its
    other calls have their outputs; if the app sends its own, there is no second one.
    """
    from ...proxy.control.methods import InjectOutput
    from ...recordings.event import Side
    from .planned import print_planned
    from .typed import text_from

    call_id, word = _call_and_text(words, name)
    text = text_from(word, "the output")
    with place.reach() as control:
        planned = control.ask(
            InjectOutput(
                session=session_of(control, session, lambda each: _is_pending_in(each, call_id)),
                call_id=call_id,
                name=name or "",
                output=text,
                respond=not no_response,
                now=now,
                dry_run=dry_run,
            )
        )
    print_planned(planned, Side.CLIENT, is_dry_run=dry_run, as_json=as_json)


def _is_pending_in(session: "SessionStatus", call_id: str) -> bool:
    return any(each.call_id == call_id for each in session.pending_calls)


def _call_and_text(words: tuple[str, ...], name: str | None) -> tuple[str, str]:
    """The call's id, empty for none, and the word that stands for the output."""
    if len(words) > 2 or (name is not None and len(words) > 1):
        raise click.UsageError(
            f"got {len(words)} words where {'TEXT' if name else 'CALL_ID TEXT'} is expected: "
            "put the output in quotes"
        )
    if len(words) == 2:
        return words[0], words[1]
    if name is None and words[0].startswith("call_"):
        raise click.UsageError(
            f"the output of {words[0]} is missing: write TEXT, @FILE or - behind it"
        )
    return "", words[0]


@inject.command()
@click.argument("options", required=False, metavar="[JSON|@FILE|-]")
@_now_option
@session_option
@dry_run_option
@json_option
@place_options
def response(
    options: str | None, *, place: Place, now: bool, session: str, dry_run: bool, as_json: bool
) -> None:
    """Ask for a response, as soon as none is being made.

    JSON is what `response` holds: '{"instructions": "Say hello."}'. It is checked against the reference.
    """
    from ...proxy.control.methods import InjectEvent
    from ...recordings.event import Json, Side
    from .planned import print_planned
    from .typed import object_from

    event: Json = {"type": "response.create"}
    if options is not None:
        event["response"] = object_from(options, "the response")
    request = InjectEvent(session=session, side=Side.CLIENT, event=event, now=now, dry_run=dry_run)
    with place.reach() as control:
        planned = control.ask(request)
    print_planned(planned, Side.CLIENT, is_dry_run=dry_run, as_json=as_json)


@inject.command()
@click.argument("event", metavar="JSON|@FILE|-")
@click.option("--to", "listener", type=_to_choice, required=True, help="Who hears it.")
@_now_option
@_unchecked_option
@session_option
@dry_run_option
@json_option
@place_options
def event(
    event: str,
    *,
    place: Place,
    listener: Listener,
    now: bool,
    unchecked: bool,
    session: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Send any event: to the server as the app, or to the client as the server.

    It is checked against the reference first. A response.create waits until no response is being made;
    everything else goes at once. An event without event_id gets one.
    """
    from ...proxy.control.methods import InjectEvent
    from .planned import print_planned
    from .typed import object_from

    side = _side_that_speaks_to(listener)
    request = InjectEvent(
        session=session,
        side=side,
        event=object_from(event, "the event"),
        now=now,
        validate=not unchecked,
        dry_run=dry_run,
    )
    with place.reach() as control:
        planned = control.ask(request)
    print_planned(planned, side, is_dry_run=dry_run, as_json=as_json)


@inject.command()
@click.argument("name")
@click.argument("arguments", default="{}", metavar="[JSON|@FILE|-]")
@click.option("--answer", metavar="TEXT", help="What the model says when the app has answered.")
@_now_option
@session_option
@dry_run_option
@json_option
@place_options
def call(
    name: str,
    arguments: str,
    *,
    place: Place,
    answer: str | None,
    now: bool,
    session: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Let the app believe that the model calls its function NAME with some arguments.

    The app gets the events of a real server, and its output and response.create for this call are kept
    from the server, which knows nothing of it. --answer is what the app then hears the model say, as
    text; without it the response is empty.
    """
    from ...proxy.control.methods import InjectCall
    from ...recordings.event import Side
    from .planned import print_planned
    from .typed import text_from

    request = InjectCall(
        session=session,
        name=name,
        arguments=text_from(arguments, "the arguments"),
        answer=None if answer is None else text_from(answer, "the answer"),
        now=now,
        dry_run=dry_run,
    )
    with place.reach() as control:
        planned = control.ask(request)
    print_planned(planned, Side.SERVER, is_dry_run=dry_run, as_json=as_json)


@inject.command()
@click.argument("seq", type=int)
@click.option("--edit", metavar="JSON|@FILE|-", help="Members to set; null takes one away.")
@click.option("--print", "is_printed", is_flag=True, help="Print the event, and send nothing.")
@_now_option
@_unchecked_option
@session_option
@dry_run_option
@json_option
@place_options
def resend(
    seq: int,
    *,
    place: Place,
    edit: str | None,
    is_printed: bool,
    now: bool,
    unchecked: bool,
    session: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Send event SEQ of the live session once more, edited if you like.

    --edit merges an object into it: '{"item": {"output": "42", "id": null}}' sets item.output and takes
    item.id away. The copy gets an event_id of its own, and so does the item of a new one.
    """
    from ...proxy.control.methods import InjectEvent
    from .planned import print_planned
    from .recalling import edited, print_event, recalled
    from .typed import object_from

    change = {} if edit is None else object_from(edit, "the edit")
    with place.reach() as control:
        found = recalled(control, session, seq)
        again = edited(found, change)
        if is_printed:
            print_event(again, as_json=as_json)
            return
        planned = control.ask(
            InjectEvent(
                session=session,
                side=found.side,
                event=again,
                now=now,
                validate=not unchecked,
                dry_run=dry_run,
            )
        )
    print_planned(planned, found.side, is_dry_run=dry_run, as_json=as_json)


@inject.command("template")
@click.argument("event", required=False)
@click.option(
    "--dialect",
    type=click.Choice(["ga", "beta", "xai", "transcription", "translation"]),
    help="How it is spelled; by default as the live session spells it, or as GA does.",
)
@click.option("--optional", is_flag=True, help="Tell also which fields may be added.")
@session_option
@json_option
@place_options
def print_template(
    event: str | None,
    *,
    place: Place,
    dialect: str | None,
    optional: bool,
    session: str,
    as_json: bool,
) -> None:
    """Print an event of the type EVENT to start from; without EVENT list the types.

    Its ids are those of the live session, if there is one: the pending call, the last item, the active
    response. Edit it, and send it with `realtap inject event @FILE`.
    """
    from ...recordings.dialects import Dialect
    from .templating import ledger_of, print_template, print_types

    ledger = ledger_of(place, session)
    known = ledger.dialect if ledger is not None else Dialect.GA
    spelled = Dialect(dialect) if dialect is not None else known
    if event is None:
        print_types(spelled, as_json=as_json)
    else:
        print_template(event, spelled, ledger, as_json=as_json, with_optional=optional)


def _side_that_speaks_to(listener: Listener) -> "Side":
    from ...recordings.event import Side

    return Side(listener).other
