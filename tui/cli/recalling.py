"""Events of a live session as its recording has them, to be looked at, edited and sent again."""

import copy
import json
from pathlib import Path

import click
import msgspec

from ...proxy.control import ControlClient
from ...proxy.control.methods import SessionShow, Status
from ...recordings.errors import InjectionError
from ...recordings.event import Event, Form, Json
from ...recordings.index import Index
from ...recordings.plain import object_of
from . import talk


def recalled(control: ControlClient, session: str, seq: int) -> Event:
    """An event of an open session, by its number.

    Raises:
        InjectionError: There is no such session or event, or it is no JSON object.
        RecordingError: The recording cannot be read here, as when the proxy runs on another machine.
    """
    session_id = control.ask(SessionShow(session=session)).id
    folder = Path(control.ask(Status()).recordings)
    with Index(folder / f"{session_id}.jsonl") as index:
        index.scan()
        row = index.row_of(seq)
        if row is None:
            raise InjectionError(
                f"session {session_id} has no event {seq}: it has {len(index)} so far; "
                "see `realtap show last`"
            )
        event = index.event(row)
    if event.form is not Form.JSON or not event.fields():
        raise InjectionError(f"event {seq} is no JSON object: it cannot be edited or sent again")
    if event.redacted:
        talk.complain(f"event {seq} had secrets in it: each is [redacted] here")
    return event


def edited(event: Event, change: Json) -> Json:
    """A copy of an event with a change merged into it (RFC 7396), which may be sent beside the first.

    The ids that the first one has made stay its own: a server refuses an item's id that it knows.

    Raises:
        InjectionError: It has what is legal as JSON and cannot be sent again, as half an emoji.
    """
    again = copy.deepcopy(event.fields())
    again.pop("event_id", None)
    if event.type == "conversation.item.create":
        object_of(again.get("item")).pop("id", None)
    _merge(again, change)
    try:
        msgspec.json.encode(again)
    except (ValueError, OverflowError) as error:
        raise InjectionError(f"event {event.seq} cannot be sent again: {error}") from error
    return again


def _merge(target: Json, change: Json) -> None:
    for name, value in change.items():
        if value is None:
            target.pop(name, None)
        elif isinstance(value, dict):
            inner = target.get(name)
            target[name] = inner if isinstance(inner, dict) else {}
            _merge(target[name], value)
        else:
            target[name] = value


def print_event(event: Json, *, as_json: bool) -> None:
    """Print an event's JSON, ready to be edited."""
    text = json.dumps(event, ensure_ascii=False, indent=None if as_json else 2)
    # Half an emoji has no encoding of its own.
    click.echo(text if _is_encodable(text) else json.dumps(event))


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
