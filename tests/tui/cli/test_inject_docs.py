"""What the pages tell a reader to say in a live session can be typed, and the list is complete."""

import re
import shlex
from pathlib import Path

import click
import pytest

from realtap.tui.cli import main

DOCS = Path(__file__).parents[3] / "docs"
PAGES = ("inject.md", "mocks.md", "breakpoints.md", "faults.md")
GROUPS = {name: each for name, each in main.commands.items() if isinstance(each, click.Group)}


def typed(page: Path) -> list[list[str]]:
    """The commands of a page's shell blocks, without where their output goes."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    lines = [line for line in "".join(blocks).splitlines() if line.startswith("realtap ")]
    return [shlex.split(re.split(" [|>] ", line)[0], comments=True)[1:] for line in lines]


def parse(name: str, *words: str) -> None:
    """Parse a command line, with its subcommand."""
    group = GROUPS.get(name)
    if group is None or not words:
        main.commands[name].make_context(name, list(words))
    else:
        group.commands[words[0]].make_context(words[0], list(words[1:]))


@pytest.mark.parametrize("name", PAGES)
def test_commands_of_a_page_can_be_typed(name: str) -> None:
    for words in typed(DOCS / name):
        parse(*words)


def test_page_lists_every_command_for_a_live_session() -> None:
    text = (DOCS / "inject.md").read_text("utf-8")
    names = [f"inject {each}" for each in GROUPS["inject"].commands]
    names += ["status", "mocks", "breakpoints", "held", "release", "faults", "close"]
    assert [each for each in names if f"| `realtap {each}" not in text] == []


def test_every_option_that_a_page_names_exists() -> None:
    """In the table of options of `inject output`, and in the prose."""
    text = (DOCS / "inject.md").read_text("utf-8")
    named = set(re.findall(r"`(--[a-z-]+)", text))
    inject = [*GROUPS["inject"].commands.values(), *main.commands.values()]
    known = {option for each in inject for parameter in each.params for option in parameter.opts}
    assert named <= known
