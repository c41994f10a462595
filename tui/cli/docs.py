"""`realtap docs`: the reference of every event, with every nested field written out."""

import click

from .options import json_option


@click.command()
@click.argument("event", required=False)
@click.option("--search", "text", metavar="TEXT", help="Find fields by name, path or meaning.")
@json_option
def docs(event: str | None, text: str | None, as_json: bool) -> None:
    """Explain EVENT: every nested field with its type, its meaning, and which ids it joins to what.

    Without EVENT all events are listed: → C those that the client sends, ← S those of the server.

    \b
    realtap docs conversation.item.created    where is the function's name?
    realtap docs --search call_id             in which events is there a call_id?
    """
    from ...recordings.errors import UsageError
    from .reference import print_event, print_found, print_list

    if event is not None and text is not None:
        raise UsageError("EVENT and --search exclude each other; leave out one")
    if text is not None:
        print_found(text, as_json=as_json)
    elif event is not None:
        print_event(event, as_json=as_json)
    else:
        print_list(as_json=as_json)
