"""Prints events to start from: for a live session with its own ids, else with examples."""

import json
from difflib import get_close_matches
from pathlib import Path

import click
import msgspec

from ...proxy.control.methods import SessionShow, Status
from ...proxy.injection.ledger import LEDGER_KINDS, Ledger
from ...proxy.injection.templates import OptionalField, choices, template
from ...proxy.past import past
from ...recordings.catalogue import catalogue
from ...recordings.dialects import Dialect, normal_type
from ...recordings.errors import UsageError, WireError
from ...recordings.event import Side
from ...recordings.plain import quoted
from ...recordings.reader import Recording
from . import talk
from .reaching import Place
from .rows import COLOUR, GLYPH, Page, cut

_TYPE_WIDTH = 50


def print_types(dialect: Dialect, *, as_json: bool) -> None:
    """Print the types that there are, one line each: who says it, and what it is."""
    page = Page.of_stdout()
    for side in Side:
        for choice in choices(side, dialect):
            if as_json:
                click.echo(msgspec.json.encode(choice))
                continue
            arrow = page.paint(GLYPH[side], fg=COLOUR[side])
            told = f"{choice.type:<{_TYPE_WIDTH}} {choice.summary}"
            # The arrow has as many columns as characters, but colour has none.
            width = len(told) if page.width is None else page.width - len(GLYPH[side]) - 1
            click.echo(f"{arrow} {cut(told, width)}")


def print_template(
    type_: str, dialect: Dialect, ledger: Ledger | None, *, as_json: bool, with_optional: bool
) -> None:
    """Print an event of a type, ready to be filled in and sent.

    Raises:
        UsageError: There is no such event in the dialect; the nearest are told.
    """
    side = _speaker(type_, dialect)
    made = template(type_, side, dialect, ledger=ledger)
    # It may be sent more than once: each time it gets an id of its own.
    made.event.pop("event_id", None)
    if as_json:
        click.echo(msgspec.json.encode({"side": side, **msgspec.to_builtins(made)}))
        return
    click.echo(json.dumps(made.event, ensure_ascii=False, indent=2))
    if with_optional:
        for field in made.optional:
            talk.say(_optional_line(field))
    elif made.optional:
        talk.say(f"{len(made.optional)} more fields may be added: --optional tells them")
    talk.say(f"to send it: realtap inject event @FILE --to {side.other}")


def ledger_of(place: Place, session: str) -> Ledger | None:
    """What has been said in the live session; None when there is none and nobody named one.

    Raises:
        WireError: The proxy or the session that was named is not there.
    """
    try:
        with place.reach() as control:
            session_id = control.ask(SessionShow(session=session)).id
            folder = Path(control.ask(Status()).recordings)
    except WireError:
        if session or place.proxy:
            raise
        return None
    path = folder / f"{session_id}.jsonl"
    ledger = Ledger(Recording(path).header)
    for seen in past(path, lambda kind: normal_type(kind) in LEDGER_KINDS):
        ledger.receive(seen)
    return ledger


def _speaker(type_: str, dialect: Dialect) -> Side:
    """Who says events of a type.

    Raises:
        UsageError: Nobody does.
    """
    known = {each: side for side in Side for each in catalogue().types(dialect, side)}
    if type_ not in known:
        near = ", ".join(get_close_matches(type_, known, n=3, cutoff=0.5))
        hint = f"the nearest are {near}" if near else "`realtap inject template` lists all"
        dialects = f" in the {dialect} dialect" if dialect is not Dialect.UNKNOWN else ""
        raise UsageError(f"there is no event {quoted(type_, 60)}{dialects}; {hint}")
    return known[type_]


def _optional_line(field: OptionalField) -> str:
    values = f"  ({', '.join(field.values)})" if field.values else ""
    return f"  {field.path}  {'|'.join(field.types)}{values}  {field.meaning}"
