"""Prints the reference: one event, the list of all events, what a search found.

On a terminal the lines are wrapped to its width; on a pipe each field, event or find is one line,
so that `grep` finds what is there.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

import click
import msgspec

from ...recordings.catalogue import Catalogue, EventReference, Found, ServerEvent, catalogue
from ...recordings.errors import UsageError
from ...recordings.event import Side
from .event_page import INDENT, EventPage, named, wrapped
from .rows import COLOUR, GLYPH, Page

ONE_LINE_FROM_WIDTH = 130
"""A terminal that is this wide lists an event and its sentence in one line."""
NAME_WIDTH = 54
"""One more than the longest type, `conversation.item.input_audio_transcription.completed`."""

# One event.


def print_event(name: str, *, as_json: bool) -> None:
    """Print one event with all its fields.

    Raises:
        UsageError: there is no such event.
    """
    known = catalogue()
    event = known.event(name) or _server_event(known, name)
    if event is None:
        raise UsageError(f"there is no event {name!r}{_alike(known, name)}")
    if as_json:
        _print_json([known.as_json(event) if isinstance(event, EventReference) else event])
        return
    page = Page.of_stdout()
    if isinstance(event, EventReference):
        _print(EventPage(known, event, page).lines())
    else:
        _print(_lines_of_other(event, page))


def _server_event(known: Catalogue, name: str) -> ServerEvent | None:
    return next((each for each in known.server_events() if each.type == name), None)


def _alike(known: Catalogue, name: str) -> str:
    """What may have been meant: names that go on, or that are spelled nearly so."""
    names = [event.type for event in known.events()]
    alike = [each for each in names if name.strip(".*").casefold() in each]
    alike = alike or get_close_matches(name, names, n=3)
    if not alike:
        return "; realtap docs lists them all"
    some = ", ".join(alike[:5]) + (", …" if len(alike) > 5 else "")
    return f"; did you mean {some}?"


def _lines_of_other(event: ServerEvent, page: Page) -> Iterator[str]:
    yield page.paint(event.type, fg=COLOUR[event.side], bold=True)
    yield event.summary
    yield ""
    yield f"Added by {named(event.dialect)}; its fields are not in this reference."


# The list.


def print_list(*, as_json: bool) -> None:
    """Print all events, family by family."""
    known = catalogue()
    if as_json:
        _print_json([_in_short(event) for event in known.events()])
        return
    _print(_list_lines(known, Page.of_stdout()))


def _in_short(event: EventReference) -> dict[str, object]:
    names = ("type", "side", "family", "dialects", "ga", "beta", "transport", "summary")
    return {name: getattr(event, name) for name in names}


def _list_lines(known: Catalogue, page: Page) -> Iterator[str]:
    for family, title in known.families.items():
        yield page.paint(title, bold=True)
        for event in known.events():
            if event.family == family:
                yield from _listed(event.side, event.type, _tags(event), event.summary, page)
        yield ""
    yield page.paint("Added by other servers", bold=True)
    for other in known.server_events():
        yield from _listed(other.side, other.type, named(other.dialect), other.summary, page)
    yield ""
    yield from wrapped(
        f"{len(known.events())} events, from the types of {known.made_from}. "
        "realtap docs EVENT shows every field of one, realtap docs --search TEXT finds fields.",
        page,
        indent=0,
    )


def _tags(event: EventReference) -> str:
    """What sets an event apart; most are in GA and on a WebSocket."""
    tags = [] if "ga" in event.dialects else [named(each) for each in event.dialects]
    return ", ".join([*tags, *([event.transport] if event.transport else [])])


def _listed(side: Side, name: str, tags: str, summary: str, page: Page) -> Iterator[str]:
    glyph = page.paint(GLYPH[side], fg=COLOUR[side], bold=True)
    painted = page.paint(name, fg=COLOUR[side])
    told = f"{summary} ({tags})" if tags else summary
    if page.width is None or page.width >= ONE_LINE_FROM_WIDTH:
        first, *others = wrapped(told, page, indent=NAME_WIDTH + 7)
        yield f"  {glyph} {painted}{' ' * (NAME_WIDTH - len(name))} {first.lstrip()}"
        yield from others
        return
    yield f"  {glyph} {painted}"
    yield from wrapped(told, page, indent=6)


# The search.


def print_found(text: str, *, as_json: bool) -> None:
    """Print the fields that a text finds.

    Raises:
        UsageError: there are none.
    """
    found = list(catalogue().search(text))
    if not found:
        raise UsageError(
            f"no field has {text!r} in its path or meaning; realtap docs lists all events"
        )
    if as_json:
        _print_json([_found_json(each) for each in found])
        return
    page = Page.of_stdout()
    _print(_found_on_pipe(found) if page.width is None else _found_on_terminal(found, page))


def _found_json(found: Found) -> dict[str, object]:
    shown = msgspec.to_builtins(found.field)
    kept = ("types", "values", "required", "only", "dialects", "meaning", "joins")
    return {
        "event": found.event,
        "path": found.path,
        **{name: shown[name] for name in kept if shown.get(name)},
    }


def _found_on_pipe(found: Sequence[Found]) -> Iterator[str]:
    width = max(len(each.path) for each in found)
    for each in found:
        kinds = f" ({', '.join(each.field.only)})" if each.field.only else ""
        yield f"{each.event:<{NAME_WIDTH}} {each.path:<{width}} {each.field.meaning}{kinds}"


def _found_on_terminal(found: Sequence[Found], page: Page) -> Iterator[str]:
    """Fields that are the same in several events are told once, with those events."""
    events: dict[tuple[str, str], list[Found]] = {}
    for each in found:
        events.setdefault((each.path, each.field.meaning), []).append(each)
    for (path, meaning), alike in events.items():
        field = alike[0].field
        kinds = (
            page.paint(f"  when type is {' or '.join(field.only)}", fg="magenta")
            if field.only
            else ""
        )
        yield f"{page.paint(path, bold=True)}{kinds}"
        yield from wrapped(meaning, page, indent=INDENT)
        if field.joins:
            yield from (
                page.paint(line, dim=True)
                for line in wrapped(f"joins to {field.joins}", page, indent=INDENT)
            )
        names = ", ".join(dict.fromkeys(each.event for each in alike))
        yield from (
            page.paint(line, dim=True) for line in wrapped(f"in {names}", page, indent=INDENT)
        )
    yield ""
    yield from wrapped(
        f"{len(events)} fields in {len({each.event for each in found})} events.", page, indent=0
    )


# Output.


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)


def _print_json(values: Sequence[object]) -> None:
    for value in values:
        click.echo(msgspec.json.encode(value).decode())
