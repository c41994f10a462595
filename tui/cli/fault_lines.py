"""Prints the faults: what happens, what they can be told, what an app should do."""

from collections.abc import Iterator
from textwrap import wrap

import click
import msgspec

from ...proxy.control.methods import FaultsList
from ...proxy.injection.faults import FAULTS, FaultKind
from ...proxy.injection.faults.settings import written
from ...recordings.errors import WireError
from .reaching import Place
from .rows import Page

_INDENT = "    "
_WIDEST = 100
"""A terminal may be wider: longer lines are hard to read."""


def print_faults(place: Place, *, as_json: bool) -> None:
    """Print all faults, with those that are on in the running proxy marked.

    Raises:
        WireError: The proxy that was named does not run.
    """
    page = Page.of_stdout()
    on = _on(place)
    for kind in FAULTS.values():
        if as_json:
            click.echo(msgspec.json.encode(_told(kind, on.get(kind.name, []))))
            continue
        for line in _lines(kind, on.get(kind.name, []), page):
            click.echo(line)


def _on(place: Place) -> dict[str, list[str]]:
    """How each fault is written where it is on; empty when no proxy runs, and none was named."""
    try:
        with place.reach() as control:
            return {fault.name: [*map(str, fault.on)] for fault in control.ask(FaultsList())}
    except WireError:
        if place.proxy:
            raise
        return {}


def _told(kind: FaultKind, on: list[str]) -> dict[str, object]:
    return {
        "name": kind.name,
        "summary": kind.summary,
        "app_should": kind.app_should,
        "parameters": {
            each.name: {"default": each.default, "meaning": each.meaning, "expects": each.expects}
            for each in kind.parameters
        },
        "on": on,
        "page": kind.page,
    }


def _lines(kind: FaultKind, on: list[str], page: Page) -> Iterator[str]:
    name = page.paint(kind.name, bold=True)
    yield f"{name}  {page.paint('on: ' + '; '.join(on), fg='red')}" if on else name
    yield from _wrapped(kind.summary, page)
    yield from _wrapped(f"an app should {kind.app_should}", page)
    for each in kind.parameters:
        told = f"{each.name}={written(each.default)}"
        expects = "" if isinstance(each.default, str) else f" ({each.expects})"
        yield from _wrapped(f"{told:<24} {each.meaning}{expects}", page, dim=True)
    yield ""


def _wrapped(text: str, page: Page, *, dim: bool = False) -> Iterator[str]:
    if page.width is None:
        yield _INDENT + text
        return
    width = min(page.width, _WIDEST) - len(_INDENT)
    for number, line in enumerate(wrap(text, width, drop_whitespace=True)):
        yield _INDENT + page.paint(line if number == 0 else f"  {line}", dim=dim)
